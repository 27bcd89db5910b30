/* session.h - one import through the whole of core/intake, waited for. Used in: tests. */
#pragma once
#include "import.h"

typedef struct {
  GMainLoop *loop;
  guint64 read, created, updated, merged, unchanged, rejected, left_out;
  guint   reject_frames, progresses;
  char   *format, *encoding, *fields; /* fields: joined by "," */
  GError *error;
} Session;

/* Imports `bytes` into list "people"; a file in /tmp, or a pipe. edit: changes the spec; NULL: as it is. */
void session_run   (Session *self, Database *database, const char *bytes, gssize len, gboolean is_pipe, const ImportSpec *defaults);
void session_run_fd (Session *self, Database *database, int fd, const ImportSpec *defaults); /* takes fd */
void session_clear (Session *self);
