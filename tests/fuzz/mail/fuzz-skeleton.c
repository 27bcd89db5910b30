/* Any template with any row: CRLF only, no line over 998, none that begins with a dot, and the headers that were asked for, no more.
 * Input: subject, HTML, name, value, value, Message-ID; a line feed of 0x1e between them. */
#include "hidden-columns.h"
#include "skeleton.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

static void
check (const GByteArray *out)
{
  const char *text = (const char *) out->data, *head = memmem (text, out->len, "\r\n\r\n", 4);
  guint n_headers = 0;
  gsize column = 0;

  g_assert_true (head != NULL && out->len > 2 && text[out->len - 1] == '\n');
  for (gsize i = 0; i < out->len; i++) {
    g_assert_true (text[i] != '\0' && (guchar) text[i] < 0x80);
    g_assert_true (text[i] != '\r' || (i + 1 < out->len && text[i + 1] == '\n'));
    g_assert_true (text[i] != '\n' || (i > 0 && text[i - 1] == '\r'));
    g_assert_true (column > 0 || text[i] != '.');
    if (column == 0 && text + i < head + 2 && text[i] != ' ' && text[i] != '\t')
      n_headers++;
    column = text[i] == '\n' ? 0 : column + 1;
    g_assert_cmpuint (column, <=, 999);
  }
  g_assert_cmpuint (n_headers, ==, 7);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  static FrameRow row;
  static const char *const columns[] = { "a", "b", HIDDEN_MESSAGE_ID, NULL };
  static gboolean is_warm;
  g_autofree char *source = g_strndup ((const char *) data, len);
  g_auto (GStrv) parts = g_strsplit (source, "\x1e", 6);
  guint n = g_strv_length (parts);
  g_autoptr (Skeleton) skeleton = NULL;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  SkeletonSpec spec = { .from = "Ann <ann@example.org>", .columns = columns };
  SkeletonTraits traits;

  if (!is_warm)
    skeleton_warm_up ();
  is_warm = TRUE;
  if (n < 2)
    return 0;
  spec.subject = parts[0];
  spec.html = parts[1];
  skeleton = skeleton_compile (&spec, NULL);
  if (skeleton == NULL)
    return 0;
  row.key = 1;
  row.n_fields = 5;
  row.fields[0] = (Slice){ "bob@example.com", 15 };
  for (guint i = 2; i < 6; i++) {
    const char *value = i < n ? parts[i] : i < 5 ? "" : "<a@example.org>";

    row.fields[i - 1] = (Slice){ value, strlen (value) };
  }
  if (skeleton_render (skeleton, &row, SKELETON_DOTTED, 0, out, &traits, NULL))
    check (out);
  else
    g_assert_cmpuint (out->len, ==, 0);
  return 0;
}
