/* A whole core in this process: calls that no client of ours makes, octets that are no D-Bus, peers that lie. What must hold in each case
 * (the contract's errors, an answer where one is due, a whole store) is in helpers/fixture; here stands what else does. */
#include "app-question.h"
#include "app.h"
#include "contract.h"
#include "fault.h"
#include "fixture.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <unistd.h>

static Fixture fixture;

static void
open_fixture (const guint8 *lies, gsize len, const char *liar)
{
  static Bytes bytes;

  bytes = bytes_new (lies, len);
  fixture_open (&fixture, TRUE, &bytes, liar);
}

/* --- descriptors --- */

/* A handle is a number that the caller writes: it may name a descriptor that did not come. */
static const struct { const char *method, *body; } handles[] = {
  { "Import", "(handle 7, 'people', @a{sv} {})" },
  { "Import", "(handle -1, 'people', @a{sv} {})" },
  { "AccountSecret", "('a', handle 7)" },
  { "AccountAdd", "('c', {'address': <'ann@example.org'>, 'host': <'localhost'>, 'tls': <'none'>}, handle 7)" },
  { "VaultUnlock", "(handle 7,)" },
  { "VaultProtect", "(handle -5,)" },
  { "VaultSlotAdd", "('passphrase', handle 7)" },
  { "VaultSlotChange", "('passphrase', handle 7)" },
  { "CampaignPrepare", "({'account': <'a'>, 'lists': <['people']>, 'subject': <'s'>, 'text': <'t'>}, [('attach', 'a.txt', 'text/plain', handle 7)])" },
};

static void
test_handles (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (handles); i++) {
    open_fixture (NULL, 0, NULL);
    fixture_call_text (&fixture, handles[i].method, handles[i].body);
    g_assert_cmpint (fixture.code, ==, FAULT_USAGE);
    fixture_call (&fixture, handles[i].method, g_variant_new_parsed (handles[i].body), NULL, TRUE); /* and none at all */
    g_assert_cmpint (fixture.code, ==, FAULT_USAGE);
    fixture_close (&fixture);
  }
}

/* --- the mode in which they were opened --- */

static const struct { const char *method, *body; } readers[] = {
  { "Import", "(handle 0, 'people', @a{sv} {})" },
  { "ImportLook", "(handle 0, @a{sv} {})" },
  { "AccountAdd", "('c', {'address': <'ann@example.org'>, 'host': <'localhost'>, 'tls': <'none'>}, handle 0)" },
  { "AccountSecret", "('a', handle 0)" },
  { "VaultUnlock", "(handle 0,)" },
  { "CampaignPrepare", "({'account': <'a'>, 'lists': <['people']>, 'from': <'Ann <ann@example.org>'>, 'subject': <'s'>, 'text': <'t'>}, "
                       "[('attach', 'a.txt', 'text/plain', handle 0)])" },
  { "MessagePreview", "({'subject': 's', 'text': 't'}, '', [('attach', 'a.txt', 'text/plain', handle 0)])" },
};

/* Returns: the code of the answer. */
static int
call_with (gsize i, const char *path, int flags)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int fd = open (path, flags | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (g_unix_fd_list_append (fds, fd, NULL), ==, 0);
  close (fd);
  fixture_call (&fixture, readers[i].method, g_variant_new_parsed (readers[i].body), fds, TRUE);
  return fixture.code;
}

/* A path (O_PATH) is no right to read, nor is one to write: core must not read for whoever holds only that. */
static void
test_modes (void)
{
  g_autofree char *path = NULL;
  int made = g_file_open_tmp ("modes-XXXXXX", &path, NULL);

  g_assert_cmpint (write (made, "email\nann@example.org\n", 22), ==, 22);
  close (made);
  open_fixture (NULL, 0, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (readers); i++) {
    g_test_message ("%s", readers[i].method);
    g_assert_cmpint (call_with (i, path, O_PATH), ==, FAULT_NO_INPUT);
    g_assert_cmpint (call_with (i, path, O_WRONLY), ==, FAULT_NO_INPUT);
    g_assert_cmpint (call_with (i, path, O_RDONLY), !=, FAULT_NO_INPUT);
  }
  fixture_close (&fixture);
  unlink (path);
}

/* --- the letter that is being written --- */

