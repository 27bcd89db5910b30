/* shim.h - loaded by LD_PRELOAD below SQLite's own VFS and below every other write of Postrider's.
 * POSTRIDER_FAULTS=LOG;FOLDER;BOOT;LIE;KIND:WHO:N:MODE:ERRNO (each may be empty):
 *   LOG       the file of write-log.h
 *   FOLDER    what is written below it is noted, and fsync() there is noted instead of done: what it promises is modelled, not measured
 *   BOOT      stands in for /proc/sys/kernel/random/boot_id: after a power cut it is another one
 *   LIE       "all": fsync says 0 and is not noted; "folders": only that of folders (the controls)
 *   KIND …    the N-th call of KIND (write, fsync, open, name, socket, malloc) by WHO (core, cli, smtp, dial, import) fails with ERRNO;
 *             MODE once: only that one; on: that one and all behind it; short: half of the octets are written. N = 0: all are counted, none fails.
 *             Controls that a test must find: lost (from N on nothing is written and all said to be well), crash (the process ends there)
 * What it cannot see: calls inside glibc (stdio's writes) and memory maps. Postrider's data folder has none but SQLite's -shm, which is rebuilt. */
#pragma once
#include "write-log.h"

#include <dlfcn.h>
#include <limits.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef struct {
  char     folder[PATH_MAX], boot[PATH_MAX];
  size_t   folder_len;
  int      is_noting, is_lying, is_lying_about_folders;
  char     mode[8];
  uint64_t n;
  int      kind, who, error, is_counting, is_victim;
} ShimSettings;

extern ShimSettings shim_settings __attribute__ ((visibility ("hidden"))); /* settings.c */

/* settings.c: does this call fail? It is counted. Returns: 1 with errno, or 0. */
int shim_fails    (Kind kind, const char *where);
int shim_has_mode (const char *mode);

/* notes.c */
const char *shim_describe (int fd, char out[PATH_MAX]); /* the path of what is open there, or "" */
/* out: the absolute path, or "" where it is not known. Returns: 1 when it is below the folder that is noted. */
int  shim_find_path    (int folder_fd, const char *path, char out[PATH_MAX]);
int  shim_is_noted     (int fd, struct stat *out_status);
void shim_note_names   (char kind, uint64_t began, const char *from, const char *to); /* to: NULL: there is one name */
void shim_note_opened  (uint64_t began, int fd, const char *path, int flags);
void shim_note_written (uint64_t began, int fd, off_t at, const struct iovec *parts, int count, ssize_t written); /* at < 0: where the file stands now */
void shim_note         (const char *words);
void kill_point_passed (const char *name);

/* The function below ours. */
#define NEXT(name) \
  static __typeof__ (name) *next; \
  if (next == NULL) \
  next = (__typeof__ (name) *) dlsym (RTLD_NEXT, #name)
