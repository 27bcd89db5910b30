#include "outcomes.h"

#include "clock.h"
#include "fault.h"
#include "little-endian.h"
#include "text.h"
#include <string.h>

#define RECIPIENT_MASK ((G_GUINT64_CONSTANT (1) << RECIPIENT_BITS) - 1)
#define RECIPIENT_BITS 40 /* chosen: 10^12 recipients a campaign, 16 million campaigns; both far beyond the limits of import */

struct Outstanding {
  GHashTable *attempts;
};

static gpointer
recipient_pack (guint64 campaign, guint64 recipient)
{
  return (gpointer) (guintptr) (campaign << RECIPIENT_BITS | (recipient & RECIPIENT_MASK));
}

static guint
pack_hash (gconstpointer key)
{
  guint64 value = (guint64) (guintptr) key;

  return (guint) (value ^ value >> 32);
}

Outstanding *
outstanding_new (void)
{
  Outstanding *self = g_new0 (Outstanding, 1);

  self->attempts = g_hash_table_new (pack_hash, g_direct_equal);
  return self;
}

void
outstanding_free (Outstanding *self)
{
  if (self != NULL)
    g_hash_table_unref (self->attempts);
  g_free (self);
}

void
outstanding_add (Outstanding *self, guint64 campaign, guint64 recipient, guint32 attempt)
{
  g_hash_table_insert (self->attempts, recipient_pack (campaign, recipient), GUINT_TO_POINTER (attempt));
}

/* Removes it. Returns: FALSE: it is not there. */
static gboolean
outstanding_take (Outstanding *self, guint64 campaign, guint64 recipient, guint32 *out_attempt)
{
  gpointer attempt;

  if (campaign >> (64 - RECIPIENT_BITS) != 0 || recipient >> RECIPIENT_BITS != 0 ||
      !g_hash_table_steal_extended (self->attempts, recipient_pack (campaign, recipient), NULL, &attempt))
    return FALSE;
  *out_attempt = GPOINTER_TO_UINT (attempt);
  return TRUE;
}

guint
outstanding_get_count (const Outstanding *self)
{
  return g_hash_table_size (self->attempts);
}

guint
outstanding_count_campaign (const Outstanding *self, guint64 campaign)
{
  GHashTableIter iter;
  gpointer key;
  guint count = 0;

  g_hash_table_iter_init (&iter, self->attempts);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    count += (guint64) (guintptr) key >> RECIPIENT_BITS == campaign;
  return count;
}

guint64
outstanding_get_first (const Outstanding *self, guint64 campaign)
{
  GHashTableIter iter;
  gpointer key;
  guint64 first = G_MAXUINT64;

  g_hash_table_iter_init (&iter, self->attempts);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if ((guint64) (guintptr) key >> RECIPIENT_BITS == campaign)
      first = MIN (first, (guint64) (guintptr) key & RECIPIENT_MASK);
  return first;
}

static gboolean
outcomes_set_violation (GError **error, const char *what)
{
  g_set_error (error, FAULT, FAULT_PROTOCOL, "%s", what);
  return FALSE;
}

static gboolean
take_remote_id (Slice id, char out[JOURNAL_ID_MAX + 1])
{
  if (id.len > JOURNAL_ID_MAX)
    return FALSE;
  memcpy (out, id.data, id.len);
  out[id.len] = '\0';
  return id.len == 0 || (strlen (out) == id.len && journal_id_is_valid (out));
}

static gboolean
parse_row (const FrameRow *row, Outstanding *held, LedgerOutcome *out, GError **error)
{
  guint32 attempt = 0;
  g_autofree char *reply = NULL;

  *out = (LedgerOutcome){ .recipient = row->key, .attempt = row->aux, .time_utc = clock_now_utc () };
  if (row->n_fields != 6 || row->fields[0].len != 1 || row->fields[3].len != 8 || row->fields[4].len != 8)
    return outcomes_set_violation (error, "an outcome of the wrong form");
  if (!is_outcome ((guint8) row->fields[0].data[0]))
    return outcomes_set_violation (error, "an outcome that does not exist");
  if (!outcome_reason_from_word (row->fields[2].data, row->fields[2].len, &out->reason))
    return outcomes_set_violation (error, "a reason that does not exist");
  if (!take_remote_id (row->fields[5], out->remote_id))
    return outcomes_set_violation (error, "an id that is not one");
  out->campaign = le_get ((const guint8 *) row->fields[3].data, 8);
  if (!outstanding_take (held, out->campaign, out->recipient, &attempt) || attempt != out->attempt)
    return outcomes_set_violation (error, "an outcome of a recipient that it was not given");
  out->outcome = (Outcome) (guint8) row->fields[0].data[0];
  out->not_before_utc_s = out->outcome == OUTCOME_LATER ? (gint64) le_get ((const guint8 *) row->fields[4].data, 8) : 0;
  reply = text_printable (row->fields[1].data, (gssize) row->fields[1].len, 512);
  g_strlcpy (out->reply, reply, sizeof out->reply);
  return TRUE;
}

gboolean
outcomes_parse (GVariant *frame, Outstanding *held, GArray *out, GError **error)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  FrameReader reader;
  g_autoptr (GError) broken = NULL;

  if (!frame_open (&reader, FRAME_OUTCOMES, g_variant_get_data (frame), g_variant_get_size (frame), error))
    return FALSE;
  while (frame_next (&reader, row, &broken)) {
    LedgerOutcome outcome;

    if (!parse_row (row, held, &outcome, error))
      return FALSE;
    g_array_append_val (out, outcome);
  }
  if (broken == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&broken));
  return FALSE;
}

gboolean
outcomes_parse_recalled (GVariant *recipients, guint64 campaign, Outstanding *held, GArray *out, GError **error)
{
  gsize n;
  const guint64 *ids = g_variant_get_fixed_array (recipients, &n, sizeof *ids);

  for (gsize i = 0; i < n; i++) {
    LedgerHanded handed = { ids[i], 0 };

    if (!outstanding_take (held, campaign, ids[i], &handed.attempt))
      return outcomes_set_violation (error, "it gave back a recipient that it was not given");
    g_array_append_val (out, handed);
  }
  return TRUE;
}
