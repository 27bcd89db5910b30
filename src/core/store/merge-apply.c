#include "merge-private.h"

#include "contact.h"
#include "import-undo.h"
#include <string.h>

typedef struct { /* one person while rows are put in */
  Contact  *contact;
  GBytes   *fields;             /* as they were in the store */
  gboolean  is_created;         /* by this pass: its own row is among those that are put in */
  gboolean  is_met;             /* a row with an address has spoken already */
  gboolean  is_changed;
  gboolean  is_corrected;       /* a value was changed by hand, once */
  guint64   rows;
} MergePerson;

static void
person_clear (MergePerson *self)
{
  g_clear_pointer (&self->contact, contact_free);
  g_clear_pointer (&self->fields, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MergePerson, person_clear)

/* Did the address rows of this file meet or make this person? Only asked for rows with a number alone. */
static gboolean
look_up_met (Merge *self, MergeKind kind, gint64 id, gboolean *out_is_created, gboolean *out_is_met, GError **error)
{
  gint64 found = 0;
  int result = 0;

  *out_is_created = id > self->base;
  *out_is_met = FALSE;
  if (kind == MERGE_BY_EMAIL)
    return TRUE;
  if (id > self->base) {
    result = database_get_int (self->database, &found, error, "SELECT kind FROM temp.staged WHERE row=?", "i", id - self->base);
    *out_is_created = result == 1 && found == (gint64) kind; /* not staged: a fresh one, with an address */
    *out_is_met = !*out_is_created;
  } else {
    result = database_get_int (self->database, &found, error, "SELECT 1 FROM temp.met WHERE contact=?", "i", id);
    *out_is_met = result == 1;
  }
  return result >= 0;
}

static gboolean
is_claimed (Merge *self, gint64 id)
{
  gint64 found = 0;

  return self->has_claims && database_get_int (self->database, &found, NULL, "SELECT 1 FROM temp.claimed WHERE contact=?", "i", id) == 1;
}

static gboolean
open_person (Merge *self, MergeKind kind, gint64 id, MergePerson *out, GError **error)
{
  int corrected;

  if (!look_up_met (self, kind, id, &out->is_created, &out->is_met, error))
    return FALSE;
  out->contact = contact_load (self->database, id, error);
  if (out->contact == NULL)
    return FALSE;
  out->fields = g_bytes_new (out->contact->fields->data, out->contact->fields->len);
  out->rows = 0;
  out->is_changed = is_claimed (self, id);
  corrected = id <= self->base ? former_has (self->database, id, error) : 0;
  if (corrected < 0)
    return FALSE;
  out->is_corrected = corrected == 1;
  if (out->is_created) { /* all its rows are put in again in the file's order, so that a second import comes to the same */
    g_byte_array_set_size (out->contact->fields, 0);
    out->contact->phone[0] = kind == MERGE_BY_EMAIL ? '\0' : out->contact->phone[0];
  }
  return TRUE;
}

/* Changes by hand are not taken back. */
static gboolean
may_fill (Merge *self, const MergePerson *person, const char *text, gboolean *out_may, GError **error)
{
  int had = person->is_corrected ? former_had (self->database, person->contact->id, text, error) : 0;

  *out_may = had == 0;
  return had >= 0;
}

static gboolean
put_texts (Merge *self, MergePerson *person, sqlite3_stmt *staged, GError **error)
{
  char **const texts[] = { &person->contact->name, &person->contact->email, &person->contact->phone };

  for (int i = 0; i < 3; i++) {
    const char *text = database_text (staged, i);
    gboolean may = (*texts[i])[0] == '\0' && text[0] != '\0';

    if (may && !may_fill (self, person, text, &may, error))
      return FALSE;
    if (!may)
      continue;
    g_free (*texts[i]);
    *texts[i] = g_strdup (text);
    person->is_changed = TRUE;
  }
  return TRUE;
}

static gboolean
put_fields (Merge *self, MergePerson *person, const void *fields, gsize len, GError **error)
{
  g_autoptr (GByteArray) stripped = NULL;

  if (person->is_corrected) {
    stripped = former_strip (self->database, person->contact->id, fields, len, error);
    if (stripped == NULL)
      return FALSE;
    fields = stripped->data;
    len = stripped->len;
  }
  if (person->is_met)
    contact_fill_fields (person->contact, fields, len);
  else
    contact_merge_fields (person->contact, fields, len);
  return TRUE;
}

/* Gaps are filled; of the fields the row's own win, unless a row with an address has spoken. */
static gboolean
put_row (Merge *self, MergePerson *person, gint64 row, GError **error)
{
  sqlite3_stmt *staged = database_query (self->database, "SELECT name,email,phone,fields FROM temp.staged WHERE row=?", "i", row);
  gboolean is_put;

  if (database_step (self->database, staged, error) != 1)
    return FALSE;
  is_put = put_texts (self, person, staged, error) &&
           put_fields (self, person, sqlite3_column_blob (staged, 3), (gsize) sqlite3_column_bytes (staged, 3), error);
  sqlite3_reset (staged);
  person->rows++;
  return is_put;
}

static gboolean
close_person (Merge *self, MergePerson *person, GError **error)
{
  const GByteArray *fields = person->contact->fields;
  gboolean is_changed = person->is_changed || fields->len != g_bytes_get_size (person->fields) ||
                        (fields->len > 0 && memcmp (fields->data, g_bytes_get_data (person->fields, NULL), fields->len) != 0);

  if (person->is_created || person->is_met)
    self->counts.merged += person->rows - (person->is_created ? 1 : 0);
  else {
    self->counts.merged += person->rows - 1;
    *(is_changed ? &self->counts.updated : &self->counts.unchanged) += 1;
  }
  return !is_changed || ((person->contact->id > self->base || import_undo_keep (self->database, self->import, person->contact->id, error)) &&
                         contact_save (self->database, person->contact, error));
}

gboolean
merge_apply_one (Merge *self, MergeKind kind, gint64 row, gint64 id, GError **error)
{
  g_auto (MergePerson) person = { 0 };

  return open_person (self, kind, id, &person, error) && put_row (self, &person, row, error) && close_person (self, &person, error);
}

static gboolean
turn_to (Merge *self, MergeKind kind, gint64 id, MergePerson *person, GError **error)
{
  if (person->contact != NULL && person->contact->id == id)
    return TRUE;
  if (person->contact != NULL && !close_person (self, person, error))
    return FALSE;
  person_clear (person);
  return open_person (self, kind, id, person, error);
}

gboolean
merge_apply_multi (Merge *self, MergeKind kind, GError **error)
{
  g_auto (MergePerson) person = { 0 };
  sqlite3_stmt *rows = database_query (self->database, "SELECT target,row FROM temp.decision WHERE is_multi AND kind=? ORDER BY target,row", "i", (gint64) kind);
  int result;

  while ((result = database_step (self->database, rows, error)) == 1)
    if (!turn_to (self, kind, database_int (rows, 0), &person, error) || !put_row (self, &person, database_int (rows, 1), error)) {
      sqlite3_reset (rows);
      return FALSE;
    }
  return result == 0 && (person.contact == NULL || close_person (self, &person, error));
}
