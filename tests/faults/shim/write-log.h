/* write-log.h - one file that all processes under test map: what they wrote, in one order, and whose turn it is to fail.
 * Trust:   test only. A record costs no system call and no descriptor, so it works behind the locks of the confined programs too.
 * Layout:  a head, a table of the files we watch, then records back to back (tests/faults/write_log.py reads them). */
#pragma once
#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#define WRITE_LOG_MAGIC 0x31544c4146525050ull /* "PPRFALT1" */
#define WRITE_LOG_FILES 65536                 /* chosen: some ten thousand files in one scenario, a power of two */
#define WRITE_LOG_RECORDS_AT (4096 + 8 * WRITE_LOG_FILES)

typedef enum { KIND_WRITE, KIND_FSYNC, KIND_OPEN, KIND_NAME, KIND_SOCKET, KIND_MALLOC, KIND_COUNT } Kind;
typedef enum { WHO_CORE, WHO_CLI, WHO_SMTP, WHO_DIAL, WHO_IMPORT, WHO_COUNT } Who;

typedef struct {
  uint64_t         magic, size;
  _Atomic uint64_t end;              /* of the records, in octets from WRITE_LOG_RECORDS_AT */
  _Atomic uint64_t is_full;          /* a record found no room: nothing that was seen counts */
  _Atomic uint64_t failures;         /* calls that were refused */
  uint64_t         nothing;
  _Atomic uint64_t calls[KIND_COUNT][WHO_COUNT];
} WriteLogHead;

typedef struct {
  uint32_t         length; /* of the whole record, a multiple of 8 */
  _Atomic uint32_t kind;   /* a letter; 0: still being written */
  uint64_t         mono_ns; /* when the call began */
  uint64_t         device, inode, offset, size;
  uint32_t         pid, first, second, flags; /* octets of the two values behind; second: padded to 8 with them */
} WriteLogRecord;

int  write_log_open (const char *path); /* 0: it is mapped */
void write_log_add (char kind, uint64_t mono_ns, uint64_t device, uint64_t inode, uint64_t offset, uint64_t size, uint32_t flags, const void *first,
                    size_t first_len, const void *second, size_t second_len);
void write_log_watch (uint64_t device, uint64_t inode);
int  write_log_is_watched (uint64_t device, uint64_t inode);
uint64_t write_log_count_call (Kind kind, Who who);
void write_log_count_failure (void);
uint64_t write_log_now (void);
