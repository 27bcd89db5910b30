/* Who is built because theirs may be the largest message. */
#include "largest.h"

#include <string.h>

#define L(text) { text, sizeof (text) - 1 }

static const LargestWeight weights[] = { { 1, 3, 5 }, { 10, 30, 50 }, { 1, 3, 5 } };

static gboolean
is_among (const Largest *self, guint64 id)
{
  g_autoptr (GArray) ids = largest_get_ids (self);

  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, guint64, i) == id)
      return TRUE;
  return FALSE;
}

static guint64
get_first (const Largest *self)
{
  g_autoptr (GArray) ids = largest_get_ids (self);

  return ids->len > 0 ? g_array_index (ids, guint64, 0) : 0;
}

static void
test_weights (void)
{
  static const Slice rows[][3] = {
    { L ("a"), L ("x"), L ("") },
    { L ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), L ("x"), L ("") }, /* the most octets… */
    { L ("a"), L ("xxxxxx"), L ("") },                         /* …and the most in the message */
    { L ("a"), L ("\xc3\xa4"), L ("") },
    { L ("a"), L ("<&"), L ("") },                             /* two that are escaped make more than six letters */
    { L ("a"), L ("x"), L ("note") },                          /* a section that nobody else has */
  };
  g_autoptr (Largest) self = largest_new (3, weights);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    largest_add (self, i + 1, rows[i]);
  g_assert_cmpuint (get_first (self), ==, 5);
  g_assert_true (is_among (self, 2) && is_among (self, 3) && is_among (self, 6));
}

static void
test_many (void)
{
  g_autoptr (Largest) self = largest_new (3, weights);
  g_autoptr (GArray) ids = NULL;
  g_autofree char *longest = g_strnfill (500, 'x');

  for (guint64 i = 1; i <= 10000; i++) {
    const Slice values[] = { L ("a"), { longest, 1 + (gsize) (i * 7919 % 400) }, { longest, i == 777 ? 500 : i % 2 } };

    largest_add (self, i, values);
  }
  ids = largest_get_ids (self);
  g_assert_cmpuint (ids->len, >, 8);
  g_assert_cmpuint (ids->len, <=, LARGEST_MAX);
  g_assert_true (is_among (self, 777));
  for (guint i = 0; i < ids->len; i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpuint (g_array_index (ids, guint64, i), !=, g_array_index (ids, guint64, j));
}

static void
test_nobody (void)
{
  g_autoptr (Largest) self = largest_new (0, weights), none = largest_new (3, weights);
  const Slice missing[] = { L ("-"), L (""), L ("NULL") };

  g_assert_cmpuint (get_first (self), ==, 0);
  largest_add (self, 1, NULL);
  largest_add (none, 2, missing);
  g_assert_cmpuint (get_first (self), ==, 1);
  g_assert_cmpuint (get_first (none), ==, 2); /* somebody is somebody */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/campaign/largest/weights", test_weights);
  g_test_add_func ("/core/campaign/largest/many", test_many);
  g_test_add_func ("/core/campaign/largest/nobody", test_nobody);
  return g_test_run ();
}
