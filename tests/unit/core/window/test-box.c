/* What goes into bwrap's arguments, and what never does: environment, display, cookie, the addresses of buses. */
#include "box.h"
#include "environment.h"
#include "fault.h"
#include "reader.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static Environment *
parse (const char *name, const char *value, GError **error)
{
  GVariantBuilder builder;
  g_autoptr (GVariant) values = NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_add (&builder, "{ss}", name, value);
  values = g_variant_ref_sink (g_variant_builder_end (&builder));
  return environment_parse (values, error);
}

/* --- environment --- */

static const struct { const char *name, *value; gboolean is_fine; } cases[] = {
  { "DISPLAY", ":0", TRUE },
  { "DISPLAY", "unix:0.1", TRUE },
  { "DISPLAY", ":0 --bind / /", FALSE },
  { "DISPLAY", ":0\n", FALSE },
  { "DISPLAY", "", TRUE }, /* as good as not set */
  { "WAYLAND_DISPLAY", "wayland-0", TRUE },
  { "WAYLAND_DISPLAY", "/run/user/1000/wayland-0", TRUE },
  { "WAYLAND_DISPLAY", "../bus", FALSE }, /* another socket of the runtime folder's neighbours */
  { "WAYLAND_DISPLAY", "a/b", FALSE },
  { "WAYLAND_DISPLAY", "..", FALSE },
  { "WAYLAND_DISPLAY", "/run/user/1000/../0/wayland-0", FALSE },
  { "XAUTHORITY", "/home/ann/.Xauthority", TRUE },
  { "XAUTHORITY", "/home/ann and bert/x", TRUE }, /* it is one argument, whatever it holds */
  { "XAUTHORITY", ".Xauthority", FALSE }, /* core works in / */
  { "XAUTHORITY", "/tmp/../etc/shadow", FALSE },
  { "XAUTHORITY", "/tmp/..", FALSE },
  { "XAUTHORITY", "/tmp/a\nb", FALSE },
  { "XAUTHORITY", "/tmp/a\302\205b", FALSE }, /* a control character of two octets */
  { "XDG_RUNTIME_DIR", "/run/user/1000", TRUE },
  { "XDG_RUNTIME_DIR", "run", FALSE },
  { "DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/1000/bus", TRUE },
  { "DBUS_SESSION_BUS_ADDRESS", "unix:abstract=/tmp/dbus-x,guid=0123", TRUE },
  { "DBUS_SESSION_BUS_ADDRESS", "unixexec:path=/bin/sh", FALSE }, /* a program */
  { "DBUS_SESSION_BUS_ADDRESS", "tcp:host=example.org,port=1", FALSE },
  { "DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/bus;unixexec:path=/bin/sh", FALSE },
  { "DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/../bus", FALSE },
  { "LANG", "de_DE.UTF-8", TRUE },
  { "LANG", "../../x", FALSE }, /* glibc takes a slash for a path */
  { "LC_ALL", "de_DE@euro", TRUE },
  { "TZ", "Europe/Berlin", TRUE },
  { "TZ", ":/etc/localtime", TRUE },
  { "TZ", "../../etc/passwd", FALSE },
  { "GTK_THEME", "Adwaita:dark", TRUE },
  { "GTK_THEME", "/tmp/theme", FALSE },
  { "LD_PRELOAD", "/tmp/x.so", FALSE },
  { "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1", FALSE },
  { "GTK_MODULES", "x", FALSE },
  { "LC_ANYTHING", "x", FALSE },
};

static void
test_environment (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Environment) environment = parse (cases[i].name, cases[i].value, &error);

    if ((environment != NULL) != cases[i].is_fine)
      g_error ("%s=“%s” was %s", cases[i].name, cases[i].value, environment != NULL ? "taken" : "refused");
    if (environment == NULL) {
      g_assert_error (error, FAULT, FAULT_USAGE);
      g_assert_null (strlen (cases[i].value) > 2 ? strstr (error->message, cases[i].value) : NULL); /* never the value */
    }
  }
}

static void
test_length (void)
{
  g_autofree char *fine = g_strnfill (1023, 'a'), *too_long = g_strnfill (1024, 'a');
  g_autofree char *path = g_strconcat ("/", fine, NULL), *long_path = g_strconcat ("/", too_long, NULL);
  g_autoptr (Environment) good = parse ("XAUTHORITY", path, NULL), bad = parse ("XAUTHORITY", long_path, NULL);

  g_assert_nonnull (good);
  g_assert_null (bad);
}

