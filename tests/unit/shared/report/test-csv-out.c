#include "csv-out.h"
#include "fault.h"
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define L(literal) literal, sizeof (literal) - 1

static const struct {
  const char *value;
  gsize       len;
  const char *as_value, *as_phone;
} cases[] = {
  { L ("Ann"), "Ann", "Ann" },
  { L (""), "", "" },
  { L ("a,b"), "\"a,b\"", "\"a,b\"" },
  { L ("say \"hi\""), "\"say \"\"hi\"\"\"", "\"say \"\"hi\"\"\"" },
  { L ("two\nlines"), "\"two\nlines\"", "\"two\nlines\"" },
  { L (" edge"), "\" edge\"", "\" edge\"" }, /* some readers trim what is not quoted */
  { L ("=1+1"), "'=1+1", "'=1+1" },
  { L ("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0" },
  { L ("=a,b"), "\"'=a,b\"", "\"'=a,b\"" }, /* the apostrophe goes inside the quotes */
  { L ("@SUM(A1)"), "'@SUM(A1)", "'@SUM(A1)" },
  { L ("-"), "'-", "'-" },
  { L ("\tx"), "'\tx", "'\tx" },
  { L ("\rx"), "\"'\rx\"", "\"'\rx\"" },
  { L ("+49301234"), "'+49301234", "+49301234" }, /* a number of E.164 runs nothing, and must be readable again */
  { L ("+1+1"), "'+1+1", "'+1+1" },               /* that is a formula */
  { L ("+"), "'+", "'+" },
  { L ("M\xc3\xbcller"), "M\xc3\xbcller", "M\xc3\xbcller" },
};

static char *
make_folder (void)
{
  char *folder = g_dir_make_tmp ("csv-XXXXXX", NULL);

  g_assert_nonnull (folder);
  return folder;
}

static void
test_cells (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "out.csv", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (CsvOut) csv = csv_out_new (path, &error);
    g_autofree char *expected = g_strdup_printf ("%s,%s\r\n", cases[i].as_value, cases[i].as_phone);
    g_autofree char *written = NULL;

    g_assert_no_error (error);
    csv_out_value (csv, cases[i].value, cases[i].len);
    csv_out_phone (csv, cases[i].value, cases[i].len);
    csv_out_end_row (csv);
    g_assert_true (csv_out_finish (csv, &error));
    g_assert_true (g_file_get_contents (path, &written, NULL, NULL));
    g_assert_cmpstr (written, ==, expected);
  }
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_whole_or_not (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "out.csv", NULL);
  g_autofree char *link = g_build_filename (folder, "link.csv", NULL);
  g_autofree char *before = NULL, *after = NULL;
  CsvOut *csv;
  struct stat found;

  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  csv = csv_out_new (path, NULL);
  csv_out_header (csv, "a", "b", NULL);
  csv_out_free (csv); /* given up: the old one stays, nothing else is left */
  g_assert_true (g_file_get_contents (path, &before, NULL, NULL));
  g_assert_cmpstr (before, ==, "old");
  g_assert_cmpint (symlink (path, link), ==, 0);
  csv = csv_out_new (link, NULL); /* a link stays one; what it names is replaced */
  csv_out_header (csv, "a", "b", NULL);
  g_assert_true (csv_out_finish (csv, NULL));
  csv_out_free (csv);
  g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, "a,b\r\n");
  g_assert_cmpint (lstat (link, &found), ==, 0);
  g_assert_true (S_ISLNK (found.st_mode));
  g_assert_cmpint (stat (path, &found), ==, 0);
  g_assert_cmpint (found.st_mode & 0777, ==, 0600); /* people's addresses */
  g_unlink (link);
  g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0); /* empty: no temporary file was left */
}

static void
test_no_room (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) full = NULL;
  g_autoptr (CsvOut) device = NULL;

  g_assert_null (csv_out_new ("/nonexistent/out.csv", &error));
  g_assert_error (error, FAULT, FAULT_CANT_CREATE);
  device = csv_out_new ("/dev/full", NULL); /* no regular file: written directly */
  csv_out_header (device, "a", NULL);
  g_assert_false (csv_out_finish (device, &full));
  g_assert_error (full, FAULT, FAULT_IO);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/report/csv-out/cells", test_cells);
  g_test_add_func ("/shared/report/csv-out/whole-or-not", test_whole_or_not);
  g_test_add_func ("/shared/report/csv-out/no-room", test_no_room);
  return g_test_run ();
}
