/* prepare-once.c - a key is used up by the campaign that first had it, whatever became of it. Whoever asks for the very same again is told how that
 * one stands; whoever asks for something else with its key has made a mistake. */
#include "contract-keys.h"
#include "prepare-private.h"

#include "campaigns.h"
#include "fault.h"

gboolean
prepare_find_earlier (Prepare *self, GError **error)
{
  return second_copies_find_once (self->core->database, self->once, &self->earlier, error);
}

gboolean
prepare_is_same (Prepare *self, GError **error)
{
  const char *what;

  if (!second_copies_compare (self->core->database, self->campaign->id, self->earlier, &what, error))
    return FALSE;
  if (what != NULL)
    g_set_error (error, FAULT, FAULT_DATA, "once: campaign %" G_GINT64_FORMAT " has the key “%s”, and it had another %s; nothing is sent", self->earlier, self->once, what);
  return what == NULL;
}

GVariant *
prepare_describe_earlier (Prepare *self, GError **error)
{
  static const char *const counts[] = {
    KEY_SUMMARY_TOTAL, KEY_SUMMARY_QUEUED, KEY_SUMMARY_SHARING, KEY_SUMMARY_RECENT,
    KEY_SUMMARY_SUPPRESSED, KEY_SUMMARY_NO_ADDRESS, KEY_SUMMARY_EXCLUDED, KEY_SUMMARY_LARGEST,
    KEY_SUMMARY_SERVER_SIZE, KEY_SUMMARY_SECONDS, KEY_SUMMARY_LIFETIME_S };
  g_autoptr (GVariant) numbers = campaigns_describe (self->core, (guint64) self->earlier, FALSE, error);
  const char *state = "", *title = "";
  GVariantDict summary;

  if (numbers == NULL)
    return NULL;
  g_variant_ref_sink (numbers);
  g_variant_lookup (numbers, KEY_CAMPAIGN_STATE, "&s", &state);
  g_variant_lookup (numbers, KEY_CAMPAIGN_TITLE, "&s", &title);
  g_variant_dict_init (&summary, NULL);
  g_variant_dict_insert (&summary, KEY_SUMMARY_ALREADY, "b", TRUE);
  g_variant_dict_insert (&summary, KEY_SUMMARY_STATE, "s", state);
  g_variant_dict_insert (&summary, KEY_SUMMARY_TITLE, "s", title);
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++) /* nobody gets anything by this wish */
    g_variant_dict_insert (&summary, counts[i], "t", (guint64) 0);
  g_variant_dict_insert_value (&summary, KEY_SUMMARY_MISSING, g_variant_new_array (G_VARIANT_TYPE ("{st}"), NULL, 0));
  g_variant_dict_insert_value (&summary, KEY_SUMMARY_LACKING, g_variant_new_array (G_VARIANT_TYPE ("{st}"), NULL, 0));
  g_variant_dict_insert_value (&summary, KEY_SUMMARY_UNKNOWN, g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0));
  g_variant_dict_insert_value (&summary, KEY_SUMMARY_ALIKE, g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0));
  g_variant_dict_insert_value (&summary, KEY_SUMMARY_WARNINGS, g_variant_new_strv (NULL, 0));
  g_variant_dict_insert_value (&summary, KEY_SUMMARY_CONFIRM, g_variant_new_strv (NULL, 0));
  return g_variant_ref_sink (g_variant_dict_end (&summary));
}
