#include "campaigns.h"

#include "account.h"
#include "composer.h"
#include "contract-keys.h"
#include "database.h"
#include "delivery.h"
#include "fault.h"
#include "gone.h"
#include "grant.h"
#include "kill-point.h"
#include "lanes.h"
#include "ledger.h"
#include "progress.h"
#include "rollback-guard.h"
#include "sql-words.h"
#include "suppression.h"
#include "typed-address.h"
#include "vault.h"
#include <string.h>

static gboolean
campaign_refuse (GError **error, int code, const char *what)
{
  g_set_error_literal (error, FAULT, code, what);
  return FALSE;
}

/* The password; of an account with a sign-in that by which its tokens are had. Returns: (transfer full), or NULL with `error`. */
static SecretBytes *
get_secret (Core *core, const Account *account, GError **error)
{
  g_autoptr (AccountProvider) provider = NULL;

  if (account->kind->secret != KIND_SECRET_OAUTH)
    return account_get_secret (core, account, error);
  provider = account_provider_new (account, error);
  return provider != NULL ? grant_read_token (core, account, provider, error) : NULL;
}

/* Is everything at hand that the lane will ask for? Better asked now, while a person is here. */
static gboolean
has_secrets (Core *core, const Campaign *campaign, GError **error)
{
  g_autoptr (Account) account = account_load_id (core, campaign->account, error);
  g_autoptr (SecretBytes) secret = account != NULL ? get_secret (core, account, error) : NULL;
  int hashed = secret != NULL ? suppression_has_hashed (core->database, error) : -1;

  if (hashed < 0)
    return FALSE;
  if (hashed > 0 && vault_get_state (core->vault) == VAULT_LOCKED)
    return campaign_refuse (error, FAULT_NO_PERM, "the vault is locked, and with it the list of forgotten people who must not be written to; unlock it first (`postrider vault unlock`)");
  return TRUE;
}

/* Its lane would be drained already: nothing would stop it before core is gone. */
static gboolean
is_staying (Core *core, GError **error)
{
  return !core->is_leaving || campaign_refuse (error, FAULT_TEMP, "Postrider is leaving; try again in a moment");
}

static gboolean
campaign_go (Core *core, const Campaign *campaign, GError **error)
{
  if (g_str_equal (campaign->reason, "first") && /* a person looked at the first ones */
      !database_run (core->database, error, "UPDATE campaign SET pause_after=0 WHERE id=?", "i", (gint64) campaign->id))
    return FALSE;
  if (!campaign_set_state (core, campaign->id, CAMPAIGN_SENDING, "", "", error))
    return FALSE;
  lane_add_campaign (lanes_get (core->lanes, campaign->account), campaign->id);
  progress_touch_now (core->progress, campaign->id);
  return TRUE;
}

gboolean
campaigns_start (Core *core, guint64 id, GError **error)
{
  g_autoptr (Campaign) campaign = campaign_load (core, id, error);

  if (campaign == NULL || !is_staying (core, error))
    return FALSE;
  if (campaign->state != CAMPAIGN_PREPARED)
    return campaign_refuse (error, FAULT_USAGE, "this campaign was started already");
  return has_secrets (core, campaign, error) && campaign_go (core, campaign, error);
}

/* --- pause and cancel --- */

typedef struct {
  Core     *core;
  Campaign *campaign; /* with the corrected texts */
  gboolean  is_overtaken; /* a pause came while they were compiled */
  char     *gone;         /* what a person says of those who were answered as gone: "suppress", "again"; NULL: nothing */
} Resume;

/* Who pauses while a corrected text is compiled was answered: it must not go on after that. */
static void
overtake_corrections (Core *core, guint64 campaign)
{
  for (GSList *l = core->corrections; l != NULL; l = l->next) {
    Resume *resume = l->data;

    if (resume->campaign->id == campaign)
      resume->is_overtaken = TRUE;
  }
}

typedef struct {
  Core     *core;
  Campaign *campaign;
  gboolean  is_cancel;
} Stop;

static void
stop_free (Stop *stop)
{
  campaign_free (stop->campaign);
  g_free (stop);
}

