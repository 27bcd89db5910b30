/* prepare-summary.c - what would happen, in numbers and sentences. */
#include "clock.h"
#include "contract-keys.h"
#include "prepare-private.h"

#include "database.h"
#include "grant.h"
#include "pace.h"
#include "text.h"
#include <string.h>

#define CONNECTION_PER_S 500     /* chosen: what one warm connection does, until the account was measured once */

/* How many of them: `one` and `other` go on with the verb. */
static void
add_people (GStrvBuilder *sentences, guint64 count, const char *one, const char *other)
{
  g_autofree char *sentence = text_count (count, one, other);

  if (count > 0)
    g_strv_builder_add (sentences, sentence);
}

static void
add_sharing (GStrvBuilder *warnings, guint64 count, const AddressKind *kind, const char *noun)
{
  g_autofree char *rest = g_strdup_printf ("%s %s with another one; each gets a %s of their own (--per address sends one for all)", kind->article, kind->noun, noun);
  g_autofree char *one = g_strconcat ("person shares ", rest, NULL), *other = g_strconcat ("people share ", rest, NULL);

  add_people (warnings, count, one, other);
}

static void
add_lacking (GStrvBuilder *warnings, guint64 count, const AddressKind *kind)
{
  g_autofree char *one = g_strdup_printf ("person has no %s and will be left out", kind->long_noun);
  g_autofree char *other = g_strdup_printf ("people have no %s and will be left out", kind->long_noun);

  add_people (warnings, count, one, other);
}

