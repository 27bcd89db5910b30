#include "text-list.h"

#include <string.h>

/* items as "kind:name=value", joined by " / "; kinds e, p, o */
static const struct { const char *line, *items; } cases[] = {
  { "", "" },
  { " , ; ", "" },
  { "ann@example.org", "e:=ann@example.org" },
  { "Ann <ann@example.org>", "e:Ann=ann@example.org" },
  { "\"Lee, Ann\" <ann@example.org>", "e:Lee, Ann=ann@example.org" },
  { "'Ann Lee' <ann@example.org>", "e:Ann Lee=ann@example.org" },
  { "<ann@example.org>", "e:=ann@example.org" },
  { "mailto:ann@example.org", "e:=ann@example.org" },
  { "Ann: +44 20 7946 0958", "p:Ann=+44 20 7946 0958" },
  { "Ann: ann@example.org", "e:Ann=ann@example.org" },
  { "Ann:+442079460958", "p:Ann=+442079460958" },
  { "+44 20 7946 0958 - Ann Lee", "p:Ann Lee=+44 20 7946 0958" },
  { "+44-20-7946-0958 - Ann", "p:Ann=+44-20-7946-0958" },          /* hyphens of the number's own */
  { "ann@example.org - Ann", "e:Ann=ann@example.org" },
  { "Ann-Marie - ann@example.org", "e:Ann-Marie=ann@example.org" },
  { "Ann – +44 20 7946 0958", "p:Ann=+44 20 7946 0958" },
  { "tel:+442079460958", "p:=+442079460958" },
  { "(020) 7946 0958", "p:=(020) 7946 0958" },
  { "(+44) 20 7946 0958", "p:=(+44) 20 7946 0958" },
  { "Ann +44 20 7946 0958", "p:Ann=+44 20 7946 0958" },
  { "Ann Lee ann@example.org", "e:Ann Lee=ann@example.org" },
  { "ann@example.org, bob@example.org; eve@example.org", "e:=ann@example.org / e:=bob@example.org / e:=eve@example.org" },
  { "Lee, Ann <ann@example.org>; Roe, Bob <bob@example.org>", "e:Lee, Ann=ann@example.org / e:Roe, Bob=bob@example.org" }, /* Outlook */
  { "Ann <ann@example.org>, Bob <bob@example.org>", "e:Ann=ann@example.org / e:Bob=bob@example.org" },
  { "+442079460958,+4930123456", "p:=+442079460958 / p:=+4930123456" },
  { "Lee, Ann <ann@example.org>", "e:Lee, Ann=ann@example.org" },
  { "Lee, Ann <ann@example.org>, Roe, Bob <bob@example.org>", "e:Lee, Ann=ann@example.org / e:Roe, Bob=bob@example.org" },
  { "x@example.org, Lee, Ann <ann@example.org>", "e:=x@example.org / e:Lee, Ann=ann@example.org" },
  { "Bob\tbob@example.org", "e:Bob=bob@example.org" },               /* two cells of a sheet */
  { "bob@example.org\tBob Ray", "e:Bob Ray=bob@example.org" },
  /* apart by blanks */
  { "ann@example.org bob@example.org\tcarol@example.org", "e:=ann@example.org / e:=bob@example.org / e:=carol@example.org" },
  { "Ann Lee ann@example.org Bob bob@example.org", "e:Ann Lee=ann@example.org / e:Bob=bob@example.org" },
  { "ann@example.org Ann Lee bob@example.org Bob", "e:Ann Lee=ann@example.org / e:Bob=bob@example.org" },
  { "ann@example.org Ann bob@example.org", "o:ann@example.org Ann bob@example.org=" }, /* whose name is it? */
  { "ann@example.org Ann Lee", "e:Ann Lee=ann@example.org" },
  { "Ann <ann@example.org> Bob <bob@example.org>", "e:Ann=ann@example.org / e:Bob=bob@example.org" },
  { "ann@example.org Bob <bob@example.org>", "e:=ann@example.org / e:Bob=bob@example.org" },
  { "ann@example.org <ann@example.org>", "e:=ann@example.org" },      /* named by their own address */
  { "'ann@example.org' <ann@example.org>", "e:=ann@example.org" },    /* Outlook */
  { "bob@example.org <ann@example.org>", "o:bob@example.org <ann@example.org>=" },
  /* RFC 5322: comments, groups; heads of copied letters */
  { "ann@example.org (Ann Lee), bob@example.org (Bob)", "e:Ann Lee=ann@example.org / e:Bob=bob@example.org" },
  { "ann@example.org (Lee, Ann)", "e:Lee, Ann=ann@example.org" },
  { "(Ann) ann@example.org", "e:Ann=ann@example.org" },
  { "Ann <ann@example.org> (work)", "e:Ann=ann@example.org" },
  { "Team: ann@example.org, Bob <bob@example.org>;", "e:=ann@example.org / e:Bob=bob@example.org" },
  { "Ann: ann@example.org;", "e:Ann=ann@example.org" },
  { "To: Ann <ann@example.org>, bob@example.org", "e:Ann=ann@example.org / e:=bob@example.org" },
  { "<mailto:ann@example.org?subject=x>", "e:=ann@example.org" },
  { "just words", "o:just words=" },
  { "1234", "o:1234=" },                                           /* too short for a number */
  { "a < b > c", "o:a < b > c=" },
  { "\"open <ann@example.org>", "e:\"open=ann@example.org" },      /* a quotation mark that is never closed */
};

static char *
read_line (const char *text)
{
  g_autofree char *exact = g_memdup2 (text, MAX (strlen (text), 1));
  GString *items = g_string_new (NULL);
  TextLine line;
  TextItem item;

  text_line_open (&line, exact, strlen (text));
  while (text_line_next (&line, &item))
    g_string_append_printf (items, "%s%c:%.*s=%.*s", items->len > 0 ? " / " : "", "epo"[item.kind], (int) item.name.len,
                            item.name.data, (int) item.value.len, item.value.data);
  g_assert_false (text_line_next (&line, &item)); /* nor ever after */
  return g_string_free (items, FALSE);
}

static void
test_lines (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *items = read_line (cases[i].line);

    g_assert_cmpstr (items, ==, cases[i].items);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/wire/text-list/lines", test_lines);
  return g_test_run ();
}
