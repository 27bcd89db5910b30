/* database.h - the one SQLite file: statements, transactions. It is opened by database-open.h; what the tables mean stands in migrations.c.
 * Trust:  values were checked by core/intake. One thread, one connection: a transaction never spans a return to the main loop.
 * Used in: core. Errors: FAULT_IO (disk full, read error: nothing of the transaction is kept), FAULT_CANT_CREATE, FAULT_NO_PERM (the
 * statement asked is_suppressed() and the vault is locked). */
#pragma once
#include <gio/gio.h>
#include <sqlite3.h>

typedef struct Database Database;

void     database_close (Database *self); /* NULL is a no-op */
sqlite3 *database_get_sqlite (Database *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Database, database_close)

gboolean database_was_left_open (Database *self); /* a -wal lay beside it: who had it last did not close it */
guint64 database_get_room (Database *self); /* octets that are free beside it; in memory, or where nobody can say: very many */

typedef struct Log Log;
/* TRUE while an import runs here. A row of `arrival` (import-watermark.h) while FALSE was left by a crash, or by one that had no room to clear up. */
void     database_set_importing (Database *self, gboolean is_importing);
gboolean database_is_importing  (Database *self);

Log *database_get_log (Database *self); /* log.h */

#define DATABASE_HASH_KEY_LEN 16
const guint8 *database_get_hash_key (Database *self); /* contact-hash-index.h */

gboolean database_begin    (Database *self, GError **error); /* IMMEDIATE */
/* The same; its commit costs no flush: it reaches the disk with the next other one, in order. For what nobody relies on before that. */
gboolean database_begin_lazily (Database *self, GError **error);
gboolean database_commit   (Database *self, GError **error); /* rolls back by itself when it fails */
void     database_rollback (Database *self);                 /* a no-op outside a transaction */

/* A cached statement, reset and bound. types: a letter an argument: i gint64 (pass a gint64!), d double, s text (NULL: NULL),
 * b blob (const void *, gsize). Text and blobs are borrowed until the statement is stepped to its end or reset.
 * Don't use the same SQL text again before that. Bad SQL is our bug: it aborts. NULL where the file is damaged or cannot be read:
 * database_step() says so. */
sqlite3_stmt *database_query (Database *self, const char *sql, const char *types, ...);

/* A statement of the caller's own. (transfer full); NULL as above. */
sqlite3_stmt *database_prepare (Database *self, const char *sql);

/* Returns: 1 a row is there, 0 done (and reset), -1 with `error` set (and reset). */
int database_step (Database *self, sqlite3_stmt *statement, GError **error);

/* Query and step to the end; rows are ignored. */
gboolean database_run (Database *self, GError **error, const char *sql, const char *types, ...);

/* First column of the first row. *out_value is untouched when there is no row. Returns: 1, 0 or -1 as database_step(). */
int database_get_int (Database *self, gint64 *out_value, GError **error, const char *sql, const char *types, ...);

/* Columns of a row. Text is never NULL ("" instead); both are borrowed until the next step. */
const char *database_text (sqlite3_stmt *statement, int column);
gint64      database_int  (sqlite3_stmt *statement, int column);

/* meta: small named values. (transfer full) or NULL. */
char    *database_get_meta (Database *self, const char *key);
gboolean database_set_meta (Database *self, const char *key, const char *value, GError **error);

/* A row in the audit log: what ("campaign.start"), detail for people (no secret). Inside the caller's transaction if there is one. */
gboolean database_audit (Database *self, const char *what, const char *detail, GError **error);
