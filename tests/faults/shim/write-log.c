#include "write-log.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static WriteLogHead *head;

static _Atomic uint64_t *
get_files (void)
{
  return (_Atomic uint64_t *) ((char *) head + 4096);
}

int
write_log_open (const char *path)
{
  int fd = (int) syscall (SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  struct stat status;
  void *map = MAP_FAILED;

  if (fd >= 0 && fstat (fd, &status) == 0)
    map = mmap (NULL, (size_t) status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (fd >= 0)
    syscall (SYS_close, fd);
  if (map == MAP_FAILED || ((WriteLogHead *) map)->magic != WRITE_LOG_MAGIC)
    return -1;
  head = map;
  return 0;
}

uint64_t
write_log_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

void
write_log_add (char kind, uint64_t mono_ns, uint64_t device, uint64_t inode, uint64_t offset, uint64_t size, uint32_t flags, const void *first,
               size_t first_len, const void *second, size_t second_len)
{
  uint64_t length = (sizeof (WriteLogRecord) + first_len + second_len + 7) & ~(uint64_t) 7, at;
  WriteLogRecord *record;
  char *values;

  if (head == NULL)
    return;
  at = WRITE_LOG_RECORDS_AT + atomic_fetch_add (&head->end, length);
  if (at + length > head->size) {
    head->is_full = 1;
    return;
  }
  record = (WriteLogRecord *) ((char *) head + at);
  record->length = (uint32_t) length;
  record->mono_ns = mono_ns;
  record->device = device;
  record->inode = inode;
  record->offset = offset;
  record->size = size;
  record->pid = (uint32_t) getpid ();
  record->first = (uint32_t) first_len;
  record->second = (uint32_t) second_len;
  record->flags = flags;
  values = (char *) (record + 1);
  if (first_len > 0)
    memcpy (values, first, first_len);
  if (second_len > 0)
    memcpy (values + first_len, second, second_len);
  atomic_store (&record->kind, (uint32_t) kind);
}

/* Open addressing; a file is never taken out: whoever gets its number later writes to no name of ours, which is seen by the reader. */
static uint64_t
mix (uint64_t device, uint64_t inode)
{
  uint64_t key = (device * 0x9e3779b97f4a7c15ull) ^ (inode * 0xc2b2ae3d27d4eb4full);

  return key != 0 ? key : 1;
}

void
write_log_watch (uint64_t device, uint64_t inode)
{
  uint64_t key = mix (device, inode);

  for (uint64_t i = key, n = 0; head != NULL && n < WRITE_LOG_FILES; i++, n++) {
    uint64_t none = 0;

    if (atomic_compare_exchange_strong (&get_files ()[i % WRITE_LOG_FILES], &none, key) || none == key)
      return;
  }
}

int
write_log_is_watched (uint64_t device, uint64_t inode)
{
  uint64_t key = mix (device, inode), found;

  for (uint64_t i = key, n = 0; head != NULL && n < WRITE_LOG_FILES; i++, n++) {
    found = get_files ()[i % WRITE_LOG_FILES];
    if (found == key || found == 0)
      return found == key;
  }
  return 0;
}

uint64_t
write_log_count_call (Kind kind, Who who)
{
  return head != NULL ? atomic_fetch_add (&head->calls[kind][who], 1) + 1 : 0;
}

void
write_log_count_failure (void)
{
  if (head != NULL)
    atomic_fetch_add (&head->failures, 1);
}
