/* Conversations: what the client says, the codes that it must get. "|" ends a write of the client: what comes in one write
 * may be treated otherwise than what waits for a reply. */
#include "session.h"

#include <string.h>

typedef struct {
  GString *kept;
  guint    count;
  gboolean is_full;
} Kept;

static gboolean
add_cb (gpointer data, const SinkSessionEnvelope *envelope, const void *octets, gsize len, gboolean is_last)
{
  Kept *kept = data;

  if (kept->is_full)
    return FALSE;
  g_string_append_len (kept->kept, octets, (gssize) len);
  if (is_last) {
    g_string_append_printf (kept->kept, "<%s>", envelope->sender);
    for (guint i = 0; i < envelope->recipients->len; i++)
      g_string_append_printf (kept->kept, "[%s]", (char *) g_ptr_array_index (envelope->recipients, i));
    kept->count++;
  }
  return TRUE;
}

static void
drop_cb (gpointer data)
{
}

#define HI "EHLO c.example\r\n"
#define FROM "MAIL FROM:<a@example.org>\r\n"
#define TO "RCPT TO:<b@example.net>\r\n"
#define EHLO_CODES "250 250 250 250 250 250 250 " /* host, PIPELINING, SIZE, ENHANCED…, 8BITMIME, SMTPUTF8, CHUNKING */
static const struct { const char *name, *says, *codes, *kept; } talks[] = {
  { "one message", HI FROM TO "DATA\r\n|hello\r\n..dot\r\n.\r\nQUIT\r\n", EHLO_CODES "250 250 354 250 221 ", "hello\n.dot\n<a@example.org>[b@example.net]" },
  { "pipelined", HI FROM TO "DATA\r\n|1\r\n.\r\n" FROM TO "DATA\r\n|2\r\n.\r\n", EHLO_CODES "250 250 354 250 250 250 354 250 ",
    "1\n<a@example.org>[b@example.net]2\n<a@example.org>[b@example.net]" },
  { "octets behind DATA", HI FROM TO "DATA\r\nhello\r\n.\r\n", EHLO_CODES "250 250 554 ", "" }, /* did not wait for 354 */
  { "chunks", HI FROM TO "BDAT 3\r\na\r\nBDAT 3 LAST\r\nb\r\n", EHLO_CODES "250 250 250 250 ", "a\nb\n<a@example.org>[b@example.net]" },
  { "chunk of nothing", HI FROM TO "BDAT 3\r\na\r\nBDAT 0 LAST\r\n", EHLO_CODES "250 250 250 250 ", "a\n<a@example.org>[b@example.net]" },
  { "chunk without recipient", HI FROM "BDAT 6 LAST\r\nQUIT\r\n" "NOOP\r\n", EHLO_CODES "250 503 250 ", "" }, /* swallowed, not obeyed */
  { "behind a bad chunk only RSET", HI FROM "BDAT 1\r\nx" TO "RSET\r\n" FROM, EHLO_CODES "250 503 503 250 250 ", "" },
  { "chunk without EHLO", "BDAT 6 LAST\r\nQUIT\r\n", "503 ", "" },
  { "DATA between chunks", HI FROM TO "BDAT 3\r\na\r\nDATA\r\n", EHLO_CODES "250 250 250 503 ", "" }, /* RFC 3030 §2 */
  { "MAIL first", FROM, "503 ", "" },
  { "MAIL twice", HI FROM FROM, EHLO_CODES "250 503 ", "" },
  { "RCPT first", HI TO, EHLO_CODES "503 ", "" },
  { "DATA without recipient", HI FROM "DATA\r\n", EHLO_CODES "250 503 ", "" },
  { "EHLO forgets", HI FROM HI "DATA\r\n", EHLO_CODES "250 " EHLO_CODES "503 ", "" },
  { "all refused", HI FROM "RCPT TO:<nobody@example.net>\r\nDATA\r\n", EHLO_CODES "250 550 554 ", "" },
  { "some refused", HI FROM "RCPT TO:<Nobody7@example.net>\r\n" TO "DATA\r\n|x\r\n.\r\n", EHLO_CODES "250 550 250 354 250 ", "x\n<a@example.org>[b@example.net]" },
  { "put off once", HI FROM "RCPT TO:<later@example.net>\r\nRCPT TO:<Later@example.net>\r\nRCPT TO:<x@busy.example>\r\n",
    EHLO_CODES "250 450 250 450 ", "" },
  { "kept, but not answered, and the end", HI FROM "RCPT TO:<lost1@example.net>\r\nDATA\r\n|x\r\n.\r\n" FROM, EHLO_CODES "250 250 354 ",
    "x\n<a@example.org>[lost1@example.net]" },
  { "a chunk without an answer", HI FROM "RCPT TO:<Lost1@example.net>\r\nBDAT 3 LAST\r\nx\r\nNOOP\r\n", EHLO_CODES "250 250 ",
    "x\n<a@example.org>[Lost1@example.net]" },
  { "no pattern fits", HI FROM "RCPT TO:<lost12@example.net>\r\nBDAT 3 LAST\r\nx\r\n", EHLO_CODES "250 250 250 ",
    "x\n<a@example.org>[lost12@example.net]" },
  { "bare LF in a message", HI FROM TO "DATA\r\n|a\nb\r\n.\r\n", EHLO_CODES "250 250 354 554 ", "" },
  { "bare LF in a command", HI "NOOP\nNOOP\r\n", EHLO_CODES "500 ", "" }, /* one line, not two */
  { "needs SMTPUTF8", HI FROM "RCPT TO:<\xc3\xb6@example.net>\r\n", EHLO_CODES "250 553 ", "" },
  { "has SMTPUTF8", HI "MAIL FROM:<\xc3\xa4@example.org> SMTPUTF8\r\nRCPT TO:<\xc3\xb6@example.net>\r\n", EHLO_CODES "250 250 ", "" },
  { "too large by its word", HI "MAIL FROM:<a@example.org> SIZE=1001\r\n", EHLO_CODES "552 ", "" },
  { "no TLS", HI "STARTTLS\r\n", EHLO_CODES "503 ", "" },
  { "no AUTH", HI "AUTH PLAIN AGEAYg==\r\n", EHLO_CODES "503 ", "" },
  { "small talk", "HELO c\r\nVRFY x\r\nEXPN x\r\nHELP\r\nNOOP\r\nRSET\r\nWHAT\r\nquit\r\n", "250 252 502 214 250 250 500 221 ", "" },
};

