#include "import-private.h"

#include "fault.h"
#include "kill-point.h"

#define IDLE_ANSWERS_MAX 1000         /* chosen: answers in a row that bring neither rows nor bytes (a file may hold long stretches of nothing) */

static gboolean
import_refuse (Import *self, const Refusal *why)
{
  refused_add (self->refused, self->row, (const char *const *) self->report.fields, why, self->report.rejected);
  return TRUE;
}

static gboolean
take_contact (Import *self, MergeRow *row, GError **error)
{
  gboolean is_email = row->email.len > 0;
  Refusal refusal = { is_email ? "email" : "phone", is_email ? row->email : row->phone, "forgotten",
                      "this person was forgotten for good, and comes back only by a new consent" };
  Refusal consent = { 0 };
  int forgotten;

  if (!consent_take (self->consents, row, &consent))
    return import_refuse (self, &consent);
  forgotten = forgotten_check (self->forgotten, row->name, row->email, row->phone, error);
  if (forgotten == 1)
    return import_refuse (self, &refusal);
  return forgotten == 0 && merge_add (self->merge, row, error);
}

static gboolean
take_row (Import *self, MergeRow *row, GError **error)
{
  return self->sink != NULL ? self->sink->take (self->sink_data, self->row->key, row, error) : take_contact (self, row, error);
}

static gboolean
take_contacts (Import *self, GVariant *frame, GError **error)
{
  g_autoptr (GError) malformed = NULL;
  FrameReader reader;
  MergeRow row;

  if (!frame_open (&reader, FRAME_CONTACTS, g_variant_get_data (frame), g_variant_get_size (frame), error)) {
    g_prefix_error (error, "it gave a ");
    return FALSE;
  }
  while (frame_next (&reader, self->row, &malformed))
    if (!rules_take_contact (&self->rules, self->row, (const char *const *) self->report.fields, self->blob, self->seen, &row, error) ||
        !take_row (self, &row, error))
      return FALSE;
  if (malformed == NULL)
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&malformed), "it gave a ");
  return FALSE;
}

static gboolean
take_place (Import *self, guint64 rows_before, guint64 reading, GError **error)
{
  gboolean is_idle = self->rules.rows == rows_before && reading == self->reading;

  self->idle_answers = is_idle ? self->idle_answers + 1 : 0;
  if (reading < self->reading || reading > self->size)
    g_set_error (error, FAULT, FAULT_PROTOCOL, "it claims to have read what is not there");
  else if (self->idle_answers > IDLE_ANSWERS_MAX)
    g_set_error (error, FAULT, FAULT_PROTOCOL, "it brings nothing any more");
  else if (self->rules.rows - rows_before > IMPORT_BATCH_ROWS)
    g_set_error (error, FAULT, FAULT_PROTOCOL, "it gave more rows than it was asked for");
  else {
    self->reading = reading;
    return TRUE;
  }
  return FALSE;
}

/* A sink may take what the worker would not: *rejects becomes what is left. */
static gboolean
take_rejects (Import *self, GVariant **rejects, GError **error)
{
  GVariant *left = NULL;

  if (!rules_take_rejects (&self->rules, *rejects, &(RulesCounts){ self->report.rejected, self->report.left_out, self->report.hints }, error))
    return FALSE;
  if (self->sink == NULL)
    return TRUE;
  if (!self->sink->rejects (self->sink_data, *rejects, self->report.rejected, &left, error))
    return FALSE;
  g_variant_unref (*rejects);
  *rejects = left;
  return TRUE;
}

gboolean
import_take_batch (Import *self, GVariant *contacts, GVariant **rejects, guint64 reading, GError **error)
{
  guint64 rows_before = self->rules.rows;
  gboolean is_fine;

  if (self->merge != NULL && !merge_open_batch (self->merge, error))
    return FALSE;
  is_fine = take_contacts (self, contacts, error) &&
            take_rejects (self, rejects, error) &&
            take_place (self, rows_before, reading, error);
  if (!is_fine) {
    database_rollback (self->database);
    return FALSE;
  }
  KILL_POINT ("core-import-batch");
  return self->merge == NULL || merge_close_batch (self->merge, error);
}
