#include "sql-words.h"

/* Numbers are in people's stores: none is changed or given again. */
static const struct { CampaignState state; const char *number, *word; } campaigns[] = {
  { CAMPAIGN_PREPARING, SQL_CAMPAIGN_STATE (PREPARING), "0 preparing" }, { CAMPAIGN_PREPARED, SQL_CAMPAIGN_STATE (PREPARED), "1 prepared" },
  { CAMPAIGN_SENDING, SQL_CAMPAIGN_STATE (SENDING), "2 sending" },       { CAMPAIGN_PAUSED, SQL_CAMPAIGN_STATE (PAUSED), "4 paused" },
  { CAMPAIGN_DONE, SQL_CAMPAIGN_STATE (DONE), "5 done" },                { CAMPAIGN_CANCELLED, SQL_CAMPAIGN_STATE (CANCELLED), "6 cancelled" },
};

static void
test_campaigns (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (campaigns); i++) {
    g_autofree char *made = g_strdup_printf ("%u %s", (guint) campaigns[i].state, campaign_state_to_word (campaigns[i].state));
    g_autofree char *in_sql = g_strdup_printf ("%s %s", campaigns[i].number, campaign_state_to_word (campaigns[i].state));

    g_assert_cmpstr (made, ==, campaigns[i].word);
    g_assert_cmpstr (in_sql, ==, campaigns[i].word);
  }
  g_assert_cmpstr (campaign_state_to_word ((CampaignState) 3), ==, "?"); /* never stored */
  g_assert_cmpstr (campaign_state_to_word ((CampaignState) 7), ==, "?");
}

/* What several statements ask for. */
static void
test_groups (void)
{
  g_assert_cmpstr (SQL_IS_WAITING ("r."), ==, "r.state IN (0,4)");
  g_assert_cmpstr (SQL_IS_SETTLED (""), ==, "state IN (2,3,5)");
  g_assert_cmpstr (SQL_MAY_HAVE_GOT ("l."), ==, "(l.state IN (1,2,5) OR (l.state=6 AND l.reason='treated as sent'))");
  g_assert_cmpstr (SQL_CAMPAIGN_IS_NEW (""), ==, "state IN (0,1)");
  g_assert_cmpstr (SQL_CAMPAIGN_IS_OPEN ("c."), ==, "c.state IN (1,2,4)");
  g_assert_cmpstr (SQL_CAMPAIGN_IS_STARTED (""), ==, "state IN (2,4)");
  g_assert_cmpstr (SQL_CAMPAIGN_HAS_ENDED ("c."), ==, "c.state IN (5,6)");
}

/* Words are in people's stores, and in files that programs read. */
static void
test_deliveries (void)
{
  static const char *const words[DELIVERY_COUNT] = { SQL_DELIVERY (SENT),    SQL_DELIVERY (DELIVERED),  SQL_DELIVERY (READ), SQL_DELIVERY (FAILED), SQL_DELIVERY (BOUNCED),
                                                     SQL_DELIVERY (COMPLAINED), SQL_DELIVERY (LEFT), SQL_DELIVERY (ANSWERED), SQL_DELIVERY (AWAY) };
  static const char all[] = "'sent''delivered''read''failed''bounced''complained''left''answered''away'";
  g_autofree char *joined = g_strdup (""), *made = g_strdup ("");
  DeliveryKind kind;

  for (guint i = 0; i < DELIVERY_COUNT; i++) {
    g_autofree char *more = g_strconcat (joined, words[i], NULL), *other = g_strconcat (made, "'", delivery_kind_to_word ((DeliveryKind) i), "'", NULL);

    g_assert_true (delivery_kind_from_word (delivery_kind_to_word ((DeliveryKind) i), &kind));
    g_assert_cmpint (kind, ==, i);
    g_free (g_steal_pointer (&joined));
    g_free (g_steal_pointer (&made));
    joined = g_steal_pointer (&more);
    made = g_steal_pointer (&other);
  }
  g_assert_cmpstr (joined, ==, all);
  g_assert_cmpstr (made, ==, all);
  g_assert_false (delivery_kind_from_word ("Read", &kind));
  g_assert_false (delivery_kind_from_word ("", &kind));
  g_assert_cmpstr (delivery_kind_to_word (DELIVERY_COUNT), ==, "?");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/store/sql-words/campaigns", test_campaigns);
  g_test_add_func ("/core/store/sql-words/groups", test_groups);
  g_test_add_func ("/core/store/sql-words/deliveries", test_deliveries);
  return g_test_run ();
}
