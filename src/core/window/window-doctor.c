#include "window-doctor.h"

#include "box.h"
#include "bus-proxy.h"
#include "program.h"
#include "reader.h"
#include <glob.h>
#include <unistd.h>

static gboolean
has_file (const char *pattern)
{
  glob_t found;
  gboolean is_there = glob (pattern, GLOB_NOSORT | GLOB_BRACE, NULL, &found) == 0;

  globfree (&found);
  return is_there;
}

/* Each is a file that its package brings; `ok` and `without` are sentences. Necessary ones are "missing", others a "note". */
static const struct {
  const char *what, *pattern, *ok, *without;
  gboolean    is_necessary;
} parts[] = {
  { "window: bubblewrap", BOX_BWRAP, "there: the window gets walls of its own", "install the package bubblewrap: without it the window does not open", TRUE },
  { "window: WebKit", "/usr/lib*/{*/,}libwebkitgtk-6.0.so.4", "there", "install the package libwebkitgtk-6.0-4: without it the window does not open", TRUE },
  { "window: desktop portal", "/usr/share/dbus-1/services/org.freedesktop.portal.Desktop.service",
    "there: files are chosen and addresses opened in your desktop's own way", "not installed: Postrider uses a plain file dialog of its own; the package xdg-desktop-portal brings your desktop's", FALSE },
  { "window: file dialog", NULL, "there, for desktops without a portal", "this Postrider was built without its own file dialog: the package xdg-desktop-portal is needed", FALSE },
  { "window: accessibility proxy", BUS_PROXY_PROGRAM, "there: the filter between the window and the screen readers' bus",
    "install the package xdg-dbus-proxy: without it screen readers do not reach the window", FALSE },
  { "window: accessibility bus", "/usr/share/dbus-1/services/org.a11y.Bus.service", "there", "install the package at-spi2-core if you use a screen reader", FALSE },
};

static gboolean
is_there (gsize row)
{
  g_autofree char *dialog = parts[row].pattern == NULL ? program_find ("dialog", NULL) : NULL;

  return parts[row].pattern != NULL ? has_file (parts[row].pattern) : dialog != NULL;
}

static void
add_reader (WindowDoctorFunc add, gpointer data)
{
  gboolean is_heard = reader_can_hear_page ();

  add ("window: screen readers", is_heard ? "ok" : "note",
       is_heard ? "one that is on when the window is opened hears the page too, by its bus as it is, without the filter; turned on later: close the window and open it again"
                : "screen readers hear the window's name and its dialogs, not the page: that needs GTK 4.14 (Debian 13); the commands say everything",
       data);
}

gboolean
window_doctor_is_installed (void)
{
  g_autofree char *program = program_find ("shell", NULL);

  return program != NULL;
}

void
window_doctor_look (WindowDoctorFunc add, gpointer data)
{
  if (!window_doctor_is_installed ()) {
    add ("window", "note", "this Postrider was installed without its window: the commands do the same work", data);
    return;
  }
  if (geteuid () == 0)
    add ("window", "note", "it does not open for root: its walls would not hold", data);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    gboolean is_fine = is_there (i);

    add (parts[i].what, is_fine ? "ok" : parts[i].is_necessary ? "missing" : "note", is_fine ? parts[i].ok : parts[i].without, data);
  }
  add_reader (add, data);
}
