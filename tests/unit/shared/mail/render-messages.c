/* render-messages.c - reads campaigns and rows from stdin, writes what skeleton makes of them: for check-messages.py, which knows
 * what must come out. Each value on both sides is a line with its length in octets, then the octets. */
#include "hidden-columns.h"
#include "skeleton.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 32
#define FILES_MAX 8

static char *
read_value (gsize *out_len)
{
  char line[32], *data;
  gsize len;

  if (fgets (line, sizeof line, stdin) == NULL)
    return NULL;
  len = (gsize) strtoul (line, NULL, 10);
  data = g_malloc0 (len + 1);
  if (fread (data, 1, len, stdin) != len)
    g_error ("short input");
  if (out_len != NULL)
    *out_len = len;
  return data;
}

static guint
read_count (guint max)
{
  g_autofree char *text = read_value (NULL);
  guint n = (guint) strtoul (text, NULL, 10);

  g_assert_cmpuint (n, <=, max);
  return n;
}

static void
write_value (const char *data, gsize len)
{
  printf ("%" G_GSIZE_FORMAT "\n", len);
  fwrite (data, 1, len, stdout);
}

static void
render_rows (const Skeleton *skeleton, SkeletonForm form)
{
  static FrameRow row;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint n_rows = read_count (10000);

  for (guint i = 0; i < n_rows; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
    SkeletonTraits traits;

    row.key = i;
    row.n_fields = read_count (COLUMNS_MAX + 2);
    for (guint j = 0; j < row.n_fields; j++) {
      row.fields[j].data = read_value (&row.fields[j].len);
      g_ptr_array_add (values, (char *) row.fields[j].data);
    }
    g_ptr_array_add (values, g_strdup_printf ("<%u@example.org>", i)); /* as core does */
    row.fields[row.n_fields++] = (Slice){ g_ptr_array_index (values, values->len - 1), strlen (g_ptr_array_index (values, values->len - 1)) };
    if (skeleton == NULL)
      continue;
    g_byte_array_set_size (out, 0);
    if (skeleton_render (skeleton, &row, form, 1760000000, out, &traits, &error)) {
      write_value (traits.is_smtputf8 ? "utf8" : "ok", traits.is_smtputf8 ? 4 : 2);
      write_value ((char *) out->data, out->len);
    } else {
      g_assert_cmpuint (out->len, ==, 0);
      write_value ("error", 5);
      write_value (error->message, strlen (error->message));
    }
  }
}

static gboolean
render_campaign (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *subject = read_value (NULL), *html = NULL, *text = NULL, *from = NULL, *reply_to = NULL, *unsubscribe = NULL, *form = NULL;
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func (g_free), names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Skeleton) skeleton = NULL;
  SkeletonFile files[FILES_MAX];
  SkeletonSpec spec = { 0 };

  if (subject == NULL)
    return FALSE;
  html = read_value (NULL), text = read_value (NULL), from = read_value (NULL), reply_to = read_value (NULL);
  unsubscribe = read_value (NULL), form = read_value (NULL);
  for (guint n = read_count (COLUMNS_MAX); n > 0; n--)
    g_ptr_array_add (columns, read_value (NULL));
  g_ptr_array_add (columns, g_strdup (HIDDEN_MESSAGE_ID));
  g_ptr_array_add (columns, NULL);
  spec.n_files = read_count (FILES_MAX);
  for (gsize i = 0; i < spec.n_files; i++) {
    gsize len;
    char *role = read_value (NULL), *name = read_value (NULL), *type = read_value (NULL), *bytes = read_value (&len);

    files[i] = (SkeletonFile){ g_str_equal (role, "inline"), name, type, g_bytes_new_take (bytes, len) };
    g_ptr_array_add (names, role), g_ptr_array_add (names, name), g_ptr_array_add (names, type);
  }
  spec.subject = subject, spec.html = html, spec.text = text, spec.from = from, spec.reply_to = reply_to, spec.unsubscribe = unsubscribe;
  spec.columns = (const char *const *) columns->pdata, spec.files = files;
  skeleton = skeleton_compile (&spec, &error);
  for (gsize i = 0; i < spec.n_files; i++)
    g_bytes_unref (files[i].bytes);
  write_value (error != NULL ? error->message : "", error != NULL ? strlen (error->message) : 0);
  render_rows (skeleton, g_str_equal (form, "dotted") ? SKELETON_DOTTED : SKELETON_RAW);
  fflush (stdout);
  return TRUE;
}

int
main (void)
{
  skeleton_warm_up ();
  while (render_campaign ())
    continue;
  return 0;
}
