/* contract_check() over the tables that contract/checks.py made of the XML. */
#include "contract-watch.h"
#include "contract.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string.h>

#define IMPORT "org.postrider.Import1"

static void
assert_check (const char *interface, const char *member, ContractSide side, GVariant *arguments, int code)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (arguments);
  g_autoptr (GError) error = NULL;
  gboolean is_fine = contract_check (interface, member, side, sunk, &error);

  g_assert_cmpint (is_fine, ==, code < 0);
  if (code >= 0)
    g_assert_error (error, CONTRACT_ERROR, code);
}

static GVariant *
open_call (const char *format, const char *sheet, guint n_map)
{
  GVariantBuilder map;

  g_variant_builder_init (&map, G_VARIANT_TYPE ("a{ss}"));
  for (guint i = 0; i < n_map; i++) {
    g_autofree char *key = g_strdup_printf ("key%u", i);

    g_variant_builder_add (&map, "{ss}", key, "column");
  }
  return g_variant_new ("(hsssssa{ss}@a{ss}ss)", 0, format, "", "", sheet, "auto", &map, g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0), "listed", "listed");
}

static void
test_calls (void)
{
  g_autofree char *long_sheet = g_strnfill (257, 's'), *fits = g_strnfill (256, 's');

  assert_check (IMPORT, "Open", CONTRACT_CALL, open_call ("csv", "Sheet 1", 2), -1);
  assert_check (IMPORT, "Open", CONTRACT_CALL, open_call ("csv", fits, 8), -1);
  assert_check (IMPORT, "Open", CONTRACT_CALL, open_call ("csv", long_sheet, 2), CONTRACT_ERROR_VALUE);
  assert_check (IMPORT, "Open", CONTRACT_CALL, open_call ("csv", "a\nb", 2), CONTRACT_ERROR_VALUE);  /* two lines */
  assert_check (IMPORT, "Open", CONTRACT_CALL, open_call ("c v", "", 2), CONTRACT_ERROR_VALUE);      /* no word */
  assert_check (IMPORT, "Open", CONTRACT_CALL, open_call ("csv", "", 9), CONTRACT_ERROR_VALUE);      /* too many children */
  assert_check (IMPORT, "Open", CONTRACT_CALL, g_variant_new ("(s)", "csv"), CONTRACT_ERROR_TYPE);
  assert_check (IMPORT, "Shut", CONTRACT_CALL, g_variant_new ("()"), CONTRACT_ERROR_UNKNOWN);
  assert_check ("org.postrider.Import2", "Open", CONTRACT_CALL, open_call ("csv", "", 0), CONTRACT_ERROR_UNKNOWN);
  assert_check (IMPORT, "Open", CONTRACT_SIGNAL, open_call ("csv", "", 0), CONTRACT_ERROR_UNKNOWN); /* the wrong side */
}

/* Columns of a campaign: lines, of which those that core makes begin with U+0001. */
static void
test_columns (void)
{
  static const struct {
    const char *column;
    int         code;
  } rows[] = {
    { "City", -1 }, { "\001leave", -1 }, { "", -1 },
    { "le\001ave", CONTRACT_ERROR_VALUE }, { "\001\001leave", CONTRACT_ERROR_VALUE }, { "\002leave", CONTRACT_ERROR_VALUE }, { "\001le\nave", CONTRACT_ERROR_VALUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *columns[] = { rows[i].column, NULL };

    assert_check ("org.postrider.Transport2", "BeginCampaign", CONTRACT_CALL,
                  g_variant_new ("(tu@ay@a{ss}b^as@as@a(sssh))", G_GUINT64_CONSTANT (1), 1, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, "0123456789abcdef", 16, 1),
                                 g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0), FALSE, columns, g_variant_new_strv (NULL, 0),
                                 g_variant_new_array (G_VARIANT_TYPE ("(sssh)"), NULL, 0)), rows[i].code);
  }
}

static void
test_replies (void)
{
  static const char *const bad[] = { "ok", "\x1b[2J", NULL };
  g_autofree char *many = g_malloc0 (8388609);
  const char *none[] = { NULL };
  GVariant *big = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, many, 8388609, 1), *most = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, many, 8388608, 1);
  GVariant *empty = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, many, 0, 1);

  assert_check (IMPORT, "Open", CONTRACT_REPLY, g_variant_new ("(ss^as^as^as)", "csv", "utf-8", none, none, none), -1);
  assert_check (IMPORT, "Open", CONTRACT_REPLY, g_variant_new ("(ss^as^as^as)", "csv", "utf-8", bad, none, none), CONTRACT_ERROR_VALUE); /* inside an array too */
  g_variant_ref_sink (empty);
  assert_check (IMPORT, "Next", CONTRACT_REPLY, g_variant_new ("(@ay@aytb)", most, empty, (guint64) 1, TRUE), -1);
  assert_check (IMPORT, "Next", CONTRACT_REPLY, g_variant_new ("(@ay@aytb)", big, empty, (guint64) 1, TRUE), CONTRACT_ERROR_VALUE);
  g_variant_unref (empty);
  // cppcheck-suppress memleak; the messages took the floating references
}

