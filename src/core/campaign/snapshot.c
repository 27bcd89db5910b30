#include "snapshot.h"

#include "address.h"
#include "fields.h"
#include "little-endian.h"
#include "store.h"
#include "text.h"
#include <string.h>

#define CHUNK_ROWS 1000 /* chosen: some milliseconds, so that other campaigns go on */

struct Snapshot {
  Core               *core;
  const SnapshotSpec *spec;
  const char *const  *required;
  guint               n_required;
  SnapshotCounts      counts;
  gint64              last_choice;  /* rowid of temp.choice */
  guint64             next_id;
  gboolean            has_recent;   /* a campaign with this subject went out within a day */
  GByteArray         *values;
};

static gboolean
choose (Snapshot *self, GArray *lists, GArray *exclude, GError **error)
{
  Store *store = self->core->store;
  gint64 campaign = (gint64) self->spec->campaign;

  for (guint i = 0; i < lists->len; i++)
    if (!store_run (store, error, "INSERT OR IGNORE INTO temp.choice(campaign,contact,list) SELECT ?,contact,list FROM member WHERE list=? ORDER BY contact", "ii",
                    campaign, g_array_index (lists, gint64, i)))
      return FALSE;
  for (guint i = 0; i < exclude->len; i++)
    if (!store_run (store, error, "DELETE FROM temp.choice WHERE campaign=? AND contact IN (SELECT contact FROM member WHERE list=?)", "ii", campaign,
                    g_array_index (exclude, gint64, i)))
      return FALSE;
  return TRUE;
}

static gboolean
find_recent (Snapshot *self, GError **error)
{
  gint64 found = 0;
  int result = store_get_int (self->core->store, &found, error,
                              "SELECT 1 FROM campaign WHERE subject=? AND started_utc>? AND id<>? LIMIT 1", "sii", self->spec->subject,
                              store_now_utc () - 86400, (gint64) self->spec->campaign);

  self->has_recent = result == 1;
  return result >= 0;
}

