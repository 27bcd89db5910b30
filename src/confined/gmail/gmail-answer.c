#include "gmail-answer.h"

#include "json-answer.h"
#include "text.h"
#include <gmime/gmime.h>
#include <string.h>

#define WAIT_MAX_S 86400 /* neither Google's text nor a header is believed beyond a day */
#define WAIT_SHORT_S 60  /* chosen: what is over sooner needs no pause */
#define ROW_COUNT_MANY 20 /* chosen: as SMTP has it (reply-table.c) */
#define ROW_COUNT_OURS 3

#define LATER OUTCOME_LATER, REASON_NONE
#define A_SCOPE "The sign-in does not allow to send: sign in again, and tick “Send email on your behalf”."
#define A_SWITCHED_OFF \
  "The Gmail API is not switched on in the project that this client belongs to: switch it on at https://console.cloud.google.com/apis/library/gmail.googleapis.com, " \
  "wait some minutes, then resume."
#define A_POLICY "The administrator of this domain does not allow programs to send by Gmail: ask them, or use an app password by SMTP if they allow that."
#define A_FORBIDDEN "Gmail refuses this account's request; its words say why."
#define A_ABSENT "Gmail does not know this mailbox or this address of its API: is Gmail switched on for the account?"
#define A_LIMIT "The account's sending limit is reached; it goes on later."
#define A_SLOW "Gmail asks for a slower pace."
#define A_CONTENT "Gmail refuses the message itself, so others will get the same answer: send yourself a test, change the letter, then resume."
#define A_SIZE "The letter is too big for Gmail: make attachments and pictures smaller, or give a link instead."

static const Verdict verdicts[GMAIL_MEANINGS] = {
  [GMAIL_SENT] = { OUTCOME_ACCEPTED, REASON_NONE, NULL, 0, NULL },
  [GMAIL_TOKEN] = { LATER, NULL, 0, NULL }, /* the channel asks for another one */
  [GMAIL_SLOW] = { OUTCOME_LATER, REASON_SLOW, "busy", ROW_COUNT_MANY, A_SLOW },
  [GMAIL_LIMIT] = { LATER, "quota", 1, A_LIMIT },
  [GMAIL_DAY] = { LATER, "quota", 1, A_LIMIT },
  [GMAIL_BUSY] = { LATER, NULL, 0, NULL }, /* the channel waits */
  [GMAIL_SCOPE] = { LATER, "login", 1, A_SCOPE },
  [GMAIL_SWITCHED_OFF] = { LATER, "policy", 1, A_SWITCHED_OFF },
  [GMAIL_POLICY] = { LATER, "policy", 1, A_POLICY },
  [GMAIL_FORBIDDEN] = { LATER, "policy", 1, A_FORBIDDEN },
  [GMAIL_ABSENT] = { LATER, "policy", 1, A_ABSENT },
  [GMAIL_RECIPIENT] = { OUTCOME_REFUSED, REASON_NONE, "policy", ROW_COUNT_MANY, NULL },
  [GMAIL_CONTENT] = { OUTCOME_REFUSED, REASON_NONE, PAUSE_CONTENT, ROW_COUNT_OURS, A_CONTENT },
  [GMAIL_SIZE] = { OUTCOME_REFUSED, REASON_SIZE, PAUSE_CONTENT, ROW_COUNT_OURS, A_SIZE },
  [GMAIL_UNCLEAR] = { OUTCOME_UNKNOWN, REASON_NONE, NULL, 0, NULL },
};

/* By Google's own words for it: of error.errors[].reason, and of error.details[].reason, which newer services have. */
static const struct { const char *reason; GmailMeaning meaning; } reasons[] = {
  { "rateLimitExceeded", GMAIL_SLOW }, { "userRateLimitExceeded", GMAIL_SLOW }, { "quotaExceeded", GMAIL_SLOW }, { "RATE_LIMIT_EXCEEDED", GMAIL_SLOW },
  { "dailyLimitExceeded", GMAIL_DAY },
  { "insufficientPermissions", GMAIL_SCOPE }, { "ACCESS_TOKEN_SCOPE_INSUFFICIENT", GMAIL_SCOPE },
  { "accessNotConfigured", GMAIL_SWITCHED_OFF }, { "SERVICE_DISABLED", GMAIL_SWITCHED_OFF },
  { "domainPolicy", GMAIL_POLICY },
};

/* By status, where no word says more. is_theirs: only if the body is an error of Google's: anybody on the way could say it, and know nothing of the message. */
static const struct { guint status; gboolean is_theirs; GmailMeaning meaning; } statuses[] = {
  { 400, TRUE, GMAIL_CONTENT }, { 401, FALSE, GMAIL_TOKEN }, { 403, TRUE, GMAIL_FORBIDDEN }, { 404, TRUE, GMAIL_ABSENT },
  { 413, TRUE, GMAIL_SIZE },    { 429, FALSE, GMAIL_SLOW },  { 503, TRUE, GMAIL_BUSY },
};

/* What a 400 says of an address. Google publishes no list: these are the texts that its users report. */
static const char *const recipient_texts[] = { "invalid to header", "recipient address required", "invalid recipient", "invalid cc header", "invalid bcc header" };

/* --- what it says --- */

typedef struct { /* Google's error; borrowed from its JSON */
  gboolean    is_there;
  const char *message; /* never NULL */
  GmailMeaning meaning; /* by its words; GMAIL_MEANINGS: they say nothing that is known */
} GoogleError;

static GmailMeaning
find_reason (const JsonAnswer *list)
{
  const JsonAnswer *element;

  for (guint i = 0; (element = json_answer_get_element (list, i)) != NULL; i++) {
    const char *reason = json_answer_get_string (json_answer_get_member (element, "reason"));

    for (gsize row = 0; row < G_N_ELEMENTS (reasons) && reason != NULL; row++)
      if (strcmp (reasons[row].reason, reason) == 0)
        return reasons[row].meaning;
  }
  return GMAIL_MEANINGS;
}

