#include "contact.h"

#include "address.h"
#include "clock.h"
#include "fault.h"
#include "fields.h"
#include "name-key.h"
#include "typed-address.h"
#include <string.h>

#define SHOWN_MATCHES 5 /* chosen: how many #ids an error names */

Contact *
contact_new (void)
{
  Contact *self = g_new0 (Contact, 1);

  self->name = g_strdup ("");
  self->email = g_strdup ("");
  self->phone = g_strdup ("");
  self->fields = g_byte_array_new ();
  return self;
}

Contact *
contact_load (Database *database, gint64 id, GError **error)
{
  sqlite3_stmt *row = database_query (database, "SELECT name,email,phone,fields FROM person WHERE id=?", "i", id);
  int result = database_step (database, row, error);
  Contact *self;

  if (result != 1) {
    if (result == 0)
      g_set_error (error, FAULT, FAULT_NO_USER, "there is no person #%" G_GINT64_FORMAT, id);
    return NULL;
  }
  self = g_new0 (Contact, 1);
  self->id = id;
  self->name = g_strdup (database_text (row, 0));
  self->email = g_strdup (database_text (row, 1));
  self->phone = g_strdup (database_text (row, 2));
  self->fields = g_byte_array_new ();
  if (sqlite3_column_bytes (row, 3) > 0)
    g_byte_array_append (self->fields, sqlite3_column_blob (row, 3), (guint) sqlite3_column_bytes (row, 3));
  sqlite3_reset (row);
  return self;
}

void
contact_free (Contact *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->email);
  g_free (self->phone);
  if (self->fields != NULL)
    g_byte_array_unref (self->fields);
  g_free (self);
}

/* Two people with one address and name would be one. */
static gboolean
check_free (Database *database, const Contact *self, const char *email_key, const char *name_key, GError **error)
{
  gint64 other = 0;
  int result = database_get_int (database, &other, error, "SELECT 1 FROM person WHERE id=? AND email_key=? AND name_key=?", "iss", self->id, email_key, name_key);

  if (result != 0) /* as they are: thousands may share an address, and each would be looked at for each */
    return result > 0;
  result = database_get_int (database, &other, error, "SELECT c.id FROM known k CROSS JOIN person c ON c.id=k.contact WHERE k.hash=key_hash(?1) AND c.email_key=?1 AND c.name_key=?2 AND c.id<>?3",
                              "ssi", email_key, name_key, self->id);

  if (result == 1)
    g_set_error (error, FAULT, FAULT_DATA, "#%" G_GINT64_FORMAT " has this address and name already: the same person; `contact merge` makes one of them", other);
  return result == 0;
}

gboolean
contact_save (Database *database, const Contact *self, GError **error)
{
  g_autofree char *name_key = name_key_build (self->name);
  g_autofree char *email_key = self->email[0] != '\0' ? address_key (self->email) : NULL;

  if (email_key != NULL && !check_free (database, self, email_key, name_key, error))
    return FALSE;
  return database_run (database, error, "UPDATE person SET name=?,name_key=?,email=?,email_key=?,phone=?,fields=?,changed_utc=? WHERE id=?", "sssssbii",
                       self->name, name_key, self->email, email_key, self->phone, self->fields->data, (gsize) self->fields->len, clock_now_utc (),
                       self->id);
}

typedef struct {
  Slice name, value;
} FieldPair;

static GArray *
read_pairs (const void *fields, gsize len)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (FieldPair));
  FieldsReader reader;
  FieldPair pair;

  fields_open (&reader, fields, len);
  while (fields_next (&reader, &pair.name, &pair.value))
    g_array_append_val (pairs, pair);
  return pairs;
}

/* hint: where it most likely is: files give their columns in the same order each time. */
static FieldPair *
find_pair (GArray *pairs, guint *hint, Slice name)
{
  for (guint i = 0; i < pairs->len; i++) {
    guint at = (*hint + i) % pairs->len;
    FieldPair *pair = &g_array_index (pairs, FieldPair, at);

    if (fields_name_equal (pair->name, name)) {
      *hint = at + 1;
      return pair;
    }
  }
  return NULL;
}

static gboolean
is_same (Slice a, Slice b)
{
  return a.len == b.len && (a.len == 0 || memcmp (a.data, b.data, a.len) == 0);
}

/* Writes the pairs back, those with an empty value left out. */
static gboolean
write_pairs (Contact *self, GArray *pairs)
{
  GByteArray *fields = g_byte_array_sized_new (self->fields->len + 64);

  for (guint i = 0; i < pairs->len; i++) {
    const FieldPair *pair = &g_array_index (pairs, FieldPair, i);

    if (pair->value.len > 0)
      fields_append (fields, pair->name, pair->value);
  }
  if (fields->len > CONTACT_FIELDS_MAX) {
    g_byte_array_unref (fields);
    return FALSE;
  }
  g_byte_array_unref (self->fields);
  self->fields = fields;
  return TRUE;
}

gboolean
contact_set_field (Contact *self, const char *name, const char *value)
{
  g_autoptr (GArray) pairs = read_pairs (self->fields->data, self->fields->len);
  FieldPair wanted = { { name, strlen (name) }, { value, strlen (value) } };
  guint hint = 0;
  FieldPair *found = find_pair (pairs, &hint, wanted.name);

  if (found != NULL ? is_same (found->value, wanted.value) : wanted.value.len == 0)
    return FALSE;
  if (found != NULL)
    found->value = wanted.value;
  else
    g_array_append_val (pairs, wanted);
  return write_pairs (self, pairs);
}

