#include "snapshot.h"

#include "database.h"
#include "fields.h"
#include "list.h"
#include "little-endian.h"
#include "sql-words.h"
#include "suppression.h"
#include "text.h"
#include <string.h>

#define CHUNK_ROWS 2500 /* chosen: some ten milliseconds, so that other campaigns go on, and one flush of the disk */

struct Snapshot {
  Core               *core;
  const SnapshotSpec *spec;
  const int          *bound;        /* of each field of the message: snapshot_set_fields() */
  guint               n_bound;
  SnapshotCounts      counts;
  Largest            *largest;
  const int          *places;       /* snapshot_set_places() */
  guint               n_places;
  Slice              *used;         /* a person's value in each of them */
  GArray             *lists;        /* of gint64: their members, list by list */
  guint               list;         /* index: this one is being read */
  gint64              last_contact; /* of it */
  char               *exclude;      /* JSON array: members of these lists must not come */
  guint64             next_id;
  SecondCopies       *copies;
  gboolean            is_looked_through; /* second_copies_look() */
  Doubles            *doubles;
  GByteArray         *values;
  guint               n_columns;
  Slice              *found;          /* a person's value of each column; borrowed from the statement's row */
  GStrv               aliases;        /* of the list that is being read; NULL: not asked yet */
  const char        **column_aliases; /* of each column: what its name stands for in this list where a person has no such field, or NULL; borrowed from aliases */
  const char        **where_aliases;  /* the same for where_fields */
};

static char *
join_ids (GArray *ids)
{
  GString *json = g_string_new ("[");

  for (guint i = 0; i < ids->len; i++)
    g_string_append_printf (json, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "", g_array_index (ids, gint64, i));
  return g_string_free (g_string_append_c (json, ']'), FALSE);
}

Snapshot *
snapshot_new (Core *core, const SnapshotSpec *spec, GArray *lists, GArray *exclude, GError **error)
{
  g_autoptr (Snapshot) self = g_new0 (Snapshot, 1);

  self->core = core;
  self->spec = spec;
  self->lists = g_array_ref (lists);
  self->exclude = join_ids (exclude);
  self->next_id = 1;
  self->values = g_byte_array_new ();
  self->doubles = doubles_new ();
  self->n_columns = g_strv_length ((GStrv) spec->columns);
  self->found = g_new0 (Slice, self->n_columns + 1);
  self->column_aliases = g_new0 (const char *, self->n_columns + 1);
  self->where_aliases = g_new0 (const char *, (spec->where_fields != NULL ? g_strv_length ((GStrv) spec->where_fields) : 0) + 1);
  self->copies = second_copies_new (core->database, &spec->copies, error);
  return self->copies != NULL ? g_steal_pointer (&self) : NULL;
}

void
snapshot_free (Snapshot *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->lists);
  g_free (self->exclude);
  g_byte_array_unref (self->values);
  doubles_free (self->doubles);
  second_copies_free (self->copies);
  g_free (self->found);
  g_strfreev (self->aliases);
  g_free (self->column_aliases);
  g_free (self->where_aliases);
  g_free (self->counts.missing);
  largest_free (self->largest);
  g_free (self->used);
  g_free (self);
}

void
snapshot_set_fields (Snapshot *self, const int *bound, guint n)
{
  self->bound = bound;
  self->n_bound = n;
  self->counts.missing = g_new0 (guint64, MAX (1, n));
}

void
snapshot_set_places (Snapshot *self, const int *places, guint n, const LargestWeight *weights)
{
  self->places = places;
  self->n_places = n;
  self->largest = largest_new (n, weights);
  self->used = g_new0 (Slice, MAX (1, n));
}

GArray *
snapshot_get_largest (Snapshot *self)
{
  return self->largest != NULL ? largest_get_ids (self->largest) : g_array_new (FALSE, FALSE, sizeof (guint64));
}

const SnapshotCounts *
snapshot_get_counts (Snapshot *self)
{
  return &self->counts;
}

const Doubles *
snapshot_get_doubles (Snapshot *self)
{
  return self->doubles;
}

/* --- one person --- */

typedef struct { /* borrowed from the statement's row */
  gint64      contact;
  const char *name, *email, *email_key, *phone, *list;
  const char *address, *address_key; /* what they are written to by: one of these */
  const void *fields;
  gsize       fields_len;
  gboolean    is_suppressed, has_sharers; /* somebody else among the contacts has this address */
} Person;

static const char *
get_builtin (const Person *person, const char *field)
{
  return g_ascii_strcasecmp (field, "name") == 0    ? person->name
         : g_ascii_strcasecmp (field, "email") == 0 ? person->email
         : g_ascii_strcasecmp (field, "phone") == 0 ? person->phone
                                                    : NULL;
}

