/* What a message is made of: the rules that each row of the table has to keep, and what becomes of texts that it does, or does not, have. */
#include "contract-keys.h"
#include "fault.h"
#include "message-kind.h"

#include <string.h>

static const KindMessage all[] = { KIND_MESSAGE_MAIL, KIND_MESSAGE_CHAT };

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    const MessageKind *kind = message_kind_get (all[i]);
    guint bodies = 0;

    g_assert_cmpuint (kind->parts[0].marks & PART_WRITTEN, !=, 0); /* what tells messages apart is written */
    for (const MessagePart *part = kind->parts; part->name != NULL; part++) {
      gboolean is_written = (part->marks & PART_WRITTEN) != 0;

      g_assert_true (message_kind_find (kind, part->name) == part); /* no name twice */
      g_assert_true (g_str_has_prefix (part->option, "--"));
      g_assert_cmpint (is_written, ==, part->max_bytes > 0); /* what is kept has an end */
      g_assert_true (is_written || (part->marks & (PART_REQUIRED | PART_BODY)) == 0);
      bodies += (part->marks & PART_BODY) != 0;
    }
    g_assert_cmpuint (bodies, >, 0);
  }
}

static const struct {
  const char *name;
  KindMessage kind;
  const char *dict;   /* a{sv} */
  guint       marks;
  int         code;   /* of taking */
  int         check;  /* then: of the check */
  const char *named, *text; /* a part, and what it is then */
} rows[] = {
  { "mail", KIND_MESSAGE_MAIL, "{'subject': <'s'>, 'text': <'t'>}", 0, 0, 0, "text", "t" },
  { "html-alone", KIND_MESSAGE_MAIL, "{'subject': <'s'>, 'html': <'h'>}", 0, 0, 0, "html", "h" },
  { "other-keys", KIND_MESSAGE_MAIL, "{'subject': <'s'>, 'text': <'t'>, 'account': <'a'>, 'limit': <uint64 3>}", 0, 0, 0, "account", "" },
  { "other-type", KIND_MESSAGE_MAIL, "{'subject': <'s'>, 'text': <uint64 3>}", 0, 0, FAULT_USAGE, "text", "" },
  { "no-subject", KIND_MESSAGE_MAIL, "{'text': <'t'>}", 0, 0, FAULT_USAGE, "subject", "" },
  { "no-body", KIND_MESSAGE_MAIL, "{'subject': <'s'>}", 0, 0, FAULT_USAGE, "text", "" },
  { "sender", KIND_MESSAGE_MAIL, "{'subject': <'s'>, 'text': <'t'>, 'from': <'f'>}", 0, 0, 0, "from", "f" },
  { "written-alone", KIND_MESSAGE_MAIL, "{'subject': <'s'>, 'text': <'t'>, 'from': <'f'>}", PART_WRITTEN, 0, 0, "from", "" },
  { "chat", KIND_MESSAGE_CHAT, "{'text': <'t'>}", 0, 0, 0, "text", "t" },
  { "chat-without-text", KIND_MESSAGE_CHAT, "{'text': <''>}", 0, 0, FAULT_USAGE, "text", "" },
  { "chat-with-subject", KIND_MESSAGE_CHAT, "{'text': <'t'>, 'subject': <'s'>}", 0, FAULT_USAGE, 0, "subject", "" },
  { "chat-with-html", KIND_MESSAGE_CHAT, "{'text': <'t'>, 'html': <'h'>}", 0, FAULT_USAGE, 0, "html", "" },
  { "chat-with-sender", KIND_MESSAGE_CHAT, "{'text': <'t'>, 'from': <'f'>}", 0, FAULT_USAGE, 0, "from", "" },
  { "chat-with-empty-subject", KIND_MESSAGE_CHAT, "{'text': <'t'>, 'subject': <''>, 'html': <''>}", 0, 0, 0, "subject", "" }, /* who has a form for all */
};

