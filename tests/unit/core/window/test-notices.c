/* What of a campaign is news: each thing once, nothing that somebody did himself. */
#include "notices.h"
#include <gio/gio.h>
#include <string.h>

typedef struct {
  GString *told; /* "title: body\n" */
  int      awake;
  guint    changes;
} Heard;

static void
notify_cb (const char *id, const char *title, const char *body, gpointer data)
{
  Heard *heard = data;

  g_string_append_printf (heard->told, "%s: %s\n", title, body);
}

static void
inhibit_cb (gboolean is_on, gpointer data)
{
  Heard *heard = data;

  heard->awake = is_on;
  heard->changes++;
}

static void
take (Notices *notices, guint64 id, const char *title, const char *state, const char *reason, const char *text, guint64 unknown)
{
  g_autoptr (GVariant) numbers = g_variant_ref_sink (g_variant_new_parsed (
      "{'id': <%t>, 'title': <%s>, 'state': <%s>, 'reason': <%s>, 'text': <%s>, 'accepted': <uint64 98>, 'refused': <uint64 1>, 'unknown': <%t>}",
      id, title, state, reason, text, unknown));

  notices_take (notices, numbers);
}

static void
test_news (void)
{
  static const NoticesFuncs funcs = { notify_cb, inhibit_cb };
  Heard heard = { g_string_new (NULL), -1, 0 };
  Notices *notices = notices_new (&funcs, &heard);

  take (notices, 1, "old", "done", "", "", 0); /* seen for the first time: no news */
  g_assert_cmpstr (heard.told->str, ==, "");
  g_assert_cmpint (heard.awake, ==, -1);

  take (notices, 2, "A\nB", "sending", "", "", 0);
  g_assert_cmpint (heard.awake, ==, TRUE);
  take (notices, 2, "A\nB", "waiting", "quota", "", 0); /* goes on by itself: awake, and not a word */
  take (notices, 2, "A\nB", "sending", "", "", 0);
  take (notices, 3, "C", "sending", "", "", 0);
  take (notices, 2, "A\nB", "paused", "asked", "", 0); /* somebody pressed the button */
  g_assert_cmpstr (heard.told->str, ==, "");
  g_assert_true (notices_are_busy (notices)); /* the other one */
  take (notices, 2, "A\nB", "sending", "", "", 0);
  take (notices, 2, "A\nB", "paused", "login", "the server refuses the password", 0);
  take (notices, 2, "A\nB", "paused", "login", "the server refuses the password", 0); /* again: once is enough */
  g_assert_cmpstr (heard.told->str, ==, "“A?B” is paused: the server refuses the password\n"); /* on one line, whatever the title holds */
  g_string_truncate (heard.told, 0);
  take (notices, 3, "C", "paused", "first", "ten were sent", 0);
  g_assert_cmpstr (heard.told->str, ==, "“C” waits for your answer: ten were sent\n");
  g_assert_cmpint (heard.awake, ==, FALSE);
  g_string_truncate (heard.told, 0);
  take (notices, 3, "C", "sending", "", "", 0);
  take (notices, 3, "C", "done", "", "", 2);
  take (notices, 3, "C", "done", "", "", 2);
  g_assert_cmpstr (heard.told->str, ==, "“C” is sent: 98 accepted, 1 refused, 2 unknown: please decide what to do about them\n");
  g_assert_cmpint (heard.awake, ==, FALSE);
  g_assert_cmpuint (heard.changes, ==, 4);
  notices_free (notices);
  g_string_free (heard.told, TRUE);
}

static void
test_long_words (void)
{
  static const NoticesFuncs funcs = { notify_cb, inhibit_cb };
  Heard heard = { g_string_new (NULL), -1, 0 };
  Notices *notices = notices_new (&funcs, &heard);
  g_autofree char *longest = g_strnfill (4000, 'x');

  take (notices, 1, longest, "sending", "", "", 0);
  take (notices, 1, longest, "paused", "tls", longest, 0);
  g_assert_cmpuint (heard.told->len, >, 0);
  g_assert_cmpuint (heard.told->len, <, 128 + 512); /* the contract's limits: beyond them desk would refuse the call */
  notices_free (notices);
  g_string_free (heard.told, TRUE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/window/notices/news", test_news);
  g_test_add_func ("/core/window/notices/long-words", test_long_words);
  return g_test_run ();
}
