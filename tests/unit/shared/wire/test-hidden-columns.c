/* Columns that core alone fills: found by their name, and by nothing that a person or a file can write. */
#include "field-name.h"
#include "hidden-columns.h"

#include <string.h>

static const char *const columns[] = { "phone", "message-id", "City", HIDDEN_MESSAGE_ID, HIDDEN_MARK "leave", NULL };

static void
test_find (void)
{
  g_assert_cmpint (hidden_column_find (columns, HIDDEN_MESSAGE_ID), ==, 5);
  g_assert_cmpint (hidden_column_find (columns, HIDDEN_MARK "leave"), ==, 6);
  g_assert_cmpint (hidden_column_find (columns, HIDDEN_MARK "cc"), ==, HIDDEN_NONE);
  g_assert_cmpint (hidden_column_find (NULL, HIDDEN_MESSAGE_ID), ==, HIDDEN_NONE);
  g_assert_true (hidden_column_is (columns[3]));
  g_assert_false (hidden_column_is (columns[1]));
  g_assert_false (hidden_column_is (""));
}

/* Names as a template may write them. */
static const struct {
  const char *name;
  int         field;
} names[] = {
  { HIDDEN_MESSAGE_ID, FIELD_NAME_NONE },
  { HIDDEN_MARK "leave", FIELD_NAME_NONE },
  { HIDDEN_MARK "LEAVE", FIELD_NAME_NONE },
  { "field." HIDDEN_MARK "leave", FIELD_NAME_NONE },
  { "leave", FIELD_NAME_NONE },
  { " " HIDDEN_MARK "leave", FIELD_NAME_NONE },
  { "My leave", FIELD_NAME_NONE }, /* an alias of one */
  { "message-id", 3 },             /* a column of a file's own */
  { "city", 4 },
};

static void
test_unnamed (void)
{
  static const char *const aliases[] = { "My leave", HIDDEN_MARK "leave", "Town", "City", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *hint = field_name_hint (names[i].name, columns, aliases);

    g_assert_cmpint (field_name_find (names[i].name, columns, aliases), ==, names[i].field);
    g_assert_null (strstr (hint, HIDDEN_MARK)); /* nobody is told of one */
  }
  g_assert_cmpint (field_name_find ("town", columns, aliases), ==, 4);
}

/* By what people are written to: the first column is the other one. */
static void
test_address (void)
{
  static const char *const by_mail[] = { "phone", "email", NULL }, *const by_phone[] = { "email", "City", NULL }, *const aliases[] = { "Mobile", "phone", "Mail", "email", NULL };

  g_assert_cmpstr (field_name_of_address (by_mail), ==, "email");
  g_assert_cmpstr (field_name_of_address (by_phone), ==, "phone");
  g_assert_cmpstr (field_name_of_address (NULL), ==, "email");
  g_assert_cmpint (field_name_find ("email", by_mail, aliases), ==, 0);
  g_assert_cmpint (field_name_find ("phone", by_mail, aliases), ==, 2);
  g_assert_cmpint (field_name_find ("Mobile", by_mail, aliases), ==, 2);
  g_assert_cmpint (field_name_find ("Phone", by_phone, aliases), ==, 0);
  g_assert_cmpint (field_name_find ("Mobile", by_phone, aliases), ==, 0);
  g_assert_cmpint (field_name_find ("E-Mail", by_phone, aliases), ==, FIELD_NAME_NONE);
  g_assert_cmpint (field_name_find ("email", by_phone, aliases), ==, 2);
  g_assert_cmpint (field_name_find ("mail", by_phone, aliases), ==, 2);
  g_assert_cmpint (field_name_find ("name", by_phone, aliases), ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/wire/hidden-columns/find", test_find);
  g_test_add_func ("/shared/wire/hidden-columns/unnamed", test_unnamed);
  g_test_add_func ("/shared/wire/hidden-columns/address", test_address);
  return g_test_run ();
}
