#include "opt-out.h"

#include <string.h>

#define WORD_MAX 64 /* octets of a squeezed name; longer ones are cut */

typedef enum { COLUMN_OTHER, COLUMN_STATUS, COLUMN_OUT, COLUMN_IN, COLUMN_OUT_TIME } ColumnKind;

/* Letters and digits alone, in lower case: "EMAIL_BLACKLISTED", "emailBlacklisted" and "Email blacklisted" are one. */
static const char *const status_columns[] = { "status", "state", "subscriptionstatus", "subscriberstatus", "memberstatus", "emailstatus", "emailmarketing",
                                              "emailmarketingstatus", "marketingstatus", "emailsubscriptionstatus", "subscription", NULL };
static const char *const out_columns[] = { "unsubscribed", "emailblacklisted", "emailblocklisted", "emailblacklist", "blacklisted", "blocklisted", "blocked",
                                           "optedout", "optout", "emailoptout", "optedoutofemail", "hasoptedoutofemail", "bounced", "complained", "suppressed",
                                           "donotcontact", "donotemail", NULL };
static const char *const in_columns[] = { "subscribed", "acceptsmarketing", "acceptsemailmarketing", "emailsubscribed", "optin", "optedin", "emailoptin", NULL };
static const char *const out_time_columns[] = { "unsubtime", "cleantime", "unsubscribedat", "unsubscribeddate", "unsubscribedate", "optoutdate", "optouttime",
                                                "bouncedat", "blockedat", "complainedat", "suppressedat", NULL };
static const char *const time_columns[] = { "lastupdatetime", "updatedat", "since", NULL };
static const char *const reason_columns[] = { "unsubreason", "unsubreasonother", "cleancampaigntitle", "reason", "bouncereason", "suppressionreason", NULL };

static const char *const out_words[] = { "unsubscribed", "unsubscribe", "unsub", "optedout", "optout", "blocklisted", "blacklisted", "blocked", "bounced", "bounce",
                                         "hardbounce", "hardbounced", "complaint", "complained", "spam", "markedasspam", "spamcomplaint", "reportedspam", "abuse",
                                         "cleaned", "suppressed", "invalid", "undeliverable", "donotcontact", "deleted", "removed", "abgemeldet", "gesperrt", NULL };
static const char *const in_words[] = { "subscribed", "active", "enabled", "disabled", "confirmed", "unconfirmed", "pending", "nonsubscribed", "notsubscribed", "never",
                                        "transactional", "softbounce", "softbounced", "valid", "ok", "angemeldet", "aktiv", NULL };
static const char *const yes_words[] = { "yes", "true", "1", "y", "t", "x", "ja", "oui", "si", NULL }, *const no_words[] = { "", "no", "false", "0", "n", "f", "nein", "non", NULL };

static void
opt_out_squeeze (Slice text, char out[WORD_MAX + 1])
{
  gsize n = 0;

  for (gsize i = 0; i < text.len && n < WORD_MAX; i++)
    if (g_ascii_isalnum (text.data[i]) || (guchar) text.data[i] >= 0x80)
      out[n++] = g_ascii_tolower (text.data[i]);
  out[n] = '\0';
}

static gboolean
is_one_of (const char *column, const char *const *names)
{
  char word[WORD_MAX + 1];

  opt_out_squeeze ((Slice){ column, strlen (column) }, word);
  return g_strv_contains (names, word);
}

static ColumnKind
find_kind (const char *column)
{
  return is_one_of (column, status_columns)     ? COLUMN_STATUS
         : is_one_of (column, out_columns)      ? COLUMN_OUT
         : is_one_of (column, in_columns)       ? COLUMN_IN
         : is_one_of (column, out_time_columns) ? COLUMN_OUT_TIME
                                                : COLUMN_OTHER;
}

static OptOut
judge_flag (const char *word, gboolean is_out)
{
  if (g_strv_contains (yes_words, word))
    return is_out ? OPT_OUT_YES : OPT_OUT_NO;
  if (g_strv_contains (no_words, word))
    return is_out ? OPT_OUT_NO : OPT_OUT_YES;
  return OPT_OUT_UNCLEAR;
}

OptOut
opt_out_judge (const char *column, Slice value)
{
  char word[WORD_MAX + 1];

  opt_out_squeeze (value, word);
  switch (find_kind (column)) {
  case COLUMN_STATUS:
    return g_strv_contains (out_words, word) ? OPT_OUT_YES : g_strv_contains (in_words, word) ? OPT_OUT_NO : OPT_OUT_UNCLEAR;
  case COLUMN_OUT:
    return judge_flag (word, TRUE);
  case COLUMN_IN:
    return word[0] == '\0' ? OPT_OUT_UNCLEAR : judge_flag (word, FALSE);
  case COLUMN_OUT_TIME:
    return word[0] == '\0' ? OPT_OUT_NO : OPT_OUT_YES;
  case COLUMN_OTHER:
    break;
  }
  return OPT_OUT_SILENT;
}

gboolean
opt_out_is_status (const char *column)
{
  return is_one_of (column, status_columns);
}

gboolean
opt_out_is_reason (const char *column)
{
  return is_one_of (column, reason_columns);
}

gboolean
opt_out_is_time (const char *column)
{
  return is_one_of (column, out_time_columns) || is_one_of (column, time_columns);
}

/* Mailchimp's three files of one audience differ in these columns alone. */
gboolean
opt_out_is_of_subscribers (const char *const *columns)
{
  static const char *const own[] = { "euid", NULL }, *const left[] = { "unsubtime", "cleantime", "unsubcampaignid", "cleancampaignid", NULL };
  gboolean is_audience = FALSE;

  for (gsize i = 0; columns[i] != NULL; i++) {
    if (is_one_of (columns[i], left))
      return FALSE;
    is_audience |= is_one_of (columns[i], own);
  }
  return is_audience;
}