static void
assert_code (gboolean is_fine, const GError *error, int code)
{
  if (code == 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, FAULT, code);
  g_assert_cmpint (is_fine, ==, code == 0);
}

static void
test_row (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (MessageParts) parts = message_parts_new (message_kind_get (rows[i].kind));
  g_autoptr (GVariant) dict = g_variant_parse (G_VARIANT_TYPE_VARDICT, rows[i].dict, NULL, NULL, NULL);
  g_autoptr (GError) taking = NULL, checking = NULL;
  gboolean has_any = FALSE, is_fine = message_parts_take (parts, dict, rows[i].marks, &has_any, &taking);

  assert_code (is_fine, taking, rows[i].code);
  if (taking != NULL) { /* it says which, in words */
    g_assert_nonnull (strstr (taking->message, rows[i].named));
    return;
  }
  g_assert_true (has_any);
  is_fine = message_parts_check (parts, &checking);
  assert_code (is_fine, checking, rows[i].check);
  g_assert_cmpstr (message_parts_get (parts, rows[i].named), ==, rows[i].text);
}

static void
test_length (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    for (const MessagePart *part = message_kind_get (all[i])->parts; part->name != NULL && part->max_bytes > 0; part++)
      for (gsize more = 0; more < 2; more++) {
        g_autoptr (MessageParts) parts = message_parts_new (message_kind_get (all[i]));
        g_autofree char *text = g_strnfill (part->max_bytes + more, 'a');
        g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("{%s: <%s>}", part->name, text));
        g_autoptr (GError) error = NULL;
        gboolean is_taken = message_parts_take (parts, dict, 0, NULL, &error);

        assert_code (is_taken, error, more > 0 ? FAULT_DATA : 0);
      }
}

/* A dict that has nothing but parts. */
static void
test_all (void)
{
  static const struct {
    const char *dict;
    guint       marks;
    int         code;
  } dicts[] = {
    { "{'subject': 's', 'text': 't'}", PART_WRITTEN, 0 },
    { "{'subject': 's', 'from': 'f'}", 0, 0 },
    { "{'subject': 's', 'from': 'f'}", PART_WRITTEN, FAULT_USAGE }, /* no template has a sender */
    { "{'sms': ''}", 0, FAULT_USAGE },
    { "@a{ss} {}", 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (dicts); i++) {
    g_autoptr (MessageParts) parts = message_parts_new (message_kind_get (KIND_MESSAGE_MAIL));
    g_autoptr (GVariant) dict = g_variant_parse (G_VARIANT_TYPE ("a{ss}"), dicts[i].dict, NULL, NULL, NULL);
    g_autoptr (GError) error = NULL;
    gboolean is_taken = message_parts_take_all (parts, dict, dicts[i].marks, &error);

    assert_code (is_taken, error, dicts[i].code);
  }
}

/* Set to what stands there already, to nothing, and what this kind does not have. */
static void
test_set (void)
{
  g_autoptr (MessageParts) parts = message_parts_new (message_kind_get (KIND_MESSAGE_CHAT));

  message_parts_set (parts, KEY_MESSAGE_TEXT, "t");
  message_parts_set (parts, KEY_MESSAGE_TEXT, message_parts_get (parts, KEY_MESSAGE_TEXT));
  g_assert_cmpstr (message_parts_get_first (parts), ==, "t");
  message_parts_set (parts, KEY_MESSAGE_TEXT, NULL);
  g_assert_cmpstr (message_parts_get_first (parts), ==, "");
  message_parts_set (parts, KEY_MESSAGE_SUBJECT, "s");
  g_assert_cmpstr (message_parts_get (parts, KEY_MESSAGE_SUBJECT), ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/account/message-kind/table", test_table);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("/core/account/message-kind/take/", rows[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_row);
  }
  g_test_add_func ("/core/account/message-kind/length", test_length);
  g_test_add_func ("/core/account/message-kind/all", test_all);
  g_test_add_func ("/core/account/message-kind/set", test_set);
  return g_test_run ();
}
