#include "former.h"

#include "address.h"
#include "contact-hash-index.h"
#include "fields.h"
#include "name-key.h"
#include <string.h>

/* --- names and addresses --- */

static gboolean
add_pair (Database *database, gint64 id, const char *key, const char *name_key, const char *name, GError **error)
{
  return key[0] == '\0' ||
         database_run (database, error, "INSERT OR REPLACE INTO former(key,name_key,contact,name) VALUES(?,?,?,?)", "ssis", key, name_key, id, name);
}

static gboolean
add_person (Database *database, gint64 id, const Contact *contact, GError **error)
{
  g_autofree char *name_key = name_key_build (contact->name);
  g_autofree char *email_key = contact->email[0] != '\0' ? address_key (contact->email) : g_strdup ("");

  return add_pair (database, id, email_key, name_key, contact->name, error) && add_pair (database, id, contact->phone, name_key, contact->name, error);
}

/* Each name with each address, now or once: the old address may come with the new name. An address that was given up finds its only owner without
 * a name too. What the person has now is not former. */
static gboolean
former_complete (Database *database, gint64 id, GError **error)
{
  static const char pairs[] =
    "INSERT OR IGNORE INTO former(key,name_key,contact,name) SELECT k.key,n.name_key,?1,n.name FROM"
    " (SELECT key FROM former WHERE contact=?1 UNION SELECT email_key FROM person WHERE id=?1 AND email_key IS NOT NULL"
    "  UNION SELECT phone FROM person WHERE id=?1 AND phone<>'') k,"
    " (SELECT name_key,min(name) AS name FROM former WHERE contact=?1 GROUP BY name_key UNION SELECT name_key,name FROM person WHERE id=?1) n";
  static const char nameless[] =
    "INSERT OR IGNORE INTO former(key,name_key,contact,name) SELECT f.key,'',?1,'' FROM former f JOIN person p ON p.id=?1"
    " WHERE f.contact=?1 AND f.key IS NOT p.email_key AND f.key<>p.phone";
  static const char present[] =
    "DELETE FROM former WHERE contact=?1 AND EXISTS (SELECT 1 FROM person p WHERE p.id=?1 AND p.name_key=former.name_key"
    " AND former.key IN (p.email_key,p.phone))";

  return database_run (database, error, pairs, "i", id) && database_run (database, error, nameless, "i", id) && database_run (database, error, present, "i", id);
}

gboolean
former_find (Database *database, const char *key, const char *name_key, gint64 *out_id, GError **error)
{
  *out_id = 0;
  return database_get_int (database, out_id, error, "SELECT contact FROM former WHERE key=? AND name_key=?", "ss", key, name_key) >= 0;
}

int
former_has (Database *database, gint64 id, GError **error)
{
  gint64 found = 0;

  return database_get_int (database, &found, error, "SELECT 1 FROM former WHERE contact=?1 UNION ALL SELECT 1 FROM former_value WHERE contact=?1 LIMIT 1", "i", id);
}

int
former_had (Database *database, gint64 id, const char *text, GError **error)
{
  g_autofree char *name_key = name_key_build (text);
  g_autofree char *key = strchr (text, '@') != NULL ? address_key (text) : g_strdup (text);
  gint64 found = 0;

  return database_get_int (database, &found, error, "SELECT 1 FROM former WHERE contact=?1 AND (key=?2 OR (name_key=?3 AND name_key<>'')) LIMIT 1", "iss", id, key, name_key);
}

/* --- values of fields: by a keyed hash, for they may be large and are only compared --- */

static gboolean
add_value (Database *database, gint64 id, Slice name, Slice value, GError **error)
{
  g_autofree char *field = g_utf8_casefold (name.data, (gssize) name.len);

  return database_run (database, error, "INSERT OR IGNORE INTO former_value(contact,field,hash) VALUES(?,?,?)", "isi", id, field,
                       contact_key_hash (database, value.data, value.len));
}

static int
had_value (Database *database, gint64 id, Slice name, Slice value, GError **error)
{
  g_autofree char *field = g_utf8_casefold (name.data, (gssize) name.len);
  gint64 found = 0;

  return database_get_int (database, &found, error, "SELECT 1 FROM former_value WHERE contact=? AND field=? AND hash=?", "isi", id, field,
                           contact_key_hash (database, value.data, value.len));
}

/* An old value that is given again by hand is no former one any more. */
static gboolean
drop_value (Database *database, gint64 id, Slice name, Slice value, GError **error)
{
  g_autofree char *field = g_utf8_casefold (name.data, (gssize) name.len);

  return database_run (database, error, "DELETE FROM former_value WHERE contact=? AND field=? AND hash=?", "isi", id, field, contact_key_hash (database, value.data, value.len));
}

static gboolean
keep_values (Database *database, const Contact *before, const Contact *now, GError **error)
{
  FieldsReader reader;
  Slice name, value, other;

  fields_open (&reader, before->fields->data, before->fields->len);
  while (fields_next (&reader, &name, &value)) {
    g_autofree char *field = g_strndup (name.data, name.len);
    gboolean is_there = fields_lookup (now->fields->data, now->fields->len, field, &other);

    if (is_there && other.len == value.len && memcmp (other.data, value.data, value.len) == 0)
      continue;
    if (!add_value (database, now->id, name, value, error) || (is_there && !drop_value (database, now->id, name, other, error)))
      return FALSE;
  }
  return TRUE;
}

GByteArray *
former_strip (Database *database, gint64 id, const void *fields, gsize len, GError **error)
{
  g_autoptr (GByteArray) kept = g_byte_array_sized_new ((guint) len + 1);
  FieldsReader reader;
  Slice name, value;

  fields_open (&reader, fields, len);
  while (fields_next (&reader, &name, &value)) {
    int had = had_value (database, id, name, value, error);

    if (had < 0)
      return NULL;
    if (had == 0)
      fields_append (kept, name, value);
  }
  return g_steal_pointer (&kept);
}

/* --- both --- */

gboolean
former_move (Database *database, gint64 id, gint64 into, GError **error)
{
  return database_run (database, error, "UPDATE former SET contact=? WHERE contact=?", "ii", into, id) &&
         database_run (database, error, "INSERT OR IGNORE INTO former_value SELECT ?,field,hash FROM former_value WHERE contact=?", "ii", into, id);
}

gboolean
former_adopt (Database *database, gint64 id, const Contact *gone, GError **error)
{
  g_autoptr (Contact) now = contact_load (database, id, error);

  return now != NULL && add_person (database, id, gone, error) && former_complete (database, id, error) && keep_values (database, gone, now, error);
}

gboolean
former_keep (Database *database, const Contact *before, GError **error)
{
  return former_adopt (database, before->id, before, error);
}
