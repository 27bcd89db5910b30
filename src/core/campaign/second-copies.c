#include "second-copies.h"

#include "clock.h"
#include "sql-words.h"

#define LOOK_ROWS 50000   /* chosen: as long as a chunk of people takes */
#define RECENT_S 86400    /* chosen */

struct SecondCopies {
  Database        *database;
  const CopyRules *rules;
  gint64           last_hash;   /* of table known: looked through so far for people who share an address */
  gboolean         has_sharers;
  gboolean         has_recent;  /* the same message went to anybody within a day */
};

/* --- shared --- */

/* Mostly nobody shares an address, and to ask that for each person costs as much as to write them down. Equal hashes stand side by side; whether
 * they are one address says the question that is asked then. */
int
second_copies_look (SecondCopies *self, GError **error)
{
  sqlite3_stmt *row = database_query (self->database, "SELECT hash FROM known WHERE hash>=? ORDER BY hash LIMIT " G_STRINGIFY (LOOK_ROWS), "i", self->last_hash);
  gint64 before = self->last_hash;
  int result, count = 0;

  while ((result = database_step (self->database, row, error)) == 1) {
    gint64 hash = database_int (row, 0);

    if (count++ > 0 && hash == before) {
      self->has_sharers = TRUE;
      sqlite3_reset (row);
      return 0;
    }
    before = hash;
  }
  self->last_hash = before;
  return result < 0 ? -1 : count == LOOK_ROWS;
}

gboolean
second_copies_has_sharers (const SecondCopies *self)
{
  return self->has_sharers;
}

#define SHARED_SQL(key) \
  "SELECT 1 FROM known k CROSS JOIN contact c ON c.id=k.contact CROSS JOIN snapshot s ON s.contact=c.id AND s.campaign=?1" \
  " WHERE k.hash=key_hash(?2) AND c." key "=?2 AND c.id<>?3 LIMIT 1"
static const char *const shared_sql[] = { [KIND_ADDRESS_EMAIL] = SHARED_SQL ("email_key"), [KIND_ADDRESS_PHONE] = SHARED_SQL ("phone") };

/* Each of these questions: 1, 0, -1. */
static int
is_shared (const SecondCopies *self, const CopyPerson *person, GError **error)
{
  gint64 found = 0;

  if (!person->has_sharers)
    return 0;
  return database_get_int (self->database, &found, error, shared_sql[self->rules->address], "isi", (gint64) self->rules->campaign, person->address_key, person->contact);
}

/* --- here, except, refused --- */

/* The store is asked whom it has, not which lists they are on: those may change between chunks. */
static int
is_here (const SecondCopies *self, const CopyPerson *person, GError **error)
{
  gint64 found = 0;

  return database_get_int (self->database, &found, error, "SELECT 1 FROM snapshot WHERE contact=? AND campaign=? LIMIT 1", "ii", person->contact,
                           (gint64) self->rules->campaign);
}

static int
is_reached (const SecondCopies *self, const CopyPerson *person, GError **error)
{
  gint64 found = 0;
  int refused;

  if (self->rules->refused_of == 0)
    return 0;
  refused = database_get_int (self->database, &found, error, "SELECT 1 FROM ledger WHERE contact=? AND campaign=? AND state=" SQL_STATE (REFUSED) " LIMIT 1", "ii",
                              person->contact, (gint64) self->rules->refused_of);
  return refused < 0 ? -1 : !refused;
}

#define SHARER_GOT_SQL(key) \
  "SELECT 1 FROM known k CROSS JOIN contact c ON c.id=k.contact CROSS JOIN ledger l ON l.contact=c.id AND l.campaign=?1" \
  " WHERE k.hash=key_hash(?2) AND c." key "=?2 AND " SQL_MAY_HAVE_GOT ("l.") " LIMIT 1"
static const char *const sharer_got_sql[] = { [KIND_ADDRESS_EMAIL] = SHARER_GOT_SQL ("email_key"), [KIND_ADDRESS_PHONE] = SHARER_GOT_SQL ("phone") };

static int
is_excepted (const SecondCopies *self, const CopyPerson *person, GError **error)
{
  gint64 found = 0;
  int result;

  if (self->rules->except == 0)
    return 0;
  result = database_get_int (self->database, &found, error, "SELECT 1 FROM ledger l WHERE l.contact=? AND l.campaign=? AND " SQL_MAY_HAVE_GOT ("l.") " LIMIT 1", "ii",
                             person->contact, (gint64) self->rules->except);
  if (result != 0 || !self->rules->is_per_address || !person->has_sharers)
    return result;
  /* one message for all who share an address: it may have gone in the name of another one */
  return database_get_int (self->database, &found, error, sharer_got_sql[self->rules->address], "is", (gint64) self->rules->except, person->address_key);
}