/* --- display --- */

typedef struct {
  char *folder, *socket, *cookies;
  int   fd;
} Place;

static int
listen_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static void
set_up (Place *place, gconstpointer data)
{
  place->folder = g_dir_make_tmp ("box-XXXXXX", NULL);
  place->socket = g_build_filename (place->folder, "wayland-7", NULL);
  place->cookies = g_build_filename (place->folder, "cookies", NULL);
  place->fd = listen_at (place->socket);
}

static void
tear_down (Place *place, gconstpointer data)
{
  close (place->fd);
  g_unlink (place->socket);
  g_unlink (place->cookies);
  g_rmdir (place->folder);
  g_free (place->folder);
  g_free (place->socket);
  g_free (place->cookies);
}

/* How often `word` stands in front of `next` (NULL: whatever follows). */
static guint
count_pairs (char **words, const char *word, const char *next)
{
  guint n = 0;

  for (gsize i = 0; words[i] != NULL && words[i + 1] != NULL; i++)
    n += strcmp (words[i], word) == 0 && (next == NULL || strcmp (words[i + 1], next) == 0);
  return n;
}

static void
test_wayland (Place *place, gconstpointer data)
{
  g_autoptr (Environment) environment = parse ("WAYLAND_DISPLAY", place->socket, NULL);
  g_autoptr (Display) display = display_find (environment, NULL, NULL);
  g_auto (GStrv) words = NULL;

  g_assert_nonnull (display);
  g_assert_true (display->is_wayland);
  words = box_for_window (environment, display, "/usr/libexec/postrider/postrider-shell", NULL);
  g_assert_cmpstr (words[0], ==, BOX_BWRAP);
  g_assert_cmpstr (words[g_strv_length (words) - 1], ==, "--");
  g_assert_cmpuint (count_pairs (words, "--ro-bind", place->socket), ==, 1);
  g_assert_cmpuint (count_pairs (words, "--bind", NULL) + count_pairs (words, "--dev-bind", NULL) + count_pairs (words, "--bind-try", NULL), ==, 0); /* nothing outside is written */
  g_assert_cmpuint (count_pairs (words, "--setenv", "DISPLAY"), ==, 0);
  for (gsize i = 0; words[i] != NULL; i++) {
    g_assert_false (g_str_has_prefix (words[i], "/home/") && !g_str_has_prefix (words[i], "/home/postrider"));
    g_assert_cmpstr (words[i], !=, "--share-net");
    g_assert_cmpstr (words[i], !=, "/etc");
    g_assert_cmpstr (words[i], !=, "/sys");
    g_assert_cmpstr (words[i], !=, "/run/dbus");
  }
}

static const char *const walls[] = { "--unshare-user", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent",
                                     "--new-session", "--clearenv", NULL };

static void
test_walls (Place *place, gconstpointer data)
{
  g_autoptr (Environment) environment = parse ("WAYLAND_DISPLAY", place->socket, NULL);
  g_autoptr (Display) display = display_find (environment, NULL, NULL);
  g_auto (GStrv) words = box_for_window (environment, display, "/usr/libexec/postrider/postrider-shell", "/run/x");
  const char *const hidden[] = { "/data", "/data/state", NULL };
  g_auto (GStrv) desk = box_for_desk (hidden, FALSE), open_desk = box_for_desk (hidden, TRUE);
  g_auto (GStrv) proxy = box_for_proxy ("/run/a11y", "/tmp/p");

  for (gsize i = 0; walls[i] != NULL; i++)
    g_assert_true (g_strv_contains ((const char *const *) words, walls[i]));
  g_assert_cmpuint (count_pairs (words, "--cap-drop", "ALL"), ==, 1);
  g_assert_cmpuint (count_pairs (words, "--ro-bind", "/run/x"), ==, 1);
  g_assert_cmpuint (count_pairs (words, "--setenv", "AT_SPI_BUS_ADDRESS"), ==, 1);
  g_assert_cmpuint (count_pairs (desk, "--tmpfs", "/data") + count_pairs (desk, "--tmpfs", "/data/state"), ==, 2);
  g_assert_true (g_strv_contains ((const char *const *) desk, "--unshare-net"));
  g_assert_false (g_strv_contains ((const char *const *) open_desk, "--unshare-net")); /* an abstract bus lies in the network's namespace */
  g_assert_cmpuint (count_pairs (proxy, "--bind", NULL), ==, 1);
}