static char *
codes_of (const GByteArray *out)
{
  GString *codes = g_string_new (NULL);
  g_autofree char *text = g_strndup (out->len > 0 ? (const char *) out->data : "", out->len);
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    g_string_append_printf (codes, "%.3s ", lines[i]);
  return g_string_free (codes, FALSE);
}

static SinkSessionNext
feed_at_once (SinkSession *session, const char *says, GByteArray *out)
{
  g_auto (GStrv) writes = g_strsplit (says, "|", -1);
  SinkSessionNext next = SINK_SESSION_GO_ON;

  for (guint i = 0; writes[i] != NULL && next == SINK_SESSION_GO_ON; i++)
    next = sink_session_feed (session, writes[i], strlen (writes[i]), out);
  return next;
}

static Rehearsal *
new_rehearsal (void)
{
  Rehearsal *self = rehearsal_new ();

  g_assert_true (rehearsal_add (self, REHEARSAL_REFUSE, "Nobody*"));
  g_assert_true (rehearsal_add (self, REHEARSAL_DELAY, "later*"));
  g_assert_true (rehearsal_add (self, REHEARSAL_DELAY, "*@busy.example"));
  g_assert_true (rehearsal_add (self, REHEARSAL_DROP, "lost?@*"));
  return self;
}

static void
test_talks (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (talks); i++) {
    Rehearsal *rehearsal = new_rehearsal ();
    SinkSessionOptions options = { 1000, FALSE, NULL, rehearsal };
    Kept kept = { g_string_new (NULL), 0, FALSE };
    SinkSessionStore store = { &kept, add_cb, drop_cb };
    g_autoptr (SinkSession) session = sink_session_new (&options, &store);
    g_autoptr (GByteArray) out = g_byte_array_new ();
    g_autofree char *codes = NULL;

    g_test_message ("%s", talks[i].name);
    feed_at_once (session, talks[i].says, out);
    codes = codes_of (out);
    g_assert_cmpstr (codes, ==, talks[i].codes);
    g_assert_cmpstr (kept.kept->str, ==, talks[i].kept);
    g_string_free (kept.kept, TRUE);
    g_clear_pointer (&session, sink_session_free);
    rehearsal_free (rehearsal);
  }
}

