/* What a whole message may be: its size, its addresses, its files; and what is left behind when one cannot be made. */
#include "sample.h"

#include "hidden-columns.h"
#include "template.h"

#define MEGABYTE (1024 * 1024)

static Skeleton *
compile (const SkeletonSpec *spec)
{
  g_autoptr (GError) error = NULL;
  Skeleton *skeleton = skeleton_compile (spec, &error);

  g_assert_no_error (error);
  return skeleton;
}

/* Returns: NULL, or the problem (transfer full). The message stands behind what was there. */
static char *
render (const Skeleton *skeleton, guint64 key, const char *address, const char *note, GByteArray *out, SkeletonTraits *out_traits)
{
  static FrameRow row;
  g_autoptr (GError) error = NULL;
  guint before = out->len;

  sample_row (&row, key, (const char *const[]){ address, "Bob", "Bob", "Bonn", "1", note, NULL });
  if (skeleton_render (skeleton, &row, SKELETON_RAW, SAMPLE_DATE, out, out_traits, &error))
    return NULL;
  g_assert_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_VALUE);
  g_assert_cmpuint (out->len, ==, before);
  return g_strdup (error->message);
}

/* 256 MiB are the limit. A message that is larger is refused as a whole, never cut. */
static void
test_size (void)
{
  g_autofree char *value = g_strnfill (MEGABYTE, 'x');
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (Skeleton) skeleton = NULL;
  g_autofree char *problem = NULL, *again = NULL;
  SkeletonSpec spec = { 0 };
  SkeletonTraits traits;

  for (guint i = 0; i < 260; i++)
    g_string_append (text, "{{note}}\n");
  spec = sample_spec ("s", NULL, text->str);
  skeleton = compile (&spec);
  g_byte_array_append (out, (const guint8 *) "abc", 3);
  problem = render (skeleton, 1, "bob@example.com", value, out, &traits);
  g_assert_nonnull (problem);
  g_assert_nonnull (strstr (problem, "too large"));
  g_assert_cmpmem (out->data, out->len, "abc", 3);
  again = render (skeleton, 1, "bob@example.com", "short", out, &traits); /* the next person's is fine */
  g_assert_null (again);
}

static gsize
longest_line (const GByteArray *message)
{
  gsize longest = 0, start = 0;

  for (gsize i = 0; i < message->len; i++)
    if (message->data[i] == '\n') {
      longest = MAX (longest, i + 1 - start);
      start = i + 1;
    }
  return longest;
}

/* A URL cannot be folded, and a line has 998 octets (RFC 5322 §2.1.1): a longer one is refused, never cut. */
static void
test_unsubscribe (void)
{
  static const char *const templates[] = { "https://example.org/?n={{note}}", "mailto:out@example.org?subject={{note}}",
                                           "https://example.org/, mailto:out@example.org?subject={{note}}" };

  for (gsize i = 0; i < G_N_ELEMENTS (templates); i++) {
    SkeletonSpec spec = sample_spec ("s", NULL, "t");
    g_autoptr (Skeleton) skeleton = NULL;

    spec.unsubscribe = templates[i];
    skeleton = compile (&spec);
    for (gsize len = 1; len < 1100; len += len > 850 && len < 910 ? 1 : 13) {
      g_autofree char *value = g_strnfill (len, 'x'), *problem = NULL;
      g_autoptr (GByteArray) out = g_byte_array_new ();
      gsize fixed = strlen (strstr (templates[i], ", ") != NULL ? strstr (templates[i], ", ") + 2 : templates[i]) - strlen ("{{note}}");
      SkeletonTraits traits;

      problem = render (skeleton, 1, "bob@example.com", value, out, &traits);
      g_assert_true ((problem != NULL) == (fixed + len > TEMPLATE_URL_MAX));
      if (problem != NULL)
        continue;
      g_assert_cmpuint (longest_line (out), <=, 998 + 2);
      g_assert_nonnull (memmem (out->data, out->len, value, len));
    }
  }
}

static void
test_files (void)
{
  static SkeletonFile files[65];
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  SkeletonSpec spec = sample_spec ("s", NULL, "t");
  g_autoptr (Skeleton) skeleton = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    files[i] = (SkeletonFile){ FALSE, "a.txt", "text/plain", bytes };
  spec.files = files;
  spec.n_files = 64;
  skeleton = compile (&spec);
  spec.n_files = 65;
  g_assert_null (skeleton_compile (&spec, &error));
  g_assert_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_FORM);
}

