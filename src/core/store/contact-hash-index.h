/* contact-hash-index.h - contacts by a keyed hash of address or number: table known. A hash only finds candidates; the query that asks compares keys:
 * FROM known k CROSS JOIN contact c ON c.id=k.contact WHERE k.hash=key_hash(?1) AND c.email_key=?1
 * Why:    entries of 16 octets, sorted beforehand, are laid in where the keys themselves would be put in one by one in no order.
 * Trust:  keys are strangers' words: the hash (SipHash) has a key of its own in each store, so that nobody can make many fall on one.
 * Used in: core/store, core/campaign. */
#pragma once
#include "database.h"

gint64 contact_key_hash (Database *database, const char *key, gsize len);

/* SQL: key_hash(key); NULL for NULL and for "". Triggers keep the table in step with the people (migrations.c). */
void contact_hash_index_register_function (Database *database);
