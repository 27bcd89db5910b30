#include "external-sort.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define RUN_ENTRIES 131072 /* chosen: 2 MiB, and as much again while a run is sorted: some milliseconds */
#define READ_ENTRIES 2048  /* chosen: of each run at once; 77 runs are the 10 million rows that a file may have */
#define DIGIT_BITS 11
#define DIGITS (1 << DIGIT_BITS)

typedef struct { /* one run, being read */
  goffset     at, end; /* octets in the file */
  ExternalSortEntry *entries; /* READ_ENTRIES */
  guint       next, n;
} SortRun;

struct ExternalSort {
  char       *folder;
  int         fd;
  goffset     size;
  GArray     *runs;    /* Run */
  ExternalSortEntry *entries; /* the run that is being filled, or given out if it is the only one */
  guint       n, next;
  gboolean    is_reading;
};

static void
run_clear (gpointer data)
{
  g_free (((SortRun *) data)->entries);
}

ExternalSort *
external_sort_new (Database *database)
{
  const char *path = sqlite3_db_filename (database_get_sqlite (database), "main");
  ExternalSort *self = g_new0 (ExternalSort, 1);

  self->folder = path != NULL && path[0] != '\0' ? g_path_get_dirname (path) : g_strdup (g_get_tmp_dir ());
  self->fd = -1;
  self->runs = g_array_new (FALSE, TRUE, sizeof (SortRun));
  g_array_set_clear_func (self->runs, run_clear);
  return self;
}

void
external_sort_free (ExternalSort *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_array_unref (self->runs);
  g_free (self->entries);
  g_free (self->folder);
  g_free (self);
}

/* Order of the hash as a signed number. */
static inline guint
entry_digit (const ExternalSortEntry *entry, int shift)
{
  return (guint) (((guint64) entry->hash ^ (G_GUINT64_CONSTANT (1) << 63)) >> shift) & (DIGITS - 1);
}

static void
run_scatter (const ExternalSortEntry *from, ExternalSortEntry *to, guint n, int shift)
{
  g_autofree guint *places = g_new0 (guint, DIGITS);

  for (guint i = 0; i < n; i++)
    places[entry_digit (&from[i], shift)]++;
  for (guint i = 0, sum = 0; i < DIGITS; i++) {
    guint count = places[i];

    places[i] = sum;
    sum += count;
  }
  for (guint i = 0; i < n; i++)
    to[places[entry_digit (&from[i], shift)]++] = from[i];
}

static gboolean
is_before (const ExternalSortEntry *a, const ExternalSortEntry *b)
{
  return a->hash != b->hash ? a->hash < b->hash : a->id < b->id;
}

/* By the upper 22 bits in two stable passes; what is left is nearly in order, since the hash is as good as random. Equal hashes come in
 * the order of their ids, and stay. */
static void
run_sort (ExternalSortEntry *entries, guint n)
{
  g_autofree ExternalSortEntry *scratch = g_new (ExternalSortEntry, MAX (n, 1));

  run_scatter (entries, scratch, n, 64 - 2 * DIGIT_BITS);
  run_scatter (scratch, entries, n, 64 - DIGIT_BITS);
  for (guint i = 1; i < n; i++) {
    ExternalSortEntry entry = entries[i];
    guint j = i;

    for (; j > 0 && is_before (&entry, &entries[j - 1]); j--)
      entries[j] = entries[j - 1];
    entries[j] = entry;
  }
}

static gboolean
external_sort_fail (GError **error, int code)
{
  g_set_error (error, FAULT, FAULT_IO, "the rows could not be set aside: %s",
               code == ENOSPC || code == EDQUOT ? "the disk is full: make room and try again" : g_strerror (code));
  return FALSE;
}

static gboolean
write_run (ExternalSort *self, GError **error)
{
  SortRun run = { self->size, self->size + (goffset) (self->n * sizeof (ExternalSortEntry)), NULL, 0, 0 };

  if (self->fd < 0)
    self->fd = open (self->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (self->fd < 0)
    return external_sort_fail (error, errno);
  run_sort (self->entries, self->n);
  while (self->size < run.end) {
    ssize_t done = TEMP_FAILURE_RETRY (pwrite (self->fd, (const char *) self->entries + (self->size - run.at), (gsize) (run.end - self->size), self->size));

    if (done <= 0)
      return external_sort_fail (error, done < 0 ? errno : ENOSPC);
    self->size += done;
  }
  g_array_append_val (self->runs, run);
  self->n = 0;
  return TRUE;
}

gboolean
external_sort_add (ExternalSort *self, ExternalSortEntry entry, GError **error)
{
  if (self->entries == NULL)
    self->entries = g_new (ExternalSortEntry, RUN_ENTRIES);
  if (self->n == RUN_ENTRIES && !write_run (self, error))
    return FALSE;
  self->entries[self->n++] = entry;
  return TRUE;
}

static gboolean
external_sort_fill (ExternalSort *self, SortRun *run, GError **error)
{
  gsize len = (gsize) MIN (run->end - run->at, (goffset) (READ_ENTRIES * sizeof (ExternalSortEntry)));

  if (run->entries == NULL)
    run->entries = g_new (ExternalSortEntry, READ_ENTRIES);
  for (gsize done = 0; done < len;) {
    ssize_t n = TEMP_FAILURE_RETRY (pread (self->fd, (char *) run->entries + done, len - done, run->at + (goffset) done));

    if (n <= 0)
      return external_sort_fail (error, n < 0 ? errno : EIO);
    done += (gsize) n;
  }
  run->at += (goffset) len;
  run->n = (guint) (len / sizeof (ExternalSortEntry));
  run->next = 0;
  return TRUE;
}

static gboolean
begin_reading (ExternalSort *self, GError **error)
{
  self->is_reading = TRUE;
  self->next = 0;
  if (self->runs->len == 0) {
    run_sort (self->entries, self->n);
    return TRUE;
  }
  if (self->n > 0 && !write_run (self, error))
    return FALSE;
  g_clear_pointer (&self->entries, g_free);
  return TRUE;
}

static gboolean
end_reading (ExternalSort *self, GError **error)
{
  self->is_reading = FALSE;
  self->n = 0;
  self->size = 0;
  g_array_set_size (self->runs, 0);
  if (self->fd >= 0 && ftruncate (self->fd, 0) != 0)
    external_sort_fail (error, errno);
  return FALSE;
}

/* Few runs: the least of their heads is looked for, one by one. */
static gboolean
next_of_runs (ExternalSort *self, ExternalSortEntry *out_entry, GError **error)
{
  SortRun *least = NULL;

  for (guint i = 0; i < self->runs->len; i++) {
    SortRun *run = &g_array_index (self->runs, SortRun, i);

    if (run->next == run->n && run->at == run->end)
      continue;
    if (run->next == run->n && !external_sort_fill (self, run, error))
      return FALSE;
    if (least == NULL || is_before (&run->entries[run->next], &least->entries[least->next]))
      least = run;
  }
  if (least == NULL)
    return end_reading (self, error);
  *out_entry = least->entries[least->next++];
  return TRUE;
}

gboolean
external_sort_next (ExternalSort *self, ExternalSortEntry *out_entry, GError **error)
{
  if (!self->is_reading && !begin_reading (self, error))
    return FALSE;
  if (self->runs->len > 0)
    return next_of_runs (self, out_entry, error);
  if (self->next == self->n)
    return end_reading (self, error);
  g_assert (self->entries != NULL); /* n > 0 */
  *out_entry = self->entries[self->next++];
  return TRUE;
}
