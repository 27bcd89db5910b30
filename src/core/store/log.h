/* log.h - the store's write-ahead log while much is written, and after it: what takes long (flushing it, bringing it into the file) is done by a
 * thread, so that the main loop goes on. Main thread only. Used in: core/store. */
#pragma once
#include "database.h"

Log *log_new  (Database *database); /* (transfer full) */
void log_free (Log *self);    /* waits for the thread; NULL is a no-op */

void log_hold  (Log *self); /* commits leave the log as it is */
void log_flush (Log *self); /* writes so far go to the disk: the next commit has less to wait for. A no-op while the thread is at work */
void log_fold  (Log *self); /* brings it into the file, and empties it; then commits care for it as ever. Errors: it stays as it is, and the next commit tries */
