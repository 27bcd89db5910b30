/* The whole program behind its lock, against an HTTP server that does what it is told: what is sent, what is written down, what is never sent twice. */
#include "api-server.h"
#include "descriptor.h"
#include "transport-client.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define HEAD(status, type, length) "HTTP/1.1 " status "\r\nContent-Type: " type "\r\nContent-Length: " length "\r\n\r\n"
#define SENT HEAD ("200 OK", "application/json; charset=UTF-8", "12") "{\"id\":\"18c\"}"
#define TOKEN HEAD ("401 Unauthorized", "application/json", "37") "{\"error\":{\"code\":401,\"message\":\"no\"}}"
#define BUSY HEAD ("503 Unavailable", "application/json", "39") "{\"error\":{\"code\":503,\"message\":\"busy\"}}"
#define PORTAL HEAD ("200 OK", "text/html", "5") "hello"

typedef struct {
  ApiServer *server;
  Client    *client;
} Scene;

/* Core connects when it is asked to. */
static void
connect_cb (guint count, gpointer data)
{
  Scene *self = data;
  const char *peer;

  for (; count > 0; count--) {
    int fd = api_server_connect (self->server, &peer);

    (void) client_add_from (self->client, fd, peer);
  }
}

static void
scene_set_up (Scene *self, const ApiTurn *turns, guint n, const char *more)
{
  const char *origin;
  g_autofree char *settings = NULL;

  self->server = api_server_new (turns, n);
  origin = api_server_get_origin (self->server);
  self->client = client_new ("gmail");
  self->client->kind = "gmail";
  self->client->on_need = connect_cb;
  self->client->data = self;
  settings = g_strdup_printf ("{'host': <'127.0.0.1'>, 'upload_host': <'127.0.0.1'>, 'api': <'%s'>, 'upload': <'%s/'>, 'secret': <'oauth'>, 'units_per_minute': <uint32 6000>%s}",
                              origin, origin, more);
  client_open (self->client, settings, "old");
  client_begin (self->client, 1, "Dear {{word}}, a letter\n");
}

static void
scene_tear_down (Scene *self)
{
  client_free (self->client);
  api_server_free (self->server);
}

static void
check_journal (Scene *self, const char *expected)
{
  g_autofree char *journal = client_read_journal (self->client);

  g_assert_cmpstr (journal, ==, expected);
}

/* --- what is sent --- */

static void
test_sent (void)
{
  static const ApiTurn turns[] = { { .answer = SENT } };
  Scene scene = { 0 };
  g_autoptr (GByteArray) message = NULL;
  const ApiRequest *request;

  scene_set_up (&scene, turns, 1, "");
  client_send (scene.client, 1, 1, 3);
  client_wait_outcomes (scene.client, 3);
  g_assert_cmpstr (scene.client->log->str, ==, "1=accepted 2=accepted 3=accepted ");
  check_journal (&scene, "B1 I1=18c E1=accepted B2 I2=18c E2=accepted B3 I3=18c E3=accepted ");
  g_assert_cmpuint (scene.client->needed, ==, 1); /* one connection for all of them */
  request = api_server_get (scene.server, 0);
  g_assert_true (g_str_has_prefix (request->head, "POST /gmail/v1/users/me/messages/send HTTP/1.1\r\n"));
  g_assert_nonnull (strstr (request->head, "\r\nAuthorization: Bearer old\r\n"));
  g_assert_nonnull (strstr (request->head, "\r\nContent-Type: application/json; charset=UTF-8\r\n"));
  g_assert_null (strstr (request->head, "Expect"));
  message = api_server_get_message (scene.server, 0);
  g_byte_array_append (message, (const guint8 *) "", 1);
  g_assert_nonnull (strstr ((const char *) message->data, "r1@example.net>\r\n"));
  g_assert_nonnull (strstr ((const char *) message->data, "\r\n\r\nDear "));
  scene_tear_down (&scene);
}

/* Opened to be read and nothing else, as core hands files over. */
static int
make_file (gsize size)
{
  g_autofree char *text = g_strnfill (size, 'x');
  int sealed = descriptor_seal ("big", text, size, NULL);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", sealed);
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  close (sealed);
  return fd;
}