/* alias: what the name stands for where this person has no such field, or NULL. */
static gboolean
person_lookup (const Person *person, const char *field, const char *alias, Slice *out_value)
{
  const char *builtin = get_builtin (person, field);

  if (builtin == NULL && alias != NULL)
    builtin = get_builtin (person, alias);
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

    if (!person_lookup (person, self->spec->where_fields[i], self->where_aliases[i], &value) || !fields_name_equal (value, (Slice){ wanted, strlen (wanted) }))
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

/* Finds and encodes them in the order of the columns. People of one file have their fields in that order too: the next one is looked at first. */
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
      person_lookup (person, column, self->column_aliases[i], &found);
    }
    self->found[i] = found;
    put_value (self->values, found);
  }
}

/* Of the person whose values were encoded last. at: as Transport2 says `bound`. */
static Slice
get_value (Snapshot *self, const Person *person, int at)
{
  return at < 0    ? (Slice){ "", 0 }
         : at == 0 ? (Slice){ person->address, strlen (person->address) }
         : at == 1 ? (Slice){ person->name, strlen (person->name) }
                   : self->found[at - 2];
}

static void
count_values (Snapshot *self, const Person *person, guint64 id)
{
  for (guint i = 0; i < self->n_bound; i++) {
    Slice value = get_value (self, person, self->bound[i]);

    self->counts.missing[i] += text_is_missing (value.data, value.len);
  }
  for (guint i = 0; i < self->n_places; i++)
    self->used[i] = get_value (self, person, self->places[i]);
  if (self->largest != NULL)
    largest_add (self->largest, id, self->used);
}

static gboolean
snapshot_insert (Snapshot *self, const Person *person, OutcomeReason reason, LedgerTally *tally, GError **error)
{
  const State state = reason == REASON_NONE ? STATE_QUEUED : STATE_SKIPPED;
  const gboolean is_test = self->spec->test_to != NULL && self->spec->test_to[0] != '\0';
  g_autofree char *test_key = is_test ? address_kind_get (self->spec->copies.address)->key (self->spec->test_to) : NULL;
  gint64 campaign = (gint64) self->spec->copies.campaign, id = (gint64) self->next_id++;

  encode_values (self, person);
  if (state == STATE_QUEUED)
    count_values (self, person, (guint64) id);
  self->counts.largest_values = MAX (self->counts.largest_values, self->values->len + strlen (person->name) + strlen (person->address));
  self->counts.total++;
  ledger_tally_move (tally, self->spec->copies.campaign, STATE_COUNT, state, 1);
  return database_run (self->core->database, error, "INSERT INTO snapshot(campaign,id,contact,list,address,address_key,name,fields) VALUES(?,?,?,?,?,?,?,?)", "iiissssb",
                       campaign, id, person->contact, person->list, is_test ? self->spec->test_to : person->address, is_test ? test_key : person->address_key,
                       person->name, self->values->data, (gsize) self->values->len) &&
         (state == STATE_QUEUED || database_run (self->core->database, error, "INSERT INTO recipient(campaign,id,state,reason) VALUES(?,?,?,?)", "iiis", campaign, id,
                                                 (gint64) state, outcome_reason_to_word (reason)));
}

static gboolean
add_person (Snapshot *self, const Person *person, LedgerTally *tally, GError **error)
{
  CopyPerson copy = { person->contact, person->address_key, person->has_sharers };
  CopyFindings found;

  if (!second_copies_find (self->copies, &copy, self->list == 0, &found, error))
    return FALSE;
  if (found.is_here)
    return TRUE;
  if (found.is_excluded) {
    self->counts.excluded++;
    return TRUE;
  }
  if (person->address[0] == '\0') {
    self->counts.no_address++;
    return snapshot_insert (self, person, address_kind_get (self->spec->copies.address)->lacking, tally, error);
  }
  if (person->is_suppressed) {
    self->counts.suppressed++;
    return snapshot_insert (self, person, REASON_SUPPRESSED, tally, error);
  }
  self->counts.sharing += found.is_shared;
  self->counts.recent += found.is_recent;
  self->counts.queued++;
  doubles_add (self->doubles, person->contact, person->name, person->address, person->address_key,
               self->spec->copies.address == KIND_ADDRESS_PHONE ? person->email_key : person->phone);
  return snapshot_insert (self, person, REASON_NONE, tally, error);
}