static gboolean
skip_rest (Core *core, guint64 id, GError **error)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();

  if (!database_begin (core->database, error))
    return FALSE;
  if (ledger_skip_rest (core->database, id, REASON_CANCELLED, tally, error) && ledger_write_tally (core->database, tally, error) &&
      campaign_set_state (core, id, CAMPAIGN_CANCELLED, "", "", error))
    return database_commit (core->database, error);
  database_rollback (core->database);
  return FALSE;
}

static gboolean
settle_stop (Stop *stop, GError **error)
{
  g_autoptr (Campaign) now = campaign_load (stop->core, stop->campaign->id, error);

  if (now == NULL)
    return FALSE;
  if (stop->is_cancel)
    return skip_rest (stop->core, now->id, error);
  return now->state != CAMPAIGN_SENDING || campaign_set_state (stop->core, now->id, CAMPAIGN_PAUSED, "asked", "", error);
}

static void
stopped_cb (gpointer data)
{
  GTask *task = data;
  Stop *stop = g_task_get_task_data (task);
  GError *error = NULL;

  if (settle_stop (stop, &error)) {
    KILL_POINT ("core-paused");
    g_task_return_boolean (task, TRUE);
  }
  else
    g_task_return_error (task, error);
  progress_touch_now (stop->core->progress, stop->campaign->id);
  g_object_unref (task);
}

static void
stop_async (Core *core, guint64 id, gboolean is_cancel, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);
  GError *error = NULL;
  Campaign *campaign = campaign_load (core, id, &error);
  Stop *stop = g_new0 (Stop, 1);

  *stop = (Stop){ core, campaign, is_cancel };
  g_task_set_task_data (task, stop, (GDestroyNotify) stop_free);
  if (campaign != NULL && (campaign->state == CAMPAIGN_DONE || campaign->state == CAMPAIGN_CANCELLED))
    campaign_refuse (&error, FAULT_USAGE, "this campaign has ended already");
  if (campaign != NULL && campaign->state == CAMPAIGN_PREPARING)
    campaign_refuse (&error, FAULT_TEMP, "this campaign is still being prepared; try again in a moment");
  if (error != NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  overtake_corrections (core, id);
  /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): campaign_load() gives a campaign or an error */
  if (campaign->state == CAMPAIGN_SENDING &&
      !campaign_set_state (core, id, CAMPAIGN_PAUSED, "asked", "", &error)) { /* first: a crash in the middle must not send on */
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  KILL_POINT ("core-pausing");
  lane_stop_campaign (lanes_get (core->lanes, campaign->account), id, stopped_cb, task);
}

void
campaigns_pause_async (Core *core, guint64 id, GAsyncReadyCallback callback, gpointer data)
{
  stop_async (core, id, FALSE, callback, data);
}

void
campaigns_cancel_async (Core *core, guint64 id, GAsyncReadyCallback callback, gpointer data)
{
  stop_async (core, id, TRUE, callback, data);
}

gboolean
campaigns_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- resume --- */

static void
resume_free (Resume *resume)
{
  campaign_free (resume->campaign);
  g_free (resume->gone);
  g_free (resume);
}

static gboolean
store_version (Core *core, const Campaign *campaign, GError **error)
{
  gint64 id = (gint64) campaign->id;
  g_autofree char *detail = g_strdup_printf ("campaign %" G_GINT64_FORMAT ": %s", id, campaign->title);

  if (!database_begin (core->database, error))
    return FALSE;
  if (campaign_store_version (core, campaign, error) &&
      database_run (core->database, error, "UPDATE campaign SET version=?, subject=?, title=? WHERE id=?", "issi", campaign->version,
                    message_parts_get (campaign->parts, KEY_MESSAGE_SUBJECT), campaign->title, id) &&
      database_audit (core->database, "campaign.corrected", detail, error))
    return database_commit (core->database, error);
  database_rollback (core->database);
  return FALSE;
}

/* While it was composed somebody else may have resumed or cancelled it. */
static gboolean
is_still_paused (const Resume *resume, GError **error)
{
  g_autoptr (Campaign) now = campaign_load (resume->core, resume->campaign->id, error);

  if (now == NULL || !is_staying (resume->core, error))
    return FALSE;
  if (resume->is_overtaken || now->state != CAMPAIGN_PAUSED || now->version + 1 != resume->campaign->version ||
      lane_find_stopping (lanes_get (resume->core->lanes, now->account), now->id))
    return campaign_refuse (error, FAULT_TEMP, "the campaign was resumed, stopped or corrected by somebody else meanwhile; look at it again");
  return TRUE;
}

