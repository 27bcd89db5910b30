/* bench-compose SUBJECT TEXT-FILE HTML-FILE COUNT ROUNDS - what one message costs, in alternation: our compiled skeleton, and GMime building
 * the same message from scratch as a program without skeletons does. The values and the templates are the same; both escape them for HTML and
 * encode both parts as quoted-printable. A line a round: octets and microseconds of ours, octets and microseconds of GMime. */
#include "hidden-columns.h"
#include "skeleton.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATE 1760000000

static const char *const columns[] = { "first name", "last name", "city", "member", HIDDEN_MESSAGE_ID, NULL };
static const char *const values[] = { "user8@example.org", "First8 Last8", "First8", "Last8", "Köln8", "8", "<8@example.org>", NULL }; /* address, name, columns… */

typedef struct {
  const char *subject;
  char       *text, *html;
} Letter;

/* --- ours --- */

static Skeleton *
compile (const Letter *letter)
{
  SkeletonSpec spec = { .subject = letter->subject, .html = letter->html, .text = letter->text, .from = "Office <office@example.org>", .columns = columns };
  g_autoptr (GError) error = NULL;
  Skeleton *skeleton = skeleton_compile (&spec, &error);

  if (skeleton == NULL)
    g_error ("%s", error->message);
  return skeleton;
}

static double
run_ours (const Skeleton *skeleton, guint count, gsize *out_len)
{
  static FrameRow row;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gint64 start = g_get_monotonic_time ();

  for (row.n_fields = 0; values[row.n_fields] != NULL; row.n_fields++)
    row.fields[row.n_fields] = (Slice){ values[row.n_fields], strlen (values[row.n_fields]) };
  for (guint i = 0; i < count; i++) {
    SkeletonTraits traits;

    g_byte_array_set_size (out, 0);
    row.key = i;
    if (!skeleton_render (skeleton, &row, SKELETON_DOTTED, DATE + i, out, &traits, NULL))
      g_error ("no message");
  }
  *out_len = out->len;
  return (double) (g_get_monotonic_time () - start) / count;
}

/* --- GMime --- */

static void
append_value (GString *out, const char *value, gboolean is_html)
{
  g_autofree char *escaped = is_html ? g_markup_escape_text (value, -1) : NULL;

  g_string_append (out, is_html ? escaped : value);
}

static char *
fill (const char *template, gboolean is_html)
{
  GString *out = g_string_new (NULL);

  for (const char *open; (open = strstr (template, "{{")) != NULL;) {
    const char *close = strstr (open, "}}");

    g_string_append_len (out, template, open - template);
    for (gsize i = 0; columns[i] != NULL; i++)
      if (strncmp (columns[i], open + 2, (gsize) (close - open - 2)) == 0)
        append_value (out, values[i + 2], is_html);
    template = close + 2;
  }
  g_string_append (out, template);
  return g_string_free (out, FALSE);
}

static void
add_part (GMimeMultipart *parent, const char *subtype, const char *template)
{
  g_autofree char *content = fill (template, strcmp (subtype, "html") == 0);
  GMimeTextPart *part = g_mime_text_part_new_with_subtype (subtype);

  g_mime_text_part_set_charset (part, "utf-8");
  g_mime_text_part_set_text (part, content);
  g_mime_part_set_content_encoding (GMIME_PART (part), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  g_mime_multipart_add (parent, GMIME_OBJECT (part));
  g_object_unref (part);
}

static GMimeMessage *
build (const Letter *letter, guint number)
{
  GMimeMessage *message = g_mime_message_new (TRUE);
  GMimeMultipart *body = g_mime_multipart_new_with_subtype ("alternative");
  g_autofree char *subject = fill (letter->subject, FALSE), *id = g_strdup_printf ("%u@example.org", number);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (DATE + number);

  g_mime_message_add_mailbox (message, GMIME_ADDRESS_TYPE_FROM, "Office", "office@example.org");
  g_mime_message_add_mailbox (message, GMIME_ADDRESS_TYPE_TO, values[1], values[0]);
  g_mime_message_set_subject (message, subject, "utf-8");
  g_mime_message_set_date (message, date);
  g_mime_message_set_message_id (message, id);
  add_part (body, "plain", letter->text);
  add_part (body, "html", letter->html);
  g_mime_message_set_mime_part (message, GMIME_OBJECT (body));
  g_object_unref (body);
  return message;
}

static double
run_gmime (const Letter *letter, guint count, gsize *out_len)
{
  GMimeFormatOptions *format = g_mime_format_options_new ();
  gint64 start = g_get_monotonic_time ();

  g_mime_format_options_set_newline_format (format, GMIME_NEWLINE_FORMAT_DOS);
  for (guint i = 0; i < count; i++) {
    GMimeMessage *message = build (letter, i);
    GMimeStream *stream = g_mime_stream_mem_new ();

    g_mime_object_write_to_stream (GMIME_OBJECT (message), format, stream);
    *out_len = (gsize) g_mime_stream_length (stream);
    g_object_unref (stream);
    g_object_unref (message);
  }
  g_mime_format_options_free (format);
  return (double) (g_get_monotonic_time () - start) / count;
}

int
main (int argc, char *argv[])
{
  Letter letter = { 0 };
  g_autoptr (Skeleton) skeleton = NULL;

  if (argc != 6 || !g_file_get_contents (argv[2], &letter.text, NULL, NULL) || !g_file_get_contents (argv[3], &letter.html, NULL, NULL))
    return fprintf (stderr, "usage: bench-compose SUBJECT TEXT-FILE HTML-FILE COUNT ROUNDS\n"), 64;
  letter.subject = argv[1];
  g_mime_init ();
  skeleton_warm_up ();
  skeleton = compile (&letter);
  for (int round = 0; round < atoi (argv[5]); round++) {
    guint count = (guint) atoi (argv[4]);
    gsize len, gmime_len;
    double us = run_ours (skeleton, count, &len), gmime_us = run_gmime (&letter, MAX (1, count / 10), &gmime_len); /* chosen: it is so much slower */

    printf ("%" G_GSIZE_FORMAT " %.3f %" G_GSIZE_FORMAT " %.3f\n", len, us, gmime_len, gmime_us);
  }
  return EXIT_SUCCESS;
}