/* --- recent, repeated --- */

/* The message of campaign c: ?1 subject, ?2 text. */
#define IS_SAME_SQL \
  "c.subject=?1 AND (?1<>'' OR EXISTS (SELECT 1 FROM campaign_version v WHERE v.campaign=c.id AND v.version=c.version AND v.text=?2))"

static gboolean
find_recent (SecondCopies *self, GError **error)
{
  gint64 found = 0;
  int result = database_get_int (self->database, &found, error, "SELECT 1 FROM campaign c WHERE " IS_SAME_SQL " AND c.started_utc>?3 AND c.id<>?4 LIMIT 1", "ssii",
                                 self->rules->subject, self->rules->text, clock_now_utc () - RECENT_S, (gint64) self->rules->campaign);

  self->has_recent = result == 1;
  return result >= 0;
}

static int
is_recent (const SecondCopies *self, const CopyPerson *person, GError **error)
{
  gint64 found = 0;

  if (!self->has_recent)
    return 0;
  return database_get_int (self->database, &found, error,
                           "SELECT 1 FROM ledger l JOIN campaign c ON c.id=l.campaign"
                           " WHERE l.contact=?3 AND l.address_key=?4 AND " IS_SAME_SQL " AND " SQL_MAY_HAVE_GOT ("l.") " AND l.time_utc>?5 LIMIT 1",
                           "ssisi", self->rules->subject, self->rules->text, person->contact, person->address_key /* a test went elsewhere */,
                           clock_now_utc () - RECENT_S);
}

gboolean
second_copies_find_repeated (Database *database, const CopyRules *rules, const char *lists, gint64 *out_campaign, GError **error)
{
  *out_campaign = 0;
  return database_get_int (database, out_campaign, error,
                           "SELECT c.id FROM campaign c WHERE " IS_SAME_SQL " AND c.list_key=?3 AND c.started_utc>?4 AND c.id<>?5 ORDER BY c.id DESC LIMIT 1", "sssii",
                           rules->subject, rules->text, lists, clock_now_utc () - RECENT_S, (gint64) rules->campaign) >= 0;
}

/* --- once --- */

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
second_copies_find_once (Database *database, const char *key, gint64 *out_campaign, GError **error)
{
  *out_campaign = 0;
  return key[0] == '\0' || database_get_int (database, out_campaign, error, "SELECT id FROM campaign WHERE once_key=?", "s", key) >= 0;
}

gboolean
second_copies_compare (Database *database, guint64 campaign, gint64 earlier, const char **out_what, GError **error)
{
  *out_what = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (parts) && *out_what == NULL; i++) {
    gint64 is_same = 0;

    if (database_get_int (database, &is_same, error, parts[i].sql, "ii", (gint64) campaign, earlier) < 0)
      return FALSE;
    *out_what = is_same != 0 ? NULL : parts[i].what;
  }
  return TRUE;
}

/* --- all of them --- */

SecondCopies *
second_copies_new (Database *database, const CopyRules *rules, GError **error)
{
  g_autoptr (SecondCopies) self = g_new0 (SecondCopies, 1);

  self->database = database;
  self->rules = rules;
  self->last_hash = G_MININT64;
  return find_recent (self, error) ? g_steal_pointer (&self) : NULL;
}

void
second_copies_free (SecondCopies *self)
{
  g_free (self);
}

gboolean
second_copies_find (const SecondCopies *self, const CopyPerson *person, gboolean is_first_list, CopyFindings *out, GError **error)
{
  int here = 0, reached, excepted = 0, shared, recent;

  if ((!is_first_list && (here = is_here (self, person, error)) < 0) || (reached = is_reached (self, person, error)) < 0 ||
      (reached == 0 && (excepted = is_excepted (self, person, error)) < 0) || (shared = is_shared (self, person, error)) < 0 ||
      (recent = is_recent (self, person, error)) < 0)
    return FALSE;
  *out = (CopyFindings){ here > 0, reached > 0 || excepted > 0 || (shared > 0 && self->rules->is_per_address), shared > 0, recent > 0 };
  return TRUE;
}
