#include "gmail-answer.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define NOW 1772000000

/* First octet: the status; then Retry-After up to the first line's end, and the body. Only 200 with an id is accepted, and nothing but a whole refusal or a
 * word of Google's own lets a message go again. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const guint statuses[] = { 200, 400, 401, 403, 404, 413, 429, 500, 503, 302 };
  g_autofree char *text = size > 0 ? g_strndup ((const char *) data + 1, size - 1) : g_strdup ("");
  char *body = strchr (text, '\n');
  HttpAnswer http = { .end = HTTP_ANSWERED, .text = "", .is_begun = TRUE, .status = size > 0 ? statuses[data[0] % G_N_ELEMENTS (statuses)] : 200,
                      .media_type = "application/json", .retry_after = text };
  g_autoptr (GmailAnswer) whole = NULL, part = NULL;

  if (body == NULL)
    return 0;
  *body++ = '\0';
  if (strlen (text) > 63 || !g_str_is_ascii (text)) /* http-answer-reader.c takes no other */
    return 0;
  http.body = body;
  http.body_bytes = strlen (body);
  whole = gmail_answer_new (&http, TRUE, NOW);
  part = gmail_answer_new (&http, FALSE, NOW);
  g_assert (g_utf8_validate (whole->text, -1, NULL) && strchr (whole->text, '\n') == NULL && strchr (whole->text, '\x1b') == NULL && strlen (whole->text) <= VERDICT_TEXT_MAX);
  g_assert ((whole->verdict.outcome == OUTCOME_ACCEPTED) == (whole->remote_id != NULL) && (whole->remote_id == NULL || journal_id_is_valid (whole->remote_id)));
  g_assert (whole->verdict.outcome != OUTCOME_ACCEPTED || http.status == 200);
  g_assert (part->verdict.outcome != OUTCOME_ACCEPTED);
  g_assert (whole->not_before_utc_s == 0 || (whole->not_before_utc_s > NOW && whole->not_before_utc_s <= NOW + 86400));
  g_assert (http.status == 200 || http.status == 500 || http.status == 302 || (whole->verdict.outcome == part->verdict.outcome));
  g_assert ((http.status != 500 && http.status != 302) || whole->verdict.outcome == OUTCOME_UNKNOWN);
  return 0;
}
