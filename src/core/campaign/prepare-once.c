/* prepare-once.c - a key is used up by the campaign that first had it, whatever became of it. Whoever asks for the very same again is told how that
 * one stands; whoever asks for something else with its key has made a mistake. */
#include "contract-keys.h"
#include "prepare-private.h"

#include "campaigns.h"
#include "fault.h"
#include "store.h"

#define FILES_SQL(campaign) "SELECT role,name,media_type,sha256 FROM campaign_file WHERE campaign=" campaign

/* ?1: this campaign, ?2: the earlier one */
static const struct {
  const char *what, *sql;
} parts[] = {
  { "account", "SELECT a.account=b.account FROM campaign a, campaign b WHERE a.id=?1 AND b.id=?2" },
  { "list", "SELECT a.list_key=b.list_key COLLATE NOCASE FROM campaign a, campaign b WHERE a.id=?1 AND b.id=?2" },
  { "letter", "SELECT a.subject=b.subject AND a.html=b.html AND a.text=b.text FROM campaign_version a, campaign_version b"
              " WHERE a.campaign=?1 AND a.version=1 AND b.campaign=?2 AND b.version=1" }, /* as it began: a correction is no other letter */
  { "attachment or picture", "SELECT NOT EXISTS (" FILES_SQL ("?1") " EXCEPT " FILES_SQL ("?2") ") AND NOT EXISTS (" FILES_SQL ("?2") " EXCEPT " FILES_SQL ("?1") ")" },
};

gboolean
prepare_find_earlier (Prepare *self, GError **error)
{
  return self->once[0] == '\0' || store_get_int (self->core->store, &self->earlier, error, "SELECT id FROM campaign WHERE once_key=?", "s", self->once) >= 0;
}

gboolean
prepare_is_same (Prepare *self, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    gint64 is_same = 0;

    if (store_get_int (self->core->store, &is_same, error, parts[i].sql, "ii", (gint64) self->campaign->id, self->earlier) < 0)
      return FALSE;
    if (is_same)
      continue;
    g_set_error (error, FAULT, FAULT_DATA, "once: campaign %" G_GINT64_FORMAT " has the key “%s”, and it had another %s; nothing is sent", self->earlier, self->once,
                 parts[i].what);
    return FALSE;
  }
  return TRUE;
}

GVariant *
prepare_describe_earlier (Prepare *self, GError **error)
{
  static const char *const counts[] = {
    KEY_SUMMARY_TOTAL, KEY_SUMMARY_QUEUED, KEY_SUMMARY_SHARING, KEY_SUMMARY_RECENT,
    KEY_SUMMARY_SUPPRESSED, KEY_SUMMARY_NO_ADDRESS, KEY_SUMMARY_EXCLUDED, KEY_SUMMARY_LARGEST,
    KEY_SUMMARY_SERVER_SIZE, KEY_SUMMARY_SECONDS, KEY_SUMMARY_LIFETIME_S };
  g_autoptr (GVariant) numbers = campaigns_describe (self->core, (guint64) self->earlier, FALSE, error);
  const char *state = "";
  GVariantDict summary;

  if (numbers == NULL)
    return NULL;
  g_variant_ref_sink (numbers);
  g_variant_lookup (numbers, KEY_CAMPAIGN_STATE, "&s", &state);
  g_variant_dict_init (&summary, NULL);
  g_variant_dict_insert (&summary, KEY_SUMMARY_ALREADY, "b", TRUE);
  g_variant_dict_insert (&summary, KEY_SUMMARY_STATE, "s", state);
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
