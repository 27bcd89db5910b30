/* campaign … - what was sent, and what is still being sent. */
#include "campaign-export.h"
#include "commands.h"
#include "content.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "json-out.h"
#include "numbers.h"
#include "table.h"
#include "watch.h"
#include "words.h"
#include <stdio.h>
#include <string.h>

static void
add_campaign (Table *table, GVariant *numbers)
{
  static const char *const counted[] = { KEY_CAMPAIGN_TOTAL, KEY_CAMPAIGN_ACCEPTED, KEY_CAMPAIGN_REFUSED, KEY_CAMPAIGN_LATER, KEY_CAMPAIGN_UNKNOWN, KEY_CAMPAIGN_SKIPPED };
  g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, dict_number (numbers, KEY_CAMPAIGN_ID));
  g_autofree char *created = words_time ((gint64) dict_number (numbers, KEY_CAMPAIGN_CREATED));
  g_autofree char *title = g_strdup (dict_text (numbers, KEY_CAMPAIGN_TITLE));
  char *counts[G_N_ELEMENTS (counted)];

  for (gsize i = 0; i < G_N_ELEMENTS (counted); i++)
    counts[i] = words_count (dict_number (numbers, counted[i]));
  table_row (table, id, words_state (dict_text (numbers, KEY_CAMPAIGN_STATE)), counts[0], counts[1], counts[2], counts[3], counts[4], counts[5],
             created, title, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (counted); i++)
    g_free (counts[i]);
}

static int
run_list (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (Table) table = table_new (">ID", "STATE", ">PEOPLE", ">ACCEPTED", ">REFUSED", ">LATER", ">UNKNOWN",
                                       ">LEFT OUT", "CREATED", "SUBJECT", NULL);
  g_autoptr (GVariant) campaigns = NULL;

  if (session_core (session, error) == NULL || !pr_app1_call_campaign_list_sync (session->core, &campaigns, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session)) {
    json_out_rows ("campaigns", campaigns, session->is_jsonl);
    return 0;
  }
  for (gsize i = 0; i < g_variant_n_children (campaigns); i++) {
    g_autoptr (GVariant) numbers = g_variant_get_child_value (campaigns, i);

    add_campaign (table, numbers);
  }
  if (g_variant_n_children (campaigns) == 0)
    session_say (session, "There is no campaign yet: postrider send --help");
  else
    table_print (table, stdout);
  return 0;
}

static int
run_show (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (GVariant) numbers = NULL;
  guint64 campaign;

  if (!session_campaign (words[0], &campaign, error) || session_core (session, error) == NULL)
    return -1;
  if (!pr_app1_call_campaign_show_sync (session->core, campaign, &numbers, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session))
    json_out_document (numbers);
  else
    numbers_print (numbers);
  return 0;
}

static int
run_watch (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (Watch) watch = NULL;
  guint64 campaign;

  if (!session_campaign (words[0], &campaign, error))
    return -1;
  watch = watch_new (session, WATCH_ONLOOKER);
  return watch_run (watch, campaign, error);
}

typedef gboolean (*CampaignCall) (PrApp1 *core, guint64 campaign, GCancellable *cancellable, GError **error);

static int
call_and_show (Session *session, CampaignCall call, const char *word, GError **error)
{
  char *words[] = { (char *) word, NULL };
  guint64 campaign;

  if (!session_campaign (word, &campaign, error) || session_core (session, error) == NULL)
    return -1;
  if (!call (session->core, campaign, NULL, error))
    return session_end (FALSE, error);
  return session_is_for_programs (session) || !session->is_quiet ? run_show (session, NULL, words, error) : 0;
}

static int
run_pause (Session *session, const void *values, char **words, GError **error)
{
  return call_and_show (session, pr_app1_call_campaign_pause_sync, words[0], error);
}

static int
run_cancel (Session *session, const void *values, char **words, GError **error)
{
  return call_and_show (session, pr_app1_call_campaign_cancel_sync, words[0], error);
}

typedef struct {
  char    *subject, *html, *text, *gone;
  gboolean is_restored, is_watched;
} ResumeOptions;

static const Option resume_options[] = {
  { "subject", 0, OPTION_TEXT, G_STRUCT_OFFSET (ResumeOptions, subject), "TPL",
    "a corrected subject for those who got nothing yet" },
  { "html", 0, OPTION_TEXT, G_STRUCT_OFFSET (ResumeOptions, html), "FILE", "a corrected HTML part" },
  { "text", 0, OPTION_TEXT, G_STRUCT_OFFSET (ResumeOptions, text), "FILE", "a corrected text part" },
  { "restored", 0, OPTION_FLAG, G_STRUCT_OFFSET (ResumeOptions, is_restored), NULL,
    "yes, this copied or restored data folder may send" },
  { "gone", 0, OPTION_TEXT, G_STRUCT_OFFSET (ResumeOptions, gone), "suppress|again",
    "those who were answered as gone: they are, no mail to them any more; or try them again" },
  { "watch", 'w', OPTION_FLAG, G_STRUCT_OFFSET (ResumeOptions, is_watched), NULL,
    "look on until it ends; Ctrl-C pauses again" },
  { 0 },
};

static GVariant *
build_correction (const ResumeOptions *options, GError **error)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *html = NULL, *text = NULL;

  if ((options->html != NULL && (html = content_read (options->html, error)) == NULL) ||
      (options->text != NULL && (text = content_read (options->text, error)) == NULL))
    return NULL;
  dict_put_text (&out, KEY_CORRECTION_SUBJECT, options->subject);
  dict_put_text (&out, KEY_CORRECTION_HTML, html);
  dict_put_text (&out, KEY_CORRECTION_TEXT, text);
  dict_put_text (&out, KEY_CORRECTION_GONE, options->gone);
  dict_put_flag (&out, KEY_CORRECTION_RESTORED, options->is_restored);
  return g_variant_ref_sink (g_variant_dict_end (&out));
}

