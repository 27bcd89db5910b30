/* The table of kinds. A second kind is added here by its rows alone: kinds[] below is linked in place of core/account/kinds.c. */
#include "account-settings.h"
#include "account.h"
#include "kind-smtp.h"

#include "database-open.h"
#include "database.h"
#include "fault.h"
#include <string.h>

/* --- a kind of this test's own --- */

static const SettingChoice ink_choices[] = { { "black", "Black" }, { "blue", "Blue" }, { NULL, NULL } };

static char *
check_box (const char *text, GError **error)
{
  if (g_ascii_isdigit (*text))
    return g_ascii_strup (text, -1);
  g_set_error_literal (error, FAULT, FAULT_USAGE, "--box begins with a digit");
  return NULL;
}

static const KindSetting paper_settings[] = {
  { .key = "box", .type = "s", .is_required = TRUE, .most = 8, .check = check_box, .marks = SETTING_TOLD | SETTING_PLACE | SETTING_PRIVATE, .group = "server",
    .label = "Box", .hint = "On the door.", .value = "BOX", .help = "where letters are put" },
  { .key = "paper_ink", .type = "s", .fallback = "black", .choices = ink_choices, .marks = SETTING_TOLD, .group = "server", .label = "Ink", .value = "WORD", .help = "black | blue" },
  { .key = "copies", .type = "u", .least = 1, .most = 9, .marks = SETTING_TOLD, .value = "N", .help = "of each letter" },
  { .key = "reply_box", .type = "s", .fallback = SETTING_IS_ADDRESS, .value = "BOX", .help = "where answers go" },
  { .key = "folded", .type = "b", .marks = SETTING_TOLD, .group = "server", .label = "Folded", .help = "fold each letter" },
  { .key = "per_week", .type = "u", .fallback = "40", .group = "limits", .label = "At most a week", .seconds = 604800, .unit = KIND_UNIT_PERSON, .pool = KIND_POOL_ADDRESS,
    .value = "N", .help = "people in any week, at most" },
  { .key = NULL },
};

static const KindEndpoint paper_endpoints[] = {
  { .word = "office", .host = "office.example.org", .port = 443 },
  { .word = "box", .host_key = "box", .port_key = "copies" },
  { .word = NULL },
};

static const AccountKind kind_paper = {
  .word = "paper", .title = "Letters", .program = "paper", .address = KIND_ADDRESS_PHONE, .message = KIND_MESSAGE_CHAT, .secret = KIND_SECRET_TOKEN,
  .traits = KIND_CAN_RECEIPTS | KIND_IS_RISKY, .settings = paper_settings, .endpoints = paper_endpoints,
};

static const AccountKind kind_free = {
  .word = "free", .title = "No secret", .program = "free", .address = KIND_ADDRESS_EMAIL, .secret = KIND_SECRET_NONE,
  .settings = (const KindSetting[]){ { .key = NULL } },
};

const AccountKind *const kinds[] = { &kind_smtp, &kind_paper, &kind_free, NULL };

/* --- rules that each row has to keep --- */

static void
check_row (const AccountKind *kind, const KindSetting *row)
{
  gboolean is_flag = strcmp (row->type, "b") == 0;

  g_assert_true (strlen (row->type) == 1 && strchr ("sbqu", *row->type) != NULL);
  g_assert_true (kind_find_setting (kind, row->key) == row);     /* no key twice */
  g_assert_true (g_str_is_ascii (row->key) && strchr (row->key, '-') == NULL);
  g_assert_nonnull (row->help);
  g_assert_true (is_flag == (row->value == NULL));
  g_assert_true ((row->group != NULL) == (row->label != NULL)); /* what the page asks for it can name */
  g_assert_true (row->group == NULL || strcmp (row->group, row->seconds > 0 ? "limits" : "server") == 0 || (row->seconds == 0 && strcmp (row->group, "login") == 0));
  g_assert_true (*row->type != 'q' || strcmp (row->key, SETTING_PORT) == 0); /* the page's bridge makes a u of a number that the contract does not name */
  g_assert_true (row->seconds == 0 || (strcmp (row->type, "u") == 0 && g_str_has_prefix (row->key, "per_")));
  g_assert_true (row->choices == NULL || *row->type == 's');
}

