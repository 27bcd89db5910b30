/* Any calls of App1 in any order, with any arguments of the right type (and some of the wrong one), upon an empty core and upon one with
 * people and an account; its peers are honest until the octets at the end say otherwise. What must hold is in house.c. */
#include "contract-app1.h"
#include "house.h"

#include <stdint.h>

#define CALLS_MAX 24 /* chosen: what follows from more has followed from fewer */

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Chance alone seldom prepares a campaign; with these it gets to each state, and goes on from there. */
static const struct { const char *method, *body; } sensible[] = {
  { "CampaignPrepare", "({'account': <'a'>, 'lists': <['people']>, 'from': <'ann@example.org'>, 'subject': <'Hello {{name}}'>, 'text': <'hello'>, 'again': <true>},"
                       " @a(sssh) [])" },
  { "CampaignStart", "(uint64 1,)" },
  { "CampaignPause", "(uint64 1,)" },
  { "CampaignResume", "(uint64 1, @a{sv} {})" },
  { "CampaignResume", "(uint64 1, {'subject': <'better'>})" },
  { "CampaignCancel", "(uint64 1,)" },
  { "CampaignResolve", "(uint64 1, 'resend', @as [])" },
  { "CampaignPreview", "(uint64 1, uint64 0, uint32 5, true)" },
  { "CampaignWatch", "(uint64 1,)" },
  { "CampaignPrepare", "({'account': <'a'>, 'lists': <['people']>, 'subject': <'2'>, 'text': <'hello'>, 'per_hour': <uint32 3600>, 'once': <'key'>},"
                       " [('attach', 'a.txt', 'text/plain', handle 0)])" },
  { "AccountAdd", "('b', {'address': <'ben@example.org'>, 'host': <'localhost'>, 'port': <uint16 25>, 'tls': <'none'>}, handle 0)" },
  { "Import", "(handle 0, 'people', {'consent': <'at the fair'>})" },
  { "SuppressAdd", "(['ben@example.org'], 'all', 'asked')" },
  { "SuppressAdd", "(['*@example.org', '*.example.org'], 'all', '')" },
  { "SuppressImport", "(handle 0, 'all', {'reason': <'asked'>})" },
  { "ContactForget", "('ben@example.org',)" },
  { "AccountTest", "('a',)" },
  { "CampaignRows", "(uint64 1, uint64 0, uint32 100)" },
  { "DraftKeep", "({'subject': <'Hello {{name}}'>, 'text': <'hello'>, 'files': <['a.txt', 'b.txt']>},)" },
  { "DraftShow", "()" },
};

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  house_init ();
  return 0;
}

static guint
count_methods (void)
{
  const GDBusInterfaceInfo *app = pr_app1_interface_info ();
  guint n = 0;

  while (app->methods[n] != NULL)
    n++;
  return n;
}

static void
call_any (House *house, Bytes *bytes, guint which)
{
  const GDBusMethodInfo *method = pr_app1_interface_info ()->methods[which];
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  guint flaw = bytes_take (bytes, 32);
  GVariant *body = flaw == 31 ? bytes_value (bytes, G_VARIANT_TYPE ("(sa{sv}h)"), fds) : bytes_arguments (bytes, method->in_args, fds);

  house_call (house, method->name, body, flaw == 30 ? NULL : fds, flaw < 24);
}

static void
step (House *house, Bytes *bytes, guint n_methods)
{
  guint choice = bytes_take (bytes, 256);

  if (choice < n_methods * 3)
    call_any (house, bytes, choice % n_methods);
  else if (choice == 255)
    house_hang_up (house);
  else if (choice == 254)
    house_restart (house);
  else
    house_call_text (house, sensible[choice % G_N_ELEMENTS (sensible)].method, sensible[choice % G_N_ELEMENTS (sensible)].body);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Bytes bytes = bytes_new (data, size), lies;
  gboolean is_furnished = bytes_take (&bytes, 4) != 0;
  guint n_methods = count_methods ();
  static House house;

  lies = bytes_split (&bytes);
  house_open (&house, is_furnished, &lies, NULL);
  for (guint i = 0; i < CALLS_MAX && !bytes_is_over (&bytes); i++)
    step (&house, &bytes, n_methods);
  house_settle (&house);
  house_close (&house);
  return 0;
}