static gboolean
write_gone (Core *core, guint64 campaign, const char *how, GError **error)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  g_autofree char *detail = g_strdup_printf ("campaign %" G_GUINT64_FORMAT ": those answered as gone: %s", campaign, how);

  if (!database_begin (core->database, error))
    return FALSE;
  if ((g_str_equal (how, "again") ? gone_retry (core->database, campaign, tally, error) : gone_suppress (core->database, campaign, error)) &&
      ledger_write_tally (core->database, tally, error) && database_audit (core->database, "campaign.resolved", detail, error))
    return database_commit (core->database, error);
  database_rollback (core->database);
  return FALSE;
}

static gboolean
resume_apply (Resume *self, GError **error)
{
  gint64 held = gone_count_held (self->core->database, self->campaign->id, error);

  if (held < 0 || (held > 0 && !write_gone (self->core, self->campaign->id, self->gone, error)))
    return FALSE;
  return campaign_go (self->core, self->campaign, error);
}

static void
corrected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Resume *resume = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (Composed) composed = composer_begin_finish (resume->core->composer, result, &error);

  resume->core->corrections = g_slist_remove (resume->core->corrections, resume);
  if (composed != NULL && is_still_paused (resume, &error) && store_version (resume->core, resume->campaign, &error) && resume_apply (resume, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* The server's word alone takes so many off all lists for ever only when a person says that it is right. */
static gboolean
is_gone_answered (Core *core, const Campaign *campaign, const char *how, GError **error)
{
  gint64 held = gone_count_held (core->database, campaign->id, error);

  if (held < 0)
    return FALSE;
  if (how != NULL && !g_str_equal (how, "suppress") && !g_str_equal (how, "again"))
    return campaign_refuse (error, FAULT_USAGE, "of those who were answered as gone say suppress (they are gone: no mail to them any more) or again (try them again)");
  return held == 0 || how != NULL ||
         campaign_refuse (error, FAULT_USAGE, g_str_equal (campaign->reason, "gone") ? campaign->text
                                       : "many were answered as gone, and nobody has said whether they are: resume with --gone suppress or --gone again");
}

static gboolean
may_resume (Core *core, const Campaign *campaign, GVariantDict *correction, GError **error)
{
  gboolean is_confirmed = FALSE;
  const char *gone = NULL;

  if (!is_staying (core, error))
    return FALSE;
  if (campaign->state != CAMPAIGN_PAUSED)
    return campaign_refuse (error, FAULT_USAGE, campaign->state == CAMPAIGN_SENDING ? "this campaign is sending" : "only a paused campaign can be resumed");
  g_variant_dict_lookup (correction, KEY_CORRECTION_RESTORED, "b", &is_confirmed);
  if (g_str_equal (campaign->reason, "restored") && !is_confirmed) {
    g_set_error (error, FAULT, FAULT_NO_PERM, "%s; it might send what was sent already. If this copy is the one that goes on, resume with --restored", campaign->text);
    return FALSE;
  }
  g_variant_dict_lookup (correction, KEY_CORRECTION_GONE, "&s", &gone);
  if (!is_gone_answered (core, campaign, gone, error))
    return FALSE;
  if (lane_find_stopping (lanes_get (core->lanes, campaign->account), campaign->id))
    return campaign_refuse (error, FAULT_TEMP, "the campaign is still stopping; try again in a moment");
  return (!is_confirmed || rollback_guard_adopt (core, error)) && has_secrets (core, campaign, error);
}

void
campaigns_resume_async (Core *core, guint64 id, GVariant *correction, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  GError *error = NULL;
  Resume *resume = g_new0 (Resume, 1);
  GVariantDict dict;
  gboolean may, is_corrected = FALSE;

  *resume = (Resume){ core, campaign_load (core, id, &error) };
  g_task_set_task_data (task, resume, (GDestroyNotify) resume_free);
  g_variant_dict_init (&dict, correction);
  may = resume->campaign != NULL && may_resume (core, resume->campaign, &dict, &error) && campaign_correct (resume->campaign, correction, &is_corrected, &error);
  if (may)
    (void) g_variant_dict_lookup (&dict, KEY_CORRECTION_GONE, "s", &resume->gone);
  g_variant_dict_clear (&dict);
  if (may && is_corrected) {
    resume->campaign->version++;
    core->corrections = g_slist_prepend (core->corrections, resume);
    composer_begin_async (core->composer, resume->campaign, corrected_cb, g_steal_pointer (&task));
    return;
  }
  KILL_POINT ("core-resuming");
  if (may && resume_apply (resume, &error)) {
    KILL_POINT ("core-resumed");
    g_task_return_boolean (task, TRUE);
  }
  else
    g_task_return_error (task, error);
}

static void
signed_in_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!campaigns_finish (result, &error))
    g_message ("a campaign that waited for a sign-in did not go on: %s", error->message);
}