static void
test_rows (void)
{
  for (const AccountKind *const *kind = kinds; *kind != NULL; kind++) {
    guint n_limits = 0;

    g_assert_true (kind_find ((*kind)->word) == *kind);
    for (const KindSetting *row = (*kind)->settings; row->key != NULL; row++) {
      check_row (*kind, row);
      n_limits += row->seconds > 0;
    }
    g_assert_cmpuint (n_limits, <=, ACCOUNT_LIMITS_MAX);
    for (const KindEndpoint *row = (*kind)->endpoints; row != NULL && row->word != NULL; row++) {
      g_assert_true (row->host_key != NULL ? kind_find_setting (*kind, row->host_key) != NULL : row->host != NULL);
      g_assert_true (row->port_key != NULL ? kind_find_setting (*kind, row->port_key) != NULL : row->port != 0);
    }
  }
  g_assert_null (kind_find ("telegram"));
  g_assert_true (kinds[0] == &kind_smtp); /* what an account is of whose kind nobody speaks */
}

/* --- an account of it, by the rows alone --- */

#define PAPER "'kind': <'paper'>, 'address': <'+49301234567'>"
#define BOX PAPER ", 'box': <'7b'>"
static const struct { const char *settings; int code; const char *words; } bad[] = {
  { "{" PAPER "}", FAULT_USAGE, "--box is missing" },
  { "{" PAPER ", 'box': <'x'>}", FAULT_USAGE, "begins with a digit" },
  { "{" PAPER ", 'box': <'123456789'>}", FAULT_USAGE, "--box has at most 8 octets" },
  { "{" PAPER ", 'box': <'1\\n2'>}", FAULT_USAGE, "on one line" },
  { "{" BOX ", 'paper_ink': <'red'>}", FAULT_USAGE, "--paper-ink is black or blue" },
  { "{" BOX ", 'copies': <uint32 10>}", FAULT_USAGE, "--copies is a number from 1 to 9" },
  { "{" BOX ", 'host': <'smtp.example.org'>}", FAULT_USAGE, "does not exist" }, /* another kind's */
  { "{" BOX ", 'folded': <'yes'>}", FAULT_USAGE, "wrong type" },
  { "{'kind': <'paper'>, 'address': <'ann@example.org'>, 'box': <'7'>}", FAULT_DATA, "number" },
  { "{'kind': <'free'>, 'address': <'+49301234567'>}", FAULT_DATA, "address" },
  { "{'kind': <'telegram'>, 'address': <'ann@example.org'>}", FAULT_USAGE, "telegram" },
};

static Account *
parse (const char *text, GError **error)
{
  g_autoptr (GVariant) settings = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
  const Preset *preset = NULL;

  g_assert_nonnull (settings);
  return account_settings_parse ("box", settings, &preset, error);
}

static Account *
parse_fine (const char *text)
{
  g_autoptr (GError) error = NULL;
  Account *account = parse (text, &error);

  g_assert_no_error (error);
  return account;
}

static void
test_settings (void)
{
  g_autoptr (Account) paper = parse_fine ("{" BOX ", 'copies': <uint32 3>, 'folded': <true>, 'has_password': <true>, 'keep': <true>}");
  g_autoptr (Account) free_of_secrets = parse_fine ("{'kind': <'free'>, 'address': <'ann@example.org'>, 'has_password': <true>, 'keep': <true>}");

  g_assert_cmpstr (account_get_text (paper, "box"), ==, "7B"); /* as its check made it */
  g_assert_cmpstr (account_get_text (paper, "paper_ink"), ==, "black");
  g_assert_cmpstr (account_get_text (paper, "reply_box"), ==, "+49301234567");
  g_assert_cmpuint (account_get_number (paper, "copies"), ==, 3);
  g_assert_true (account_get_flag (paper, "folded"));
  g_assert_cmpuint (account_get_limit (paper, 604800), ==, 40);
  g_assert_true (paper->needs_password && paper->keeps_password);
  g_assert_false (free_of_secrets->needs_password || free_of_secrets->keeps_password);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (parse (bad[i].settings, &error));
    g_assert_error (error, FAULT, bad[i].code);
    g_assert_nonnull (strstr (error->message, bad[i].words));
  }
}