/* What is too big for JSON goes alone, over a connection of its own. */
static void
test_upload (void)
{
  static const ApiTurn turns[] = { { .answer = SENT } };
  Scene scene = { 0 };
  int file = make_file (5u << 20);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (&file, 1);
  g_autoptr (GByteArray) message = NULL;
  g_autoptr (GError) error = NULL;
  const ApiRequest *request;

  scene_set_up (&scene, turns, 1, "");
  client_begin_with (scene.client, 2, "{'subject': 'Hello', 'text': 'big', 'from': 'ann@example.org'}", FALSE,
                     g_variant_new_parsed ("[('attach', 'big.txt', 'text/plain', handle 0)]"), fds, NULL, &error);
  g_assert_no_error (error);
  client_send (scene.client, 2, 1, 1);
  client_wait_outcomes (scene.client, 1);
  g_assert_cmpuint (scene.client->endpoint, ==, 1);
  request = api_server_get (scene.server, 0);
  g_assert_true (g_str_has_prefix (request->head, "POST /upload/gmail/v1/users/me/messages/send?uploadType=media HTTP/1.1\r\n"));
  g_assert_nonnull (strstr (request->head, "\r\nContent-Type: message/rfc822\r\n"));
  message = api_server_get_message (scene.server, 0);
  g_assert_cmpuint (message->len, >, (5u << 20) / 3 * 4); /* base64 */
  check_journal (&scene, "B1 I1=18c E1=accepted ");
  scene_tear_down (&scene);
}

/* --- what may have been sent, and what was not --- */