void
campaigns_signed_in (Core *core, gint64 account)
{
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (guint64));
  sqlite3_stmt *row = database_query (core->database, "SELECT id FROM campaign WHERE account=? AND reason IN ('sign-in','login') AND state=" SQL_CAMPAIGN_STATE (PAUSED), "i", account);

  while (database_step (core->database, row, NULL) == 1) {
    guint64 id = (guint64) database_int (row, 0);

    g_array_append_val (found, id);
  }
  for (guint i = 0; i < found->len; i++)
    campaigns_resume_async (core, g_array_index (found, guint64, i), nothing, signed_in_cb, NULL);
  lane_password_given (lanes_get (core->lanes, account));
}

gboolean
campaigns_hold_back (Core *core, const char *why, GError **error)
{
  /* Journals of a copy say how far a transport was when it was copied, not how far it got. */
  return database_run (core->database, error, "UPDATE campaign SET state=" SQL_CAMPAIGN_STATE (PAUSED) ", reason='restored', text=? WHERE " SQL_CAMPAIGN_IS_STARTED (""), "s", why) &&
         database_run (core->database, error, "UPDATE journal SET is_dropped=1", "");
}

/* --- resolve and suppress --- */

static gboolean
resolve_rows (Core *core, const Campaign *campaign, gboolean is_resend, const char *const *addresses, LedgerTally *tally, guint *out_count, GError **error)
{
  if (addresses == NULL || addresses[0] == NULL)
    return ledger_resolve (core->database, campaign->id, is_resend, NULL, tally, out_count, error);
  for (gsize i = 0; addresses[i] != NULL; i++) {
    g_autofree char *key = address_kind_get (campaign->kind->address)->key (addresses[i]);

    if (!ledger_resolve (core->database, campaign->id, is_resend, key, tally, out_count, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
campaigns_resolve (Core *core, guint64 id, const char *how, const char *const *addresses, guint *out_count, GError **error)
{
  g_autoptr (Campaign) campaign = campaign_load (core, id, error);
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  gboolean is_resend = g_str_equal (how, "resend"), is_reopened;
  g_autofree char *detail = g_strdup_printf ("campaign %" G_GUINT64_FORMAT ": %s", id, how);

  *out_count = 0;
  if (campaign == NULL)
    return FALSE;
  if (!is_resend && !g_str_equal (how, "sent"))
    return campaign_refuse (error, FAULT_USAGE, "say resend (send it again) or sent (treat it as sent)");
  if (is_resend && campaign->state == CAMPAIGN_CANCELLED)
    return campaign_refuse (error, FAULT_USAGE, "this campaign was cancelled: nothing of it is sent any more; say sent, or send anew with --except");
  if (lane_is_holding (lanes_get (core->lanes, campaign->account), id))
    return campaign_refuse (error, FAULT_TEMP, "a sending process may still hold some of these; pause the campaign, or try again in a moment");
  is_reopened = is_resend && campaign->state == CAMPAIGN_DONE;
  if ((is_reopened && (!is_staying (core, error) || !has_secrets (core, campaign, error))) || !database_begin (core->database, error))
    return FALSE;
  if (!resolve_rows (core, campaign, is_resend, addresses, tally, out_count, error) || !ledger_write_tally (core->database, tally, error) ||
      !database_audit (core->database, "campaign.resolved", detail, error) ||
      (is_reopened && *out_count > 0 && !campaign_set_state (core, id, CAMPAIGN_SENDING, "", "", error))) { /* in one: nobody is queued in what has ended */
    database_rollback (core->database);
    return FALSE;
  }
  KILL_POINT ("core-resolving");
  if (!database_commit (core->database, error))
    return FALSE;
  KILL_POINT ("core-resolved");
  progress_touch_now (core->progress, id);
  if (is_reopened && *out_count > 0)
    lane_add_campaign (lanes_get (core->lanes, campaign->account), id);
  lanes_wake (core->lanes);
  return TRUE;
}

void
campaigns_suppressed (Core *core)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  g_autoptr (GError) error = NULL;

  if (database_begin (core->database, &error)) {
    if (!ledger_skip_suppressed (core->database, tally, &error) || !ledger_write_tally (core->database, tally, &error))
      database_rollback (core->database);
    else
      database_commit (core->database, &error);
  }
  if (error != NULL) /* nothing is lost: each hand-over checks again */
    g_warning ("suppressed people could not be marked yet: %s", error->message);
  lanes_recall (core->lanes); /* what a transport holds comes back and is checked again */
}

/* --- what people are told --- */

static void
add_counts (GVariantDict *numbers, const gint64 counts[STATE_COUNT])
{
  gint64 total = 0;

  for (guint state = 0; state < STATE_COUNT; state++) {
    total += counts[state];
    g_variant_dict_insert (numbers, state_to_word (state), "t", (guint64) counts[state]);
  }
  g_variant_dict_insert (numbers, KEY_CAMPAIGN_TOTAL, "t", (guint64) total);
}

static gboolean
add_skipped_reasons (Core *core, guint64 id, GVariantDict *numbers, GError **error)
{
  sqlite3_stmt *row = database_query (core->database, "SELECT reason,count(*) FROM recipient INDEXED BY recipient_skipped WHERE campaign=? AND state=" SQL_STATE (SKIPPED) " GROUP BY reason", "i", (gint64) id);
  GVariantBuilder reasons;
  int result;

  g_variant_builder_init (&reasons, G_VARIANT_TYPE ("a{st}"));
  while ((result = database_step (core->database, row, error)) == 1)
    g_variant_builder_add (&reasons, "{st}", database_text (row, 0), (guint64) database_int (row, 1));
  g_variant_dict_insert_value (numbers, KEY_CAMPAIGN_SKIPPED_REASONS, g_variant_builder_end (&reasons));
  return result == 0;
}

static gboolean
add_delivery (Core *core, guint64 id, GVariantDict *numbers, GError **error)
{
  static const char *const keys[DELIVERY_COUNT] = {
    [DELIVERY_SENT] = KEY_CAMPAIGN_DELIVERY_SENT,         [DELIVERY_DELIVERED] = KEY_CAMPAIGN_DELIVERY_DELIVERED, [DELIVERY_READ] = KEY_CAMPAIGN_DELIVERY_READ,
    [DELIVERY_FAILED] = KEY_CAMPAIGN_DELIVERY_FAILED,     [DELIVERY_BOUNCED] = KEY_CAMPAIGN_DELIVERY_BOUNCED,     [DELIVERY_COMPLAINED] = KEY_CAMPAIGN_DELIVERY_COMPLAINED,
    [DELIVERY_LEFT] = KEY_CAMPAIGN_DELIVERY_LEFT,         [DELIVERY_ANSWERED] = KEY_CAMPAIGN_DELIVERY_ANSWERED,   [DELIVERY_AWAY] = KEY_CAMPAIGN_DELIVERY_AWAY,
  };
  gint64 counts[DELIVERY_COUNT];
  GVariantDict delivery;

  if (!delivery_get_counts (core->database, id, counts, error))
    return FALSE;
  g_variant_dict_init (&delivery, NULL);
  for (guint i = 0; i < DELIVERY_COUNT; i++)
    g_variant_dict_insert (&delivery, keys[i], "t", (guint64) counts[i]);
  g_variant_dict_insert_value (numbers, KEY_CAMPAIGN_DELIVERY, g_variant_dict_end (&delivery));
  return TRUE;
}

static void
add_status (Core *core, const Campaign *campaign, GVariantDict *numbers)
{
  LaneStatus status = { .reason = "", .text = "" };
  GVariantBuilder last;
  gboolean is_waiting;

  if (campaign->state == CAMPAIGN_SENDING)
    lane_describe (lanes_get (core->lanes, campaign->account), campaign->id, &status);
  is_waiting = status.is_waiting;
  g_variant_dict_insert (numbers, KEY_CAMPAIGN_STATE, "s", is_waiting ? "waiting" : campaign_state_to_word (campaign->state));
  g_variant_dict_insert (numbers, KEY_CAMPAIGN_REASON, "s", is_waiting ? status.reason : campaign->reason);
  g_variant_dict_insert (numbers, KEY_CAMPAIGN_TEXT, "s", is_waiting ? status.text : campaign->text);
  g_variant_dict_insert (numbers, KEY_CAMPAIGN_PER_SECOND, "d", status.per_second);
  g_variant_dict_insert (numbers, KEY_CAMPAIGN_SECONDS_LEFT, "t", (guint64) MAX (0, status.seconds_left));
  g_variant_dict_insert (numbers, KEY_CAMPAIGN_NEXT, "x", status.next_utc);
  g_variant_builder_init (&last, G_VARIANT_TYPE_STRING_ARRAY);
  for (GList *l = status.last != NULL ? status.last->head : NULL; l != NULL; l = l->next)
    g_variant_builder_add (&last, "s", l->data);
  g_variant_dict_insert_value (numbers, KEY_CAMPAIGN_LAST, g_variant_builder_end (&last));
}

GVariant *
campaigns_describe (Core *core, guint64 id, gboolean is_full, GError **error)
{
  g_autoptr (Campaign) campaign = campaign_load (core, id, error);
  g_autoptr (Account) account = NULL;
  g_auto (GStrv) lists = NULL;
  gint64 counts[STATE_COUNT];
  GVariantDict numbers;

  if (campaign == NULL || !ledger_get_counts (core->database, id, counts, error))
    return NULL;
  account = account_load_id (core, campaign->account, NULL);
  lists = g_strsplit (campaign->lists, ", ", -1);
  g_variant_dict_init (&numbers, NULL);
  g_variant_dict_insert (&numbers, KEY_CAMPAIGN_ID, "t", id);
  g_variant_dict_insert (&numbers, KEY_CAMPAIGN_TITLE, "s", campaign->title);
  g_variant_dict_insert (&numbers, KEY_CAMPAIGN_SUBJECT, "s", message_parts_get (campaign->parts, KEY_MESSAGE_SUBJECT));
  g_variant_dict_insert (&numbers, KEY_CAMPAIGN_ACCOUNT, "s", account != NULL ? account->name : "");
  if (account != NULL && account_has_own_endpoints (account))
    g_variant_dict_insert (&numbers, KEY_CAMPAIGN_OWN_ENDPOINTS, "b", TRUE);
  g_variant_dict_insert_value (&numbers, KEY_CAMPAIGN_LISTS, g_variant_new_strv ((const char *const *) lists, -1));
  g_variant_dict_insert (&numbers, KEY_CAMPAIGN_CREATED, "x", campaign->created_utc);
  g_variant_dict_insert (&numbers, KEY_CAMPAIGN_STARTED, "x", campaign->started_utc);
  g_variant_dict_insert (&numbers, KEY_CAMPAIGN_ENDED, "x", campaign->ended_utc);
  g_variant_dict_insert (&numbers, KEY_CAMPAIGN_VERSION, "u", (guint32) campaign->version);
  g_variant_dict_insert (&numbers, KEY_CAMPAIGN_ARCHIVED, "b", campaign->archived_utc != 0);
  g_variant_dict_insert (&numbers, KEY_CAMPAIGN_TEST, "b", campaign->is_test);
  add_counts (&numbers, counts);
  add_status (core, campaign, &numbers);
  if (is_full && (!add_skipped_reasons (core, id, &numbers, error) || !add_delivery (core, id, &numbers, error))) {
    g_variant_dict_clear (&numbers);
    return NULL;
  }
  return g_variant_dict_end (&numbers);
}
