/* postrider-null: a transport for tests, locked like the others. What it sends is appended to the file `outbox` beside the program, which is opened
 * before the lock: behind it nothing can be opened any more. */
#include "fault.h"
#include "lies.h"
#include "null-channel.h"
#include "null-lock.h"
#include "serve.h"
#include "skeleton.h"
#include "transport-service.h"
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define GRACE_MS 10000 /* docs/design.md §5 */

/* No link is followed, and nothing but a plain file is written to. Returns: -1 with `error` set. */
static int
open_outbox (GError **error)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", error), *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "outbox", NULL) : NULL;
  int fd = path != NULL ? open (path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600) : -1;
  struct stat status;

  if (path == NULL || (fd >= 0 && fstat (fd, &status) == 0 && S_ISREG (status.st_mode)))
    return fd;
  g_set_error (error, FAULT, FAULT_CANT_CREATE, "%s is no file to append to: %s", path, fd < 0 ? g_strerror (errno) : "not a plain file");
  if (fd >= 0)
    close (fd);
  return -1;
}

static void
ignore_signals (void)
{
  static const int ignored[] = { SIGPIPE, SIGXFSZ, SIGINT, SIGHUP, SIGTERM };

  for (gsize i = 0; i < G_N_ELEMENTS (ignored); i++)
    signal (ignored[i], SIG_IGN);
}

int
main (int argc, char *argv[])
{
  gboolean shows_layers = argc == 2 && strcmp (argv[1], "--layers") == 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (TransportService) service = NULL;
  gpointer channel;
  int outbox;

  if (!lock_enter (&null_lock, &error))
    return fault_leave (error);
  setlocale (LC_ALL, "");
  ignore_signals ();
  tzset ();
  skeleton_warm_up ();
  if ((outbox = open_outbox (&error)) < 0 || !lock_seal (&null_lock, &error))
    return fault_leave (error);
  if (!shows_layers && (connection = serve_connect (&error)) == NULL)
    return fault_leave (error);
  if (!lock_refuse_threads (&error))
    return fault_leave (error);
  if (shows_layers) {
    lock_print_layers ();
    return 0;
  }
  channel = null_channel_new (outbox);
  service = transport_service_new (&null_channel, channel);
  null_channel_set_lie (channel, lies_tell, transport_service_get_skeleton (service));
  if (!serve_export (connection, transport_service_get_skeleton (service), &error))
    return fault_leave (error);
  serve_run (connection, transport_service_is_done, GRACE_MS, service);
  return 0;
}