static void
test_change (void)
{
  g_autoptr (Account) before = parse_fine ("{" BOX ", 'paper_ink': <'blue'>, 'per_week': <uint32 7>, 'has_password': <true>, 'keep': <true>}");
  g_autoptr (GVariant) ink = g_variant_parse (NULL, "{'paper_ink': <'black'>}", NULL, NULL, NULL), box = g_variant_parse (NULL, "{'box': <'8'>}", NULL, NULL, NULL);
  const Preset *preset = NULL;
  g_autoptr (Account) same_place = account_settings_change (before, ink, &preset, NULL), moved = account_settings_change (before, box, &preset, NULL);

  g_assert_cmpstr (account_get_text (same_place, "paper_ink"), ==, "black");
  g_assert_cmpstr (account_get_text (same_place, "box"), ==, "7B");
  g_assert_cmpuint (account_get_limit (same_place, 604800), ==, 7);
  g_assert_true (same_place->kind == &kind_paper && same_place->keeps_password);
  g_assert_false (account_is_asked (before, same_place));
  g_assert_true (account_is_asked (before, moved)); /* a row that is a place */
}

/* Its transport is told what the rows say, and may be connected to what the table says: never to a name of its own. */
static void
test_transport (void)
{
  g_autoptr (Account) paper = parse_fine ("{" BOX ", 'copies': <uint32 9>}"), smtp = parse_fine ("{'address': <'ann@gmail.com'>}");
  g_autoptr (GVariant) told = g_variant_ref_sink (account_to_transport_settings (paper, "me.example.org"));
  g_autoptr (GVariant) wanted = g_variant_parse (NULL, "{'box': <'7B'>, 'paper_ink': <'black'>, 'copies': <@u 9>, 'folded': <false>}", NULL, NULL, NULL);
  g_autofree char *place = account_describe_place (paper);
  const char *host = "untouched";
  guint16 port = 7;

  g_assert_cmpvariant (told, wanted);
  g_assert_false (account_wants_own_name (paper));
  g_assert_cmpstr (place, ==, "Letters");
  g_assert_false (account_get_endpoint (paper, 2, &host, &port));
  g_assert_false (account_get_endpoint (paper, G_MAXUINT, &host, &port));
  g_assert_cmpstr (host, ==, "untouched");
  g_assert_true (account_get_endpoint (paper, 0, &host, &port));
  g_assert_cmpstr (host, ==, "office.example.org");
  g_assert_cmpuint (port, ==, 443);
  g_assert_true (account_get_endpoint (paper, 1, &host, &port));
  g_assert_cmpstr (host, ==, "7B");
  g_assert_true (account_get_endpoint (smtp, 0, &host, &port));
  g_assert_cmpstr (host, ==, "smtp.gmail.com");
  g_assert_cmpuint (port, ==, 587);
  account_set_text (smtp, SETTING_HOST, "");
  g_assert_false (account_get_endpoint (smtp, 0, &host, &port));
}

/* --- in the store --- */

