#include "display.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define X11_FOLDER "/tmp/.X11-unix"
#define COOKIES_MAX_BYTES 65536 /* chosen: a record is about 50 octets */
#define SOCKET_PATH_MAX 107     /* unix(7) */

static gboolean
is_socket (const char *path)
{
  struct stat status;

  return strlen (path) <= SOCKET_PATH_MAX && stat (path, &status) == 0 && S_ISSOCK (status.st_mode);
}

/* --- X11 --- */

/* ":0", ":0.1", "unix:0". Returns: (transfer full) "0"; NULL: elsewhere, or no display at all. */
static char *
get_number (const char *display)
{
  const char *start = g_str_has_prefix (display, "unix:") ? display + 4 : display;
  gsize digits = *start == ':' ? strspn (start + 1, "0123456789") : 0;

  if (digits == 0 || digits > 5)
    return NULL;
  start += 1;
  if (start[digits] != '\0' && (start[digits] != '.' || strspn (start + digits + 1, "0123456789") != strlen (start + digits + 1)))
    return NULL;
  return g_strndup (start, digits);
}

/* One field: a length of two octets, most significant first, then so many octets. */
static gboolean
read_field (const guint8 *data, gsize len, gsize *at, const guint8 **out, gsize *out_len)
{
  gsize n;

  if (len - *at < 2)
    return FALSE;
  n = (gsize) data[*at] << 8 | data[*at + 1];
  if (len - *at - 2 < n)
    return FALSE;
  *out = data + *at + 2;
  *out_len = n;
  *at += 2 + n;
  return TRUE;
}

GBytes *
display_filter_cookies (const guint8 *data, gsize len, const char *number)
{
  g_autoptr (GByteArray) kept = g_byte_array_new ();

  for (gsize at = 0; at + 2 <= len;) { /* family, address, number, name, secret */
    gsize start = at, lengths[4];
    const guint8 *fields[4];
    gboolean is_whole = TRUE;

    at += 2;
    for (guint i = 0; is_whole && i < 4; i++)
      is_whole = read_field (data, len, &at, &fields[i], &lengths[i]);
    if (!is_whole)
      break;
    if (lengths[1] == 0 || (lengths[1] == strlen (number) && memcmp (fields[1], number, lengths[1]) == 0))
      g_byte_array_append (kept, data + start, (guint) (at - start));
  }
  return kept->len > 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&kept)) : NULL;
}

/* Opened without waiting (it could be a pipe), and only what is a plain file is read. */
static GBytes *
read_cookies (const char *path, const char *number)
{
  int fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
  g_autofree guint8 *data = fd >= 0 ? g_malloc (COOKIES_MAX_BYTES) : NULL;
  struct stat status;
  gsize len = 0;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    for (gssize n = 1; n > 0 && len < COOKIES_MAX_BYTES; len += n > 0 ? (gsize) n : 0)
      n = read (fd, data + len, COOKIES_MAX_BYTES - len);
  close (fd);
  return display_filter_cookies (data, len, number);
}

int
display_open_cookie (GBytes *cookie)
{
  int fd = cookie != NULL ? memfd_create ("cookie", MFD_CLOEXEC) : -1;

  if (fd >= 0 && (write (fd, g_bytes_get_data (cookie, NULL), g_bytes_get_size (cookie)) != (gssize) g_bytes_get_size (cookie) || lseek (fd, 0, SEEK_SET) != 0))
    g_warning ("the display's cookie could not be passed on: %s", g_strerror (errno));
  return fd;
}

static Display *
find_x11 (Environment *environment, const char *home, GError **error)
{
  const char *display = environment_get (environment, "DISPLAY");
  g_autofree char *number = get_number (display);
  g_autofree char *socket = number != NULL ? g_strconcat (X11_FOLDER "/X", number, NULL) : NULL;
  g_autofree char *usual = home != NULL ? g_build_filename (home, ".Xauthority", NULL) : NULL;
  const char *named = environment_get (environment, "XAUTHORITY");
  Display *self;

  if (socket == NULL || !is_socket (socket)) {
    g_set_error (error, FAULT, FAULT_UNAVAILABLE,
                 "the display %s is not on this machine, and the window has no network: open it at the screen itself, or use the commands "
                 "(postrider --help)", display);
    return NULL;
  }
  self = g_new0 (Display, 1);
  self->socket = g_steal_pointer (&socket);
  self->name = g_strconcat (":", number, NULL);
  self->cookie = read_cookies (named != NULL ? named : usual, number);
  return self;
}

/* --- Wayland --- */

static Display *
find_wayland (Environment *environment)
{
  const char *name = environment_get (environment, "WAYLAND_DISPLAY"), *runtime = environment_get (environment, "XDG_RUNTIME_DIR");
  g_autofree char *socket = NULL;
  Display *self;

  if (name != NULL && *name == '/')
    socket = g_strdup (name);
  else if (name != NULL && runtime != NULL)
    socket = g_build_filename (runtime, name, NULL);
  if (socket == NULL || !is_socket (socket))
    return NULL;
  self = g_new0 (Display, 1);
  self->is_wayland = TRUE;
  self->socket = g_steal_pointer (&socket);
  self->name = g_strdup ("wayland-0");
  return self;
}

Display *
display_find (Environment *environment, const char *home, GError **error)
{
  Display *self = find_wayland (environment);

  if (self != NULL)
    return self;
  if (environment_get (environment, "DISPLAY") != NULL)
    return find_x11 (environment, home, error);
  g_set_error_literal (error, FAULT, FAULT_UNAVAILABLE,
                       "there is no screen here to open the window on (DISPLAY and WAYLAND_DISPLAY lead nowhere): "
                       "start it from your desktop, or use the commands (postrider --help)");
  return NULL;
}

void
display_free (Display *self)
{
  if (self == NULL)
    return;
  g_free (self->socket);
  g_free (self->name);
  g_clear_pointer (&self->cookie, g_bytes_unref);
  g_free (self);
}
