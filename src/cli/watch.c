#include "watch.h"

#include "connect.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "json-out.h"
#include "numbers.h"
#include "progress-line.h"
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define RECONNECT_MAX 5 /* chosen: a core that dies more often than this needs a person */

struct Watch {
  Session      *session;
  WatchRole     role;
  guint64       campaign;
  GMainLoop    *loop;
  ProgressLine *progress;
  GVariant     *numbers; /* the last ones */
  gboolean      is_told; /* the numbers were written as a line of the stream */
  guint         signal_sources[2];
  gboolean      is_interrupted;
  gboolean      is_lost; /* core went away */
  GError       *error;
};

static void
paused_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Watch *self = data;
  g_autoptr (GError) error = NULL;

  if (pr_app1_call_campaign_pause_finish (PR_APP1 (source), result, &error)) {
    g_main_loop_quit (self->loop); /* the caller asks for the numbers once more */
  } else if (!self->is_lost && self->error == NULL) {
    self->error = g_steal_pointer (&error);
    g_main_loop_quit (self->loop);
  }
}

static void
act_on_interrupt (Watch *self)
{
  if (self->role == WATCH_ONLOOKER) {
    g_main_loop_quit (self->loop);
    return;
  }
  progress_line_hide (self->progress);
  session_say (self->session,
               "Pausing: what is on the wire is finished… (Ctrl-C again leaves at once; core finishes the pause)");
  pr_app1_call_campaign_pause (self->session->core, self->campaign, NULL, paused_cb, self);
}

static gboolean
interrupted_cb (gpointer data)
{
  Watch *self = data;

  if (self->is_interrupted)
    g_main_loop_quit (self->loop);
  else if (self->campaign != 0)
    act_on_interrupt (self);
  self->is_interrupted = TRUE;
  return G_SOURCE_CONTINUE;
}

Watch *
watch_new (Session *session, WatchRole role)
{
  Watch *self = g_new0 (Watch, 1);

  self->session = session;
  self->role = role;
  self->loop = g_main_loop_new (NULL, FALSE);
  self->progress = progress_line_new (session->is_quiet || session_is_for_programs (session));
  self->signal_sources[0] = g_unix_signal_add (SIGINT, interrupted_cb, self);
  self->signal_sources[1] = g_unix_signal_add (SIGTERM, interrupted_cb, self);
  return self;
}

void
watch_free (Watch *self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (self->signal_sources); i++)
    g_source_remove (self->signal_sources[i]);
  g_main_loop_unref (self->loop);
  progress_line_free (self->progress);
  g_clear_pointer (&self->numbers, g_variant_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static gboolean
is_over (Watch *self)
{
  return numbers_has_ended (self->numbers) || (self->role == WATCH_SENDER && numbers_only_later (self->numbers));
}

/* The same numbers need no second line; those of the end are written once, behind all others. */
static void
tell_line (Watch *self, gboolean is_same)
{
  self->is_told = (is_same && self->is_told) || !is_over (self);
  if (self->is_told && !is_same)
    json_out_document (self->numbers);
}

static void
take_numbers (Watch *self, GVariant *numbers)
{
  g_autofree char *line = numbers_line (numbers);
  gboolean is_change = self->numbers == NULL || strcmp (dict_text (self->numbers, KEY_CAMPAIGN_STATE), dict_text (numbers, KEY_CAMPAIGN_STATE)) != 0;
  gboolean is_same = self->numbers != NULL && g_variant_equal (self->numbers, numbers);

  g_variant_ref (numbers);
  g_clear_pointer (&self->numbers, g_variant_unref);
  self->numbers = numbers;
  if (self->session->is_jsonl)
    tell_line (self, is_same);
  else
    progress_line_set (self->progress, numbers_fraction (numbers), line, is_change);
}

static void
changed_cb (PrApp1 *core, guint64 campaign, GVariant *numbers, gpointer data)
{
  Watch *self = data;

  if (campaign != self->campaign)
    return;
  take_numbers (self, numbers);
  if (is_over (self) && !self->is_interrupted)
    g_main_loop_quit (self->loop);
}

static void
closed_cb (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  Watch *self = data;

  self->is_lost = TRUE;
  g_main_loop_quit (self->loop);
}

static gboolean
ask_numbers (Watch *self, GError **error)
{
  g_autoptr (GVariant) numbers = NULL;

  if (!pr_app1_call_campaign_show_sync (self->session->core, self->campaign, &numbers, NULL, error))
    return FALSE;
  take_numbers (self, numbers);
  return TRUE;
}

/* With one core, until the campaign is over or that core is gone. */
static gboolean
watch_follow (Watch *self, GError **error)
{
  PrApp1 *core = session_core (self->session, error);
  GDBusConnection *connection = core != NULL ? g_dbus_proxy_get_connection (G_DBUS_PROXY (core)) : NULL;
  gulong changed, closed;

  if (core == NULL)
    return FALSE;
  self->is_lost = FALSE;
  changed = g_signal_connect (core, "campaign-changed", G_CALLBACK (changed_cb), self);
  closed = g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), self);
  if (pr_app1_call_campaign_watch_sync (core, self->campaign, NULL, &self->error) && ask_numbers (self, &self->error)) {
    if (self->is_interrupted)
      act_on_interrupt (self);
    if (!is_over (self) || self->is_interrupted)
      g_main_loop_run (self->loop);
    if (!self->is_lost && self->error == NULL)
      ask_numbers (self, &self->error);
  }
  g_signal_handler_disconnect (core, changed);
  g_signal_handler_disconnect (connection, closed);
  self->is_lost |= g_dbus_connection_is_closed (connection);
  return self->is_lost || self->error == NULL;
}

static int
watch_finish (Watch *self)
{
  progress_line_hide (self->progress);
  if (self->session->is_json || (self->session->is_jsonl && !self->is_told)) {
    json_out_document (self->numbers);
  } else if (!self->session->is_jsonl && !self->session->is_quiet) {
    numbers_print (self->numbers);
    numbers_print_next_steps (self->numbers);
  }
  return numbers_status (self->numbers);
}

int
watch_run (Watch *self, guint64 campaign, GError **error)
{
  self->campaign = campaign;
  for (guint i = 0; i <= RECONNECT_MAX; i++) {
    gboolean is_ok = watch_follow (self, error);

    if (is_ok && !self->is_lost)
      return watch_finish (self);
    progress_line_hide (self->progress);
    if (!is_ok && self->error != NULL)
      g_propagate_error (error, g_steal_pointer (&self->error));
    if (!is_ok)
      return session_end (FALSE, error);
    g_clear_error (&self->error);
    session_say (self->session, "Core went away; starting it again and looking on…");
    session_clear (self->session);
  }
  g_set_error (error, FAULT, FAULT_TEMP,
               "core went away again and again; see core.log in the data folder, then: postrider campaign watch "
               "%" G_GUINT64_FORMAT,
               campaign);
  return -1;
}
