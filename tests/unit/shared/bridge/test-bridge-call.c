#include "bridge-call.h"
#include "fault.h"
#include "page-address.h"
#include <string.h>

/* given: the page's tuple as text; call: what core gets, NULL: refused. File 5 is known, as handle 1. */
static const struct {
  const char *member, *given, *call;
} rows[] = {
  { "TemplateShow", "('t',)", "('t',)" },
  { "TemplateShow", "(7,)", NULL },
  { "TemplateShow", "()", NULL },
  { "TemplateShow", "('t', 't')", NULL },
  { "TemplateShow", "('a\\nb',)", NULL },
  { "Import", "(uint32 5, 'l', @a{sv} {})", "(handle 1, 'l', {})" },
  { "Import", "(uint32 6, 'l', @a{sv} {})", NULL }, /* no such file */
  { "Import", "(handle 0, 'l', @a{sv} {})", NULL }, /* a handle is not the page's to give */
  { "Import", "(uint32 5, 'l', {'dry_run': <true>})", "(handle 1, 'l', {'dry_run': <true>})" },
  { "Import", "(uint32 5, 'l', {'dry_run': <1>})", NULL },
  { "Import", "(uint32 5, 'l', {'path': <'/etc/passwd'>})", NULL },
  { "AccountSecret", "('office',)", "('office', handle 9)" },
  { "AccountSecret", "('office', handle 0)", NULL },
  { "VaultUnlock", "()", "(handle 9,)" },
  { "MessagePreview", "(@a{ss} {}, '', [('inline', 'a', 'b', uint32 5), ('attach', 'a', 'b', 5)])",
    "({}, '', [('inline', 'a', 'b', handle 1), ('attach', 'a', 'b', 1)])" },
  { "MessagePreview", "(@a{ss} {}, '', [('inline', 'a', 'b', uint32 4)])", NULL },
  { "MessagePreview", "(@a{ss} {}, '', @a(sssu) [])", "({}, '', [])" },
};

static gint32
file_cb (guint32 number, gpointer data)
{
  return number == 5 ? 1 : -1;
}

static void
test_resolve (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GVariant) given = g_variant_parse (NULL, rows[i].given, NULL, NULL, NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) call = bridge_call_resolve (bridge_call_find (rows[i].member, CONTRACT_CALL), given, file_cb, NULL, 9, &error);
    g_autoptr (GVariant) wanted =
        rows[i].call != NULL && call != NULL ? g_variant_parse (g_variant_get_type (call), rows[i].call, NULL, NULL, NULL) : NULL;

    g_test_message ("%s %s", rows[i].member, rows[i].given);
    g_assert_true ((call != NULL) == (rows[i].call != NULL));
    if (call == NULL)
      g_assert_error (error, FAULT, FAULT_USAGE);
    else
      g_assert_true (wanted != NULL && g_variant_equal (call, wanted));
  }
}

/* Octets that are no well-formed value of their type are refused, not repaired. */
static void
test_not_normal (void)
{
  static const guint8 octets[] = { 'x', 0xff, 0x00, 0x01 };
  g_autoptr (GVariant) given = g_variant_ref_sink (g_variant_new_from_data (G_VARIANT_TYPE ("(s)"), octets, sizeof octets, FALSE, NULL, NULL));
  g_autoptr (GVariant) call = bridge_call_resolve (bridge_call_find ("TemplateShow", CONTRACT_CALL), given, NULL, NULL, 0, NULL);

  g_assert_null (call);
}

static void
test_find (void)
{
  g_assert_nonnull (bridge_call_find ("Lists", CONTRACT_CALL));
  g_assert_nonnull (bridge_call_find ("ShowMail", CONTRACT_CALL));
  g_assert_nonnull (bridge_call_find ("CampaignChanged", CONTRACT_SIGNAL));
  g_assert_null (bridge_call_find ("CampaignChanged", CONTRACT_CALL));
  g_assert_null (bridge_call_find ("DeskChoose", CONTRACT_CALL)); /* the shell's own */
  g_assert_null (bridge_call_find ("SinkStart", CONTRACT_CALL));
  g_assert_null (bridge_call_find ("WindowRaise", CONTRACT_SIGNAL));
  g_assert_null (bridge_call_find (NULL, CONTRACT_CALL));
}

/* A name alone says which method is meant: no two that the page may use are alike, and each shape is one that the bridge can carry. */
static void
test_table (void)
{
  for (const ContractRow *row = contract_rows; row->interface != NULL; row++) {
    g_autofree char *signature = row->exposure == CONTRACT_EXPOSED_PAGE ? bridge_call_signature (row) : NULL;

    if (signature == NULL)
      continue;
    g_assert_true (bridge_call_find (row->member, row->side) == row);
    g_assert_true (strcmp (row->interface, BRIDGE_APP) == 0 || strcmp (row->interface, BRIDGE_WINDOW) == 0);
    g_assert_null (strchr (signature, 'h'));
    if (row->side != CONTRACT_CALL)
      g_assert_null (strchr (row->signature, 'h')); /* nothing comes back to the page as a file */
  }
}

static const struct {
  const char *address;
  gboolean    is_page, is_mail;
} addresses[] = {
  { "app://postrider/", TRUE, FALSE },
  { "app://postrider/#campaigns/7", TRUE, FALSE },
  { "app://postrider", FALSE, FALSE },
  { "app://postrider/?x", FALSE, FALSE },
  { "app://postrider/index.html", FALSE, FALSE },
  { "app://postrider//", FALSE, FALSE },
  { "app://postrider.evil/", FALSE, FALSE },
  { "app://evil@postrider/", FALSE, FALSE },
  { "APP://postrider/", FALSE, FALSE },
  { "app://mail/0123456789abcdef0123456789abcdef", FALSE, TRUE },
  { "app://mail/0123456789ABCDEF0123456789abcdef", FALSE, FALSE },
  { "app://mail/0123456789abcdef0123456789abcde", FALSE, FALSE },
  { "app://mail/0123456789abcdef0123456789abcdef0", FALSE, FALSE },
  { "app://mail/0123456789abcdef0123456789abcdef#", FALSE, FALSE },
  { "app://mail/", FALSE, FALSE },
  { "about:blank", FALSE, FALSE },
  { "", FALSE, FALSE },
  { NULL, FALSE, FALSE },
};

static void
test_addresses (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++) {
    g_assert_cmpint (page_address_is_page (addresses[i].address), ==, addresses[i].is_page);
    g_assert_cmpint (page_address_is_mail (addresses[i].address), ==, addresses[i].is_mail);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/bridge/bridge-call/resolve", test_resolve);
  g_test_add_func ("/shared/bridge/bridge-call/not-normal", test_not_normal);
  g_test_add_func ("/shared/bridge/bridge-call/find", test_find);
  g_test_add_func ("/shared/bridge/bridge-call/table", test_table);
  g_test_add_func ("/shared/bridge/bridge-call/addresses", test_addresses);
  return g_test_run ();
}