/* The server ends the connection at each octet of the request. What it can have had whole is unknown, and nothing goes twice. */
static void
test_cut_request (void)
{
  gsize length;
  {
    static const ApiTurn turns[] = { { .answer = SENT } };
    Scene scene = { 0 };
    const ApiRequest *request;

    scene_set_up (&scene, turns, 1, "");
    client_send (scene.client, 1, 1, 1);
    client_wait_outcomes (scene.client, 1);
    request = api_server_get (scene.server, 0);
    length = strlen (request->head) + g_bytes_get_size (request->body);
    scene_tear_down (&scene);
  }
  for (gsize at = 1; at < length; at += at + 4 < length && at > 4 ? 61 : 1) {
    ApiTurn turns[] = { { .answer = SENT, .read_most = (gssize) at }, { .answer = SENT } };
    Scene scene = { 0 };
    guint unknown;

    scene_set_up (&scene, turns, 2, "");
    client_send (scene.client, 1, 1, 1);
    client_wait_outcomes (scene.client, 1);
    client_spin (20);
    unknown = scene.client->tally[OUTCOME_UNKNOWN];
    g_test_message ("cut at %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT ": %s", at, length, scene.client->log->str);
    g_assert_cmpuint (unknown + scene.client->tally[OUTCOME_ACCEPTED], ==, 1);
    g_assert_cmpuint (api_server_count (scene.server), ==, 1 - unknown); /* never whole twice, and never after a doubt */
    scene_tear_down (&scene);
  }
}

/* The same with the answer: the message was there, so it is unknown, or accepted where the answer was whole. */
static void
test_cut_answer (void)
{
  for (gsize at = 1; at <= strlen (SENT); at += at + 4 < strlen (SENT) && at > 4 ? 7 : 1) {
    ApiTurn turns[] = { { .answer = SENT, .say_most = (gssize) at }, { .answer = SENT } };
    Scene scene = { 0 };

    scene_set_up (&scene, turns, 2, "");
    client_send (scene.client, 1, 1, 1);
    client_wait_outcomes (scene.client, 1);
    client_spin (20);
    g_test_message ("cut at %" G_GSIZE_FORMAT ": %s", at, scene.client->log->str);
    g_assert_cmpuint (scene.client->tally[at == strlen (SENT) ? OUTCOME_ACCEPTED : OUTCOME_UNKNOWN], ==, 1);
    g_assert_cmpuint (api_server_count (scene.server), ==, 1);
    scene_tear_down (&scene);
  }
}

/* A connection that was used before: libcurl would send such a request again by itself, if it could. */
static void
test_warm_without_answer (void)
{
  static const ApiTurn turns[] = { { .answer = SENT }, { .answer = NULL }, { .answer = SENT } };
  Scene scene = { 0 };

  scene_set_up (&scene, turns, 3, "");
  client_send (scene.client, 1, 1, 3);
  client_wait_outcomes (scene.client, 3);
  g_assert_nonnull (strstr (scene.client->log->str, "2=unknown "));
  g_assert_cmpuint (scene.client->tally[OUTCOME_ACCEPTED], ==, 2);
  g_assert_cmpuint (api_server_count (scene.server), ==, 3);
  scene_tear_down (&scene);
}

/* It ended while it was idle: the next message has lost nothing, and nobody hears of it. */
static void
test_warm_and_gone (void)
{
  static const ApiTurn turns[] = { { .answer = SENT, .closes = TRUE }, { .answer = SENT } };
  Scene scene = { 0 };

  scene_set_up (&scene, turns, 2, "");
  client_send (scene.client, 1, 1, 1);
  client_wait_outcomes (scene.client, 1);
  client_spin (200);
  client_send (scene.client, 1, 2, 1);
  client_wait_outcomes (scene.client, 2);
  g_assert_cmpstr (scene.client->log->str, ==, "1=accepted 2=accepted ");
  g_assert_cmpuint (api_server_count (scene.server), ==, 2);
  g_assert_cmpuint (scene.client->needed, ==, 2);
  scene_tear_down (&scene);
}

/* --- what is answered --- */

static void
test_token (void)
{
  static const ApiTurn turns[] = { { .answer = TOKEN }, { .answer = SENT } };
  Scene scene = { 0 };

  scene_set_up (&scene, turns, 2, "");
  client_send (scene.client, 1, 1, 2);
  client_wait_log (scene.client, "need-secret");
  client_wait_outcomes (scene.client, 1);
  client_spin (100);
  g_assert_cmpstr (scene.client->log->str, ==, "need-secret 1=later ");
  g_assert_cmpuint (api_server_count (scene.server), ==, 1); /* nothing more by the old one */
  client_renew (scene.client, "new", 0);
  client_send_row (scene.client, 1, 1, "r1@example.net", 2);
  client_wait_outcomes (scene.client, 3);
  g_assert_cmpuint (scene.client->tally[OUTCOME_ACCEPTED], ==, 2);
  g_assert_nonnull (strstr (api_server_get (scene.server, 1)->head, "\r\nAuthorization: Bearer new\r\n"));
  scene_tear_down (&scene);
}

static void
test_token_ends (void)
{
  static const ApiTurn turns[] = { { .answer = SENT } };
  Scene scene = { 0 };
  g_autofree char *expires = g_strdup_printf (", 'expires': <int64 %" G_GINT64_FORMAT ">", g_get_real_time () / G_USEC_PER_SEC - 1);

  scene_set_up (&scene, turns, 1, expires);
  client_send (scene.client, 1, 1, 1);
  client_wait_log (scene.client, "need-secret");
  client_spin (50);
  g_assert_cmpuint (api_server_count_begun (scene.server), ==, 0);
  client_renew (scene.client, "new", 0);
  client_wait_outcomes (scene.client, 1);
  g_assert_cmpstr (scene.client->log->str, ==, "need-secret 1=accepted ");
  scene_tear_down (&scene);
}

/* Out of order for a moment: nobody else is asked meanwhile either, and it is two seconds at first. */
static void
test_busy (void)
{
  static const ApiTurn turns[] = { { .answer = BUSY }, { .answer = SENT } };
  Scene scene = { 0 };

  scene_set_up (&scene, turns, 2, "");
  client_send (scene.client, 1, 1, 2);
  client_wait_outcomes (scene.client, 1);
  client_spin (1500);
  g_assert_cmpstr (scene.client->log->str, ==, "1=later ");
  g_assert_cmpuint (api_server_count_begun (scene.server), ==, 1);
  client_wait_outcomes (scene.client, 2);
  g_assert_cmpstr (scene.client->log->str, ==, "1=later 2=accepted ");
  scene_tear_down (&scene);
}

/* The mailbox takes nothing for an hour: it pauses, and whoever resumes is told the same without a question to Google. */
static void
test_limit (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc (), until = g_date_time_add_hours (now, 1);
  g_autofree char *when = g_date_time_format (until, "%FT%H:%M:%SZ");
  g_autofree char *body = g_strdup_printf ("{\"error\":{\"code\":429,\"message\":\"User-rate limit exceeded.  Retry after %s\"}}", when);
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", strlen (body), body);
  ApiTurn turns[] = { { .answer = answer } };
  Scene scene = { 0 };

  scene_set_up (&scene, turns, 1, "");
  client_send (scene.client, 1, 1, 2);
  client_wait_log (scene.client, "paused(quota)");
  client_wait_outcomes (scene.client, 1);
  pr_transport2_call_resume_sync (scene.client->proxy, NULL, NULL);
  client_wait_log (scene.client, "paused(quota) 1=later paused(quota)");
  g_assert_nonnull (strstr (scene.client->text, "before"));
  client_spin (50);
  g_assert_cmpuint (api_server_count (scene.server), ==, 1);
  scene_tear_down (&scene);
}

/* Something in between answers for Gmail: nobody knows whether it went through. */
static void
test_portal (void)
{
  static const ApiTurn turns[] = { { .answer = PORTAL } };
  Scene scene = { 0 };

  scene_set_up (&scene, turns, 1, "");
  client_send (scene.client, 1, 1, 1);
  client_wait_outcomes (scene.client, 1);
  g_assert_cmpstr (scene.client->log->str, ==, "1=unknown ");
  scene_tear_down (&scene);
}

/* --- orders --- */

/* What was not begun comes back, also from a connection that is being made. */
static void
test_recall (void)
{
  static const ApiTurn turns[] = { { .answer = SENT, .delay_ms = 700 } };
  Scene scene = { 0 };
  g_autoptr (GVariant) back = NULL;
  gsize n = 0;

  scene_set_up (&scene, turns, 1, "");
  client_send (scene.client, 1, 1, 2);
  while (api_server_count (scene.server) == 0)
    client_spin (10);
  g_assert_true (pr_transport2_call_recall_sync (scene.client->proxy, 1, g_variant_new_array (G_VARIANT_TYPE_UINT64, NULL, 0), &back, NULL, NULL));
  (void) g_variant_get_fixed_array (back, &n, sizeof (guint64));
  g_assert_cmpuint (n, ==, 1);
  client_wait_outcomes (scene.client, 1);
  client_spin (50);
  g_assert_cmpstr (scene.client->log->str, ==, "1=accepted ");
  g_assert_cmpuint (api_server_count (scene.server), ==, 1);
  scene_tear_down (&scene);
}

/* Half of it is on the wire: it comes back, and its last octets never leave. */
static void
test_recall_in_body (void)
{
  static const ApiTurn turns[] = { { .answer = SENT, .pause_ms = 1500 } };
  Scene scene = { 0 };
  int file = make_file (18u << 20); /* more than the kernel keeps for a socket */
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (&file, 1);
  g_autoptr (GVariant) back = NULL;
  g_autoptr (GError) error = NULL;
  gsize n = 0;

  scene_set_up (&scene, turns, 1, "");
  client_begin_with (scene.client, 2, "{'subject': 'Hello', 'text': 'big', 'from': 'ann@example.org'}", FALSE,
                     g_variant_new_parsed ("[('attach', 'big.txt', 'text/plain', handle 0)]"), fds, NULL, &error);
  g_assert_no_error (error);
  client_send (scene.client, 2, 1, 1);
  while (api_server_count_begun (scene.server) == 0)
    client_spin (10);
  client_spin (200);
  g_assert_true (pr_transport2_call_recall_sync (scene.client->proxy, 2, g_variant_new_array (G_VARIANT_TYPE_UINT64, NULL, 0), &back, NULL, NULL));
  (void) g_variant_get_fixed_array (back, &n, sizeof (guint64));
  g_assert_cmpuint (n, ==, 1);
  client_spin (2500);
  g_assert_cmpstr (scene.client->log->str, ==, "");
  g_assert_cmpuint (api_server_count (scene.server), ==, 0);
  check_journal (&scene, "");
  client_send (scene.client, 1, 2, 1); /* and it goes on */
  client_wait_outcomes (scene.client, 1);
  check_journal (&scene, "B2 I2=18c E2=accepted ");
  g_assert_cmpuint (api_server_count (scene.server), ==, 1);
  scene_tear_down (&scene);
}

static void
test_drain (void)
{
  static const ApiTurn turns[] = { { .answer = SENT, .delay_ms = 500 } };
  Scene scene = { 0 };

  scene_set_up (&scene, turns, 1, "");
  client_send (scene.client, 1, 1, 3);
  while (api_server_count (scene.server) == 0)
    client_spin (10);
  g_assert_true (pr_transport2_call_drain_sync (scene.client->proxy, NULL, NULL));
  client_spin (50);
  g_assert_cmpstr (scene.client->log->str, ==, "1=accepted ");
  check_journal (&scene, "B1 I1=18c E1=accepted ");
  scene_tear_down (&scene);
}

/* A second connection is asked for only when the first has been busy for a while and the pace allows two. */
static void
test_second_connection (void)
{
  static const ApiTurn turns[] = { { .answer = SENT, .delay_ms = 1800 } };
  Scene scene = { 0 };

  scene_set_up (&scene, turns, 1, ", 'connections': <uint32 2>");
  client_send (scene.client, 1, 1, 2);
  client_wait_outcomes (scene.client, 2);
  g_assert_cmpuint (scene.client->needed, ==, 1); /* 6000 units a minute: one at a time */
  scene_tear_down (&scene);
  scene_set_up (&scene, turns, 1, ", 'units_per_minute': <uint32 60000>, 'connections': <uint32 2>");
  client_send (scene.client, 1, 1, 2);
  client_wait_outcomes (scene.client, 2);
  g_assert_cmpuint (scene.client->needed, ==, 2);
  scene_tear_down (&scene);
}

static void
test_other_kind (void)
{
  Client *client = client_new ("gmail");
  g_autoptr (GError) error = NULL;

  g_assert_false (client_open_with (client, g_variant_new_parsed ("{'host': <'a'>, 'upload_host': <'a'>, 'secret': <'oauth'>}"), "t", NULL, &error));
  g_clear_error (&error);
  client->kind = "gmail";
  g_assert_false (client_open_with (client, g_variant_new_parsed ("{'host': <'a'>, 'upload_host': <'a'>}"), "t", NULL, &error));
  g_clear_error (&error);
  g_assert_false (client_open_with (client, g_variant_new_parsed ("{'host': <'a'>, 'upload_host': <'a'>, 'secret': <'oauth'>}"), "two words", NULL, &error));
  g_clear_error (&error);
  g_assert_true (client_open_with (client, g_variant_new_parsed ("{'host': <'a'>, 'upload_host': <'a'>, 'secret': <'oauth'>}"), "t", NULL, &error));
  client_free (client);
}

/* --- a test of the account --- */

static const struct {
  const char *answer, *reason;
  gboolean    is_fine;
} tests[] = {
  { HEAD ("200 OK", "application/json", "28") "{\"emailAddress\":\"a@b.example\"}", "", TRUE },
  { HEAD ("403 Forbidden", "application/json", "78") "{\"error\":{\"code\":403,\"message\":\"m\",\"errors\":[{\"reason\":\"insufficientPermissions\"}]}}", "", TRUE },
  { HEAD ("403 Forbidden", "application/json", "74") "{\"error\":{\"code\":403,\"message\":\"m\",\"errors\":[{\"reason\":\"accessNotConfigured\"}]}}", "policy", FALSE },
  { TOKEN, "login", FALSE },
  { PORTAL, "protocol", FALSE },
};

static void
test_test (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
    const char *length = strstr (tests[i].answer, "\r\n\r\n") + 4;
    g_autofree char *start = g_strndup (tests[i].answer, (gsize) (strstr (tests[i].answer, "Content-Length") - tests[i].answer));
    g_autofree char *answer = g_strdup_printf ("%sContent-Length: %zu\r\n\r\n%s", start, strlen (length), length);
    ApiTurn turns[] = { { .answer = answer } };
    Scene scene = { 0 };
    g_autoptr (GVariant) report = NULL;
    const char *reason = NULL, *problem = NULL;
    gboolean is_in = FALSE;

    scene_set_up (&scene, turns, 1, "");
    connect_cb (1, &scene);
    report = client_test (scene.client);
    g_variant_lookup (report, "reason", "&s", &reason);
    g_variant_lookup (report, "problem", "&s", &problem);
    g_variant_lookup (report, "logged_in", "b", &is_in);
    g_test_message ("%s: %s", answer, problem);
    g_assert_cmpstr (reason, ==, tests[i].reason);
    g_assert_cmpint (is_in, ==, tests[i].is_fine);
    g_assert_true (g_str_has_prefix (api_server_get (scene.server, 0)->head, "GET /gmail/v1/users/me/profile HTTP/1.1\r\n"));
    scene_tear_down (&scene);
  }
}

int
main (int argc, char *argv[])
{
  static const struct {
    const char *name;
    GTestFunc   func;
  } all[] = {
    { "sent", test_sent },
    { "upload", test_upload },
    { "cut-request", test_cut_request },
    { "cut-answer", test_cut_answer },
    { "warm-without-answer", test_warm_without_answer },
    { "warm-and-gone", test_warm_and_gone },
    { "token", test_token },
    { "token-ends", test_token_ends },
    { "busy", test_busy },
    { "limit", test_limit },
    { "portal", test_portal },
    { "recall", test_recall },
    { "recall-in-body", test_recall_in_body },
    { "drain", test_drain },
    { "second-connection", test_second_connection },
    { "other-kind", test_other_kind },
    { "test", test_test },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    g_autofree char *path = g_strconcat ("/confined/gmail/program/", all[i].name, NULL);

    g_test_add_func (path, all[i].func);
  }
  return g_test_run ();
}
