#include "app-question.h"

#include "campaign.h"
#include "contract-keys.h"
#include "ledger.h"
#include <string.h>

typedef struct {
  Campaign *campaign;
  Account  *account;
  gint64    counts[STATE_COUNT];
  gint64    total;
  char     *shown; /* campaign 3, “Hello”, to “guests” */
} CampaignFacts;

static void
facts_clear (CampaignFacts *self)
{
  campaign_free (self->campaign);
  account_free (self->account);
  g_free (self->shown);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CampaignFacts, facts_clear)

static gboolean
facts_load (Core *core, guint64 id, CampaignFacts *out, GError **error)
{
  g_autofree char *title = NULL, *lists = NULL;

  out->campaign = campaign_load (core, id, error);
  out->account = out->campaign != NULL ? account_load_id (core, out->campaign->account, error) : NULL;
  if (out->account == NULL || !ledger_get_counts (core->database, id, out->counts, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (out->counts); i++)
    out->total += out->counts[i];
  title = question_quote (out->campaign->title);
  lists = question_quote (out->campaign->lists);
  out->shown = g_strdup_printf ("campaign %" G_GUINT64_FORMAT ", %s, to %s", id, title, lists);
  return TRUE;
}

static gboolean
ask_sending (const CampaignFacts *found, Question *out)
{
  g_autofree char *people = question_count_people (found->counts[STATE_QUEUED] + found->counts[STATE_LATER]);
  g_autofree char *what = g_strdup_printf ("Letters of %s (%s) will go out by", found->shown, people);

  return question_ask_place (found->account, what, out);
}

static gboolean
ask_campaign_start (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_auto (CampaignFacts) found = { 0 };
  guint64 id;

  g_variant_get (arguments, "(t)", &id);
  return facts_load (core, id, &found, error) && ask_sending (&found, out);
}

static gboolean
ask_campaign_resume (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (GVariant) correction = NULL;
  g_auto (CampaignFacts) found = { 0 };
  g_autofree char *people = NULL, *all = NULL, *server = NULL, *name = NULL;
  gboolean is_restored = FALSE;
  guint64 id;

  g_variant_get (arguments, "(t@a{sv})", &id, &correction);
  g_variant_lookup (correction, KEY_CORRECTION_RESTORED, "b", &is_restored);
  if (!facts_load (core, id, &found, error))
    return FALSE;
  if (!is_restored)
    return ask_sending (&found, out);
  people = question_count_people (found.counts[STATE_QUEUED] + found.counts[STATE_LATER]);
  all = question_count_people (found.total);
  server = account_describe_place (found.account);
  name = question_quote (found.account->name);
  g_string_printf (out->text, "This folder was restored or copied, or is older than what was sent from it. %s of the %s of %s would be written to by the account %s "
                   "and %s. Who has got the letter since then gets a second one.", people, all, found.shown, name, server);
  out->account = found.account->agreed_utc == 0 ? g_strdup (found.account->name) : NULL;
  question_ask (out, "Let this campaign go on from an older state?", "_Send to them");
  return TRUE;
}

static gboolean
ask_campaign_cancel (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_auto (CampaignFacts) found = { 0 };
  g_autofree char *people = NULL;
  guint64 id;

  g_variant_get (arguments, "(t)", &id);
  if (!facts_load (core, id, &found, error))
    return FALSE;
  people = question_count_people (found.counts[STATE_QUEUED] + found.counts[STATE_LATER] + found.counts[STATE_HANDED]);
  g_string_printf (out->text, "The rest of %s, %s at most, will not get this letter.", found.shown, people);
  question_ask (out, "Cancel the rest?", "_Cancel the rest");
  return TRUE;
}

static gboolean
ask_campaign_resolve (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (GVariant) addresses = NULL;
  g_auto (CampaignFacts) found = { 0 };
  g_autofree char *people = NULL, *server = NULL, *name = NULL;
  const char *how;
  gsize named;
  guint64 id;

  g_variant_get (arguments, "(t&s@as)", &id, &how, &addresses);
  if (!facts_load (core, id, &found, error))
    return FALSE;
  if (strcmp (how, "resend") != 0)
    return TRUE; /* only `resend` sends anything, and people left out can be written to with another campaign */
  named = g_variant_n_children (addresses);
  people = question_count_people (named > 0 ? (gint64) named : found.counts[STATE_UNKNOWN]);
  server = account_describe_place (found.account);
  name = question_quote (found.account->name);
  g_string_printf (out->text, "Nobody knows whether %s of %s got this letter. They will be written to again by the account %s and %s: who got it then has it twice.",
                   people, found.shown, name, server);
  out->account = found.account->agreed_utc == 0 ? g_strdup (found.account->name) : NULL;
  question_ask (out, "Send this letter a second time?", "_Send it again");
  return TRUE;
}

const QuestionRow question_campaign_rows[] = {
  { "CampaignStart", ask_campaign_start },
  { "CampaignResume", ask_campaign_resume },
  { "CampaignCancel", ask_campaign_cancel },
  { "CampaignResolve", ask_campaign_resolve },
  { NULL, NULL },
};
