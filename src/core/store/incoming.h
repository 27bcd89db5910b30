/* incoming.h - a batch of rows in memory that SQL can select from: one statement takes them all. (A statement for each row costs more than the row.)
 * Trust:  rows were checked by core/intake. Used in: core/store/merge. */
#pragma once
#include "frame.h"
#include <sqlite3.h>

typedef enum { /* texts of a row, and columns behind row, kind and hash */
  INCOMING_NAME, INCOMING_EMAIL, INCOMING_PHONE, INCOMING_FIELDS /* a blob */, INCOMING_NAME_KEY, INCOMING_KEY, INCOMING_CONSENT, INCOMING_TEXTS
} IncomingText;

typedef struct Incoming Incoming;

Incoming *incoming_new  (void); /* (transfer full) */
void      incoming_free (Incoming *self); /* NULL is a no-op; statements that use the table must be gone */
void      incoming_add  (Incoming *self, gint64 row, int kind, gint64 hash, gint64 consent_utc, const Slice texts[INCOMING_TEXTS]); /* copied */
gsize     incoming_get_size (const Incoming *self); /* octets */
void      incoming_clear (Incoming *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Incoming, incoming_free)

/* Table `name` in the connection: row, kind, hash, name, email, phone, fields, name_key, key, consent; consent_utc in front of the texts. The batch must outlive the statements. */
gboolean incoming_register (Incoming *self, sqlite3 *db, const char *name);