#define APP "org.postrider.App1"
#define LARGEST ((guint64) G_MAXINT64)
#define TOO_LARGE (LARGEST + 1)

static GVariant *
named (const char *key, guint64 number)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, key, "t", number);
  return g_variant_dict_end (&dict);
}

/* What the store would keep as a negative number is refused: alone, in an array, behind a variant. */
static void
test_numbers (void)
{
  assert_check (APP, "ListRows", CONTRACT_CALL, g_variant_new ("(stu)", "people", LARGEST, 10), -1);
  assert_check (APP, "ListRows", CONTRACT_CALL, g_variant_new ("(stu)", "people", TOO_LARGE, 10), CONTRACT_ERROR_VALUE);
  assert_check (APP, "ListRows", CONTRACT_CALL, g_variant_new ("(stu)", "people", G_MAXUINT64, 10), CONTRACT_ERROR_VALUE);
  assert_check ("org.postrider.Transport2", "Recall", CONTRACT_REPLY, g_variant_new_parsed ("([uint64 1, 9223372036854775807],)"), -1);
  assert_check ("org.postrider.Transport2", "Recall", CONTRACT_REPLY, g_variant_new_parsed ("([uint64 1, 9223372036854775808],)"), CONTRACT_ERROR_VALUE);
  assert_check ("org.postrider.Transport2", "Test", CONTRACT_REPLY, g_variant_new ("(@a{sv})", named ("size", LARGEST)), -1);
  assert_check ("org.postrider.Transport2", "Test", CONTRACT_REPLY, g_variant_new ("(@a{sv})", named ("size", TOO_LARGE)), CONTRACT_ERROR_VALUE);
}

/* Arguments of these types that are empty or zero, but number `large`, which is TOO_LARGE. Returns: floating. */
static GVariant *
make_arguments (const GVariantType *tuple, gsize large)
{
  GVariantBuilder builder;
  gsize i = 0;

  g_variant_builder_init (&builder, tuple);
  for (const GVariantType *at = g_variant_type_first (tuple); at != NULL; at = g_variant_type_next (at), i++) {
    g_autoptr (GBytes) zeros = g_bytes_new_static ("\0\0\0\0\0\0\0", 8);

    if (i == large)
      g_variant_builder_add (&builder, "t", TOO_LARGE);
    else if (g_variant_type_is_array (at))
      g_variant_builder_add_value (&builder, g_variant_new_array (g_variant_type_element (at), NULL, 0));
    else
      g_variant_builder_add_value (&builder, g_variant_new_from_bytes (at, zeros, FALSE));
  }
  return g_variant_builder_end (&builder);
}

/* It is that argument which is refused, and not another one that is empty. */
static void
assert_refuses_argument (const ContractRow *row, GVariant *arguments, gsize argument)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (arguments);
  g_autofree char *words = g_strdup_printf ("argument %" G_GSIZE_FORMAT " ", argument + 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (contract_check (row->interface, row->member, row->side, sunk, &error));
  g_assert_error (error, CONTRACT_ERROR, CONTRACT_ERROR_VALUE);
  g_assert_nonnull (strstr (error->message, words));
}

/* Every paging id and every id of every call and answer, whichever come later. */
static void
test_each_number (void)
{
  guint n = 0;

  for (const ContractRow *row = contract_rows; row->interface != NULL; row++) {
    const GVariantType *tuple = G_VARIANT_TYPE (row->signature);
    gsize i = 0;

    for (const GVariantType *at = g_variant_type_first (tuple); at != NULL; at = g_variant_type_next (at), i++)
      if (g_variant_type_equal (at, G_VARIANT_TYPE_UINT64)) {
        g_test_message ("%s, argument %" G_GSIZE_FORMAT, row->member, i + 1);
        assert_refuses_argument (row, make_arguments (tuple, i), i);
        n++;
      }
  }
  g_assert_cmpuint (n, >=, 20);
}

