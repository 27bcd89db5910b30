/* malloc.c - the n-th malloc() returns NULL (shim.h: POSTRIDER_FAULTS). A library of its own, loaded only for that: no other run pays for it. */
#include "write-log.h"

#include <stddef.h>
#include <stdlib.h>

#define WEAK __attribute__ ((weak))

WEAK int shim_fails (Kind kind, const char *where);

/* Who allocates in truth: the sanitizers where they are, else glibc. By name, since dlsym() itself may allocate. */
extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t count, size_t size);
extern void *__libc_realloc (void *old, size_t size);
WEAK extern void *__interceptor_malloc (size_t size);
WEAK extern void *__interceptor_calloc (size_t count, size_t size);
WEAK extern void *__interceptor_realloc (void *old, size_t size);

static int
fails (const char *where)
{
  static __thread int is_inside __attribute__ ((tls_model ("initial-exec"))); /* __tls_get_addr() is the sanitizers', and not ready yet */
  int does;

  if (is_inside || shim_fails == NULL)
    return 0;
  is_inside = 1;
  does = shim_fails (KIND_MALLOC, where);
  is_inside = 0;
  return does;
}

void *
malloc (size_t size)
{
  if (fails ("malloc"))
    return NULL;
  return __interceptor_malloc != NULL ? __interceptor_malloc (size) : __libc_malloc (size);
}

void *
calloc (size_t count, size_t size)
{
  if (fails ("calloc"))
    return NULL;
  return __interceptor_calloc != NULL ? __interceptor_calloc (count, size) : __libc_calloc (count, size);
}

void *
realloc (void *old, size_t size)
{
  if (size > 0 && fails ("realloc"))
    return NULL;
  return __interceptor_realloc != NULL ? __interceptor_realloc (old, size) : __libc_realloc (old, size);
}
