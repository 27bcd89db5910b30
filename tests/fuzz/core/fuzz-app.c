/* Any calls of App1 in any order, with any arguments of the right type (and some of the wrong one), upon an empty core and upon one with
 * people and an account; its peers are honest until the octets at the end say otherwise. What must hold is in fixture.c. */
#include "contract-app1.h"
#include "fixture.h"

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
  fixture_init ();
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
call_any (Fixture *fixture, Bytes *bytes, guint which)
{
  const GDBusMethodInfo *method = pr_app1_interface_info ()->methods[which];
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  guint flaw = bytes_take (bytes, 32);
  GVariant *body = flaw == 31 ? bytes_value (bytes, G_VARIANT_TYPE ("(sa{sv}h)"), fds) : bytes_arguments (bytes, method->in_args, fds);

  fixture_call (fixture, method->name, body, flaw == 30 ? NULL : fds, flaw < 24);
}

static void
step (Fixture *fixture, Bytes *bytes, guint n_methods)
{
  guint choice = bytes_take (bytes, 256);

  if (choice < n_methods * 3)
    call_any (fixture, bytes, choice % n_methods);
  else if (choice == 255)
    fixture_hang_up (fixture);
  else if (choice == 254)
    fixture_restart (fixture);
  else
    fixture_call_text (fixture, sensible[choice % G_N_ELEMENTS (sensible)].method, sensible[choice % G_N_ELEMENTS (sensible)].body);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Bytes bytes = bytes_new (data, size), lies;
  gboolean is_furnished = bytes_take (&bytes, 4) != 0;
  guint n_methods = count_methods ();
  static Fixture fixture;

  lies = bytes_split (&bytes);
  fixture_open (&fixture, is_furnished, &lies, NULL);
  for (guint i = 0; i < CALLS_MAX && !bytes_is_over (&bytes); i++)
    step (&fixture, &bytes, n_methods);
  fixture_settle (&fixture);
  fixture_close (&fixture);
  return 0;
}