/* The window in which somebody signs in: the same walls, certificates, no bus of screen readers. */
static void
test_sign_in (Place *place, gconstpointer data)
{
  g_autoptr (Environment) environment = parse ("WAYLAND_DISPLAY", place->socket, NULL);
  g_autoptr (Display) display = display_find (environment, NULL, NULL);
  g_auto (GStrv) words = box_for_sign_in (environment, display, "/usr/libexec/postrider/postrider-sign-in", FALSE);
  g_auto (GStrv) own = box_for_sign_in (environment, display, "/usr/libexec/postrider/postrider-sign-in", TRUE);

  for (gsize i = 0; walls[i] != NULL; i++) {
    g_assert_true (g_strv_contains ((const char *const *) words, walls[i]));
    g_assert_true (g_strv_contains ((const char *const *) own, walls[i]));
  }
  g_assert_cmpuint (count_pairs (words, "--cap-drop", "ALL"), ==, 1);
  g_assert_cmpuint (count_pairs (words, "--setenv", "AT_SPI_BUS_ADDRESS"), ==, 0);
  g_assert_cmpuint (count_pairs (words, "--ro-bind-try", BOX_AUTHORITIES), ==, 1);
  g_assert_cmpuint (count_pairs (words, "--tmpfs", BOX_AUTHORITIES), ==, 0);
  g_assert_cmpuint (count_pairs (own, "--ro-bind-try", BOX_AUTHORITIES), ==, 0); /* in place of the system's, not beside them */
  g_assert_cmpuint (count_pairs (own, "--tmpfs", BOX_AUTHORITIES), ==, 1);
  g_assert_cmpuint (count_pairs (own, "--bind", NULL) + count_pairs (own, "--dev-bind", NULL) + count_pairs (own, "--bind-try", NULL), ==, 0);
  g_assert_cmpstr (words[g_strv_length (words) - 1], ==, "--");
}

/* A build folder under /tmp comes in behind the empty /tmp. */
static void
test_build_folder (Place *place, gconstpointer data)
{
  g_autoptr (Environment) environment = parse ("WAYLAND_DISPLAY", place->socket, NULL);
  g_autoptr (Display) display = display_find (environment, NULL, NULL);
  g_auto (GStrv) words = box_for_window (environment, display, "/tmp/build/src/shell/postrider-shell", NULL);
  gsize empty = 0, program = 0;

  for (gsize i = 0; words[i] != NULL; i++) {
    if (strcmp (words[i], "--tmpfs") == 0 && strcmp (words[i + 1], "/tmp") == 0)
      empty = i;
    if (strcmp (words[i], "--ro-bind") == 0 && strcmp (words[i + 1], "/tmp/build/src/shell") == 0)
      program = i;
  }
  g_assert_cmpuint (empty, >, 0);
  g_assert_cmpuint (program, >, empty);
}

