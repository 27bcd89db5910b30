/* leftover.h - is a secret still somewhere in this process's memory: on the stack, in freed blocks, in a buffer? Looks through /proc/self/mem, which
 * no sanitizer guards. The secret is random and kept masked, so that the search doesn't find itself. Used in: tests of who must wipe. */
#pragma once
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LEFTOVER_LEN 24
#define LEFTOVER_MASK 0xa5
#define LEFTOVER_CHUNK ((gsize) 1 << 20)
#define LEFTOVER_REGION_MAX ((guint64) 1 << 30) /* larger ones are a sanitizer's shadow */

typedef struct {
  guint8 masked[LEFTOVER_LEN];
} Leftover;

static inline void
leftover_make (Leftover *self)
{
  for (guint i = 0; i < LEFTOVER_LEN; i++)
    self->masked[i] = (guint8) (g_random_int_range ('a', 'z' + 1) ^ LEFTOVER_MASK);
}

/* To look for the first octets of `data`, of which there are LEFTOVER_LEN at least. */
static inline void
leftover_take (Leftover *self, const void *data)
{
  for (guint i = 0; i < LEFTOVER_LEN; i++)
    self->masked[i] = ((const guint8 *) data)[i] ^ LEFTOVER_MASK;
}

/* The secret again and again, so that any part of `out` that stays is found. */
static inline void
leftover_put (const Leftover *self, void *out, gsize len)
{
  for (gsize i = 0; i < len; i++)
    ((guint8 *) out)[i] = self->masked[i % LEFTOVER_LEN] ^ LEFTOVER_MASK;
}

static inline gboolean
leftover_is_at (const Leftover *self, const guint8 *at)
{
  for (guint i = 0; i < LEFTOVER_LEN; i++)
    if ((at[i] ^ LEFTOVER_MASK) != self->masked[i])
      return FALSE;
  return TRUE;
}

static inline gboolean
leftover_is_in (const Leftover *self, const guint8 *data, gsize len)
{
  const guint8 *at = data, *end = data + len;

  while ((gsize) (end - at) >= LEFTOVER_LEN && (at = memchr (at, self->masked[0] ^ LEFTOVER_MASK, (gsize) (end - at) - LEFTOVER_LEN + 1)) != NULL)
    if (leftover_is_at (self, at++))
      return TRUE;
  return FALSE;
}

static inline gboolean
leftover_is_in_region (const Leftover *self, int memory, guint64 from, guint64 to, guint8 *buffer)
{
  while (from + LEFTOVER_LEN <= to) {
    gssize n = pread (memory, buffer, MIN (LEFTOVER_CHUNK, to - from), (off_t) from);

    if (n < LEFTOVER_LEN)
      return FALSE; /* a guard page */
    if (leftover_is_in (self, buffer, (gsize) n))
      return TRUE;
    from += (guint64) n - (LEFTOVER_LEN - 1);
  }
  return FALSE;
}

/* One line of /proc/self/maps. Returns: FALSE: nothing to be looked at. */
static inline gboolean
leftover_parse_region (const char *line, guint64 *out_from, guint64 *out_to)
{
  char *end = NULL;

  *out_from = g_ascii_strtoull (line, &end, 16);
  *out_to = g_ascii_strtoull (end + 1, &end, 16);
  return end[1] == 'r' && *out_to - *out_from <= LEFTOVER_REGION_MAX && strstr (end, "[vvar") == NULL && strstr (end, "[vsyscall]") == NULL;
}

static inline gboolean
leftover_is_there (const Leftover *self)
{
  guint8 *buffer = mmap (NULL, 2 * LEFTOVER_CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); /* octets; the list of regions */
  char *maps = (char *) buffer + LEFTOVER_CHUNK;
  int memory = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC), list = open ("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  gsize len = 0;
  gssize n;
  gboolean is_there = FALSE;

  g_assert_true (buffer != MAP_FAILED && memory >= 0 && list >= 0);
  while ((n = read (list, maps + len, LEFTOVER_CHUNK - 1 - len)) > 0)
    len += (gsize) n;
  for (char *line = maps, *end; !is_there && (end = strchr (line, '\n')) != NULL; line = end + 1) {
    guint64 from, to;

    *end = '\0';
    is_there = leftover_parse_region (line, &from, &to) && leftover_is_in_region (self, memory, from, to, buffer);
  }
  close (memory);
  close (list);
  munmap (buffer, 2 * LEFTOVER_CHUNK);
  return is_there;
}

/* Far down the stack, where the search itself does not write over what was left there. */
static G_GNUC_NO_INLINE G_GNUC_UNUSED void
leftover_call_deep (void (*func) (gpointer data), gpointer data)
{
  volatile guint8 room[1 << 16];

  room[0] = 0;
  func (data);
  room[1] = room[0];
}

/* The search finds what is there: without this, "not there" says nothing. */
static inline void
leftover_check_control (void)
{
  Leftover control;
  char *planted = g_malloc (LEFTOVER_LEN + 100);

  leftover_make (&control);
  g_assert_false (leftover_is_there (&control));
  leftover_put (&control, planted + 90, LEFTOVER_LEN);
  g_assert_true (leftover_is_there (&control));
  g_free (planted); /* freed, not wiped: found as well */
  g_assert_true (leftover_is_there (&control));
}
