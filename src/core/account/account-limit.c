#include "account-limit.h"

#include "account.h"

#include <string.h>

/* ?1: the account, ?2: its pool */
#define SHARING "account IN (SELECT ?1 UNION SELECT account FROM \"limit\" WHERE pool=?2 AND pool<>'" ACCOUNT_POOL_OWN "') AND second_utc>?3 AND second_utc<=?4"

static AccountLimit *
find_limit (const Account *self, guint seconds)
{
  for (guint i = 0; i < self->n_limits; i++)
    if (self->limits[i].seconds == seconds)
      return (AccountLimit *) &self->limits[i];
  return NULL;
}

guint
account_get_limit (const Account *self, guint seconds)
{
  const AccountLimit *limit = find_limit (self, seconds);

  return limit != NULL ? limit->amount : 0;
}

/* Returns: (transfer full) */
static char *
make_pool (const Account *self, const KindSetting *row)
{
  KindPool pool = self->kind->find_pool != NULL ? self->kind->find_pool (self, row) : row->pool;
  const char *portfolio = account_get_text (self, SETTING_PORTFOLIO);
  g_autofree char *address = pool == KIND_POOL_ADDRESS ? g_ascii_strdown (self->address, -1) : NULL;

  if (address != NULL)
    return g_strconcat ("address:", address, NULL);
  return pool == KIND_POOL_PORTFOLIO && *portfolio != '\0' ? g_strconcat ("portfolio:", portfolio, NULL) : g_strdup (ACCOUNT_POOL_OWN);
}

void
account_set_limit (Account *self, const KindSetting *row, guint amount)
{
  AccountLimit *limit = find_limit (self, row->seconds);
  g_autofree char *pool = make_pool (self, row);

  if (limit != NULL) {
    g_free (limit->pool);
    *limit = self->limits[--self->n_limits];
  }
  if ((amount > 0 || strcmp (pool, ACCOUNT_POOL_OWN) != 0) && self->n_limits < ACCOUNT_LIMITS_MAX)
    self->limits[self->n_limits++] = (AccountLimit){ row->seconds, amount, row->unit, g_steal_pointer (&pool) };
}

gboolean
account_limits_load (Database *database, Account *self, GError **error)
{
  sqlite3_stmt *row = database_query (database, "SELECT seconds,amount,unit,pool FROM \"limit\" WHERE account=? ORDER BY seconds", "i", self->id);
  int found = 0;

  while (self->n_limits < ACCOUNT_LIMITS_MAX && (found = database_step (database, row, error)) == 1)
    self->limits[self->n_limits++] = (AccountLimit){ (guint) database_int (row, 0), (guint) database_int (row, 1),
                                                     strcmp (database_text (row, 2), kind_unit_to_word (KIND_UNIT_PERSON)) == 0 ? KIND_UNIT_PERSON : KIND_UNIT_MESSAGE,
                                                     g_strdup (database_text (row, 3)) };
  sqlite3_reset (row);
  return found >= 0;
}

gboolean
account_limits_save (Database *database, const Account *self, GError **error)
{
  if (!database_run (database, error, "DELETE FROM \"limit\" WHERE account=?", "i", self->id))
    return FALSE;
  for (guint i = 0; i < self->n_limits; i++) {
    const AccountLimit *limit = &self->limits[i];

    if (!database_run (database, error, "INSERT INTO \"limit\"(account,seconds,amount,unit,pool) VALUES(?,?,?,?,?)", "iiiss", self->id, (gint64) limit->seconds,
                       (gint64) limit->amount, kind_unit_to_word (limit->unit), limit->pool))
      return FALSE;
  }
  return TRUE;
}

gboolean
account_limit_count (Database *database, gint64 account, const AccountLimit *self, gint64 now_utc, gint64 *out_used, gint64 *out_free_utc, GError **error)
{
  static const char *const used[] = {
    [KIND_UNIT_MESSAGE] = "SELECT coalesce(sum(count),0) FROM pace WHERE " SHARING,
    [KIND_UNIT_PERSON] = "SELECT count(DISTINCT person) FROM pace_person WHERE " SHARING, /* once, whichever account wrote to them */
  };
  static const char *const oldest[] = {
    [KIND_UNIT_MESSAGE] = "SELECT second_utc FROM pace WHERE " SHARING " AND count>0 ORDER BY second_utc LIMIT 1",
    [KIND_UNIT_PERSON] = "SELECT max(second_utc) FROM pace_person WHERE " SHARING " GROUP BY person ORDER BY 1 LIMIT 1",
  };
  gint64 from = now_utc - self->seconds - ACCOUNT_LIMIT_LATE_S;
  gint64 to = now_utc + self->seconds; /* beyond it the clock was wrong: it must not close the account until then */
  gint64 free_utc = 0;

  if (database_get_int (database, out_used, error, used[self->unit], "isii", account, self->pool, from, to) < 0)
    return FALSE;
  if (out_free_utc == NULL)
    return TRUE;
  switch (database_get_int (database, &free_utc, error, oldest[self->unit], "isii", account, self->pool, from, to)) {
  case 1: *out_free_utc = free_utc + self->seconds + ACCOUNT_LIMIT_LATE_S; return TRUE;
  case 0: return TRUE;
  default: return FALSE;
  }
}