static gboolean
is_full (Snapshot *self)
{
  const gboolean is_test = self->spec->test_to != NULL && self->spec->test_to[0] != '\0';
  const guint64 limit = self->spec->has_limit ? self->spec->limit : is_test ? 1 : G_MAXUINT64; /* a test is one message, if no number was said */

  return self->counts.queued >= limit;
}

/* kind: of its suppressions; key: the column by which an address is compared. ?7: the campaign */
#define MEMBERS_SQL(kind, key) \
  "SELECT c.id, c.name, c.email, coalesce(c.email_key,''), c.phone, c.fields, l.name, " SUPPRESSED_SQL (kind, "c." key, "?3", "?7") "," \
  " CASE WHEN ?5 THEN " SECOND_COPIES_SHARERS_SQL (key) " ELSE 0 END" \
  " FROM member m JOIN list l ON l.id=m.list JOIN contact c ON c.id=m.contact WHERE m.list=?1 AND m.contact>?2 AND (?6=0 OR m.contact=?6)" \
  " AND NOT EXISTS (SELECT 1 FROM member e WHERE e.contact=m.contact AND e.list IN (SELECT value FROM json_each(?4)))" \
  " ORDER BY m.contact LIMIT " G_STRINGIFY (CHUNK_ROWS)
static const char *const members_sql[] = { [KIND_ADDRESS_EMAIL] = MEMBERS_SQL (SQL_SUPPRESSION_KIND (EMAIL), "email_key"), [KIND_ADDRESS_PHONE] = MEMBERS_SQL (SQL_SUPPRESSION_KIND (PHONE), "phone") };

/* What its files called the columns that everybody has. */
static gboolean
open_list (Snapshot *self, GError **error)
{
  const char *const *where = self->spec->where_fields;

  self->aliases = list_get_aliases (self->core->database, g_array_index (self->lists, gint64, self->list), error);
  if (self->aliases == NULL)
    return FALSE;
  for (guint i = 0; i < self->n_columns; i++)
    self->column_aliases[i] = list_find_alias ((const char *const *) self->aliases, self->spec->columns[i]);
  for (guint i = 0; where != NULL && where[i] != NULL; i++)
    self->where_aliases[i] = list_find_alias ((const char *const *) self->aliases, where[i]);
  return TRUE;
}

/* Returns: rows read, or -1 */
static int
add_chunk (Snapshot *self, LedgerTally *tally, GError **error)
{
  const gboolean is_by_phone = self->spec->copies.address == KIND_ADDRESS_PHONE;
  sqlite3_stmt *row = database_query (self->core->database, members_sql[self->spec->copies.address], "iissiii", g_array_index (self->lists, gint64, self->list), self->last_contact,
                                      self->spec->sender_address, self->exclude, (gint64) second_copies_has_sharers (self->copies), (gint64) self->spec->only, (gint64) self->spec->copies.campaign);
  int result, count = 0;

  while ((result = database_step (self->core->database, row, error)) == 1) {
    Person person = { database_int (row, 0), database_text (row, 1), database_text (row, 2), database_text (row, 3), database_text (row, 4), database_text (row, 6),
                      database_text (row, is_by_phone ? 4 : 2), database_text (row, is_by_phone ? 4 : 3), sqlite3_column_blob (row, 5), (gsize) sqlite3_column_bytes (row, 5), database_int (row, 7) != 0, database_int (row, 8) != 0 };

    self->last_contact = person.contact;
    count++;
    if (is_wanted (self, &person) && !add_person (self, &person, tally, error)) {
      result = -1;
      break;
    }
    if (is_full (self))
      break;
  }
  sqlite3_reset (row);
  return result < 0 ? -1 : count;
}

/* Returns: is there more? */
static gboolean
move_on (Snapshot *self, int count)
{
  if (is_full (self))
    return FALSE;
  if (count < CHUNK_ROWS) { /* this list is done */
    self->list++;
    self->last_contact = 0;
    g_clear_pointer (&self->aliases, g_strfreev);
  }
  return self->list < self->lists->len;
}

int
snapshot_step (Snapshot *self, GError **error)
{
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  int count;

  if (!self->is_looked_through) {
    int more = second_copies_look (self->copies, error);

    self->is_looked_through = more == 0;
    if (more != 0)
      return more;
  }
  if (!database_begin (self->core->database, error))
    return -1;
  count = self->list >= self->lists->len || is_full (self) ? 0 : self->aliases != NULL || open_list (self, error) ? add_chunk (self, tally, error) : -1;
  if (count < 0 || !ledger_write_tally (self->core->database, tally, error)) {
    database_rollback (self->core->database);
    return -1;
  }
  if (!database_commit (self->core->database, error))
    return -1;
  return move_on (self, count);
}
