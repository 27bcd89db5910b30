#include "log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define AGAIN_S 30 /* chosen: how often it is looked whether there is room now */
#define LOOK_MS 20 /* chosen: how often the main loop looks whether the log is in the file */
#define PAGES 1000 /* SQLite's own: a commit brings a log of so many pages into the file */

struct Log {
  Database *database;
  char    *path, *log_path; /* NULL: in memory, there is no log */
  GThread *thread;
  gint     is_done;         /* atomic: set by the thread */
  guint    look_source;
};

Log *
log_new (Database *database)
{
  Log *self = g_new0 (Log, 1);
  const char *path = sqlite3_db_filename (database_get_sqlite (database), "main");

  self->database = database;
  if (path != NULL && path[0] != '\0') {
    self->path = g_strdup (path);
    self->log_path = g_strconcat (path, "-wal", NULL);
  }
  return self;
}

static void
wait_for_thread (Log *self)
{
  g_clear_handle_id (&self->look_source, g_source_remove);
  g_clear_pointer (&self->thread, g_thread_join);
}

void
log_free (Log *self)
{
  if (self == NULL)
    return;
  wait_for_thread (self);
  g_free (self->path);
  g_free (self->log_path);
  g_free (self);
}

static gboolean
is_busy (Log *self)
{
  return self->thread != NULL && !g_atomic_int_get (&self->is_done);
}

void
log_hold (Log *self)
{
  g_clear_handle_id (&self->look_source, g_source_remove);
  sqlite3_wal_autocheckpoint (database_get_sqlite (self->database), 0);
}

static gpointer
flush_thread (gpointer data)
{
  Log *self = data;
  int fd = open (self->log_path, O_RDONLY | O_CLOEXEC); /* SQLite has no locks on this file that closing it would drop */

  if (fd >= 0) {
    fdatasync (fd); /* the commit that counts says what went wrong */
    close (fd);
  }
  g_atomic_int_set (&self->is_done, 1);
  return NULL;
}

static gpointer
fold_thread (gpointer data)
{
  Log *self = data;
  sqlite3 *db = NULL;

  /* SQLite looks for the log only when it reads; passive: it waits for nobody, and nobody for it */
  if (sqlite3_open_v2 (self->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
      sqlite3_exec (db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL) == SQLITE_OK)
    sqlite3_wal_checkpoint_v2 (db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  sqlite3_close (db);
  g_atomic_int_set (&self->is_done, 1);
  return NULL;
}

static void
log_start (Log *self, GThreadFunc func)
{
  g_atomic_int_set (&self->is_done, 0);
  self->thread = g_thread_new ("log", func, self);
}

void
log_flush (Log *self)
{
  if (self->path == NULL || is_busy (self))
    return;
  wait_for_thread (self);
  log_start (self, flush_thread);
}

static gboolean
look_cb (gpointer data)
{
  Log *self = data;

  if (is_busy (self))
    return G_SOURCE_CONTINUE;
  self->look_source = 0;
  wait_for_thread (self);
  sqlite3_wal_autocheckpoint (database_get_sqlite (self->database), PAGES);
  /* little has come in meanwhile */
  sqlite3_wal_checkpoint_v2 (database_get_sqlite (self->database), "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  return G_SOURCE_REMOVE;
}

/* The file would take up what is free now, and the log would stay: better half a full disk. */
static gboolean
has_room (Log *self)
{
  struct stat info;

  return stat (self->log_path, &info) != 0 || database_get_room (self->database) > (guint64) info.st_size;
}

static gboolean
again_cb (gpointer data)
{
  Log *self = data;

  self->look_source = 0;
  log_fold (self);
  return G_SOURCE_REMOVE;
}

void
log_fold (Log *self)
{
  g_clear_handle_id (&self->look_source, g_source_remove);
  if (self->path == NULL) {
    sqlite3_wal_autocheckpoint (database_get_sqlite (self->database), PAGES);
  } else if (is_busy (self)) {
    self->look_source = g_timeout_add (LOOK_MS, again_cb, self);
  } else if (!has_room (self)) {
    self->look_source = g_timeout_add_seconds (AGAIN_S, again_cb, self);
  } else {
    wait_for_thread (self);
    log_start (self, fold_thread);
    self->look_source = g_timeout_add (LOOK_MS, look_cb, self);
  }
}