/* Written without a fallback, outside of sections: who has no value gets no message. */
static gboolean
is_required (Prepare *self, const char *field)
{
  g_autofree char *key = text_fold (field, -1);

  for (guint i = 0; self->composed->required[i] != NULL; i++) {
    g_autofree char *other = text_fold (self->composed->required[i], -1);

    if (strcmp (key, other) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
add_field (Prepare *self, guint index, GStrvBuilder *warnings)
{
  const SnapshotCounts *counts = snapshot_get_counts (self->snapshot);
  const char *field = self->composed->fields[index];
  const guint64 missing = counts->missing[index];
  g_autofree char *people = text_count (missing, "person has", "people have"), *all = text_count (counts->queued, "person gets", "people get");

  if (self->composed->bound[index] < 0)
    text_add_sentence (warnings, "there is no field “%s”, so %s its fallback, or nothing: %s", field, all, self->composed->hints[index]);
  else if (missing > 0 && is_required (self, field))
    text_add_sentence (warnings, "%s no '%s' and would not get this message; write {{%s|something else}} to have a fallback", people, field, field);
  else if (missing > 0)
    text_add_sentence (warnings, "%s no '%s' and %s its fallback, or nothing there", people, field, missing == 1 ? "gets" : "get");
}

static void
add_warnings (Prepare *self, GStrvBuilder *warnings)
{
  const SnapshotCounts *counts = snapshot_get_counts (self->snapshot);
  const AddressKind *kind = address_kind_get (self->account->kind->address);
  const char *noun = message_parts_get_kind (self->campaign->parts)->noun;
  g_autofree char *doubles = doubles_to_sentence (snapshot_get_doubles (self->snapshot), noun);
  g_autofree char *sender = account_check_sender (self->account, self->campaign->sender_address);

  for (guint i = 0; self->composed->fields[i] != NULL; i++)
    add_field (self, i, warnings);
  for (guint i = 0; self->composed->notes[i] != NULL; i++)
    text_add_sentence (warnings, "%s", self->composed->notes[i]);
  add_sharing (warnings, counts->sharing, kind, noun);
  if (doubles != NULL)
    text_add_sentence (warnings, "%s", doubles);
  add_people (warnings, counts->suppressed, "person is on the do-not-contact list and will be left out", "people are on the do-not-contact list and will be left out");
  add_lacking (warnings, counts->no_address, kind);
  for (guint i = 0; self->composed->images[i] != NULL; i++)
    text_add_sentence (warnings, "the image %s is missing: people will see a gap", self->composed->images[i]);
  if (account_get_size_max (self->account) > 0 && self->largest > account_get_size_max (self->account))
    text_add_sentence (warnings, "the largest message has more than the %" G_GUINT64_FORMAT " octets that the server takes; those above are refused", account_get_size_max (self->account));
  if (sender != NULL)
    text_add_sentence (warnings, "%s", sender);
}

static void
add_questions (Prepare *self, GStrvBuilder *questions)
{
  const SnapshotCounts *counts = snapshot_get_counts (self->snapshot);
  gint64 id = 0;

  if (counts->recent > 0)
    text_add_sentence (questions, "%" G_GUINT64_FORMAT " of these people got a message with this subject within the last day", counts->recent);
  if (second_copies_find_repeated (self->core->database, &self->spec.copies, self->list_names, &id, NULL) && id != 0)
    text_add_sentence (questions, "campaign %" G_GINT64_FORMAT " with the same subject went to the same list within the last day", id);
}

static gint64
prepare_forecast (Prepare *self)
{
  g_autoptr (Pace) pace = pace_new (self->account);
  guint connections = self->campaign->connections > 0 ? self->campaign->connections : MAX (2, account_get_number (self->account, SETTING_CONNECTIONS));
  double per_second = pace_load_speed (self->core->database, self->account->id);

  pace_set_rate (pace, self->campaign->per_hour, g_get_monotonic_time ());
  if (per_second <= 0)
    per_second = connections * CONNECTION_PER_S;
  return pace_forecast_s (pace, self->core->database, (gint64) snapshot_get_counts (self->snapshot)->queued, per_second, clock_now_utc ());
}

/* A sign-in that its provider ends at a known time: a project in Testing after seven days. */
static void
add_sign_in_end (Prepare *self, gint64 seconds, GStrvBuilder *warnings)
{
  g_autoptr (Grant) grant = self->account->kind->secret == KIND_SECRET_OAUTH ? grant_load (self->core, self->account->id, NULL) : NULL;
  g_autoptr (GDateTime) until = grant != NULL && grant->until_utc > 0 ? g_date_time_new_from_unix_local (grant->until_utc) : NULL;
  g_autofree char *shown = until != NULL && clock_now_utc () + seconds > grant->until_utc ? g_date_time_format (until, "%F %R") : NULL;

  if (shown != NULL)
    text_add_sentence (warnings, "the sign-in of account %s ends on %s, before this campaign does: it pauses then, until somebody signs in again", self->account->name, shown);
}

static GVariant *
end_sentences (GStrvBuilder *sentences)
{
  g_auto (GStrv) all = g_strv_builder_end (sentences);

  return g_variant_new_strv ((const char *const *) all, -1);
}

GVariant *
prepare_summarize (Prepare *self)
{
  const SnapshotCounts *counts = snapshot_get_counts (self->snapshot);
  g_autoptr (GStrvBuilder) warnings = g_strv_builder_new (), questions = g_strv_builder_new ();
  GVariantBuilder missing, lacking, unknown;
  gint64 seconds = prepare_forecast (self);
  GVariantDict summary;

  g_variant_builder_init (&missing, G_VARIANT_TYPE ("a{st}"));
  g_variant_builder_init (&lacking, G_VARIANT_TYPE ("a{st}"));
  g_variant_builder_init (&unknown, G_VARIANT_TYPE ("a{ss}"));
  for (guint i = 0; self->composed->fields[i] != NULL; i++) {
    const char *field = self->composed->fields[i];

    g_variant_builder_add (is_required (self, field) ? &missing : &lacking, "{st}", field, counts->missing[i]);
    if (self->composed->bound[i] < 0)
      g_variant_builder_add (&unknown, "{ss}", field, self->composed->hints[i]);
  }
  add_warnings (self, warnings);
  add_sign_in_end (self, seconds, warnings);
  add_questions (self, questions);
  g_variant_dict_init (&summary, NULL);
  g_variant_dict_insert (&summary, KEY_SUMMARY_TITLE, "s", self->campaign->title);
  g_variant_dict_insert (&summary, KEY_SUMMARY_TOTAL, "t", counts->total);
  g_variant_dict_insert (&summary, KEY_SUMMARY_QUEUED, "t", counts->queued);
  g_variant_dict_insert (&summary, KEY_SUMMARY_SHARING, "t", counts->sharing);
  g_variant_dict_insert (&summary, KEY_SUMMARY_RECENT, "t", counts->recent);
  g_variant_dict_insert (&summary, KEY_SUMMARY_SUPPRESSED, "t", counts->suppressed);
  g_variant_dict_insert (&summary, KEY_SUMMARY_NO_ADDRESS, "t", counts->no_address);
  g_variant_dict_insert (&summary, KEY_SUMMARY_EXCLUDED, "t", counts->excluded);
  g_variant_dict_insert_value (&summary, KEY_SUMMARY_ALIKE, doubles_describe (snapshot_get_doubles (self->snapshot)));
  g_variant_dict_insert (&summary, KEY_SUMMARY_LARGEST, "t", self->largest);
  g_variant_dict_insert (&summary, KEY_SUMMARY_SERVER_SIZE, "t", account_get_size_max (self->account));
  g_variant_dict_insert (&summary, KEY_SUMMARY_SECONDS, "t", (guint64) seconds);
  g_variant_dict_insert (&summary, KEY_SUMMARY_LIFETIME_S, "t", (guint64) self->campaign->lifetime_s);
  g_variant_dict_insert_value (&summary, KEY_SUMMARY_MISSING, g_variant_builder_end (&missing));
  g_variant_dict_insert_value (&summary, KEY_SUMMARY_LACKING, g_variant_builder_end (&lacking));
  g_variant_dict_insert_value (&summary, KEY_SUMMARY_UNKNOWN, g_variant_builder_end (&unknown));
  g_variant_dict_insert_value (&summary, KEY_SUMMARY_WARNINGS, end_sentences (warnings));
  g_variant_dict_insert_value (&summary, KEY_SUMMARY_CONFIRM, end_sentences (questions));
  return g_variant_ref_sink (g_variant_dict_end (&summary));
}