static int
run_resume (Session *session, const void *values, char **words, GError **error)
{
  const ResumeOptions *options = values;
  g_autoptr (GVariant) correction = build_correction (options, error);
  g_autoptr (GVariant) numbers = NULL;
  g_autoptr (Watch) watch = NULL;
  gboolean is_ok = FALSE;
  guint64 campaign;

  if (correction == NULL || !session_campaign (words[0], &campaign, error) || session_core (session, error) == NULL)
    return -1;
  if (!pr_app1_call_campaign_show_sync (session->core, campaign, &numbers, NULL, error))
    return session_end (FALSE, error);
  watch = options->is_watched ? watch_new (session, WATCH_SENDER) : NULL;
  do {
    g_clear_error (error);
    is_ok = pr_app1_call_campaign_resume_sync (session->core, campaign, correction, NULL, error);
  } while (!is_ok && session_unlock (session, dict_text (numbers, KEY_CAMPAIGN_ACCOUNT), error));
  if (!is_ok)
    return session_end (FALSE, error);
  if (watch != NULL)
    return watch_run (watch, campaign, error);
  session_say (session, "Campaign %" G_GUINT64_FORMAT " goes on. Look on: postrider campaign watch %" G_GUINT64_FORMAT,
               campaign, campaign);
  return session_is_for_programs (session) ? run_show (session, NULL, words, error) : 0;
}

static int
run_export (Session *session, const void *values, char **words, GError **error)
{
  const CampaignExportOptions *options = values;
  guint64 campaign;

  if (!session_campaign (words[0], &campaign, error) || session_core (session, error) == NULL)
    return -1;
  return campaign_export (session, campaign, options->output, error);
}

typedef struct {
  gboolean is_all;
} ResolveOptions;

static int
run_resolve (Session *session, const void *values, char **words, GError **error)
{
  const ResolveOptions *options = values;
  guint64 campaign;
  guint changed;

  if (!session_campaign (words[0], &campaign, error))
    return -1;
  if ((strcmp (words[1], "resend") != 0 && strcmp (words[1], "sent") != 0) || options->is_all == (words[2] != NULL)) {
    g_set_error (error, FAULT, FAULT_USAGE,
                 "say what is true of them: postrider campaign resolve %s resend|sent, then --all or addresses",
                 words[0]);
    return -1;
  }
  if (session_core (session, error) == NULL)
    return -1;
  if (!pr_app1_call_campaign_resolve_sync (session->core, campaign, words[1], (const char *const *) words + 2, &changed,
                                           NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session)) {
    json_out_count ("changed", changed);
  } else {
    g_autofree char *people = words_people (changed);

    session_tell (session, "%s: %s.", people, strcmp (words[1], "sent") == 0 ? "treated as sent" : "queued again");
  }
  return 0;
}

static const Option resolve_options[] = {
  { "all", 0, OPTION_FLAG, G_STRUCT_OFFSET (ResolveOptions, is_all), NULL, "all that are unknown" },
  { 0 },
};

static const Option export_options[] = {
  { "output", 'o', OPTION_TEXT, G_STRUCT_OFFSET (CampaignExportOptions, output), "F",
    "into this file, whole or not at all (else standard output)" },
  { 0 },
};

const Command campaign_commands[] = {
  { "campaign list", "", "Lists the campaigns, newest first", 0, 0, NULL, 0, run_list, NULL },
  { "campaign show", "ID", "Shows where one campaign stands", 1, 1, NULL, 0, run_show,
    "Example:\n  postrider campaign show 3 --json | jq .accepted\n" },
  { "campaign watch", "ID", "Looks on until it ends (Ctrl-C stops looking, not the campaign)", 1, 1, NULL, 0, run_watch,
    NULL },
  { "campaign pause", "ID", "Takes back what was not begun; what is on the wire is finished", 1, 1, NULL, 0, run_pause,
    NULL },
  { "campaign resume", "ID", "Lets a paused campaign go on, with a corrected message if you like", 1, 1, resume_options,
    sizeof (ResumeOptions), run_resume,
    "Examples:\n  postrider campaign resume 3 --watch\n  postrider campaign resume 3 --text letter-corrected.txt\n" },
  { "campaign cancel", "ID", "Cancels the rest: who was not begun is left out", 1, 1, NULL, 0, run_cancel, NULL },
  { "campaign export", "ID",
    "Writes who got it as CSV: address,name,state,time,reply,attempts,message_id, then their fields", 1, 1,
    export_options, sizeof (CampaignExportOptions), run_export,
    "Behind the fields: reason,version,account,provider_id, then when what was heard after the server took it:\n"
    "sent,delivered,read,failed,failed_code,bounced,complained,left,answered,away,words.\n\n"
    "Safe to open in a spreadsheet: what looks like a formula gets an apostrophe.\n\n"
    "Examples:\n  postrider campaign export 3 -o result.csv\n  postrider campaign export 3 | grep refused\n" },
  { "campaign resolve", "ID resend|sent [ADDR…]", "Decides about those who may or may not have got it", 2, G_MAXUINT,
    resolve_options, sizeof (ResolveOptions), run_resolve,
    "After a crash or a power cut, a message whose answer was never seen is unknown: the server may have it.\n"
    "sent: count it as sent. resend: send it, and some may get it twice.\n\n"
    "Examples:\n  postrider campaign resolve 3 sent --all\n  postrider campaign resolve 3 resend ann@example.org\n" },
  { 0 },
};
