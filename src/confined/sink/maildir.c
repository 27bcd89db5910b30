#include "maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"

#define NAME_SIZE 80 /* two 64-bit numbers, eight hex digits and fixed letters: 67 at most */

struct Maildir {
  int      tmp_fd;
  int      new_fd;
  guint32  run; /* random: two runs in one second make no equal names */
  guint64  serial;
  guint64  count;
  gboolean is_kept;
};

struct MaildirMessage {
  Maildir *maildir;
  GString *head;
  int      fd; /* -1: none open */
  char     name[NAME_SIZE];
};

static int
open_folder (const char *path, const char *name, GError **error)
{
  g_autofree char *full = g_build_filename (path, name, NULL); /* name NULL: the path itself */
  int fd = -1;

  if (mkdir (full, 0700) == 0 || errno == EEXIST)
    fd = open (full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "The folder %s could not be made: %s. Choose another one with --dir.", full,
                 g_strerror (errno));
  return fd;
}

Maildir *
maildir_open (const char *path, GError **error)
{
  Maildir *self = g_new0 (Maildir, 1);
  int folder = open_folder (path, NULL, error);
  int cur_fd = -1;

  self->tmp_fd = self->new_fd = -1;
  self->is_kept = TRUE;
  if (folder >= 0 && (self->tmp_fd = open_folder (path, "tmp", error)) >= 0 &&
      (self->new_fd = open_folder (path, "new", error)) >= 0)
    cur_fd = open_folder (path, "cur", error);
  if (folder >= 0)
    close (folder);
  if (cur_fd < 0) {
    maildir_free (self);
    return NULL;
  }
  close (cur_fd);
  if (getrandom (&self->run, sizeof self->run, 0) != sizeof self->run)
    self->run = (guint32) getpid ();
  return self;
}

void
maildir_free (Maildir *self)
{
  if (self == NULL)
    return;
  if (self->tmp_fd >= 0)
    close (self->tmp_fd);
  if (self->new_fd >= 0)
    close (self->new_fd);
  g_free (self);
}

guint64
maildir_get_count (const Maildir *self)
{
  return self->count;
}

void
maildir_set_kept (Maildir *self, gboolean is_kept)
{
  self->is_kept = is_kept;
}

MaildirMessage *
maildir_message_new (Maildir *maildir)
{
  MaildirMessage *self = g_new0 (MaildirMessage, 1);

  self->maildir = maildir;
  self->head = g_string_new (NULL);
  self->fd = -1;
  return self;
}

static void
drop_cb (gpointer data)
{
  MaildirMessage *self = data;

  if (self->fd < 0)
    return;
  close (self->fd);
  self->fd = -1;
  unlinkat (self->maildir->tmp_fd, self->name, 0);
}

void
maildir_message_free (MaildirMessage *self)
{
  if (self == NULL)
    return;
  drop_cb (self);
  g_string_free (self->head, TRUE);
  g_free (self);
}

/* Opens the file and leaves the envelope's lines in head. */
static gboolean
maildir_message_begin (MaildirMessage *self, const SinkSessionEnvelope *envelope)
{
  Maildir *maildir = self->maildir;

  g_snprintf (self->name, sizeof self->name, "%" G_GINT64_FORMAT ".R%08xQ%09" G_GUINT64_FORMAT ".postrider",
              (gint64) time (NULL), maildir->run, ++maildir->serial);
  self->fd = openat (maildir->tmp_fd, self->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  g_string_assign (self->head, "Return-Path: <");
  g_string_append (self->head, envelope->sender);
  g_string_append (self->head, ">\n");
  for (guint i = 0; i < envelope->recipients->len; i++) {
    g_string_append (self->head, "Delivered-To: ");
    g_string_append (self->head, g_ptr_array_index (envelope->recipients, i));
    g_string_append_c (self->head, '\n');
  }
  return self->fd >= 0;
}

/* Writes head and octets whole. A short write (RLIMIT_FSIZE, a full disk) counts as none. */
static gboolean
write_all (MaildirMessage *self, const void *octets, gsize len)
{
  struct iovec parts[2] = { { self->head->str, self->head->len }, { (void *) octets, len } };
  gssize written;

  do
    written = writev (self->fd, parts, 2);
  while (written < 0 && errno == EINTR);
  if (written != (gssize) (self->head->len + len))
    return FALSE;
  g_string_truncate (self->head, 0);
  return TRUE;
}

static gboolean
maildir_message_commit (MaildirMessage *self)
{
  int fd = self->fd;

  self->fd = -1;
  if (close (fd) == 0 && renameat (self->maildir->tmp_fd, self->name, self->maildir->new_fd, self->name) == 0)
    return TRUE;
  unlinkat (self->maildir->tmp_fd, self->name, 0);
  return FALSE;
}

static gboolean
add_cb (gpointer data, const SinkSessionEnvelope *envelope, const void *octets, gsize len, gboolean is_last)
{
  MaildirMessage *self = data;

  if (self->maildir->is_kept) {
    if ((self->fd < 0 && !maildir_message_begin (self, envelope)) || !write_all (self, octets, len)) {
      drop_cb (self);
      return FALSE;
    }
    if (is_last && !maildir_message_commit (self))
      return FALSE;
  }
  self->maildir->count += is_last;
  return TRUE;
}

SinkSessionStore
maildir_message_get_store (MaildirMessage *self)
{
  return (SinkSessionStore) { self, add_cb, drop_cb };
}
