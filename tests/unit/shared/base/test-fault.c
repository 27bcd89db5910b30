#include "fault.h"

static const struct { GIOErrorEnum code; int status; } io[] = {
  { G_IO_ERROR_NOT_FOUND, 66 }, { G_IO_ERROR_PERMISSION_DENIED, 77 }, { G_IO_ERROR_NO_SPACE, 74 }, { G_IO_ERROR_TIMED_OUT, 75 },
  { G_IO_ERROR_BUSY, 70 }, /* one that the table does not name */
};

static void
test_exit_status (void)
{
  g_autoptr (GError) mine = g_error_new_literal (FAULT, FAULT_DATA, "x"), foreign = g_error_new_literal (G_MARKUP_ERROR, 0, "x");

  g_assert_cmpint (fault_exit_status (mine), ==, 65);
  g_assert_cmpint (fault_exit_status (foreign), ==, 70);
  g_assert_cmpint (fault_exit_status (NULL), ==, 70);
  for (gsize i = 0; i < G_N_ELEMENTS (io); i++) {
    g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, (int) io[i].code, "x");

    g_assert_cmpint (fault_exit_status (error), ==, io[i].status);
  }
}

/* Over D-Bus and back each code stays what it was, and the text is plain again. */
static void
test_remote (void)
{
  for (int code = FAULT_USAGE; code <= FAULT_CONFIG; code++) {
    g_autoptr (GError) sent = g_error_new_literal (FAULT, code, "row 3: mend it"), got = NULL;
    g_autofree char *name = g_dbus_error_encode_gerror (sent);

    g_assert_true (g_str_has_prefix (name, "org.postrider.Fault."));
    got = g_dbus_error_new_for_dbus_error (name, sent->message);
    fault_strip_remote (got);
    g_assert_error (got, FAULT, code);
    g_assert_cmpstr (got->message, ==, "row 3: mend it");
  }
  fault_strip_remote (NULL);
}

/* What a confined program says instead of an answer. */
static void
test_of_peer (void)
{
  static const struct { const char *name, *text; int code; const char *shown; } rows[] = {
    { "org.postrider.Fault.DataErr", "template: line 3", FAULT_DATA, "template: line 3" },
    { "org.postrider.Fault.DataErr", "\x1b[2Jgone", FAULT_DATA, "?[2Jgone" },           /* its words never move a cursor */
    { "org.freedesktop.DBus.Error.UnknownMethod", "no such", FAULT_PROTOCOL, "no such" }, /* its flaw, not ours */
    { "org.freedesktop.DBus.Error.NoMemory", "x", FAULT_PROTOCOL, "x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = fault_of_peer (g_dbus_error_new_for_dbus_error (rows[i].name, rows[i].text));

    g_assert_error (error, FAULT, rows[i].code);
    g_assert_cmpstr (error->message, ==, rows[i].shown);
  }
  {
    g_autoptr (GError) error = fault_of_peer (g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "closed")); /* nobody said anything */

    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/base/fault/exit-status", test_exit_status);
  g_test_add_func ("/shared/base/fault/remote", test_remote);
  g_test_add_func ("/shared/base/fault/of-peer", test_of_peer);
  return g_test_run ();
}
