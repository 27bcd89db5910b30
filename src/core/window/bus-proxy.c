#include "bus-proxy.h"

#include "box.h"
#include "bus-address.h"
#include "fault.h"
#include "process.h"
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READY_MAX_S 5
#define REGISTRY "org.a11y.atspi.Registry"

struct BusProxy {
  gatomicrefcount references; /* the owner's, and the process's until it has left */
  BusProxyFunc    ready; /* NULL once called, or freed */
  gpointer        data;
  char           *folder, *socket;
  Process        *process;
  int             alive_fd; /* the proxy says a word here when it listens, and leaves when this closes */
  guint           alive_source, timer;
};

static void
bus_proxy_unref (BusProxy *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  if (self->socket != NULL)
    g_unlink (self->socket);
  if (self->folder != NULL)
    g_rmdir (self->folder);
  g_free (self->socket);
  g_free (self->folder);
  g_clear_pointer (&self->process, process_free);
  g_free (self);
}

static void
bus_proxy_report (BusProxy *self, const char *socket)
{
  BusProxyFunc ready = g_steal_pointer (&self->ready);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->alive_source, g_source_remove);
  if (ready != NULL)
    ready (self, socket, self->data);
}

static void
exited_cb (const char *why, gpointer data)
{
  BusProxy *self = data;

  if (self->ready != NULL)
    g_message ("screen readers do not reach the window: xdg-dbus-proxy: %s", why != NULL ? why : "it left");
  bus_proxy_report (self, NULL);
  bus_proxy_unref (self);
}

static gboolean
late_cb (gpointer data)
{
  BusProxy *self = data;

  self->timer = 0;
  g_message ("screen readers do not reach the window: xdg-dbus-proxy did not answer in time");
  bus_proxy_report (self, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
word_cb (int fd, GIOCondition condition, gpointer data)
{
  BusProxy *self = data;
  char word;

  self->alive_source = 0;
  bus_proxy_report (self, read (fd, &word, 1) == 1 && g_file_test (self->socket, G_FILE_TEST_EXISTS) ? self->socket : NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
bus_proxy_spawn (BusProxy *self, const char *address, const char *bus)
{
  /* Calls that the window makes. What others call in the window, and the answers, come through by themselves. WebKit's own proxy does not work behind this one
   * (0.1.6): who listens to the page gets the bus itself (reader.h). */
#define CALL(member, path) "--call=" REGISTRY "=org.a11y.atspi." member "@/org/a11y/atspi/" path
  const char *const arguments[] = {
    "--fd=3", address, self->socket, "--filter", "--sloppy-names",
    CALL ("Socket.Embed", "accessible/root"), CALL ("Socket.Unembed", "accessible/root"),
    CALL ("Registry.GetRegisteredEvents", "registry"),
    CALL ("DeviceEventController.GetKeystrokeListeners", "registry/deviceeventcontroller"),
    CALL ("DeviceEventController.GetDeviceEventListeners", "registry/deviceeventcontroller"),
    CALL ("DeviceEventController.NotifyListenersSync", "registry/deviceeventcontroller"),
    CALL ("DeviceEventController.NotifyListenersAsync", "registry/deviceeventcontroller"), NULL };
#undef CALL
  g_auto (GStrv) wrapper = box_for_proxy (bus, self->folder);
  const ProcessSpec spec = { .program = BUS_PROXY_PROGRAM, .wrapper = (const char *const *) wrapper, .arguments = arguments };
  g_autoptr (GError) error = NULL;
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    return FALSE;
  g_atomic_ref_count_inc (&self->references);
  self->process = process_start (&spec, fds[1], exited_cb, self, &error);
  close (fds[1]);
  self->alive_fd = fds[0];
  if (self->process != NULL)
    return TRUE;
  g_message ("screen readers do not reach the window: %s", error->message);
  bus_proxy_unref (self);
  return FALSE;
}

BusProxy *
bus_proxy_start (const char *raw_address, BusProxyFunc ready, gpointer data)
{
  g_autoptr (BusProxy) self = g_new0 (BusProxy, 1);
  gboolean is_abstract = FALSE;
  g_autofree char *path = bus_address_parse (raw_address, &is_abstract);
  g_autofree char *address = path != NULL ? g_strconcat (is_abstract ? "unix:abstract=" : "unix:path=", path, NULL) : NULL;

  g_atomic_ref_count_init (&self->references);
  self->alive_fd = -1;
  if (path == NULL || !g_file_test (BUS_PROXY_PROGRAM, G_FILE_TEST_IS_EXECUTABLE))
    return NULL;
  self->folder = g_dir_make_tmp ("postrider-XXXXXX", NULL);
  self->socket = self->folder != NULL ? g_build_filename (self->folder, "accessibility", NULL) : NULL;
  if (self->socket == NULL || !bus_proxy_spawn (self, address, is_abstract ? NULL : path))
    return NULL;
  self->ready = ready;
  self->data = data;
  self->alive_source = g_unix_fd_add (self->alive_fd, G_IO_IN | G_IO_HUP | G_IO_ERR, word_cb, self);
  self->timer = g_timeout_add_seconds (READY_MAX_S, late_cb, self);
  return g_steal_pointer (&self);
}

void
bus_proxy_free (BusProxy *self)
{
  if (self == NULL)
    return;
  self->ready = NULL;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->alive_source, g_source_remove);
  if (self->alive_fd >= 0)
    close (self->alive_fd);
  self->alive_fd = -1;
  bus_proxy_unref (self);
}