static void
keep_letter (const char *key, gsize octets, int code)
{
  g_autofree char *text = g_strnfill (octets, 'a'), *body = g_strdup_printf ("({'%s': <'%s'>},)", key, text);

  fixture_call_text (&fixture, "DraftKeep", body);
  g_assert_cmpint (fixture.code, ==, code);
}

static void
test_draft (void)
{
  static const struct { const char *body; int code; } rows[] = {
    { "(@a{sv} {},)", 0 },
    { "({'subject': <'s'>, 'html': <'<p>'>, 'text': <'a\nb'>, 'is_html': <true>, 'own_text': <true>, 'template': <'t'>, 'files': <['a.pdf', 'b.png']>},)", 0 },
    { "({'files': <['a\nb']>},)", FAULT_DATA },  /* two lines in the store */
    { "({'files': <['a\a']>},)", FAULT_USAGE },  /* the contract's form */
    { "({'files': <'a.pdf'>},)", FAULT_USAGE },
    { "({'subject': <7>},)", FAULT_USAGE },
    { "({'from': <'ann@example.org'>},)", FAULT_USAGE },
    { "({'changed': <int64 7>},)", FAULT_USAGE }, /* core's own */
  };

  open_fixture (NULL, 0, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    fixture_call_text (&fixture, "DraftKeep", rows[i].body);
    g_assert_cmpint (fixture.code, ==, rows[i].code);
    fixture_call_text (&fixture, "DraftShow", "()");
    g_assert_cmpint (fixture.code, ==, 0);
  }
  keep_letter ("subject", 8192, 0);
  keep_letter ("subject", 8193, FAULT_DATA);
  keep_letter ("html", 4 * 1024 * 1024, 0);
  keep_letter ("html", 4 * 1024 * 1024 + 1, FAULT_DATA);
  keep_letter ("text", 4 * 1024 * 1024 + 1, FAULT_DATA);
  keep_letter ("template", 129, FAULT_DATA);
  for (int i = 0; i < 2; i++) { /* the second time there is none */
    fixture_call_text (&fixture, "DraftDrop", "()");
    g_assert_cmpint (fixture.code, ==, 0);
  }
  fixture_close (&fixture);
}

/* --- what the window's person is asked --- */

/* What is marked as more than harmless is asked in words of core's, and nothing else is. */
static void
test_marked (void)
{
  guint asked = 0;

  for (const ContractRow *row = contract_rows; row->interface != NULL; row++) {
    gboolean is_marked = row->effect == CONTRACT_EFFECT_LEAVES || row->effect == CONTRACT_EFFECT_IRREVERSIBLE;

    if (row->side != CONTRACT_CALL || strcmp (row->interface, "org.postrider.App1") != 0)
      continue;
    g_test_message ("%s", row->member);
    g_assert_cmpint (app_question_has (row->member), ==, is_marked);
    g_assert_cmpint (row->exposure == CONTRACT_EXPOSED_PAGE, ==, row->effect != CONTRACT_EFFECT_NONE);
    asked += is_marked;
  }
  g_assert_cmpuint (asked, >, 10);
}

/* --- octets --- */

static void
say (const char *after)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture_get_socket ());
  g_autofree char *uid = g_strdup_printf ("%u", getuid ());
  g_autoptr (GString) hex = g_string_new ("");
  g_autofree char *greeting = NULL;

  for (const char *p = uid; *p != '\0'; p++)
    g_string_append_printf (hex, "%02x", (guint) *p);
  greeting = g_strdup_printf ("AUTH EXTERNAL %s\r\nBEGIN\r\n%s", hex->str, after);
  g_assert_true (g_socket_connect (socket, address, NULL, NULL));
  g_assert_cmpint (g_socket_send (socket, "", 1, NULL, NULL), ==, 1);
  g_assert_cmpint (g_socket_send (socket, greeting, strlen (greeting), NULL, NULL), ==, strlen (greeting));
  g_socket_shutdown (socket, FALSE, TRUE, NULL);
  for (gint64 until_us = g_get_monotonic_time () + 120 * G_USEC_PER_SEC; g_socket_condition_check (socket, G_IO_HUP) == 0;) {
    g_assert_cmpint (g_get_monotonic_time (), <, until_us); /* core hangs up on it */
    g_main_context_iteration (NULL, FALSE);
  }
}

/* GDBus hangs up on the first octets before core has heard of the connection: its end is told to nobody, and core would have a client
 * for ever, and never leave for want of one. */
