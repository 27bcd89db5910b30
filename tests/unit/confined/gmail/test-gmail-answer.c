/* Each row of the table: what Google says, and what it comes to. Texts as its documentation and its users report them:
 * https://developers.google.com/workspace/gmail/api/guides/handle-errors, https://cloud.google.com/apis/design/errors. */
#include "gmail-answer.h"

#include <string.h>

#define NOW 1772000000 /* 2026-02-25T06:13:20Z */
#define JSON "application/json"
#define ERROR(code, reason, message) \
  "{\"error\":{\"code\":" #code ",\"message\":\"" message "\",\"errors\":[{\"message\":\"" message "\",\"domain\":\"usageLimits\",\"reason\":\"" reason "\"}],\"status\":\"X\"}}"
#define BARE(code, message) "{\"error\":{\"code\":" #code ",\"message\":\"" message "\",\"status\":\"X\"}}"
#define DETAIL(code, reason) \
  "{\"error\":{\"code\":" #code ",\"message\":\"m\",\"status\":\"X\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"" reason "\"}]}}"

static const struct {
  guint        status;
  const char  *type, *body, *retry_after;
  gboolean     is_part; /* the message was not whole */
  GmailMeaning meaning;
  Outcome      outcome;
  gint64       wait_s;
  const char  *pause;
} rows[] = {
  { 200, JSON, "{\"id\":\"18c\",\"threadId\":\"18c\",\"labelIds\":[\"SENT\"]}", "", FALSE, GMAIL_SENT, OUTCOME_ACCEPTED, 0, NULL },
  { 200, JSON, "{\"id\":\"18c\"}", "", TRUE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL }, /* an answer before the end */
  { 200, JSON, "{\"threadId\":\"18c\"}", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 200, JSON, "{\"id\":17}", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 200, JSON, "{\"id\":\"a b\"}", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 200, JSON, "{\"id\":\"a\",\"id\":\"b\"}", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 200, JSON, "{\"id\":\"a\"", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 200, "text/html", "{\"id\":\"a\"}", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL }, /* a captive portal */
  { 200, "", "", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 201, JSON, "{\"id\":\"a\"}", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 302, "text/html", "", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 400, JSON, ERROR (400, "invalidArgument", "Invalid To header"), "", FALSE, GMAIL_RECIPIENT, OUTCOME_REFUSED, 0, "policy" },
  { 400, JSON, BARE (400, "Recipient address required"), "", FALSE, GMAIL_RECIPIENT, OUTCOME_REFUSED, 0, "policy" },
  { 400, JSON, ERROR (400, "failedPrecondition", "Precondition check failed."), "", FALSE, GMAIL_CONTENT, OUTCOME_REFUSED, 0, "content" },
  { 400, "text/html", "Bad Request", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 401, JSON, ERROR (401, "authError", "Invalid Credentials"), "", FALSE, GMAIL_TOKEN, OUTCOME_LATER, 0, NULL },
  { 401, "text/plain", "no", "", FALSE, GMAIL_TOKEN, OUTCOME_LATER, 0, NULL },
  { 403, JSON, ERROR (403, "rateLimitExceeded", "Rate Limit Exceeded"), "", FALSE, GMAIL_SLOW, OUTCOME_LATER, 0, "busy" },
  { 403, JSON, ERROR (403, "userRateLimitExceeded", "User Rate Limit Exceeded"), "", FALSE, GMAIL_SLOW, OUTCOME_LATER, 0, "busy" },
  { 403, JSON, ERROR (403, "quotaExceeded", "Quota exceeded"), "", FALSE, GMAIL_SLOW, OUTCOME_LATER, 0, "busy" },
  { 403, JSON, ERROR (403, "dailyLimitExceeded", "Daily Limit Exceeded"), "", FALSE, GMAIL_DAY, OUTCOME_LATER, 0, "quota" },
  { 403, JSON, ERROR (403, "insufficientPermissions", "Insufficient Permission"), "", FALSE, GMAIL_SCOPE, OUTCOME_LATER, 0, "login" },
  { 403, JSON, DETAIL (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"), "", FALSE, GMAIL_SCOPE, OUTCOME_LATER, 0, "login" },
  { 403, JSON, ERROR (403, "accessNotConfigured", "Gmail API has not been used in project 1"), "", FALSE, GMAIL_SWITCHED_OFF, OUTCOME_LATER, 0, "policy" },
  { 403, JSON, DETAIL (403, "SERVICE_DISABLED"), "", FALSE, GMAIL_SWITCHED_OFF, OUTCOME_LATER, 0, "policy" },
  { 403, JSON, ERROR (403, "domainPolicy", "The domain administrators have disabled Gmail apps."), "", FALSE, GMAIL_POLICY, OUTCOME_LATER, 0, "policy" },
  { 403, JSON, ERROR (403, "forbidden", "Delegation denied"), "", FALSE, GMAIL_FORBIDDEN, OUTCOME_LATER, 0, "policy" },
  { 403, "text/html", "<h1>Forbidden</h1>", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 403, JSON, BARE (404, "another status in it"), "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 404, JSON, BARE (404, "Requested entity was not found."), "", FALSE, GMAIL_ABSENT, OUTCOME_LATER, 0, "policy" },
  { 413, JSON, BARE (413, "Request Too Large"), "", FALSE, GMAIL_SIZE, OUTCOME_REFUSED, 0, "content" },
  { 413, "text/html", "too big", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 429, JSON, ERROR (429, "rateLimitExceeded", "Too many concurrent requests for user"), "", FALSE, GMAIL_SLOW, OUTCOME_LATER, 0, "busy" },
  { 429, JSON, ERROR (429, "rateLimitExceeded", "slow"), "7", FALSE, GMAIL_SLOW, OUTCOME_LATER, 7, "busy" },
  { 429, JSON, ERROR (429, "rateLimitExceeded", "slow"), "Wed, 25 Feb 2026 06:13:50 GMT", FALSE, GMAIL_SLOW, OUTCOME_LATER, 30, "busy" },
  { 429, JSON, ERROR (429, "rateLimitExceeded", "slow"), "soon", FALSE, GMAIL_SLOW, OUTCOME_LATER, 0, "busy" },
  { 429, JSON, ERROR (429, "rateLimitExceeded", "slow"), "99999999999999999999", FALSE, GMAIL_LIMIT, OUTCOME_LATER, 86400, "quota" },
  { 429, JSON, ERROR (429, "userRateLimitExceeded", "User-rate limit exceeded.  Retry after 2026-02-25T08:13:20.000Z"), "", FALSE, GMAIL_LIMIT, OUTCOME_LATER, 7200, "quota" },
  { 429, JSON, BARE (429, "User-rate limit exceeded.  Retry after 2026-02-25T06:14:00Z (Mail sending)"), "5", FALSE, GMAIL_SLOW, OUTCOME_LATER, 40, "busy" },
  { 429, JSON, BARE (429, "Retry after 2027-02-25T06:14:00Z"), "", FALSE, GMAIL_LIMIT, OUTCOME_LATER, 86400, "quota" }, /* believed for a day */
  { 429, JSON, BARE (429, "Retry after 2020-02-25T06:14:00Z"), "", FALSE, GMAIL_SLOW, OUTCOME_LATER, 0, "busy" },
  { 429, "text/plain", "Too Many Requests", "3", FALSE, GMAIL_SLOW, OUTCOME_LATER, 3, "busy" },
  { 500, JSON, ERROR (500, "backendError", "Backend Error"), "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 502, "text/html", "Bad Gateway", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 503, JSON, ERROR (503, "backendError", "The service is currently unavailable."), "", FALSE, GMAIL_BUSY, OUTCOME_LATER, 0, NULL },
  { 503, JSON, ERROR (503, "backendError", "The service is currently unavailable."), "9", FALSE, GMAIL_BUSY, OUTCOME_LATER, 9, NULL },
  { 503, JSON, "{\"busy\":true}", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 503, "text/html", "a proxy's own", "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
  { 504, JSON, BARE (504, "Deadline"), "", FALSE, GMAIL_UNCLEAR, OUTCOME_UNKNOWN, 0, NULL },
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    HttpAnswer http = { .end = HTTP_ANSWERED, .text = "", .is_begun = TRUE, .status = rows[i].status, .media_type = rows[i].type, .body = rows[i].body,
                        .body_bytes = strlen (rows[i].body), .retry_after = rows[i].retry_after };
    g_autoptr (GmailAnswer) answer = gmail_answer_new (&http, !rows[i].is_part, NOW);

    g_test_message ("%" G_GSIZE_FORMAT ": %u %s -> %s", i, rows[i].status, rows[i].body, answer->text);
    g_assert_cmpint (answer->meaning, ==, rows[i].meaning);
    g_assert_cmpint (answer->verdict.outcome, ==, rows[i].outcome);
    g_assert_cmpstr (answer->verdict.pause, ==, rows[i].pause);
    g_assert_cmpint (answer->not_before_utc_s, ==, rows[i].wait_s > 0 ? NOW + rows[i].wait_s : 0);
    g_assert_cmpuint (answer->code, ==, rows[i].status);
    g_assert_true ((answer->remote_id != NULL) == (rows[i].outcome == OUTCOME_ACCEPTED));
    g_assert_cmpuint (strlen (answer->text), <=, VERDICT_TEXT_MAX);
  }
}

/* No answer at all: what may be known of the message is the journal's. */
static void
test_no_answer (void)
{
  static const HttpEnd ends[] = { HTTP_LOST, HTTP_UNTRUSTED, HTTP_NONSENSE };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++) {
    HttpAnswer http = { .end = ends[i], .text = "gmail.example: gone", .media_type = "", .body = "", .retry_after = "" };
    g_autoptr (GmailAnswer) answer = gmail_answer_new (&http, TRUE, NOW);

    g_assert_cmpint (answer->verdict.outcome, ==, OUTCOME_UNKNOWN);
    g_assert_cmpuint (answer->code, ==, 0);
    g_assert_cmpstr (answer->text, ==, "gmail.example: gone");
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/gmail/gmail-answer/table", test_table);
  g_test_add_func ("/confined/gmail/gmail-answer/no-answer", test_no_answer);
  return g_test_run ();
}