typedef struct {
  SinkSessionOptions options;
  Kept               kept;
  SinkSession       *session;
  GByteArray        *out;
} Fixture;

static void
setup (Fixture *self, gconstpointer data)
{
  SinkSessionStore store = { &self->kept, add_cb, drop_cb };

  self->options.message_max = 1000;
  self->kept.kept = g_string_new (NULL);
  self->session = sink_session_new (&self->options, &store);
  self->out = g_byte_array_new ();
}

static void
teardown (Fixture *self, gconstpointer data)
{
  sink_session_free (self->session);
  g_byte_array_unref (self->out);
  g_string_free (self->kept.kept, TRUE);
}

/* Says it and expects these codes for it alone. */
static void
expect (Fixture *self, const char *says, const char *codes)
{
  g_autofree char *got = NULL;

  g_byte_array_set_size (self->out, 0);
  sink_session_feed (self->session, says, strlen (says), self->out);
  got = codes_of (self->out);
  g_assert_cmpstr (got, ==, codes);
}

static void
test_too_large (Fixture *self, gconstpointer data)
{
  expect (self, HI FROM TO "DATA\r\n", EHLO_CODES "250 250 354 ");
  for (guint i = 0; i < 30; i++) /* no word of SIZE, and more than it */
    expect (self, "0123456789012345678901234567890123456789\r\n", "");
  expect (self, ".\r\n", "552 ");
  expect (self, FROM TO "DATA\r\n", "250 250 354 "); /* the next one is welcome */
  expect (self, "x\r\n.\r\n", "250 ");
  g_assert_cmpuint (self->kept.count, ==, 1);
}

static void
test_full_disk (Fixture *self, gconstpointer data)
{
  self->kept.is_full = TRUE;
  expect (self, HI FROM TO "DATA\r\n", EHLO_CODES "250 250 354 ");
  expect (self, "x\r\n.\r\n", "452 ");
}

static void
test_errors (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < SINK_SESSION_ERRORS_MAX; i++)
    expect (self, "WHAT\r\n", "500 ");
  expect (self, "WHAT\r\n", "500 421 ");
  expect (self, "NOOP\r\n", ""); /* nothing is heard any more */
}

static void
test_refused_are_no_errors (Fixture *self, gconstpointer data)
{
  Rehearsal *rehearsal = new_rehearsal ();

  self->options.rehearsal = rehearsal;
  expect (self, HI, EHLO_CODES);
  for (guint i = 0; i < 3 * SINK_SESSION_ERRORS_MAX; i++) /* as a pipelining client goes through a list of the gone */
    expect (self, FROM "RCPT TO:<nobody@example.net>\r\nBDAT 3 LAST\r\na\r\nRSET\r\n", "250 550 554 250 ");
  self->options.rehearsal = NULL;
  rehearsal_free (rehearsal);
}