static void
test_no_display (void)
{
  static const char *const elsewhere[] = { "example.org:0", "localhost:10.0", ":99999", ":123456", "nonsense", ":", "/tmp/x:0" };

  for (gsize i = 0; i < G_N_ELEMENTS (elsewhere); i++) {
    g_autoptr (Environment) environment = parse ("DISPLAY", elsewhere[i], NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (Display) display = display_find (environment, NULL, &error);

    g_assert_null (display);
    g_assert_error (error, FAULT, FAULT_UNAVAILABLE);
  }
}

/* --- cookies --- */

#define RECORD(number) "\x01\x00" "\x00\x04" "host" "\x00\x01" number "\x00\x02" "MI" "\x00\x03" "abc"
#define RECORD_LEN 20

static void
test_cookies (void)
{
  static const char two[] = RECORD ("7") RECORD ("8"), any[] = "\x01\x00" "\x00\x00" "\x00\x00" "\x00\x02" "MI" "\x00\x01" "x";
  g_autoptr (GBytes) seven = display_filter_cookies ((const guint8 *) two, sizeof two - 1, "7");
  g_autoptr (GBytes) eight = display_filter_cookies ((const guint8 *) two, sizeof two - 1, "8");
  g_autoptr (GBytes) nine = display_filter_cookies ((const guint8 *) two, sizeof two - 1, "9");
  g_autoptr (GBytes) all = display_filter_cookies ((const guint8 *) any, sizeof any - 1, "9");

  g_assert_cmpmem (g_bytes_get_data (seven, NULL), g_bytes_get_size (seven), two, RECORD_LEN);
  g_assert_cmpmem (g_bytes_get_data (eight, NULL), g_bytes_get_size (eight), two + RECORD_LEN, RECORD_LEN);
  g_assert_null (nine);
  g_assert_cmpuint (g_bytes_get_size (all), ==, sizeof any - 1);
  for (gsize len = 0; len < sizeof two - 1; len++) { /* cut anywhere: what is whole stays, nothing is read behind the end */
    g_autofree guint8 *copy = g_memdup2 (two, len > 0 ? len : 1);
    g_autoptr (GBytes) kept = display_filter_cookies (copy, len, "7");

    g_assert_cmpuint (kept != NULL ? g_bytes_get_size (kept) : 0, ==, len >= RECORD_LEN ? RECORD_LEN : 0);
  }
}

/* --- the screen readers' bus --- */

static void
test_gtk (void)
{
  static const struct { const char *name; guint minor; } rows[] = {
    { "libgtk-4.so.1.800.3", 8 },    /* Debian 12 */
    { "libgtk-4.so.1.1800.6", 18 },  /* Debian 13 */
    { "libgtk-4.so.1.1399.0", 13 },  /* one before 4.14 */
    { "libgtk-4.so.1.1400.0", 14 },
    { "libgtk-4.so.1", 0 },
    { "libgtk-4.so.1.", 0 },
    { "libgtk-4.so.1.x.1", 0 },
    { "libgtk-4.so.1.1800", 0 },     /* not the whole of it */
    { "libgtk-4.so.1.18000000000000000000000.1", 0 },
    { "libgtk-3.so.0.2406.32", 0 },
    { "", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint (reader_parse_gtk (rows[i].name), ==, rows[i].minor);
}

/* What may come into the box as it is: the reader's bus, and nothing that somebody says is it. */
static void
test_reader_bus (Place *place, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (place->folder, "at-spi", NULL), *bus = g_build_filename (folder, "bus", NULL);
  g_autofree char *file = g_build_filename (folder, "file", NULL), *link = g_build_filename (folder, "link", NULL);
  const struct { const char *kind, *path; gboolean is_fine; } rows[] = {
    { "unix:path=", bus, TRUE },
    { "unix:abstract=", bus, FALSE },
    { "unix:path=", place->socket, FALSE }, /* a socket elsewhere: the session bus, an agent */
    { "unix:path=", folder, FALSE },
    { "unix:path=", file, FALSE },
    { "unix:path=", link, FALSE }, /* it leads to that socket */
    { "unix:path=", "/nowhere/at-spi/bus", FALSE },
    { "unixexec:path=", bus, FALSE },
    { "", "", FALSE },
  };
  int fd;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  fd = listen_at (bus);
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_cmpint (symlink (place->socket, link), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *address = g_strconcat (rows[i].kind, rows[i].path, ",guid=01", NULL);
    g_autofree char *found = reader_find_bus (address);

    g_assert_cmpstr (found, ==, rows[i].is_fine ? rows[i].path : NULL);
  }
  close (fd);
  g_unlink (bus);
  g_unlink (file);
  g_unlink (link);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/window/box/environment", test_environment);
  g_test_add_func ("/core/window/box/environment/length", test_length);
  g_test_add ("/core/window/box/wayland", Place, NULL, set_up, test_wayland, tear_down);
  g_test_add ("/core/window/box/walls", Place, NULL, set_up, test_walls, tear_down);
  g_test_add ("/core/window/box/sign-in", Place, NULL, set_up, test_sign_in, tear_down);
  g_test_add ("/core/window/box/build-folder", Place, NULL, set_up, test_build_folder, tear_down);
  g_test_add_func ("/core/window/box/display/none", test_no_display);
  g_test_add_func ("/core/window/box/display/cookies", test_cookies);
  g_test_add_func ("/core/window/box/reader/gtk", test_gtk);
  g_test_add ("/core/window/box/reader/bus", Place, NULL, set_up, test_reader_bus, tear_down);
  return g_test_run ();
}
