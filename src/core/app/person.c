#include "person.h"

#include "contract-keys.h"
#include "fields.h"
#include "hidden-values.h"
#include "name-key.h"
#include "outcome.h"
#include "sql-words.h"
#include "suppression.h"
#include "typed-address.h"
#include <string.h>

#define HISTORY_MAX 10000 /* chosen: what one person may have got, newest first */

typedef GVariant *(*PersonRowFunc) (sqlite3_stmt *row);

/* All rows of a statement as an array of what `func` makes of each. */
static GVariant *
person_collect (Database *database, sqlite3_stmt *rows, const char *type, PersonRowFunc func, GError **error)
{
  GVariantBuilder builder;
  int result;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (type));
  while ((result = database_step (database, rows, error)) == 1)
    g_variant_builder_add_value (&builder, func (rows));
  if (result == 0)
    return g_variant_builder_end (&builder);
  g_variant_builder_clear (&builder);
  return NULL;
}

static GVariant *
name_of (sqlite3_stmt *row)
{
  return g_variant_new_string (database_text (row, 0));
}

static GVariant *
consent_of (sqlite3_stmt *row)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_CONTACT_CONSENT_SOURCE, "s", database_text (row, 0));
  g_variant_dict_insert (&dict, KEY_CONTACT_CONSENT_DATE, "x", database_int (row, 1));
  return g_variant_dict_end (&dict);
}

static GVariant *
suppression_of (sqlite3_stmt *row)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_CONTACT_SUPPRESSED_ADDRESS, "s", database_text (row, 0));
  g_variant_dict_insert (&dict, KEY_CONTACT_SUPPRESSED_SCOPE, "s", database_text (row, 1));
  g_variant_dict_insert (&dict, KEY_CONTACT_SUPPRESSED_REASON, "s", database_text (row, 2));
  g_variant_dict_insert (&dict, KEY_CONTACT_SUPPRESSED_SOURCE, "s", database_text (row, 3));
  g_variant_dict_insert (&dict, KEY_CONTACT_SUPPRESSED_DATE, "x", database_int (row, 4));
  return g_variant_dict_end (&dict);
}

static GVariant *
alike_of (sqlite3_stmt *row)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_CONTACT_ALIKE_ID, "t", (guint64) database_int (row, 0));
  g_variant_dict_insert (&dict, KEY_CONTACT_ALIKE_NAME, "s", database_text (row, 1));
  g_variant_dict_insert (&dict, KEY_CONTACT_ALIKE_EMAIL, "s", database_text (row, 2));
  g_variant_dict_insert (&dict, KEY_CONTACT_ALIKE_PHONE, "s", database_text (row, 3));
  return g_variant_dict_end (&dict);
}

/* "Ann <ann@example.org>" -> "example.org"; NULL: a number, and its messages have no Message-ID. (transfer full) */
static char *
domain_of (const char *sender)
{
  const char *at = strrchr (sender, '@');

  return at != NULL ? g_strndup (at + 1, strcspn (at + 1, "> ")) : NULL;
}

static GVariant *
message_of (sqlite3_stmt *row)
{
  g_autofree char *domain = domain_of (database_text (row, 8));
  g_autofree char *message_id = NULL;
  HiddenValues hidden = { .domain = domain };
  GVariantDict dict;

  if (sqlite3_column_bytes (row, 7) == sizeof hidden.identity)
    memcpy (hidden.identity, sqlite3_column_blob (row, 7), sizeof hidden.identity);
  message_id = hidden_values_make_message_id (&hidden, (guint64) database_int (row, 9));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_CONTACT_HISTORY_CAMPAIGN, "t", (guint64) database_int (row, 0));
  g_variant_dict_insert (&dict, KEY_CONTACT_HISTORY_SUBJECT, "s", database_text (row, 1));
  g_variant_dict_insert (&dict, KEY_CONTACT_HISTORY_STATE, "s", state_to_word ((State) database_int (row, 2)));
  g_variant_dict_insert (&dict, KEY_CONTACT_HISTORY_REASON, "s", database_text (row, 3));
  g_variant_dict_insert (&dict, KEY_CONTACT_HISTORY_REPLY, "s", database_text (row, 4));
  g_variant_dict_insert (&dict, KEY_CONTACT_HISTORY_TIME, "x", database_int (row, 5));
  g_variant_dict_insert (&dict, KEY_CONTACT_HISTORY_ATTEMPTS, "u", (guint) database_int (row, 6));
  g_variant_dict_insert (&dict, KEY_CONTACT_HISTORY_MESSAGE_ID, "s", message_id);
  g_variant_dict_insert (&dict, KEY_CONTACT_HISTORY_RECIPIENT, "t", (guint64) database_int (row, 9));
  return g_variant_dict_end (&dict);
}

static GVariant *
fields_to_variant (const GByteArray *fields)
{
  GVariantBuilder builder;
  FieldsReader reader;
  Slice name, value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  fields_open (&reader, fields->data, fields->len);
  while (fields_next (&reader, &name, &value)) {
    g_autofree char *name_text = g_utf8_make_valid (name.data, (gssize) name.len);
    g_autofree char *value_text = g_utf8_make_valid (value.data, (gssize) value.len);

    g_variant_builder_add (&builder, "{ss}", name_text, value_text);
  }
  return g_variant_builder_end (&builder);
}

typedef struct {
  const char   *key, *type, *sql; /* sql: ?1 = contact */
  PersonRowFunc func;
} PersonPart;

