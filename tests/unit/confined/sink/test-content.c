#include "content.h"

#include <string.h>

static const struct { const char *wire; const char *kept; gboolean has_bare; } dotted[] = {
  { "a\r\nb\r\n.\r\n", "a\nb\n", FALSE },
  { ".\r\n", "", FALSE },                       /* an empty message */
  { "..\r\n.\r\n", ".\n", FALSE },              /* transparency */
  { ".a\r\n..b\r\n.\r\n", "a\n.b\n", FALSE },   /* any dot in front goes, as RFC 5321 §4.5.2 has it */
  { "a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\n", TRUE }, /* LF dot CRLF is no end: smuggling */
  { "a\r.\r\n.\r\n", "a\r.\n", TRUE },          /* nor is CR dot CRLF */
  { "a\r\n.\rb\r\n.\r\n", "a\n\rb\n", TRUE },
  { "a\r\n.\n.\r\n.\r\n", "a\n\n.\n", TRUE },   /* CRLF dot LF */
  { "a\r\r\n.\r\n", "a\r\n", TRUE },
};

/* Each row at every cut: what a read() happens to hold must not matter. */
static void
test_dotted (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dotted); i++)
    for (gsize cut = 0; cut <= strlen (dotted[i].wire); cut++) {
      SinkContent content;
      gboolean is_end = FALSE;
      gsize len = strlen (dotted[i].wire), taken;

      sink_content_init (&content);
      sink_content_reset (&content);
      taken = sink_content_add_dotted (&content, dotted[i].wire, cut, &is_end);
      g_assert_cmpuint (taken, ==, cut);
      if (cut < len)
        taken += sink_content_add_dotted (&content, dotted[i].wire + cut, len - cut, &is_end);
      sink_content_finish (&content);
      g_assert_true (is_end);
      g_assert_cmpuint (taken, ==, len);
      if (!dotted[i].has_bare) /* otherwise it is refused, whatever was kept */
        g_assert_cmpmem (content.buffer->data, content.buffer->len, dotted[i].kept, strlen (dotted[i].kept));
      g_assert_cmpint (content.has_bare, ==, dotted[i].has_bare);
      sink_content_clear (&content);
    }
}

static void
test_behind_end (void)
{
  static const char wire[] = "a\r\n.\r\nMAIL";
  SinkContent content;
  gboolean is_end = FALSE;

  sink_content_init (&content);
  g_assert_cmpuint (sink_content_add_dotted (&content, wire, sizeof wire - 1, &is_end), ==, 6); /* the next command stays */
  g_assert_true (is_end);
  sink_content_clear (&content);
}

static void
test_chunk (void)
{
  SinkContent content;

  sink_content_init (&content);
  sink_content_add_chunk (&content, ".a\r", 3);
  sink_content_add_chunk (&content, "\n.\r\n", 4);
  sink_content_finish (&content);
  g_assert_cmpmem (content.buffer->data, content.buffer->len, ".a\n.\n", 5); /* dots mean nothing in a chunk */
  g_assert_cmpuint (content.octets, ==, 7);
  g_assert_false (content.has_bare);
  sink_content_reset (&content);
  sink_content_add_chunk (&content, "a\r", 2);
  sink_content_finish (&content);
  g_assert_true (content.has_bare);
  sink_content_clear (&content);
}

static void
test_long_line (void)
{
  SinkContent content;
  g_autofree char *line = g_strnfill (SINK_CONTENT_LINE_MAX, 'x');

  sink_content_init (&content);
  sink_content_add_chunk (&content, line, SINK_CONTENT_LINE_MAX);
  sink_content_add_chunk (&content, "\r\n", 2);
  g_assert_false (content.has_long_line);
  sink_content_add_chunk (&content, line, SINK_CONTENT_LINE_MAX);
  sink_content_add_chunk (&content, "x", 1);
  g_assert_true (content.has_long_line);
  sink_content_clear (&content);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/sink/content/dotted", test_dotted);
  g_test_add_func ("/confined/sink/content/behind-end", test_behind_end);
  g_test_add_func ("/confined/sink/content/chunk", test_chunk);
  g_test_add_func ("/confined/sink/content/long-line", test_long_line);
  return g_test_run ();
}
