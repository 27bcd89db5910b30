#include "box.h"

#include <string.h>
#include <unistd.h>

#define HOME_INSIDE "/home/postrider"
#define SCRATCH_BYTES "268435456" /* chosen: WebKit's cache and its shared memory files, never the machine's whole memory */

#define AUTHORITIES_BYTES "1048576" /* chosen: the contract has 64 KiB */

typedef struct {
  GStrvBuilder *words;
} Box;

static void box_add (Box *self, const char *word, ...) G_GNUC_NULL_TERMINATED;

static void
box_add (Box *self, const char *word, ...)
{
  va_list further;

  va_start (further, word);
  for (; word != NULL; word = va_arg (further, const char *))
    g_strv_builder_add (self->words, word);
  va_end (further);
}

static char **
box_end (Box *self)
{
  char **words;

  box_add (self, "--", NULL);
  words = g_strv_builder_end (self->words);
  g_strv_builder_unref (self->words);
  return words;
}

static Box
box_begin (void)
{
  Box self = { g_strv_builder_new () };

  box_add (&self, BOX_BWRAP, "--unshare-user", "--unshare-ipc", "--unshare-uts", "--cap-drop", "ALL", "--die-with-parent", "--new-session", NULL);
  return self;
}

/* Debian's /bin and /lib are links into /usr; where they are folders, they come as folders. */
static void
add_system (Box *self)
{
  static const char *const folders[] = { "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32" };

  box_add (self, "--ro-bind", "/usr", "/usr", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *target = g_file_read_link (folders[i], NULL);

    if (target != NULL)
      box_add (self, "--symlink", target, folders[i], NULL);
    else if (g_file_test (folders[i], G_FILE_TEST_IS_DIR))
      box_add (self, "--ro-bind", folders[i], folders[i], NULL);
  }
  box_add (self, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--ro-bind-try", "/etc/alternatives", "/etc/alternatives", NULL);
  box_add (self, "--proc", "/proc", "--dev", "/dev", "--size", SCRATCH_BYTES, "--tmpfs", "/dev/shm", NULL);
}

/* Of /etc what draws text and the right time; of /sys what WebKit's own sandbox binds. */
static void
add_drawing (Box *self)
{
  static const char *const given[] = { "/etc/fonts", "/etc/gtk-4.0", "/etc/localtime", "/etc/timezone", "/var/cache/fontconfig",
                                       "/sys/block", "/sys/bus", "/sys/class", "/sys/dev", "/sys/devices" };

  for (gsize i = 0; i < G_N_ELEMENTS (given); i++)
    box_add (self, "--ro-bind-try", given[i], given[i], NULL);
}

/* A build folder lies anywhere; what is under /usr is there already. The bridge is beside the window, or a folder of its own. */
static void
add_program (Box *self, const char *program)
{
  g_autofree char *folder = g_path_get_dirname (program);
  g_autofree char *bridge = g_canonicalize_filename ("../confined/page", folder);

  if (g_str_has_prefix (folder, "/usr/"))
    return;
  box_add (self, "--ro-bind", folder, folder, "--ro-bind-try", bridge, bridge, NULL);
}

static void
add_display (Box *self, const Display *display, const char *runtime)
{
  g_autofree char *wayland = g_build_filename (runtime, display->name, NULL);
  g_autofree char *cookie = g_build_filename (runtime, "cookie", NULL);

  if (display->is_wayland) {
    box_add (self, "--ro-bind", display->socket, wayland, "--setenv", "WAYLAND_DISPLAY", display->name, "--setenv", "GDK_BACKEND", "wayland", NULL);
    return;
  }
  box_add (self, "--ro-bind", display->socket, display->socket, "--setenv", "DISPLAY", display->name, "--setenv", "GDK_BACKEND", "x11", NULL);
  if (display->cookie != NULL)
    box_add (self, "--perms", "0400", "--ro-bind-data", G_STRINGIFY (BOX_COOKIE_FD), cookie, "--setenv", "XAUTHORITY", cookie, NULL);
}

static void
add_accessibility (Box *self, const char *socket, const char *runtime)
{
  g_autofree char *inside = g_build_filename (runtime, "accessibility", NULL);
  g_autofree char *address = g_strconcat ("unix:path=", inside, NULL);

  if (socket != NULL)
    box_add (self, "--ro-bind", socket, inside, "--setenv", "AT_SPI_BUS_ADDRESS", address, NULL);
  else
    box_add (self, "--setenv", "GTK_A11Y", "none", "--setenv", "NO_AT_BRIDGE", "1", NULL);
}

static void
add_environment (Box *self, Environment *environment, const char *runtime)
{
  /* No GPU comes in: it would be /dev/dri and a large driver. No session bus: GLib must not look for one. */
  static const char *const fixed[][2] = { { "HOME", HOME_INSIDE }, { "XDG_CACHE_HOME", HOME_INSIDE "/.cache" }, { "PATH", "/usr/bin" },
                                          { "USER", "postrider" }, { "GSK_RENDERER", "cairo" }, { "LIBGL_ALWAYS_SOFTWARE", "1" },
                                          { "GIO_USE_VFS", "local" }, { "GSETTINGS_BACKEND", "memory" }, { "GIO_USE_PROXY_RESOLVER", "dummy" },
                                          { "GTK_USE_PORTAL", "0" } };
  static const char *const passed[] = { "G_DEBUG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS" }; /* as shared/peer: for tests */
  g_auto (GStrv) pairs = environment_list_inside (environment);

  for (gsize i = 0; i < G_N_ELEMENTS (fixed); i++)
    box_add (self, "--setenv", fixed[i][0], fixed[i][1], NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (passed); i++)
    if (g_getenv (passed[i]) != NULL)
      box_add (self, "--setenv", passed[i], g_getenv (passed[i]), NULL);
  box_add (self, "--setenv", "XDG_RUNTIME_DIR", runtime, NULL);
  for (gsize i = 0; pairs[i] != NULL; i++) {
    g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

    box_add (self, "--setenv", pair[0], pair[1], NULL);
  }
}

/* What both windows have. */
static void
add_window (Box *self, Environment *environment, const Display *display, const char *program, const char *accessibility)
{
  g_autofree char *runtime = g_strdup_printf ("/run/user/%u", (guint) geteuid ());

  box_add (self, "--unshare-net", "--unshare-pid", "--clearenv", NULL);
  add_system (self);
  add_drawing (self);
  box_add (self, "--size", SCRATCH_BYTES, "--tmpfs", "/tmp", "--size", SCRATCH_BYTES, "--tmpfs", "/home", "--perms", "0700", "--dir", HOME_INSIDE,
           "--size", SCRATCH_BYTES, "--tmpfs", "/run", "--dir", "/run/user", "--perms", "0700", "--dir", runtime, NULL);
  add_program (self, program); /* behind the empty folders: it may lie in one of them */
  add_display (self, display, runtime);
  add_accessibility (self, accessibility, runtime);
  add_environment (self, environment, runtime);
}

static char **
box_end_window (Box *self)
{
  box_add (self, "--remount-ro", "/", "--chdir", "/", NULL);
  return box_end (self);
}

char **
box_for_window (Environment *environment, const Display *display, const char *program, const char *accessibility)
{
  Box self = box_begin ();

  add_window (&self, environment, display, program, accessibility);
  return box_end_window (&self);
}

char **
box_for_sign_in (Environment *environment, const Display *display, const char *program, gboolean has_own_authorities)
{
  Box self = box_begin ();

  add_window (&self, environment, display, program, NULL);
  if (has_own_authorities)
    box_add (&self, "--size", AUTHORITIES_BYTES, "--tmpfs", BOX_AUTHORITIES, NULL);
  else
    box_add (&self, "--ro-bind-try", BOX_AUTHORITIES, BOX_AUTHORITIES, NULL);
  return box_end_window (&self);
}

char **
box_for_desk (const char *const *hidden, gboolean keeps_network)
{
  Box self = box_begin ();

  if (!keeps_network)
    box_add (&self, "--unshare-net", NULL);
  box_add (&self, "--dev-bind", "/", "/", NULL);
  for (gsize i = 0; hidden[i] != NULL; i++)
    box_add (&self, "--perms", "0700", "--tmpfs", hidden[i], NULL);
  for (gsize i = 0; hidden[i] != NULL; i++) /* behind them all: one may lie in another */
    box_add (&self, "--remount-ro", hidden[i], NULL);
  box_add (&self, "--chdir", "/", NULL);
  return box_end (&self);
}

char **
box_for_proxy (const char *bus, const char *folder)
{
  Box self = box_begin ();

  box_add (&self, "--unshare-pid", "--clearenv", NULL);
  if (bus != NULL)
    box_add (&self, "--unshare-net", NULL);
  add_system (&self);
  if (bus != NULL)
    box_add (&self, "--ro-bind", bus, bus, NULL);
  box_add (&self, "--bind", folder, folder, "--chdir", "/", NULL);
  return box_end (&self);
}
