#include "gmail-report.h"

#include "contract-keys.h"
#include "gmail-body.h"
#include <string.h>

/* In JSON: a captive portal says 200 to everything. */
static gboolean
is_fine (const HttpAnswer *http, const GmailAnswer *answer)
{
  return answer != NULL && ((answer->code == 200 && strcmp (http->media_type, "application/json") == 0) || answer->meaning == GMAIL_SCOPE);
}

/* A word of Transport2.Paused. */
static const char *
find_reason (const HttpAnswer *http, const GmailAnswer *answer)
{
  if (is_fine (http, answer))
    return "";
  if (http->end != HTTP_ANSWERED)
    return http->end == HTTP_UNTRUSTED ? "certificate" : http->end == HTTP_LOST ? "network" : "protocol";
  if (answer->meaning == GMAIL_TOKEN)
    return "login";
  return answer->verdict.pause != NULL ? answer->verdict.pause : "protocol";
}

static const char *
find_problem (const HttpAnswer *http, const GmailAnswer *answer)
{
  return is_fine (http, answer) ? "" : answer != NULL && *answer->text != '\0' ? answer->text : http->text;
}

/* That it may not look into the mailbox, which is all that a sign-in for sending can be asked, is no news to people. */
static const char *
find_reply (const HttpAnswer *http, const GmailAnswer *answer)
{
  return http->end != HTTP_ANSWERED || answer == NULL || answer->meaning == GMAIL_SCOPE ? "" : answer->text;
}

GVariant *
gmail_report_new (const GmailAccount *account, const HttpAnswer *http, const GmailAnswer *answer)
{
  GVariantBuilder report = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  gboolean is_tls = g_str_has_prefix (account->profile, "https:"), is_answered = http->end == HTTP_ANSWERED;

  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_TLS, g_variant_new_string (is_tls && is_answered ? "TLS 1.2 or newer" : ""));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_VERIFIED, g_variant_new_boolean (is_tls && is_answered));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_VERIFY_ERROR, g_variant_new_string (http->end == HTTP_UNTRUSTED ? http->text : ""));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_MECHANISMS, g_variant_new_strv ((const char *const[]){ "Bearer" }, 1));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_SIZE, g_variant_new_uint64 (GMAIL_MESSAGE_MAX));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_LOGGED_IN, g_variant_new_boolean (is_fine (http, answer)));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_REPLY, g_variant_new_string (find_reply (http, answer)));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_PROBLEM, g_variant_new_string (find_problem (http, answer)));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_REASON, g_variant_new_string (find_reason (http, answer)));
  return g_variant_builder_end (&report);
}