/* https://cloud.google.com/apis/design/errors: an object "error" with a number "code" that repeats the status. */
static GoogleError
google_error_of (const JsonAnswer *json, guint status)
{
  const JsonAnswer *error = json_answer_get_member (json, "error");
  const char *message = json_answer_get_string (json_answer_get_member (error, "message"));
  GoogleError found = { FALSE, message != NULL ? message : "", find_reason (json_answer_get_member (error, "errors")) };
  gint64 code = 0;

  found.is_there = json_answer_get_integer (json_answer_get_member (error, "code"), &code) && code == status;
  if (found.meaning == GMAIL_MEANINGS)
    found.meaning = find_reason (json_answer_get_member (error, "details"));
  return found;
}

static gboolean
is_about_recipient (const char *message)
{
  g_autofree char *lower = g_ascii_strdown (message, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (recipient_texts); i++)
    if (strstr (lower, recipient_texts[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* --- when it may be tried again --- */

/* Returns: UTC seconds, or 0: no time. */
static gint64
parse_instant (const char *text)
{
  gsize len = strspn (text, "0123456789T:.Z+-");
  g_autofree char *iso = g_strndup (text, len > 0 && text[len - 1] == '.' ? len - 1 : len);
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (iso, utc);

  return time != NULL ? g_date_time_to_unix (time) : 0;
}

/* "User-rate limit exceeded.  Retry after 2026-03-01T10:00:00.000Z" */
static gint64
find_instant (const char *message)
{
  static const char words[] = "retry after ";
  g_autofree char *lower = g_ascii_strdown (message, -1);
  const char *at = strstr (lower, words);

  return at != NULL ? parse_instant (message + (at - lower) + strlen (words)) : 0;
}

/* RFC 9110 §10.2.3: seconds, or a date. */
static gint64
parse_retry_after (const char *text, gint64 now_utc_s)
{
  g_autoptr (GDateTime) date = NULL;

  if (*text == '\0')
    return 0;
  if (strspn (text, "0123456789") == strlen (text))
    return now_utc_s + (gint64) MIN (g_ascii_strtoull (text, NULL, 10), WAIT_MAX_S);
  date = g_mime_utils_header_decode_date (text);
  return date != NULL ? g_date_time_to_unix (date) : 0;
}

static gint64
find_not_before (const HttpAnswer *http, const GoogleError *error, gint64 now_utc_s)
{
  gint64 said = MAX (parse_retry_after (http->retry_after, now_utc_s), find_instant (error->message));

  return said > now_utc_s ? MIN (said, now_utc_s + WAIT_MAX_S) : 0;
}

/* --- what it comes to --- */

static GmailMeaning
judge_error (const HttpAnswer *http, const GoogleError *error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++) {
    if (statuses[i].status != http->status || (statuses[i].is_theirs && !error->is_there))
      continue;
    if ((http->status == 403 || http->status == 429) && error->meaning != GMAIL_MEANINGS)
      return error->meaning;
    return http->status == 400 && is_about_recipient (error->message) ? GMAIL_RECIPIENT : statuses[i].meaning;
  }
  return GMAIL_UNCLEAR;
}

static char *
answer_describe (const HttpAnswer *http, const GoogleError *error, const char *advice)
{
  g_autofree char *text = text_printable (http->end != HTTP_ANSWERED ? http->text : error->message, -1, VERDICT_TEXT_MAX / 2);
  g_autofree char *said = http->end != HTTP_ANSWERED ? g_steal_pointer (&text) : g_strdup_printf ("%u%s%s", http->status, *text != '\0' ? ": " : "", text);

  return advice != NULL ? g_strdup_printf ("%s - %s", said, advice) : g_steal_pointer (&said);
}

/* A whole 2xx to a message that was not whole is a contradiction (docs/design.md §5). */
static void
take_sent (GmailAnswer *self, const JsonAnswer *json, gboolean is_whole)
{
  const char *id = json_answer_get_string (json_answer_get_member (json, "id"));

  if (!is_whole || id == NULL || !journal_id_is_valid (id))
    return;
  self->meaning = GMAIL_SENT;
  self->remote_id = g_strdup (id);
}

GmailAnswer *
gmail_answer_new (const HttpAnswer *http, gboolean is_whole, gint64 now_utc_s)
{
  GmailAnswer *self = g_new0 (GmailAnswer, 1);
  gboolean is_json = http->end == HTTP_ANSWERED && strcmp (http->media_type, "application/json") == 0;
  g_autoptr (JsonAnswer) json = is_json ? json_answer_parse (http->body, http->body_bytes, NULL) : NULL;
  GoogleError error = google_error_of (json, http->status);

  self->meaning = GMAIL_UNCLEAR;
  self->code = http->end == HTTP_ANSWERED ? http->status : 0;
  if (self->code == 200)
    take_sent (self, json, is_whole);
  else if (self->code != 0)
    self->meaning = judge_error (http, &error);
  if (verdicts[self->meaning].outcome == OUTCOME_LATER)
    self->not_before_utc_s = find_not_before (http, &error, now_utc_s);
  if (self->meaning == GMAIL_SLOW && self->not_before_utc_s > now_utc_s + WAIT_SHORT_S)
    self->meaning = GMAIL_LIMIT;
  self->verdict = verdicts[self->meaning];
  self->text = answer_describe (http, &error, self->verdict.advice);
  return self;
}

void
gmail_answer_free (GmailAnswer *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self->remote_id);
  g_free (self);
}
