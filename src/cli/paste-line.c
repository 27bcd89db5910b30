#include "paste-line.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define ERASE_WORD 0x15 /* ^U */
#define ERASE_ONE 0x7f

struct PasteLine {
  int            fd;
  struct termios before;
  guint          source, signals[3];
  char           buffer[PASTE_LINE_MAX + 1];
  gsize          len;
  PasteLineFunc  pasted;
  gpointer       data;
};

static const int caught[] = { SIGINT, SIGTERM, SIGHUP };

static void
give_line (PasteLine *self)
{
  gboolean is_empty = self->len == 0;
  g_autoptr (SecretBytes) line = self->len <= PASTE_LINE_MAX ? secret_bytes_new (self->buffer, self->len) : NULL;

  explicit_bzero (self->buffer, sizeof self->buffer);
  self->len = 0;
  if (!is_empty)
    self->pasted (line, self->data);
}

static void
take_octet (PasteLine *self, char octet)
{
  if (octet == ERASE_ONE && self->len > 0)
    self->len--;
  else if (octet == ERASE_WORD)
    self->len = 0;
  else if (g_ascii_isgraph (octet) && self->len <= PASTE_LINE_MAX)
    self->buffer[self->len++] = octet;
}

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer data)
{
  PasteLine *self = data;
  char octet;
  gssize n = read (fd, &octet, 1); /* what is typed behind the line stays in the terminal */

  if (n == 1 && (octet == '\n' || octet == '\r'))
    give_line (self);
  else if (n == 1)
    take_octet (self, octet);
  if (n == 1 || (n < 0 && (errno == EINTR || errno == EAGAIN)))
    return G_SOURCE_CONTINUE;
  self->source = 0; /* the terminal is gone */
  return G_SOURCE_REMOVE;
}

static gboolean
leave_terminal (PasteLine *self, int number)
{
  tcsetattr (self->fd, TCSAFLUSH, &self->before);
  signal (number, SIG_DFL);
  raise (number);
  return G_SOURCE_CONTINUE;
}

static gboolean
interrupted_cb (gpointer data)
{
  return leave_terminal (data, SIGINT);
}

static gboolean
terminated_cb (gpointer data)
{
  return leave_terminal (data, SIGTERM);
}

static gboolean
hung_up_cb (gpointer data)
{
  return leave_terminal (data, SIGHUP);
}

/* Ctrl-Z would leave a terminal behind that shows nothing. */
static void
hide_terminal (PasteLine *self)
{
  struct termios hidden = self->before;

  hidden.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ECHONL);
  hidden.c_cc[VMIN] = 1;
  hidden.c_cc[VTIME] = 0;
  hidden.c_cc[VSUSP] = _POSIX_VDISABLE;
  tcsetattr (self->fd, TCSAFLUSH, &hidden);
}

PasteLine *
paste_line_new (PasteLineFunc pasted, gpointer data)
{
  static const GSourceFunc handlers[] = { interrupted_cb, terminated_cb, hung_up_cb };
  PasteLine *self = g_new0 (PasteLine, 1);

  self->fd = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (self->fd < 0 || tcgetattr (self->fd, &self->before) != 0) {
    if (self->fd >= 0)
      close (self->fd);
    g_free (self);
    return NULL;
  }
  self->pasted = pasted;
  self->data = data;
  for (gsize i = 0; i < G_N_ELEMENTS (caught); i++)
    self->signals[i] = g_unix_signal_add (caught[i], handlers[i], self);
  hide_terminal (self);
  self->source = g_unix_fd_add (self->fd, G_IO_IN, readable_cb, self);
  return self;
}

void
paste_line_free (PasteLine *self)
{
  if (self == NULL)
    return;
  if (self->source != 0)
    g_source_remove (self->source);
  for (gsize i = 0; i < G_N_ELEMENTS (caught); i++)
    g_source_remove (self->signals[i]);
  tcsetattr (self->fd, TCSAFLUSH, &self->before);
  close (self->fd);
  explicit_bzero (self->buffer, sizeof self->buffer);
  g_free (self);
}
