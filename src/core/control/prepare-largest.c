/* prepare-largest.c - how large the largest message is: made-up values say how much each place of the letter makes of a value, so that the snapshot
 * knows who may get the largest one; these are built, and measured. */
#include "prepare-private.h"

#include "samples.h"

#define BUILT_BYTES_MAX (48 * 1024 * 1024) /* contract: a preview has 64 MiB */
#define ROW_BYTES (64 * 1024)              /* chosen: of one message besides what all have */

#define PROBES 3           /* of each place: LargestWeight's */
#define PROBE_OCTETS 40    /* chosen: short enough for each header */

static const LargestWeight usual = { 1, 3, 5 };

/* --- how much a value makes --- */

static void
add_place (GArray *places, int at)
{
  for (guint i = 0; i < places->len; i++)
    if (g_array_index (places, int, i) == at)
      return;
  g_array_append_val (places, at);
}

static void
find_places (Prepare *self)
{
  self->places = g_array_new (FALSE, FALSE, sizeof (int));
  add_place (self->places, 0); /* both are in the header */
  add_place (self->places, 1);
  for (guint i = 0; self->composed->fields[i] != NULL; i++)
    if (self->composed->bound[i] >= 0)
      add_place (self->places, self->composed->bound[i]);
}

/* PROBE_OCTETS of one kind; an e-mail address has letters alone, and all numbers are about as long as one. */
static char *
make_value (const Prepare *self, int at, guint probe)
{
  static const char *const octets[PROBES] = { "x", "\xc3\xa4", "<" };
  GString *value;

  if (at == 0 && self->account->kind->address != KIND_ADDRESS_EMAIL)
    return g_strdup (address_kind_get (self->account->kind->address)->example);
  value = g_string_new (NULL);
  while (value->len < PROBE_OCTETS)
    g_string_append (value, octets[at == 0 ? 0 : probe]);
  if (at == 0)
    g_string_append (value, "@example.org");
  return g_string_free (value, FALSE);
}

/* at -1: none is longer than a letter. */
static void
write_row (Prepare *self, FrameWriter *frame, guint64 key, int at, guint probe)
{
  const guint n = g_strv_length (self->campaign->columns);
  HiddenValues hidden = campaign_get_hidden (self->campaign);
  g_autofree char *value = make_value (self, at, probe);

  frame_writer_row (frame, key, 0, 2 + n + hidden_values_count (&hidden));
  frame_writer_string (frame, at == 0 ? value : address_kind_get (self->account->kind->address)->example);
  for (guint i = 1; i < 2 + n; i++)
    frame_writer_string (frame, (int) i == at ? value : "x");
  hidden_values_write (&hidden, frame, key);
}

void
prepare_probe_async (Prepare *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  guint64 key = 1;

  find_places (self);
  if ((1 + PROBES * (guint64) self->places->len) * (self->composed->overhead + ROW_BYTES) < BUILT_BYTES_MAX) {
    write_row (self, frame, key++, -1, 0);
    for (guint i = 0; i < self->places->len; i++)
      for (guint probe = 0; probe < PROBES; probe++)
        write_row (self, frame, key++, g_array_index (self->places, int, i), probe);
  }
  composer_preview_async (self->core->composer, self->campaign, frame_writer_finish (frame), callback, data);
}

/* Sizes in the order of the rows. Returns: (transfer full) array of guint64. */
static GArray *
read_sizes (GVariant *messages)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  GArray *sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  FrameReader reader;

  if (messages == NULL || !frame_open (&reader, FRAME_MESSAGES, g_variant_get_data (messages), g_variant_get_size (messages), NULL))
    return sizes;
  while (frame_next (&reader, row, NULL)) {
    guint64 size = row->n_fields > 0 ? row->fields[0].len : 0; /* empty: who lacks a value gets none */

    g_array_append_val (sizes, size);
  }
  return sizes;
}

/* The first of `sizes` is that of the shortest values. */
static double
get_weight (GArray *sizes, guint place, guint probe, double other)
{
  const guint at = 1 + place * PROBES + probe;
  guint64 shortest = sizes->len > 0 ? g_array_index (sizes, guint64, 0) : 0, longer = at < sizes->len ? g_array_index (sizes, guint64, at) : 0;

  return shortest > 0 && longer > shortest ? (double) (longer - shortest) / (PROBE_OCTETS - 1) : other;
}

void
prepare_probe_finish (Prepare *self, GAsyncResult *result)
{
  g_autoptr (GVariant) messages = composer_preview_finish (self->core->composer, result, NULL);
  g_autoptr (GArray) sizes = read_sizes (messages);
  g_autofree LargestWeight *weights = g_new (LargestWeight, self->places->len);

  for (guint i = 0; i < self->places->len; i++)
    weights[i] = (LargestWeight){ get_weight (sizes, i, 0, usual.plain), get_weight (sizes, i, 1, usual.wide), get_weight (sizes, i, 2, usual.special) };
  snapshot_set_places (self->snapshot, (const int *) (void *) self->places->data, self->places->len, weights);
}

/* --- the largest --- */

/* Every value in each part, encoded in base64 or worse. */
static guint64
prepare_estimate (Prepare *self)
{
  return self->composed->overhead + 3 * snapshot_get_counts (self->snapshot)->largest_values;
}

static guint64
find_largest (GVariant *messages)
{
  g_autoptr (GArray) sizes = read_sizes (messages);
  guint64 largest = 0;

  for (guint i = 0; i < sizes->len; i++)
    largest = MAX (largest, g_array_index (sizes, guint64, i));
  return largest;
}

void
prepare_measure_async (Prepare *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GArray) ids = snapshot_get_largest (self->snapshot);
  g_autoptr (GPtrArray) rows = NULL;
  GError *error = NULL;

  g_array_set_size (ids, (guint) CLAMP (BUILT_BYTES_MAX / (self->composed->overhead + ROW_BYTES), 1, MAX (1, ids->len)) * (ids->len > 0));
  rows = samples_load (self->core, self->campaign->id, ids, &error);
  if (rows == NULL) {
    g_task_report_error (NULL, callback, data, prepare_measure_async, error);
    return;
  }
  composer_preview_async (self->core->composer, self->campaign, samples_to_frame (rows, self->campaign), callback, data);
}

void
prepare_measure_finish (Prepare *self, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) messages = composer_preview_finish (self->core->composer, result, &error);

  if (messages == NULL)
    g_message ("the largest message could not be built: %s", error->message);
  self->largest = messages != NULL ? find_largest (messages) : prepare_estimate (self);
}
