#include "fault.h"
#include "options.h"

typedef struct {
  char    *name;
  char   **lists;
  guint64  limit;
  gboolean is_yes;
} Values;

static const Option table[] = {
  { "name", 0, OPTION_TEXT, G_STRUCT_OFFSET (Values, name), "N", "h" },
  { "list", 'l', OPTION_TEXTS, G_STRUCT_OFFSET (Values, lists), "L", "h" },
  { "limit", 0, OPTION_NUMBER, G_STRUCT_OFFSET (Values, limit), "N", "h" },
  { "amount", 0, OPTION_AMOUNT, G_STRUCT_OFFSET (Values, limit), "N", "h" },
  { "yes", 'y', OPTION_FLAG, G_STRUCT_OFFSET (Values, is_yes), NULL, "h" },
  { "hidden", 0, OPTION_TEXT, G_STRUCT_OFFSET (Values, name), "N", NULL },
  { 0 },
};

static const struct {
  const char *line; /* words, separated by a space; ~ is an empty word */
  gboolean    takes_more;
  const char *names, *name, *lists; /* expected; names NULL: refused */
  guint64     limit;
  gboolean    is_yes;
  const char *said; /* a part of the refusal */
} cases[] = {
  { "a b", FALSE, "a b" },
  { "--name x a", FALSE, "a", "x" },
  { "--name=x=y", FALSE, "", "x=y" },            /* only the first = ends the name */
  { "--name= a", FALSE, "a", "" },               /* an empty value is a value: --user '' */
  { "--list a --list b", FALSE, "", NULL, "a b" },
  { "-l a -lb", FALSE, "", NULL, "a b" },
  { "--list a b --yes", TRUE, "", NULL, "a b", 0, TRUE }, /* words behind it belong to it where no names are taken */
  { "--list a b", FALSE, "b", NULL, "a" },                /* … and nowhere else */
  { "--limit 12", FALSE, "", NULL, NULL, 12 },
  { "-y -", FALSE, "-", NULL, NULL, 0, TRUE },   /* a lone dash is standard input */
  { "-- --yes", FALSE, "--yes" },                /* what follows -- is no option */
  { "--name -x", FALSE, "", "-x" },              /* a value may start with a dash */
  { "--nmae x", FALSE, NULL, .said = "did you mean --name" },
  { "--hiden x", FALSE, NULL, .said = "--help" }, /* hidden ones are not offered */
  { "--zzz", FALSE, NULL, .said = "no option --zzz" },
  { "--name", FALSE, NULL, .said = "needs a value" },
  { "--name a --name b", FALSE, NULL, .said = "twice" },
  { "--limit -1", FALSE, NULL, .said = "whole number" },
  { "--limit 1x", FALSE, NULL, .said = "whole number" },
  { "--limit 99999999999", FALSE, NULL, .said = "whole number" }, /* beyond 32 bits */
  { "--limit 4294967296", FALSE, NULL, .said = "whole number" },  /* 2³²: cut to 32 bits it would be 0, which is no limit */
  { "--limit 4294967295", FALSE, "", NULL, NULL, 4294967295 },
  { "--limit 0", FALSE, "" },
  { "--amount 1", FALSE, "", NULL, NULL, 1 },
  { "--amount 0", FALSE, NULL, .said = "from 1" },
  { "--yes=1", FALSE, NULL, .said = "takes no value" },
  { "-yq", FALSE, NULL, .said = "no option -yq" },
  { "-z", FALSE, NULL, .said = "no option -z" },
  { "a\xff", FALSE, NULL, .said = "UTF-8" },
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    Values values = { 0 };
    const OptionSet sets[] = { { table, &values }, { NULL, NULL } };
    g_auto (GStrv) words = g_strsplit (cases[i].line, " ", -1);
    g_autoptr (GError) error = NULL;
    g_auto (GStrv) names = options_parse (sets, (const char *const *) words, cases[i].takes_more, &error);

    if (cases[i].names == NULL) {
      g_assert_error (error, FAULT, FAULT_USAGE);
      g_assert_nonnull (strstr (error->message, cases[i].said));
    } else {
      g_autofree char *joined = NULL;
      g_autofree char *lists = values.lists != NULL ? g_strjoinv (" ", values.lists) : NULL;

      g_assert_no_error (error);
      joined = g_strjoinv (" ", names);
      g_assert_cmpstr (joined, ==, cases[i].names);
      g_assert_cmpstr (values.name, ==, cases[i].name);
      g_assert_cmpstr (lists, ==, cases[i].lists);
      g_assert_cmpuint (values.limit, ==, cases[i].limit);
      g_assert_cmpint (values.is_yes, ==, cases[i].is_yes);
    }
    options_clear (table, &values);
  }
}

static void
test_nearest (void)
{
  static const char *const names[] = { "help", "html", "account list", "lists", NULL };

  g_assert_cmpstr (options_nearest ("htlm", names), ==, "html"); /* two letters in the wrong order are one slip */
  g_assert_cmpstr (options_nearest ("acount lst", names), ==, "account list");
  g_assert_cmpstr (options_nearest ("list", names), ==, "lists");
  g_assert_null (options_nearest ("frobnicate", names));
  g_assert_null (options_nearest ("x", names)); /* one letter is near to nothing */
  g_assert_null (options_nearest ("", names));
}

static void
test_pair (void)
{
  g_autofree char *name = NULL, *value = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) no_name = NULL;

  g_assert_true (options_split_pair ("First name=a=b", "--where", &name, &value, NULL));
  g_assert_cmpstr (name, ==, "First name");
  g_assert_cmpstr (value, ==, "a=b");
  g_assert_false (options_split_pair ("Town", "--where", &name, &value, &error));
  g_assert_error (error, FAULT, FAULT_USAGE);
  g_assert_false (options_split_pair ("=x", "--where", &name, &value, &no_name));
  g_assert_error (no_name, FAULT, FAULT_USAGE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/options/parse", test_parse);
  g_test_add_func ("/cli/options/nearest", test_nearest);
  g_test_add_func ("/cli/options/pair", test_pair);
  return g_test_run ();
}