/* Where a kind of account says what can be set, the contract takes any key that reads as one, of its types; elsewhere none that it does not name. */
static void
test_further (void)
{
  static const struct { const char *member, *dict; gboolean is_fine; } rows[] = {
    { "AccountSet", "{'paper_ink': <'blue'>, 'folded': <true>, 'copies': <@u 3>}", TRUE },
    { "AccountSet", "{'helo': <'a'>, 'x9': <'b'>}", TRUE },
    { "AccountSet", "{'helo': <true>}", FALSE }, /* a key that is named has its own type */
    { "AccountSet", "{'copies': <@q 3>}", FALSE },
    { "AccountSet", "{'copies': <@t 3>}", FALSE },
    { "AccountSet", "{'words': <['a']>}", FALSE },
    { "AccountSet", "{'Ink': <'a'>}", FALSE },
    { "AccountSet", "{'': <'a'>}", FALSE },
    { "AccountSet", "{'*': <'a'>}", FALSE },
    { "AccountSet", "{'a\\nb': <'a'>}", FALSE },
    { "AccountSet", "{'a23456789012345678901234567890123456789012345678901234567890abcde': <'a'>}", FALSE },
    { "CampaignResume", "{'paper_ink': <'blue'>}", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GVariant) dict = g_variant_parse (G_VARIANT_TYPE_VARDICT, rows[i].dict, NULL, NULL, NULL);
    GVariant *tuple = strcmp (rows[i].member, "AccountSet") == 0 ? g_variant_new ("(s@a{sv})", "a", dict) : g_variant_new ("(t@a{sv})", (guint64) 1, dict);
    g_autoptr (GVariant) owned = g_variant_ref_sink (tuple);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", rows[i].dict);
    g_assert_cmpint (contract_check ("org.postrider.App1", rows[i].member, CONTRACT_CALL, owned, &error), ==, rows[i].is_fine);
    if (!rows[i].is_fine)
      g_assert_error (error, CONTRACT_ERROR, CONTRACT_ERROR_VALUE);
  }
}

/* What a kind's settings are is told to its transport as it is set; core's own words for one keep their types. */
static void
test_further_is_told (void)
{
  assert_check ("org.postrider.Transport2", "OpenAccount", CONTRACT_CALL, g_variant_new_parsed ("('smtp', {'host': <'a'>, 'copies': <@u 3>, 'paper_ink': <'blue'>}, @h 0, @h 1, @h 2)"), -1);
  assert_check ("org.postrider.Transport2", "OpenAccount", CONTRACT_CALL, g_variant_new_parsed ("('smtp', {'copies': <[@u 3]>}, @h 0, @h 1, @h 2)"), CONTRACT_ERROR_VALUE);
  assert_check ("org.postrider.Transport2", "OpenAccount", CONTRACT_CALL, g_variant_new_parsed ("('smtp', {'host': <@u 3>}, @h 0, @h 1, @h 2)"), CONTRACT_ERROR_VALUE);
}

/* An answer lacks nothing when it has no further key: a kind of account may have no setting that the contract does not name. */
static void
test_further_may_be_missing (void)
{
  static const char *const named = "'name': <'a'>, 'address': <'a@example.org'>, 'keep': <false>, 'has_password': <false>, 'preset': <''>, 'sure': <''>";
  g_autofree char *whole = g_strdup_printf ("({%s, 'note': <''>}, false)", named);
  g_autofree char *more = g_strdup_printf ("({%s, 'note': <''>, 'copies': <@u 3>}, false)", named);
  g_autofree char *lacking = g_strdup_printf ("({%s, 'copies': <@u 3>}, false)", named);

  assert_check ("org.postrider.App1", "AccountSet", CONTRACT_REPLY, g_variant_new_parsed (whole), -1);
  assert_check ("org.postrider.App1", "AccountSet", CONTRACT_REPLY, g_variant_new_parsed (more), -1);
  assert_check ("org.postrider.App1", "AccountSet", CONTRACT_REPLY, g_variant_new_parsed (lacking), CONTRACT_ERROR_VALUE);
}

/* Each row is complete: a signature for each side, checks for no more arguments than there are. */
static void
test_table (void)
{
  guint n = 0;

  for (const ContractRow *row = contract_rows; row->interface != NULL; row++, n++) {
    g_autofree char *tuple = g_strdup (row->signature);

    g_assert_true (g_variant_type_string_is_valid (tuple));
    g_assert_true (g_variant_type_is_tuple (G_VARIANT_TYPE (tuple)));
    g_assert_cmpuint (g_variant_type_n_items (G_VARIANT_TYPE (tuple)), <=, G_N_ELEMENTS (row->args));
  }
  g_assert_cmpuint (n, >, 20);
}