Snapshot *
snapshot_new (Core *core, const SnapshotSpec *spec, GArray *lists, GArray *exclude, GError **error)
{
  g_autoptr (Snapshot) self = g_new0 (Snapshot, 1);

  self->core = core;
  self->spec = spec;
  self->next_id = 1;
  self->values = g_byte_array_new ();
  if (!store_run (core->store, error,
                  "CREATE TEMP TABLE IF NOT EXISTS choice (id INTEGER PRIMARY KEY, campaign INTEGER NOT NULL, contact INTEGER NOT NULL, list INTEGER NOT NULL,"
                  " UNIQUE (campaign, contact))",
                  "") ||
      !choose (self, lists, exclude, error) || !find_recent (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
snapshot_free (Snapshot *self)
{
  if (self == NULL)
    return;
  store_run (self->core->store, NULL, "DELETE FROM temp.choice WHERE campaign=?", "i", (gint64) self->spec->campaign);
  g_byte_array_unref (self->values);
  g_free (self->counts.missing);
  g_free (self);
}

void
snapshot_set_required (Snapshot *self, const char *const *required)
{
  self->required = required;
  self->n_required = g_strv_length ((GStrv) required);
  self->counts.missing = g_new0 (guint64, MAX (1, self->n_required));
}

const SnapshotCounts *
snapshot_get_counts (Snapshot *self)
{
  return &self->counts;
}

/* --- one person --- */

typedef struct { /* borrowed from the statement's row */
  gint64      contact;
  const char *name, *email, *email_key, *phone, *list;
  const void *fields;
  gsize       fields_len;
} Person;

static gboolean
lookup (const Person *person, const char *field, Slice *out_value)
{
  const char *builtin = g_ascii_strcasecmp (field, "name") == 0    ? person->name
                        : g_ascii_strcasecmp (field, "email") == 0 ? person->email
                        : g_ascii_strcasecmp (field, "phone") == 0 ? person->phone
                                                                   : NULL;

  if (fields_lookup (person->fields, person->fields_len, field, out_value))
    return TRUE;
  *out_value = builtin != NULL ? (Slice){ builtin, strlen (builtin) } : (Slice){ "", 0 };
  return builtin != NULL;
}

static gboolean
is_wanted (Snapshot *self, const Person *person)
{
  for (gsize i = 0; self->spec->where_fields != NULL && self->spec->where_fields[i] != NULL; i++) {
    const char *wanted = self->spec->where_values[i];
    Slice value;

    if (!lookup (person, self->spec->where_fields[i], &value) || !fields_name_equal (value, (Slice){ wanted, strlen (wanted) }))
      return FALSE;
  }
  return TRUE;
}

static void
put_value (GByteArray *values, Slice value)
{
  le_append (values, value.len, 4);
  if (value.len > 0)
    g_byte_array_append (values, (const guint8 *) value.data, (guint) value.len);
}

/* In the order of the columns. People of one file have their fields in that order too: the next one is looked at first. */
static void
encode_values (Snapshot *self, const Person *person)
{
  FieldsReader reader;
  Slice name = { "", 0 }, value = { "", 0 };
  gboolean has_next;

  g_byte_array_set_size (self->values, 0);
  fields_open (&reader, person->fields, person->fields_len);
  has_next = fields_next (&reader, &name, &value);
  for (gsize i = 0; self->spec->columns[i] != NULL; i++) {
    const char *column = self->spec->columns[i];
    Slice found = { "", 0 };

    if (has_next && name.len == strlen (column) && memcmp (name.data, column, name.len) == 0) {
      found = value;
      has_next = fields_next (&reader, &name, &value);
    } else {
      lookup (person, column, &found);
    }
    put_value (self->values, found);
  }
}

/* Returns: 1, 0, -1 */
static int
has_row (Snapshot *self, const char *sql, gint64 first, gint64 second, gint64 third, GError **error)
{
  gint64 found = 0;

  return store_get_int (self->core->store, &found, error, sql, "iii", first, second, third);
}

static int
is_excluded (Snapshot *self, const Person *person, GError **error)
{
  if (self->spec->except == 0)
    return 0;
  return has_row (self, "SELECT 1 FROM snapshot s JOIN recipient r ON r.campaign=s.campaign AND r.id=s.id"
                        " WHERE s.contact=?1 AND s.campaign=?2 AND r.state IN (1,2,5) AND ?3=0 LIMIT 1",
                  person->contact, (gint64) self->spec->except, 0, error);
}

static int
is_recent (Snapshot *self, const Person *person, GError **error)
{
  gint64 found = 0;

  if (!self->has_recent)
    return 0;
  return store_get_int (self->core->store, &found, error,
                        "SELECT 1 FROM snapshot s JOIN recipient r ON r.campaign=s.campaign AND r.id=s.id JOIN campaign c ON c.id=s.campaign"
                        " WHERE s.contact=? AND s.address_key=? AND c.subject=? AND r.state IN (1,2,5) AND r.time_utc>? LIMIT 1",
                        "issi", person->contact, person->email_key /* a test went elsewhere */, self->spec->subject, store_now_utc () - 86400);
}

static int
is_shared (Snapshot *self, const Person *person, GError **error)
{
  gint64 found = 0;

  if (person->email_key[0] == '\0')
    return 0;
  return store_get_int (self->core->store, &found, error, "SELECT 1 FROM snapshot WHERE campaign=? AND address_key=? LIMIT 1", "is",
                        (gint64) self->spec->campaign, person->email_key);
}

static void
count_missing (Snapshot *self, const Person *person)
{
  for (guint i = 0; i < self->n_required; i++) {
    Slice value;

    if (!lookup (person, self->required[i], &value) || text_is_missing (value.data, (gssize) value.len))
      self->counts.missing[i]++;
  }
}

static gboolean
insert (Snapshot *self, const Person *person, State state, const char *reason, LedgerTally *tally, GError **error)
{
  const gboolean is_test = self->spec->test_to != NULL && self->spec->test_to[0] != '\0';
  g_autofree char *test_key = is_test ? address_key (self->spec->test_to) : NULL;
  gint64 campaign = (gint64) self->spec->campaign, id = (gint64) self->next_id++;

  encode_values (self, person);
  self->counts.largest_values = MAX (self->counts.largest_values, self->values->len);
  self->counts.total++;
  ledger_tally_move (tally, self->spec->campaign, STATE_COUNT, state, 1);
  return store_run (self->core->store, error, "INSERT INTO snapshot(campaign,id,contact,list,address,address_key,name,fields) VALUES(?,?,?,?,?,?,?,?)", "iiissssb",
                    campaign, id, person->contact, person->list, is_test ? self->spec->test_to : person->email, is_test ? test_key : person->email_key,
                    person->name, self->values->data, (gsize) self->values->len) &&
         store_run (self->core->store, error, "INSERT INTO recipient(campaign,id,state,reason) VALUES(?,?,?,?)", "iiis", campaign, id, (gint64) state, reason);
}

static gboolean
add_person (Snapshot *self, const Person *person, gboolean is_suppressed, LedgerTally *tally, GError **error)
{
  int excluded = is_excluded (self, person, error), shared = is_shared (self, person, error), recent = is_recent (self, person, error);

  if (excluded < 0 || shared < 0 || recent < 0)
    return FALSE;
  if (excluded > 0 || (shared > 0 && self->spec->is_per_address)) {
    self->counts.excluded++;
    return TRUE;
  }
  if (person->email[0] == '\0') {
    self->counts.no_address++;
    return insert (self, person, STATE_SKIPPED, "no-address", tally, error);
  }
  if (is_suppressed) {
    self->counts.suppressed++;
    return insert (self, person, STATE_SKIPPED, "suppressed", tally, error);
  }
  self->counts.sharing += shared > 0;
  self->counts.recent += recent > 0;
  self->counts.queued++;
  count_missing (self, person);
  return insert (self, person, STATE_QUEUED, "", tally, error);
}

static gboolean
is_full (Snapshot *self)
{
  const gboolean is_test = self->spec->test_to != NULL && self->spec->test_to[0] != '\0';
  const guint64 limit = self->spec->limit > 0 ? self->spec->limit : is_test ? 1 : 0; /* a test is one message, if no number was said */

  return limit > 0 && self->counts.queued >= limit;
}

/* Returns: rows read, or -1 */
static int
add_chunk (Snapshot *self, LedgerTally *tally, GError **error)
{
  sqlite3_stmt *row = store_query (self->core->store,
                                   "SELECT t.id, c.id, c.name, c.email, c.email_key, c.phone, c.fields, l.name, is_suppressed(coalesce(c.email_key,''),?3,l.name)"
                                   " FROM temp.choice t JOIN contact c ON c.id=t.contact JOIN list l ON l.id=t.list WHERE +t.campaign=?1 AND t.id>?2 ORDER BY t.id LIMIT 1000",
                                   "iis", (gint64) self->spec->campaign, self->last_choice, self->spec->sender_address);
  int result, count = 0;

  while ((result = store_step (self->core->store, row, error)) == 1) {
    Person person = { store_int (row, 1), store_text (row, 2), store_text (row, 3), store_text (row, 4), store_text (row, 5), store_text (row, 7),
                      sqlite3_column_blob (row, 6), (gsize) sqlite3_column_bytes (row, 6) };

    self->last_choice = store_int (row, 0);
    count++;
    if (is_wanted (self, &person) && !add_person (self, &person, store_int (row, 8) != 0, tally, error)) {
      result = -1;
      break;
    }
    if (is_full (self))
      break;
  }
  sqlite3_reset (row);
  return result < 0 ? -1 : count;
}

int
snapshot_step (Snapshot *self, GError **error)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  int count;

  if (!store_begin (self->core->store, error))
    return -1;
  count = add_chunk (self, tally, error);
  if (count < 0 || !ledger_write_tally (self->core->store, tally, error)) {
    store_rollback (self->core->store);
    return -1;
  }
  if (!store_commit (self->core->store, error))
    return -1;
  return count == CHUNK_ROWS && !is_full (self);
}
