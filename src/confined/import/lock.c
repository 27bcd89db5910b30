/* lock.c - what postrider-import may do: next to nothing. */
#include "import-lock.h"

static const LockLimit limits[] = {
  { RLIMIT_AS, G_GUINT64_CONSTANT (1) << 30, "a bomb in a workbook ends this process, not the machine" },
  { RLIMIT_CPU, 3600, "10 million rows with a phone number each: libphonenumber took about 60 us for one, on a busy machine; a loop ends" },
  { RLIMIT_FSIZE, 0, "writes no file" },
  { RLIMIT_NOFILE, 16, "stdio, the socket, one file, GLib's eventfds" },
  { 0, 0, NULL },
};

const LockTable import_lock = {
  .program = "import",
  .limits = limits,
  .dies_with_parent = TRUE, /* without core its rows are wanted no more */
};