/* An answer has each key that is not optional, and no other; a call may lack any. */
static void
test_keys (void)
{
  static const struct { const char *member; ContractSide side; const char *arguments; int code; } rows[] = {
    { "SettingsChange", CONTRACT_CALL, "({'keep_days': <@u 7>},)", -1 },
    { "SettingsChange", CONTRACT_CALL, "(@a{sv} {},)", -1 },
    { "SettingsChange", CONTRACT_CALL, "({'keep_day': <@u 7>},)", CONTRACT_ERROR_VALUE },
    { "SettingsChange", CONTRACT_CALL, "({'keep_days': <@t 7>},)", CONTRACT_ERROR_VALUE },
    { "VaultStatus", CONTRACT_REPLY, "({'state': <'open'>, 'slots': <@as []>, 'tier': <'key-file'>, 'opened_by': <''>, 'keyring': <''>, 'text': <''>},)", -1 },
    { "VaultStatus", CONTRACT_REPLY, "({'state': <'open'>, 'slots': <@as []>, 'tier': <'key-file'>, 'opened_by': <''>, 'keyring': <''>},)", CONTRACT_ERROR_VALUE },
    { "VaultStatus", CONTRACT_REPLY, "({'state': <'open'>, 'slots': <@as []>, 'tier': <'key-file'>, 'opened_by': <''>, 'keyring': <''>, 'words': <''>},)", CONTRACT_ERROR_VALUE },
    { "Doctor", CONTRACT_REPLY, "(@aa{sv} [],)", -1 },
    { "Doctor", CONTRACT_REPLY, "([{'what': <'a'>, 'state': <'ok'>, 'text': <''>}, {'what': <'a'>, 'state': <'ok'>}],)", CONTRACT_ERROR_VALUE },
    { "AccountTest", CONTRACT_REPLY, "({'problem': <''>, 'reason': <''>},)", -1 }, /* all others are optional */
    { "AccountTest", CONTRACT_REPLY, "({'problem': <''>},)", CONTRACT_ERROR_VALUE },
    { "LookChanged", CONTRACT_SIGNAL, "({'dark': <true>},)", CONTRACT_ERROR_VALUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s %s", rows[i].member, rows[i].arguments);
    assert_check (APP, rows[i].member, rows[i].side, g_variant_new_parsed (rows[i].arguments), rows[i].code);
  }
}

/* A server under watch says this signal. */
static void
say (const char *signal, const char *arguments)
{
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GSocketConnection) stream = NULL;
  g_autoptr (GSocket) socket = NULL;
  int ends[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
  socket = g_socket_new_from_fd (ends[0], NULL);
  stream = g_socket_connection_factory_create_connection (socket);
  connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL, G_DBUS_CONNECTION_FLAGS_NONE, NULL, NULL, NULL);
  g_assert_nonnull (connection);
  contract_watch (connection);
  g_assert_true (g_dbus_connection_emit_signal (connection, NULL, "/org/postrider", APP, signal, g_variant_new_parsed (arguments), NULL));
  g_dbus_connection_flush_sync (connection, NULL, NULL);
  g_assert_no_errno (close (ends[1]));
}

static void
test_watch_fine (void)
{
  say ("WindowClosed", "(true,)");
}

static void
test_watch_wrong (void)
{
  if (g_test_subprocess ()) {
    say ("LookChanged", "({'dark': <true>},)");
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*LookChanged is said otherwise than the contract has it*");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/base/contract/calls", test_calls);
  g_test_add_func ("/shared/base/contract/columns", test_columns);
  g_test_add_func ("/shared/base/contract/replies", test_replies);
  g_test_add_func ("/shared/base/contract/numbers", test_numbers);
  g_test_add_func ("/shared/base/contract/each-number", test_each_number);
  g_test_add_func ("/shared/base/contract/further", test_further);
  g_test_add_func ("/shared/base/contract/further-is-told", test_further_is_told);
  g_test_add_func ("/shared/base/contract/further-may-be-missing", test_further_may_be_missing);
  g_test_add_func ("/shared/base/contract/table", test_table);
  g_test_add_func ("/shared/base/contract/keys", test_keys);
  g_test_add_func ("/shared/base/contract/watch-fine", test_watch_fine);
  g_test_add_func ("/shared/base/contract/watch-wrong", test_watch_wrong);
  return g_test_run ();
}