static void
test_octets (void)
{
  open_fixture (NULL, 0, NULL);
  fixture_call_text (&fixture, "Hello", "()");
  g_assert_cmpuint (app_get_client_count (fixture.core.app), ==, 1);
  for (int i = 0; i < 20; i++)
    say ("this is no message of D-Bus");
  g_assert_cmpuint (app_get_client_count (fixture.core.app), ==, 1);
  fixture_call_text (&fixture, "Hello", "()");
  fixture_close (&fixture);
}

/* --- peers --- */

#define PREPARE "({'account': <'a'>, 'lists': <['people']>, 'subject': <'s'>, 'text': <'t'>, 'again': <true>}, @a(sssh) [])"

/* The octets are those of helpers/fixture/stand-in.c: 0 is honest. At the start two choices are made, then one for each call. */
static const struct {
  const char *name, *liar, *method, *body;
  guint8      lies[8];
  int         code, or_code; /* 0: an answer. Who leaves at once may have been met before, or not */
} lies[] = {
  { "honest", "smtp", "CampaignPrepare", PREPARE, { 0 }, 0 }, /* the control */
  { "honest/look", "import", "ImportLook", "(handle 0, @a{sv} {})", { 0 }, 0 },
  /* hangs up between its greeting and core's first question */
  { "leaves-at-once/prepare", "smtp", "CampaignPrepare", PREPARE, { 0, 3 }, FAULT_TEMP, FAULT_OS },
  { "leaves-at-once/import", "import", "Import", "(handle 0, 'people', @a{sv} {})", { 0, 3 }, FAULT_OS, FAULT_OS },
  { "leaves-at-once/test", "smtp", "AccountTest", "('a',)", { 0, 3 }, FAULT_UNAVAILABLE, FAULT_OS },
  { "leaves-at-once/sink", "sink", "SinkStart", "(uint16 0, '/', @a{sv} {})", { 0, 3 }, FAULT_TEMP, FAULT_OS },
  { "nonsense-at-once/prepare", "smtp", "CampaignPrepare", PREPARE, { 2 }, FAULT_TEMP },
  /* serves no such object: GDBus's own error has the peer's words, and is no fault of core's */
  { "empty/prepare", "smtp", "CampaignPrepare", PREPARE, { 0, 1 }, FAULT_PROTOCOL },
  { "empty/inspect", "smtp", "TemplateInspect", "('s', '', 't')", { 0, 1 }, FAULT_PROTOCOL },
  { "empty/sink", "sink", "SinkStart", "(uint16 0, '/', @a{sv} {})", { 0, 1 }, FAULT_PROTOCOL },
};

static void
test_lie (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  open_fixture (lies[i].lies, sizeof lies[i].lies, lies[i].liar);
  fixture_call_text (&fixture, lies[i].method, lies[i].body);
  fixture_await (&fixture);
  if (fixture.code != lies[i].or_code || lies[i].or_code == 0)
    g_assert_cmpint (fixture.code, ==, lies[i].code);
  fixture_close (&fixture);
}

/* The same in the middle of a campaign: the lane waits and tries again, or pauses. */
static void
test_lane (void)
{
  static const guint8 at_once[] = { 0, 0, 0, 0, 3 }; /* the composer is honest; the lane's transport leaves */

  open_fixture (at_once, sizeof at_once, "smtp");
  fixture_call_text (&fixture, "CampaignPrepare", PREPARE);
  g_assert_cmpint (fixture.code, ==, 0);
  fixture_call_text (&fixture, "CampaignStart", "(uint64 1,)");
  fixture_call_text (&fixture, "CampaignShow", "(uint64 1,)");
  g_assert_cmpint (fixture.code, ==, 0);
  fixture_close (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  g_test_add_func ("/core/app/app/marked", test_marked);
  g_test_add_func ("/core/app/app/handles", test_handles);
  g_test_add_func ("/core/app/app/modes", test_modes);
  g_test_add_func ("/core/app/app/draft", test_draft);
  g_test_add_func ("/core/app/app/octets", test_octets);
  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++) {
    g_autofree char *path = g_strconcat ("/core/app/app/liar/", lies[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_lie);
  }
  g_test_add_func ("/core/app/app/liar/lane", test_lane);
  return g_test_run ();
}