static const PersonPart parts[] = {
  { KEY_CONTACT_LISTS, "as", "SELECT l.name FROM member m JOIN list l ON l.id=m.list WHERE m.contact=?1 ORDER BY l.name", name_of },
  { KEY_CONTACT_FORMERLY, "as",
    "SELECT min(f.name) FROM former f JOIN contact c ON c.id=f.contact WHERE f.contact=?1 AND f.name_key NOT IN ('',c.name_key) GROUP BY f.name_key UNION ALL"
    " SELECT DISTINCT f.key FROM former f JOIN contact c ON c.id=f.contact WHERE f.contact=?1 AND f.key IS NOT c.email_key AND f.key<>c.phone", name_of },
  { KEY_CONTACT_ALIKE, "aa{sv}",
    "SELECT o.id,o.name,o.email,o.phone FROM contact c CROSS JOIN known k ON k.hash IN (key_hash(c.email_key),key_hash(c.phone)) CROSS JOIN contact o ON o.id=k.contact"
    " WHERE c.id=?1 AND o.id<>c.id AND (o.email_key=c.email_key OR (o.phone=c.phone AND c.phone<>'')) AND names_alike(c.name_key,o.name_key)"
    " UNION SELECT o.id,o.name,o.email,o.phone FROM contact c CROSS JOIN member m ON m.contact=c.id CROSS JOIN member n ON n.list=m.list CROSS JOIN contact o ON o.id=n.contact"
    " WHERE c.id=?1 AND o.id<>c.id AND o.name_key=c.name_key AND instr(c.name_key,' ') LIMIT 20", alike_of },
  { KEY_CONTACT_CONSENT, "aa{sv}", "SELECT source,time_utc FROM consent WHERE contact=?1 ORDER BY time_utc", consent_of },
  { KEY_CONTACT_SUPPRESSED, "aa{sv}",
    "SELECT s.address," SUPPRESSION_SCOPE_SQL ",s.words," SUPPRESSION_SOURCE_SQL ",s.created_utc FROM contact c JOIN suppression s ON s.address IN (c.email_key,c.phone)"
    " WHERE c.id=?1 AND s.address<>'' UNION ALL SELECT s.address," SUPPRESSION_SCOPE_SQL ",s.words," SUPPRESSION_SOURCE_SQL ",s.created_utc FROM contact c JOIN suppression s"
    " ON s.kind=" SQL_SUPPRESSION_KIND (DOMAIN) " AND c.email_key LIKE '%'||ltrim(s.address,'*') WHERE c.id=?1 ORDER BY 5", suppression_of },
  { KEY_CONTACT_HISTORY, "aa{sv}",
    "SELECT r.campaign,coalesce(nullif(coalesce(v.subject,c.subject),''),c.title),r.state,r.reason,r.reply,r.time_utc,r.attempt,c.identity,c.sender,r.id FROM ledger r"
    " JOIN campaign c ON c.id=r.campaign LEFT JOIN campaign_version v ON v.campaign=r.campaign AND v.version=r.version"
    " WHERE r.contact=?1 AND NOT " SQL_CAMPAIGN_IS_NEW ("c.") " ORDER BY r.campaign DESC, r.id LIMIT " G_STRINGIFY (HISTORY_MAX), message_of }, /* not what is only prepared */
};

GVariant *
person_describe (Database *database, const Contact *contact, GError **error)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_CONTACT_ID, "t", (guint64) contact->id);
  g_variant_dict_insert (&dict, KEY_CONTACT_NAME, "s", contact->name);
  g_variant_dict_insert (&dict, KEY_CONTACT_EMAIL, "s", contact->email);
  g_variant_dict_insert (&dict, KEY_CONTACT_PHONE, "s", contact->phone);
  g_variant_dict_insert_value (&dict, KEY_CONTACT_FIELDS, fields_to_variant (contact->fields));
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    GVariant *part = person_collect (database, database_query (database, parts[i].sql, "i", contact->id), parts[i].type, parts[i].func, error);

    if (part == NULL) {
      g_variant_dict_clear (&dict);
      return NULL;
    }
    g_variant_dict_insert_value (&dict, parts[i].key, part);
  }
  return g_variant_dict_end (&dict);
}

/* lists: one column, apart by a line break, which no list's name holds. */
static GVariant *
found_of (sqlite3_stmt *row)
{
  g_auto (GStrv) lists = g_strsplit (database_text (row, 4), "\n", -1);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_CONTACT_ID, "t", (guint64) database_int (row, 0));
  g_variant_dict_insert (&dict, KEY_CONTACT_NAME, "s", database_text (row, 1));
  g_variant_dict_insert (&dict, KEY_CONTACT_EMAIL, "s", database_text (row, 2));
  g_variant_dict_insert (&dict, KEY_CONTACT_PHONE, "s", database_text (row, 3));
  g_variant_dict_insert (&dict, KEY_CONTACT_LISTS, "^as", lists);
  return g_variant_dict_end (&dict);
}

GVariant *
person_search (Database *database, const char *text, GError **error)
{
  g_autofree char *key = name_key_build (text), *address = typed_address_key (text);
  g_autoptr (GString) digits = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++) /* "030 12345": the zero in front is not in +493012345 */
    if (g_ascii_isdigit (*p) && !(*p == '0' && digits->len == 0))
      g_string_append_c (digits, *p);
    else if (g_ascii_isalpha (*p) || *p == '@') {
      g_string_truncate (digits, 0);
      break;
    }
  return person_collect (database,
                         database_query (database,
                                         "SELECT c.id,c.name,c.email,c.phone,"
                                         " (SELECT group_concat(l.name,char(10)) FROM member m JOIN list l ON l.id=m.list WHERE m.contact=c.id) FROM contact c"
                                         " WHERE instr(c.name_key,?1) OR instr(c.email_key,?1) OR instr(c.email_key,?3) OR (length(?2)>2 AND instr(c.phone,?2)) ORDER BY c.id LIMIT 1000",
                                         "sss", key, digits->str, address),
                         "aa{sv}", found_of, error);
}