/* A message that was dropped is taken the second time: the copy that `resolve resend` costs can be seen. */
static void
test_dropped_once (void)
{
  Rehearsal *rehearsal = new_rehearsal ();

  g_assert_cmpint (rehearsal_get_part (rehearsal, "LOST9@x.example"), ==, REHEARSAL_DROP);
  g_assert_true (rehearsal_is_first (rehearsal, REHEARSAL_DROP, "LOST9@x.example"));
  g_assert_false (rehearsal_is_first (rehearsal, REHEARSAL_DROP, "lost9@x.example"));
  g_assert_true (rehearsal_is_first (rehearsal, REHEARSAL_DELAY, "lost9@x.example"));
  g_assert_cmpint (rehearsal_get_part (rehearsal, "ann@x.example"), ==, REHEARSAL_NONE);
  g_assert_false (rehearsal_add (rehearsal, REHEARSAL_DROP, ""));
  for (guint i = 4; i < REHEARSAL_PATTERNS_MAX; i++)
    g_assert_true (rehearsal_add (rehearsal, REHEARSAL_DROP, "x"));
  g_assert_false (rehearsal_add (rehearsal, REHEARSAL_DROP, "x"));
  rehearsal_free (rehearsal);
}

static void
test_long_command (Fixture *self, gconstpointer data)
{
  g_autofree char *x = g_strnfill (10000, 'x');

  for (guint i = 0; i < 100; i++) /* a megabyte without an end, and bare LFs: memory does not grow */
    expect (self, x, "");
  for (guint i = 0; i < 100; i++)
    expect (self, "\n\n\n", "");
  expect (self, "\r", "");
  expect (self, "\nNOOP\r\n", "500 250 ");
}

static void
test_tls_forgets (Fixture *self, gconstpointer data)
{
  self->options.offers_tls = TRUE;
  expect (self, HI "STARTTLS\r\n", EHLO_CODES "250 220 ");
  sink_session_start_tls (self->session);
  expect (self, FROM, "503 "); /* EHLO again: RFC 3207 §4.2 */
  expect (self, HI "STARTTLS\r\n", EHLO_CODES "503 ");
}

static void
test_tls_injected (Fixture *self, gconstpointer data)
{
  self->options.offers_tls = TRUE;
  expect (self, HI "STARTTLS\r\n" FROM, EHLO_CODES "250 554 "); /* CVE-2011-0411: what came in the clear is not read as if by TLS */
}

static void
test_auth (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Auth *auth = auth_new (&error);

  g_assert_no_error (error);
  auth_set_user (auth, "ann", "secret");
  self->options.auth = auth;
  expect (self, HI FROM, EHLO_CODES "250 530 ");
  expect (self, "AUTH NTLM\r\n", "504 ");
  expect (self, "AUTH PLAIN AGFubgB3cm9uZw==\r\n", "535 "); /* ann, wrong */
  expect (self, "AUTH PLAIN\r\n", "334 ");
  expect (self, "*\r\n", "501 ");
  expect (self, "AUTH PLAIN =\r\n*\r\n", "334 501 "); /* an empty response is none for libgsasl: it asks */
  expect (self, "AUTH PLAIN not*base64\r\n", "535 ");
  expect (self, "AUTH LOGIN YW5u\r\n", "334 "); /* the name with the command */
  expect (self, "d3Jvbmc=\r\n", "535 ");
  expect (self, "AUTH login\r\n", "334 ");
  expect (self, "YW5u\r\n", "334 ");
  expect (self, "c2VjcmV0\r\n", "235 ");
  expect (self, "AUTH PLAIN AGFubgBzZWNyZXQ=\r\n", "503 "); /* once is enough */
  expect (self, FROM, "250 ");
  self->options.auth = NULL;
  auth_free (auth);
}

int
main (int argc, char *argv[])
{
  static const struct { const char *path; void (*test) (Fixture *, gconstpointer); } tests[] = {
    { "/confined/sink/session/too-large", test_too_large },
    { "/confined/sink/session/full-disk", test_full_disk },
    { "/confined/sink/session/errors", test_errors },
    { "/confined/sink/session/refused-are-no-errors", test_refused_are_no_errors },
    { "/confined/sink/session/long-command", test_long_command },
    { "/confined/sink/session/tls-forgets", test_tls_forgets },
    { "/confined/sink/session/tls-injected", test_tls_injected },
    { "/confined/sink/session/auth", test_auth },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/sink/session/talks", test_talks);
  g_test_add_func ("/confined/sink/session/rehearsal/once", test_dropped_once);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, setup, tests[i].test, teardown);
  return g_test_run ();
}