static void
test_store (void)
{
  g_autoptr (GError) error = NULL;
  Core core = { .database = database_open (":memory:", &error) };
  g_autoptr (Account) paper = parse_fine ("{" BOX ", 'copies': <uint32 2>}"), plain = parse_fine ("{'kind': <'free'>, 'address': <'ann@example.org'>}"), back = NULL;
  g_autoptr (GPtrArray) all = NULL;

  g_assert_true (account_add (&core, plain, NULL, &error));
  paper->needs_password = FALSE; /* no vault here */
  g_free (paper->name);
  paper->name = g_strdup ("paper");
  g_assert_true (account_add (&core, paper, NULL, &error));
  g_assert_no_error (error);
  back = account_load (&core, "paper", &error);
  g_assert_true (back->kind == &kind_paper);
  g_assert_cmpstr (account_get_text (back, "box"), ==, "7B");
  g_assert_cmpuint (account_get_number (back, "copies"), ==, 2);

  /* of a version that has more kinds: it is said, and the others are still there */
  g_assert_true (database_run (core.database, &error, "UPDATE account SET kind='telegram' WHERE name='paper'", ""));
  g_assert_null (account_load (&core, "paper", &error));
  g_assert_error (error, FAULT, FAULT_CONFIG);
  g_clear_error (&error);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*telegram*");
  all = account_load_all (&core, &error);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, 1);
  database_close (core.database);
}

/* --- as it is handed out --- */

static void
test_describe (void)
{
  g_autoptr (GVariant) all = g_variant_ref_sink (kinds_describe ()), paper = NULL, rows = NULL, ink = NULL, week = NULL, wanted = NULL;
  g_auto (GStrv) can = NULL, endpoints = NULL;
  const char *word = NULL;

  g_assert_cmpuint (g_variant_n_children (all), ==, 3);
  paper = g_variant_get_child_value (all, 1);
  g_assert_true (g_variant_lookup (paper, "word", "&s", &word) && strcmp (word, "paper") == 0);
  g_assert_true (g_variant_lookup (paper, "address", "&s", &word) && strcmp (word, "phone") == 0);
  g_assert_true (g_variant_lookup (paper, "message", "&s", &word) && strcmp (word, "chat") == 0);
  g_assert_true (g_variant_lookup (paper, "secret", "&s", &word) && strcmp (word, "token") == 0);
  g_assert_true (g_variant_lookup (paper, "can", "^as", &can) && g_strv_equal ((const char *const *) can, (const char *const[]){ "receipts", "risky", NULL }));
  g_assert_true (g_variant_lookup (paper, "endpoints", "^as", &endpoints) && g_strv_equal ((const char *const *) endpoints, (const char *const[]){ "office", "box", NULL }));
  rows = g_variant_lookup_value (paper, "settings", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (rows), ==, G_N_ELEMENTS (paper_settings) - 1);
  ink = g_variant_get_child_value (rows, 1);
  wanted = g_variant_parse (NULL, "{'key': <'paper_ink'>, 'type': <'s'>, 'required': <false>, 'fallback': <'black'>, 'least': <@u 0>, 'most': <@u 0>, 'words': <['black', 'blue']>,"
    " 'labels': <['Black', 'Blue']>, 'place': <false>, 'group': <'server'>, 'when': <''>, 'label': <'Ink'>, 'hint': <''>, 'value': <'WORD'>, 'help': <'black | blue'>,"
    " 'seconds': <@u 0>, 'unit': <''>, 'pool': <''>}", NULL, NULL, NULL);
  g_assert_cmpvariant (ink, wanted);
  week = g_variant_get_child_value (rows, 5);
  g_assert_true (g_variant_lookup (week, "unit", "&s", &word) && strcmp (word, "person") == 0);
  g_assert_true (g_variant_lookup (week, "pool", "&s", &word) && strcmp (word, "address") == 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/account/kind/rows", test_rows);
  g_test_add_func ("/core/account/kind/settings", test_settings);
  g_test_add_func ("/core/account/kind/change", test_change);
  g_test_add_func ("/core/account/kind/transport", test_transport);
  g_test_add_func ("/core/account/kind/store", test_store);
  g_test_add_func ("/core/account/kind/describe", test_describe);
  return g_test_run ();
}