/* RFC 6531 §3.2: whoever's address is beyond ASCII, the message needs SMTPUTF8. */
static void
test_traits (void)
{
  static const struct { const char *address, *from, *reply_to; gboolean is_smtputf8; } rows[] = {
    { "bob@example.com", "Ann <ann@example.org>", "", FALSE },
    { "bob@example.com", "Jürgen <ann@example.org>", "Zoë <zoe@example.org>", FALSE }, /* names are encoded (RFC 2047) */
    { "jörg@example.com", "Ann <ann@example.org>", "", TRUE },
    { "bob@example.com", "Jürgen <jürgen@example.org>", "", TRUE },
    { "bob@example.com", "Ann <ann@example.org>", "zoë@example.org", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    SkeletonSpec spec = sample_spec ("s", NULL, "t");
    g_autoptr (Skeleton) skeleton = NULL;
    g_autoptr (GByteArray) out = g_byte_array_new ();
    SkeletonTraits traits;

    spec.from = rows[i].from;
    spec.reply_to = rows[i].reply_to;
    skeleton = compile (&spec);
    g_assert_null (render (skeleton, 1, rows[i].address, "n", out, &traits));
    g_assert_cmpint (traits.is_smtputf8, ==, rows[i].is_smtputf8);
    g_assert_false (traits.is_8bit); /* everything is encoded */
  }
}

/* Core makes it (core/ledger/hidden-values), in a hidden column; what cannot stand in a header spoils that message alone. */
static const struct {
  const char *id;
  gboolean    is_fine;
} ids[] = {
  { "<0123456789abcdef@example.org>", TRUE },
  { "<a>", TRUE },
  { "", FALSE },
  { "<>", FALSE },
  { "0123456789abcdef@example.org", FALSE },
  { "<a@example.org", FALSE },
  { "<a b@example.org>", FALSE },
  { "<a@example.org>\r\nBcc: eve@example.org", FALSE },
  { "<a@example.org\r\nBcc:eve@example.org>", FALSE },
  { "<a\t@example.org>", FALSE },
  { "<a@example.org><b@example.org>", FALSE },
  { "<a\177@example.org>", FALSE },
};

static char *
render_with_id (const char *const *columns, const char *id, GByteArray *out)
{
  static FrameRow row;
  SkeletonSpec spec = sample_spec ("s", NULL, "t {{city|}}");
  g_autoptr (Skeleton) skeleton = NULL;
  g_autoptr (GError) error = NULL;
  SkeletonTraits traits;

  spec.columns = columns;
  skeleton = compile (&spec);
  sample_row (&row, 1, (const char *const[]){ "bob@example.com", "Bob", "Bonn", id, NULL });
  if (!skeleton_render (skeleton, &row, SKELETON_RAW, SAMPLE_DATE, out, &traits, &error))
    return g_strdup (error->message);
  g_byte_array_append (out, (const guint8 *) "", 1);
  return NULL;
}

static void
test_message_id (void)
{
  static const char *const columns[] = { "city", HIDDEN_MESSAGE_ID, NULL };
  g_autofree char *too_long = g_strdup_printf ("<%0400d>", 1), *refused = NULL;
  g_autoptr (GByteArray) large = g_byte_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();
    g_autofree char *problem = render_with_id (columns, ids[i].id, out), *line = g_strdup_printf ("\r\nMessage-ID: %s\r\n", ids[i].id);

    g_assert_cmpint (problem == NULL, ==, ids[i].is_fine);
    g_assert_true (problem != NULL ? out->len == 0 : strstr ((const char *) out->data, line) != NULL);
  }
  refused = render_with_id (columns, too_long, large);
  g_assert_nonnull (refused);
}

/* Who builds without it, as for a look, has a message without. */
static void
test_no_message_id (void)
{
  static const char *const columns[] = { "city", "note", NULL };
  g_autoptr (GByteArray) out = g_byte_array_new ();

  g_assert_null (render_with_id (columns, "<a@example.org>", out));
  g_assert_null (strstr ((const char *) out->data, "Message-ID"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  skeleton_warm_up ();
  g_test_add_func ("/shared/mail/skeleton/unsubscribe", test_unsubscribe);
  g_test_add_func ("/shared/mail/skeleton/files", test_files);
  g_test_add_func ("/shared/mail/skeleton/traits", test_traits);
  g_test_add_func ("/shared/mail/skeleton/message-id", test_message_id);
  g_test_add_func ("/shared/mail/skeleton/no-message-id", test_no_message_id);
  g_test_add_func ("/shared/mail/skeleton/size", test_size); /* some seconds: last */
  return g_test_run ();
}
