#include "wiped-memory.h"

#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HEAD 16 /* its size, in front of each block; keeps malloc's alignment */

void *
wiped_malloc (size_t size)
{
  char *head = size <= SIZE_MAX - HEAD ? malloc (size + HEAD) : NULL;

  if (head == NULL)
    return NULL;
  memcpy (head, &size, sizeof size);
  return head + HEAD;
}

void *
wiped_calloc (size_t count, size_t size)
{
  void *block = size == 0 || count <= SIZE_MAX / size ? wiped_malloc (count * size) : NULL;

  if (block != NULL)
    memset (block, 0, count * size);
  return block;
}

static size_t
wiped_get_size (const void *block)
{
  size_t size;

  memcpy (&size, (const char *) block - HEAD, sizeof size);
  return size;
}

void
wiped_free (void *block)
{
  if (block == NULL)
    return;
  explicit_bzero (block, wiped_get_size (block));
  free ((char *) block - HEAD);
}

void *
wiped_realloc (void *block, size_t size)
{
  void *fresh = wiped_malloc (size);

  if (fresh == NULL || block == NULL)
    return fresh;
  memcpy (fresh, block, wiped_get_size (block) < size ? wiped_get_size (block) : size);
  wiped_free (block);
  return fresh;
}

char *
wiped_strdup (const char *text)
{
  size_t size = strlen (text) + 1;
  char *copy = wiped_malloc (size);

  return copy != NULL ? memcpy (copy, text, size) : NULL;
}

/* --- as OpenSSL calls them --- */

static void *openssl_malloc (size_t size, const char *file, int line) { return wiped_malloc (size); }
static void openssl_free (void *block, const char *file, int line) { wiped_free (block); }

static void *
openssl_realloc (void *block, size_t size, const char *file, int line)
{
  if (size > 0)
    return wiped_realloc (block, size);
  wiped_free (block);
  return NULL;
}

void
wiped_memory_take_openssl (void)
{
  (void) CRYPTO_set_mem_functions (openssl_malloc, openssl_realloc, openssl_free);
}
