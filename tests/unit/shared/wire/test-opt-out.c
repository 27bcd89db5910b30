/* What the lists of other programs say of a person, column by column, with where that is written. */
#include "opt-out.h"

#include <string.h>

#define LISTMONK "github.com/knadh/listmonk, cmd/subscribers.go: uuid,email,name,attributes,status,…; models: enabled, disabled, blocklisted"
#define MAILCHIMP "the unsubscribed and cleaned files of an audience export: UNSUB_TIME, UNSUB_CAMPAIGN_TITLE, UNSUB_CAMPAIGN_ID, UNSUB_REASON; CLEAN_TIME"
#define BREVO "developers.brevo.com/reference/request-contact-export and changelog/2026/10/14: emailBlacklisted per row; export subscription status email_marketing"
#define SENDY "sendy.co/forum/discussion/15461: Unsubscribed, Marked as spam, Bounced"
#define SES "docs.aws.amazon.com/ses/latest/APIReference-V2/API_SuppressedDestinationSummary.html: EmailAddress, Reason (BOUNCE, COMPLAINT), LastUpdateTime"
#define SHOPIFY "help.shopify.com, exported customers: Accepts Email Marketing yes, no"
#define USESEND "github.com/usesend/useSend/pull/318: Subscribed, Unsubscribe Reason"

static const struct {
  const char *column, *value;
  OptOut      judged;
  const char *source;
} rows[] = {
  { "status", "blocklisted", OPT_OUT_YES, LISTMONK },
  { "status", "enabled", OPT_OUT_NO, LISTMONK },
  { "status", "disabled", OPT_OUT_NO, LISTMONK },
  { "uuid", "0c8d1f9f", OPT_OUT_SILENT, LISTMONK },
  { "UNSUB_TIME", "2013-06-27 12:11:50", OPT_OUT_YES, MAILCHIMP },
  { "UNSUB_TIME", "", OPT_OUT_NO, MAILCHIMP },
  { "CLEAN_TIME", "2020-01-02 03:04:05", OPT_OUT_YES, MAILCHIMP },
  { "UNSUB_REASON", "No longer interested", OPT_OUT_SILENT, MAILCHIMP },
  { "MEMBER_RATING", "2", OPT_OUT_SILENT, MAILCHIMP },
  { "emailBlacklisted", "true", OPT_OUT_YES, BREVO },
  { "EMAIL_BLACKLISTED", "No", OPT_OUT_NO, BREVO },
  { "email_marketing", "UNSUBSCRIBED", OPT_OUT_YES, BREVO },
  { "email_marketing", "Subscribed", OPT_OUT_NO, BREVO },
  { "Status", "Unsubscribed", OPT_OUT_YES, SENDY },
  { "Status", "Marked as spam", OPT_OUT_YES, SENDY },
  { "Status", "Bounced", OPT_OUT_YES, SENDY },
  { "Status", "Soft bounced", OPT_OUT_NO, SENDY },
  { "Status", "Active", OPT_OUT_NO, SENDY },
  { "Status", "Gold", OPT_OUT_UNCLEAR, SENDY },
  { "Reason", "BOUNCE", OPT_OUT_SILENT, SES }, /* all that is in the file is suppressed; the column says why */
  { "LastUpdateTime", "2020-04-10T22:18:20+00:00", OPT_OUT_SILENT, SES },
  { "Accepts Email Marketing", "no", OPT_OUT_YES, SHOPIFY },
  { "Accepts Email Marketing", "yes", OPT_OUT_NO, SHOPIFY },
  { "Subscribed", "false", OPT_OUT_YES, USESEND },
  { "Subscribed", "", OPT_OUT_UNCLEAR, USESEND },
};

static void
test_judge (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s=%s (%s)", rows[i].column, rows[i].value, rows[i].source);
    g_assert_cmpint (opt_out_judge (rows[i].column, (Slice){ rows[i].value, strlen (rows[i].value) }), ==, rows[i].judged);
  }
}

static void
test_columns (void)
{
  static const char *const left[] = { "MEMBER_RATING", "OPTIN_TIME", "UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "LEID", "EUID", NULL }; /* MAILCHIMP */
  static const char *const cleaned[] = { "OPTIN_TIME", "CLEAN_TIME", "LEID", "EUID", NULL };
  static const char *const there[] = { "MEMBER_RATING", "OPTIN_TIME", "LAST_CHANGED", "LEID", "EUID", "NOTES", "TAGS", NULL };
  static const char *const other[] = { "Town", "status", NULL };

  g_assert_false (opt_out_is_of_subscribers (left));
  g_assert_false (opt_out_is_of_subscribers (cleaned));
  g_assert_true (opt_out_is_of_subscribers (there));
  g_assert_false (opt_out_is_of_subscribers (other));
  g_assert_true (opt_out_is_reason ("UNSUB_REASON") && opt_out_is_reason ("Reason") && !opt_out_is_reason ("Town"));
  g_assert_true (opt_out_is_status ("Status") && opt_out_is_status ("email_marketing") && !opt_out_is_status ("emailBlacklisted"));
  g_assert_true (opt_out_is_time ("UNSUB_TIME") && opt_out_is_time ("LastUpdateTime") && opt_out_is_time ("updated_at") && !opt_out_is_time ("OPTIN_TIME"));
}

/* Nothing that it is asked makes it read beyond. */
static void
test_odd (void)
{
  g_autofree char *longest = g_strnfill (5000, 'x');

  g_assert_cmpint (opt_out_judge (longest, (Slice){ longest, 5000 }), ==, OPT_OUT_SILENT);
  g_assert_cmpint (opt_out_judge ("status", (Slice){ longest, 5000 }), ==, OPT_OUT_UNCLEAR);
  g_assert_cmpint (opt_out_judge ("", (Slice){ "", 0 }), ==, OPT_OUT_SILENT);
  g_assert_cmpint (opt_out_judge ("status", (Slice){ "block\0listed", 12 }), ==, OPT_OUT_YES); /* a NUL is no letter */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/wire/opt-out/judge", test_judge);
  g_test_add_func ("/shared/wire/opt-out/columns", test_columns);
  g_test_add_func ("/shared/wire/opt-out/odd", test_odd);
  return g_test_run ();
}
