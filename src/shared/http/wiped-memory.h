/* wiped-memory.h - memory that is wiped when it is given back or outgrown, for libraries that know nothing of secrets: libcurl's and OpenSSL's
 * buffers hold requests and answers in the clear.
 * Trust:  none of its own. Used in: shared/http. Source: curl_global_init_mem(3), CRYPTO_set_mem_functions(3). */
#pragma once
#include <stddef.h>

void *wiped_malloc  (size_t size);
void *wiped_calloc  (size_t count, size_t size);
void *wiped_realloc (void *block, size_t size); /* never grows in place: the old block is wiped */
char *wiped_strdup  (const char *text);
void  wiped_free    (void *block); /* NULL is a no-op */

/* For all that OpenSSL allocates in this process. Before its first use; later it has no effect. */
void  wiped_memory_take_openssl (void);
