#include "send-summary.h"

#include "contract-keys.h"
#include "dict.h"
#include "json-out.h"
#include "text.h"
#include "words.h"
#include <stdio.h>

#define SENTENCE_MAX 1000 /* octets */

static void
say_sentences (GVariant *summary, const char *key, const char *mark)
{
  g_autoptr (GVariant) sentences = dict_child (summary, key, "as");

  for (gsize i = 0; sentences != NULL && i < g_variant_n_children (sentences); i++) {
    g_autofree char *shown = NULL;
    const char *sentence;

    g_variant_get_child (sentences, i, "&s", &sentence);
    shown = text_printable (sentence, -1, SENTENCE_MAX);
    fprintf (stderr, "%s %s\n", mark, shown);
  }
}

static void
say_pace (const SendOptions *options, GVariant *summary)
{
  guint64 seconds = dict_number (summary, KEY_SUMMARY_SECONDS);
  g_autofree char *duration = words_duration (seconds);
  g_autofree char *end = words_time (g_get_real_time () / G_USEC_PER_SEC + (gint64) seconds);

  if (options->rate != NULL)
    fprintf (stderr, "Pace: %s at most. ", options->rate);
  if (seconds > 0)
    fprintf (stderr, "It takes about %s, until %s.", duration, end);
  if (seconds > 0 || options->rate != NULL)
    fputc ('\n', stderr);
}

static void
say_lifetime (GVariant *summary)
{
  guint64 seconds = dict_number (summary, KEY_SUMMARY_LIFETIME_S);
  g_autofree char *duration = words_duration (seconds);

  if (seconds > 0 && send_summary_count (summary) > 0)
    fprintf (stderr, "Who cannot be reached at once is tried again for %s (--give-up).\n", duration);
}

guint64
send_summary_count (GVariant *summary)
{
  g_autoptr (GVariant) queued = dict_child (summary, KEY_SUMMARY_QUEUED, "t");

  return queued != NULL ? g_variant_get_uint64 (queued) : dict_number (summary, KEY_SUMMARY_TOTAL);
}

void
send_summary_print (const SendOptions *options, const char *raw_subject, GVariant *summary)
{
  g_autofree char *people = words_people (send_summary_count (summary));
  g_autofree char *lists = g_strjoinv (", ", options->lists);
  g_autofree char *subject = text_printable (raw_subject != NULL && *raw_subject != '\0' ? raw_subject : dict_text (summary, KEY_SUMMARY_TITLE), -1, SENTENCE_MAX);
  g_autofree char *title = text_printable (options->title != NULL ? options->title : "", -1, SENTENCE_MAX);
  g_autofree char *largest = words_bytes (dict_number (summary, KEY_SUMMARY_LARGEST));
  g_autofree char *limit = words_bytes (dict_number (summary, KEY_SUMMARY_SERVER_SIZE));
  guint64 excluded = dict_number (summary, KEY_SUMMARY_EXCLUDED);

  fprintf (stderr, "“%s” to %s of %s, by account %s", subject, people, lists, options->account);
  if (options->title != NULL)
    fprintf (stderr, ", called “%s”", title);
  if (options->template != NULL)
    fprintf (stderr, ", with template %s", options->template);
  if (options->from != NULL)
    fprintf (stderr, ", from %s", options->from);
  fprintf (stderr, "%s%s.\n", options->test_to != NULL ? ", but to " : "", options->test_to != NULL ? options->test_to : "");
  if (excluded > 0)
    fprintf (stderr, "%'" G_GUINT64_FORMAT " more %s left out as you asked.\n", excluded, excluded == 1 ? "is" : "are");
  if (dict_number (summary, KEY_SUMMARY_LARGEST) > 0)
    fprintf (stderr, "The largest message has %s%s%s%s.\n", largest,
             dict_number (summary, KEY_SUMMARY_SERVER_SIZE) > 0 ? " (the server takes " : "",
             dict_number (summary, KEY_SUMMARY_SERVER_SIZE) > 0 ? limit : "", dict_number (summary, KEY_SUMMARY_SERVER_SIZE) > 0 ? ")" : "");
  say_pace (options, summary);
  say_lifetime (summary);
  say_sentences (summary, KEY_SUMMARY_WARNINGS, "Note:");
  say_sentences (summary, KEY_SUMMARY_CONFIRM, "Are you sure?");
}

/* An open object; the number of the campaign stands before all else. */
static JsonBuilder *
send_summary_begin (guint64 campaign)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "campaign");
  json_builder_add_int_value (builder, (gint64) campaign);
  json_builder_set_member_name (builder, "schema");
  json_builder_add_int_value (builder, JSON_OUT_SCHEMA);
  return builder;
}

void
send_summary_already_json (guint64 campaign, const char *state)
{
  JsonBuilder *builder = send_summary_begin (campaign);

  json_builder_set_member_name (builder, "already");
  json_builder_add_boolean_value (builder, TRUE);
  json_builder_set_member_name (builder, "state");
  json_builder_add_string_value (builder, state);
  json_out_end (builder);
}

void
send_summary_json (guint64 campaign, const char *subject, GVariant *summary)
{
  JsonBuilder *builder = send_summary_begin (campaign);

  json_builder_set_member_name (builder, "subject");
  json_builder_add_string_value (builder, subject != NULL ? subject : "");
  json_out_members (builder, summary);
  json_out_end (builder);
}
