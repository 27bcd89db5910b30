#include "parts.h"

#include "access-tokens.h"
#include "app.h"
#include "balance.h"
#include "campaigns.h"
#include "clock.h"
#include "composer.h"
#include "connectors.h"
#include "database-open.h"
#include "database.h"
#include "dialer.h"
#include "isolated-sign-in.h"
#include "keyring-slot.h"
#include "lanes.h"
#include "ledger.h"
#include "prepare.h"
#include "progress.h"
#include "retention.h"
#include "rollback-guard.h"
#include "sign-ins.h"
#include "suppression.h"
#include "vault.h"
#include "window.h"

/* All that a client may ask of core: a file of core/app each. */
static const AppConnectFunc connectors[] = {
  app_account_connect,  app_campaign_connect,  app_contact_connect, app_contact_add_connect, app_doctor_connect,
  app_draft_connect,    app_import_connect,    app_leave_connect,   app_list_connect,        app_list_edit_connect,
  app_look_back_connect, app_preview_connect,  app_question_connect, app_rows_connect,       app_settings_connect,
  app_sign_in_connect,  app_sink_connect,     app_suppress_connect,  app_template_connect, app_vault_connect,      app_window_connect,
  NULL,
};

static void
tell_client (AppClient *client, gpointer data)
{
  guint64 campaign = *(guint64 *) data;
  GVariant *numbers = client->watched == campaign ? campaigns_describe (client->core, campaign, TRUE, NULL) : NULL;

  if (numbers != NULL)
    pr_app1_emit_campaign_changed (client->skeleton, campaign, numbers);
}

static void
changed_cb (guint64 campaign, gpointer data)
{
  Core *core = data;

  if (core->app != NULL)
    app_foreach (core->app, tell_client, &campaign);
  if (core->window != NULL)
    window_note_campaign (core->window, campaign);
}

static void
vault_opened_cb (gpointer data)
{
  app_vault_note_opened (data);
}

/* What had to wait for it goes on. */
static void
signed_in_cb (gint64 account, gpointer data)
{
  Core *core = data;

  campaigns_signed_in (core, account);
}

gboolean
parts_shift_times (Core *core, gint64 gap_s, gint64 now_utc)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, now_utc);

  if (!database_begin (core->database, NULL))
    return FALSE;
  if ((gap_s <= PARTS_ALIVE_EVERY_S || ledger_shift_lifetime (core->database, 0, gap_s, NULL)) &&
      (gap_s >= -PARTS_ALIVE_EVERY_S || ledger_follow_clock (core->database, gap_s, NULL)) && database_set_meta (core->database, "alive_utc", text, NULL))
    return database_commit (core->database, NULL);
  database_rollback (core->database);
  return FALSE;
}

/* While we did not run, nobody had a chance to try: lifetimes don't run either. A gap below zero: the clock was set back. */
static void
skip_absence (Core *core)
{
  g_autofree char *alive = database_get_meta (core->database, "alive_utc");
  gint64 now_utc = clock_now_utc (), gap_s = alive != NULL ? now_utc - g_ascii_strtoll (alive, NULL, 10) : 0;

  parts_shift_times (core, gap_s, now_utc);
}

static gboolean
check_origin (Core *core, GError **error)
{
  GError *broken = NULL;
  g_autofree char *differs = rollback_guard_check (core, &broken);

  if (broken != NULL) {
    g_propagate_error (error, broken);
    return FALSE;
  }
  return differs == NULL || campaigns_hold_back (core, differs, error);
}

/* After an end that was not clean, before anything is sent: a data folder of which a part was put back pauses and says so. */
static gboolean
check_balance (Core *core, GError **error)
{
  g_autofree char *found = NULL, *text = NULL;

  if (!database_was_left_open (core->database))
    return TRUE;
  if (!balance_check (core->database, &found, error))
    return FALSE;
  if (found == NULL)
    return TRUE;
  text = g_strdup_printf ("the store does not agree with itself (%s): a part of the data folder was put back from a copy", found);
  g_warning ("%s", text);
  return campaigns_hold_back (core, text, error);
}

gboolean
parts_open (Core *core, const char *home, const char *state, const char *socket, GError **error)
{
  g_autofree char *path = g_build_filename (home, "store.db", NULL);

  core->home = home;
  core->state = state;
  core->database = database_open (path, error);
  if (core->database == NULL)
    return FALSE;
  core->vault = vault_new (home, state, error);
  if (core->vault == NULL || !suppression_register_functions (core->database, core->vault))
    return FALSE;
  core->progress = progress_new (changed_cb, core);
  core->dialer = dialer_new ();
  core->access_tokens = access_tokens_new (core);
  core->sign_ins = sign_ins_new (core, signed_in_cb, core);
  core->composer = composer_new (core);
  core->retention = retention_new (core);
  core->lanes = lanes_new (core);
  core->keyring_slot = keyring_slot_new (core->vault, vault_opened_cb, core);
  core->window = window_new (core);
  if (!prepare_discard_all (core, error) || !check_origin (core, error) || !check_balance (core, error))
    return FALSE;
  skip_absence (core);
  core->app = app_new (core, socket, connectors, error);
  return core->app != NULL && lanes_resume (core->lanes, error);
}

void
parts_close (Core *core)
{
  isolated_sign_in_free (core->isolated);
  window_free (core->window);
  app_free (core->app);
  core->app = NULL;
  keyring_slot_free (core->keyring_slot);
  lanes_free (core->lanes);
  retention_free (core->retention);
  composer_free (core->composer);
  sign_ins_free (core->sign_ins);
  access_tokens_free (core->access_tokens);
  dialer_free (core->dialer);
  progress_free (core->progress);
  vault_free (core->vault);
  database_close (core->database);
}
