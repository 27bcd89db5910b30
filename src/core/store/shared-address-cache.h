/* shared-address-cache.h - contacts that share one address or number, by name, so that n rows of a file with it cost one query. (A switchboard's number may be
 * that of thousands.) Used in: core/store/merge-match. Errors: FAULT_IO. */
#pragma once
#include "database.h"

typedef struct SharedAddressCache SharedAddressCache;

/* sql: key -> id, name_key, the smallest id of a name first. A literal. */
SharedAddressCache *shared_address_cache_new  (Database *database, const char *sql);
void                shared_address_cache_free (SharedAddressCache *self); /* NULL is a no-op */

/* *out_id: who has this name there, 0: nobody. The last key's people are kept. Returns: FALSE with `error` set. */
gboolean shared_address_cache_find   (SharedAddressCache *self, const char *key, const char *name_key, gint64 *out_id, GError **error);
void     shared_address_cache_remove (SharedAddressCache *self, const char *name_key); /* a name that none of them has any more */
void     shared_address_cache_forget (SharedAddressCache *self); /* after a change of one of them: read anew */
