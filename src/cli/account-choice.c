#include "account-choice.h"

#include "fault.h"
#include <stdio.h>
#include <string.h>

#define CHOICES_MAX 2

typedef struct {
  const char *kind; /* "": by a password */
  const char *text;
} AccountChoice;

static const struct {
  const char *presets[2];
  const char *head;
  AccountChoice choices[CHOICES_MAX];
} rows[] = {
  { { "gmail", "google-workspace" }, "Two ways lead to Gmail:",
    { { "", "with an app password, in two minutes: it wants two-step verification; make one at https://myaccount.google.com/apppasswords" },
      { "gmail", "by signing in at Google, in ten minutes and without a password: it wants a project of your own there (the steps are shown)" } } },
  { { "outlook", "exchange-online" }, "Microsoft takes no password for SMTP any more, or not for long (5.7.30):",
    { { "outlook", "by signing in at Microsoft: it wants a client there, which most people with an Outlook.com address cannot make (the steps are shown)" },
      { "", "with a password all the same: for a directory whose administrator has switched it on" } } },
};

static gint
read_number (void)
{
  char line[16] = "";

  fprintf (stderr, "Which? [1] ");
  fflush (stderr);
  if (fgets (line, sizeof line, stdin) == NULL)
    return 0;
  g_strchomp (line);
  return *line == '\0' ? 1 : (gint) g_ascii_strtoull (line, NULL, 10);
}

const char *
account_choice_ask (const char *preset, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    gint number;

    if (strcmp (rows[i].presets[0], preset) != 0 && strcmp (rows[i].presets[1], preset) != 0)
      continue;
    fprintf (stderr, "%s\n", rows[i].head);
    for (gint n = 0; n < CHOICES_MAX; n++)
      fprintf (stderr, "  %d  %s\n", n + 1, rows[i].choices[n].text);
    number = read_number ();
    if (number >= 1 && number <= CHOICES_MAX)
      return rows[i].choices[number - 1].kind;
    g_set_error_literal (error, FAULT, FAULT_USAGE, "nothing was chosen, and nothing was changed; gmail:ADDRESS, outlook:ADDRESS or smtp:ADDRESS says it at once");
    return NULL;
  }
  return "";
}
