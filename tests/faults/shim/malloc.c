/* malloc.c - the n-th malloc() returns NULL (shim.c: POSTRIDER_FAULTS). A library of its own, loaded only for that: no other run pays for it. */
#include "notebook.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

__attribute__ ((weak)) int shim_fails (Kind kind, const char *where);

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t count, size_t size);
extern void *__libc_realloc (void *old, size_t size);

/* In a build with sanitizers the next one is theirs, else glibc's; dlsym() itself may allocate. */
#define FIND(name) \
  static __thread int is_finding; \
  static __typeof__ (name) *next; \
  if (next == NULL && !is_finding) { \
    is_finding = 1; \
    next = (__typeof__ (name) *) dlsym (RTLD_NEXT, #name); \
    is_finding = 0; \
  }

static int
fails (const char *where)
{
  static __thread int is_inside;
  int does;

  if (is_inside)
    return 0;
  is_inside = 1;
  does = shim_fails (KIND_MALLOC, where);
  is_inside = 0;
  return does;
}

void *
malloc (size_t size)
{
  FIND (malloc);
  if (fails ("malloc"))
    return NULL;
  return next != NULL ? next (size) : __libc_malloc (size);
}

void *
calloc (size_t count, size_t size)
{
  FIND (calloc);
  if (fails ("calloc"))
    return NULL;
  return next != NULL ? next (count, size) : __libc_calloc (count, size);
}

void *
realloc (void *old, size_t size)
{
  FIND (realloc);
  if (size > 0 && fails ("realloc"))
    return NULL;
  return next != NULL ? next (old, size) : __libc_realloc (old, size);
}
