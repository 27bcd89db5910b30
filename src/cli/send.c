/* send - one message to each of many people: prepare, say what would happen, ask, start, look on. */
#include "commands.h"
#include "connect.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "numbers.h"
#include "preview.h"
#include "prompt.h"
#include "send-spec.h"
#include "send-summary.h"
#include "watch.h"
#include "words.h"
#include <stdio.h>

typedef struct {
  Session           *session;
  const SendOptions *options;
  guint64            campaign;
  GVariant          *summary;
  char              *subject; /* as written, also of a template that is kept */
} Send;

static gboolean
send_prepare (Send *self, GError **error)
{
  SendFiles files;
  g_autoptr (GVariant) spec = NULL;
  gboolean is_ok;

  send_files_init (&files);
  spec = send_spec_build (self->session, self->options, &files, error);
  if (spec != NULL)
    (void) g_variant_lookup (spec, KEY_SPEC_SUBJECT, "s", &self->subject);
  is_ok =
      spec != NULL && pr_app1_call_campaign_prepare_sync (self->session->core, spec, send_files_end (&files), files.list,
                                                          &self->campaign, &self->summary, NULL, NULL, error);
  send_files_clear (&files);
  return is_ok;
}

/* An earlier campaign has the key of --once, and is this very wish: how it stands is the answer. */
static int
tell_already (Send *self, GError **error)
{
  g_autoptr (GVariant) numbers = NULL;

  if (!pr_app1_call_campaign_show_sync (self->session->core, self->campaign, &numbers, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (self->session))
    send_summary_already_json (self->campaign, dict_text (numbers, KEY_CAMPAIGN_STATE));
  session_say (self->session, "Campaign %" G_GUINT64_FORMAT " has the key “%s” already, and is %s; nothing more was sent.", self->campaign, self->options->once,
               dict_text (numbers, KEY_CAMPAIGN_STATE));
  return numbers_status (numbers);
}

/* Takes the campaign away again: not a message was sent. */
static void
send_discard (Send *self)
{
  (void) pr_app1_call_campaign_discard_sync (self->session->core, self->campaign, NULL, NULL);
}

static gboolean
is_only_shown (const SendOptions *options)
{
  return options->is_dry_run || options->preview > 0;
}

static int
show_only (Send *self, GError **error)
{
  const guint64 largest = dict_number (self->summary, KEY_SUMMARY_LARGEST);
  int status = 0;

  if (self->options->preview > 0)
    status = preview_show (self->session, self->campaign, (guint) MIN (self->options->preview, G_MAXUINT), largest, error);
  if (status == 0 && self->options->output != NULL)
    status = preview_write (self->session, self->campaign, self->options->output, largest, error);
  send_discard (self);
  if (status == 0 && self->options->output == NULL)
    session_say (self->session, "Nothing was sent.");
  return status;
}

static gboolean
is_agreed (Send *self)
{
  g_autofree char *people = words_people (send_summary_count (self->summary));
  g_autofree char *question = g_strdup_printf ("Send to %s now?", people);

  return self->options->is_yes || prompt_yes (question);
}

static int
send_start (Send *self, GError **error)
{
  g_autoptr (Watch) watch = watch_new (self->session, WATCH_SENDER);
  gboolean is_ok;

  do {
    g_clear_error (error);
    is_ok = pr_app1_call_campaign_start_sync (self->session->core, self->campaign, NULL, error);
  } while (!is_ok && session_unlock (self->session, self->options->account, error));
  if (!is_ok) {
    send_discard (self);
    return session_end (FALSE, error);
  }
  if (!self->options->is_detached)
    return watch_run (watch, self->campaign, error);
  session_tell (self->session, "Campaign %" G_GUINT64_FORMAT " is being sent. Look on: postrider campaign watch %" G_GUINT64_FORMAT, self->campaign, self->campaign);
  return 0;
}

static int
send_run (Send *self, GError **error)
{
  if (!send_prepare (self, error))
    return session_end (FALSE, error);
  if (dict_flag (self->summary, KEY_SUMMARY_ALREADY))
    return tell_already (self, error);
  if (session_is_for_programs (self->session))
    send_summary_json (self->campaign, self->subject, self->summary);
  if (!session_is_for_programs (self->session) && (!self->session->is_quiet || !self->options->is_yes))
    send_summary_print (self->options, self->subject, self->summary);
  if (is_only_shown (self->options))
    return show_only (self, error);
  if (send_summary_count (self->summary) == 0) {
    send_discard (self);
    g_set_error (error, FAULT, FAULT_NO_INPUT, "nobody is left to send to; nothing was sent");
    return -1;
  }
  if (is_agreed (self))
    return send_start (self, error);
  send_discard (self);
  session_say (self->session, "Nothing was sent.");
  return FAULT_USAGE;
}

static int
run_send (Session *session, const void *values, char **words, GError **error)
{
  Send self = { session, values };
  int status;

  if (!send_spec_check (self.options, error))
    return -1;
  if (!session->has_terminal && !self.options->is_yes && !is_only_shown (self.options)) {
    g_set_error (error, FAULT, FAULT_USAGE,
                 "there is no terminal to ask whether to send; look at it with --dry-run, then give --yes");
    return -1;
  }
  status = send_run (&self, error);
  g_clear_pointer (&self.summary, g_variant_unref);
  g_free (self.subject);
  return status;
}

const Command send_commands[] = {
  { "send", "", "Sends one personal message to each person of a list", 0, 0, send_options, sizeof (SendOptions), run_send,
    "Subject and message are templates: {{name}}, {{name|friend}} with a fallback, {{#town}}…{{/town}} only where there "
    "is\n"
    "a value, {{^town}}…{{/town}} only where there is none. You see what would happen and are asked. Ctrl-C pauses.\n\n"
    "Examples:\n"
    "  postrider send --account work --list guests --subject 'Dear {{first|friend}}' --html letter.html --attach "
    "map.pdf\n"
    "  postrider send --account work --list guests --subject 'Hello' --text letter.txt --preview 6\n"
    "  postrider send --account work --list guests --subject 'Hello' --text letter.txt --test-to ann@example.org\n"
    "  postrider send --account work --list members --where Town=Bonn --exclude-list staff --subject 'Hello' --text "
    "letter.txt \\\n"
    "    --rate 30/min --once spring-2026 --unsubscribe mailto:leave@example.org --yes --detach\n\n"
    "Exit status: 0 all accepted, 1 some refused or unknown, 75 paused or some later, else as in sysexits(3).\n" },
  { 0 },
};