static gboolean
lay_over (Contact *self, const void *fields, gsize len, gboolean is_fill_only)
{
  g_autoptr (GArray) pairs = read_pairs (self->fields->data, self->fields->len);
  gboolean is_changed = FALSE;
  guint hint = 0;
  FieldsReader reader;
  FieldPair pair;

  fields_open (&reader, fields, len);
  while (fields_next (&reader, &pair.name, &pair.value)) {
    FieldPair *found = find_pair (pairs, &hint, pair.name);

    if (pair.value.len == 0 || (found != NULL && (is_fill_only || is_same (found->value, pair.value))))
      continue;
    is_changed = TRUE;
    if (found != NULL)
      found->value = pair.value;
    else
      g_array_append_val (pairs, pair);
  }
  return is_changed && write_pairs (self, pairs);
}

gboolean
contact_merge_fields (Contact *self, const void *fields, gsize len)
{
  if (is_same ((Slice){ fields, len }, (Slice){ (const char *) self->fields->data, self->fields->len }))
    return FALSE;
  return lay_over (self, fields, len, FALSE);
}

gboolean
contact_fill_fields (Contact *self, const void *fields, gsize len)
{
  return lay_over (self, fields, len, TRUE);
}

/* "+44 20 7946-0000" as people type it -> "+442079460000"; NULL: not a number. */
static char *
parse_phone (const char *text)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_isdigit (*p) || (*p == '+' && digits->len == 0))
      g_string_append_c (digits, *p);
    else if (strchr (" ()-./", *p) == NULL)
      return NULL;
  return phone_is_e164 (digits->str, digits->len) ? g_strdup (digits->str) : NULL;
}

static gboolean
contact_collect (Database *database, sqlite3_stmt *rows, GArray *ids, GError **error)
{
  int result;

  while ((result = database_step (database, rows, error)) == 1) {
    gint64 id = database_int (rows, 0);

    g_array_append_val (ids, id);
  }
  return result == 0;
}

/* People who had this address, number or name before it was changed (former.h): asked only where nobody has it now. */
static sqlite3_stmt *
query_former (Database *database, const char *key, gint64 max)
{
  return database_query (database, "SELECT DISTINCT contact FROM former WHERE key=?1 OR (name_key=?1 AND name_key<>'') ORDER BY contact LIMIT ?2", "si", key, max);
}

GArray *
contact_match (Database *database, const char *who, guint max, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autofree char *phone = parse_phone (who);
  g_autofree char *key = NULL;
  sqlite3_stmt *rows;
  guint64 id;

  if (who[0] == '#' && g_ascii_string_to_unsigned (who + 1, 10, 1, G_MAXINT64, &id, NULL)) {
    rows = database_query (database, "SELECT id FROM contact WHERE id=?", "i", (gint64) id);
  } else if (phone != NULL) {
    rows = database_query (database, "SELECT c.id FROM known k CROSS JOIN contact c ON c.id=k.contact WHERE k.hash=key_hash(?1) AND c.phone=?1 ORDER BY c.id LIMIT ?2", "si", phone, (gint64) max);
  } else if (strchr (who, '@') != NULL) {
    key = typed_address_key (who);
    rows = database_query (database, "SELECT c.id FROM known k CROSS JOIN contact c ON c.id=k.contact WHERE k.hash=key_hash(?1) AND c.email_key=?1 ORDER BY c.id LIMIT ?2", "si", key, (gint64) max);
  } else { /* names have no index: all people are looked at, as `contact find` does */
    key = name_key_build (who);
    rows = database_query (database, "SELECT id FROM contact WHERE name_key=? AND name_key<>'' ORDER BY id LIMIT ?", "si", key, (gint64) max);
  }
  if (!contact_collect (database, rows, ids, error))
    return NULL;
  if (ids->len == 0 && who[0] != '#' && !contact_collect (database, query_former (database, phone != NULL ? phone : key, max), ids, error))
    return NULL;
  return g_steal_pointer (&ids);
}

static void
set_several (GArray *ids, const char *who, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIN (ids->len, SHOWN_MATCHES); i++)
    g_string_append_printf (text, "%s#%" G_GINT64_FORMAT, i > 0 ? ", " : "", g_array_index (ids, gint64, i));
  g_set_error (error, FAULT, FAULT_DATA, "“%s” may be several people: %s%s; name one by its # number", who, text->str,
               ids->len > SHOWN_MATCHES ? " …" : "");
}

gboolean
contact_find_one (Database *database, const char *who, gint64 *out_id, GError **error)
{
  g_autoptr (GArray) ids = contact_match (database, who, SHOWN_MATCHES + 1, error);

  if (ids == NULL)
    return FALSE;
  if (ids->len == 0)
    g_set_error (error, FAULT, FAULT_NO_USER, "nobody is “%s”: give an address, a number, a name or #id; `contact find` searches", who);
  else if (ids->len > 1)
    set_several (ids, who, error);
  else
    *out_id = g_array_index (ids, gint64, 0);
  return ids->len == 1;
}
