#include "progress-line.h"

#include "table.h"
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_WIDTH 24
#define DRAW_EVERY_US 100000
#define LINE_EVERY_US 10000000
#define COLUMNS_USUAL 80

struct ProgressLine {
  gboolean is_silent;
  gboolean is_terminal;
  gboolean is_drawn;
  gint64   last_us;
};

ProgressLine *
progress_line_new (gboolean is_silent)
{
  ProgressLine *self = g_new0 (ProgressLine, 1);

  self->is_silent = is_silent;
  self->is_terminal = isatty (STDERR_FILENO) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  return self;
}

static gsize
count_columns (void)
{
  struct winsize size;

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS_USUAL;
}

/* Cuts `text` so that the line never wraps: a wrapped one could not be drawn over. */
static char *
progress_line_fit (const char *text, gsize columns)
{
  g_autoptr (GString) line = g_string_new (NULL);
  gsize width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    g_autofree char *one = g_strndup (p, (gsize) (g_utf8_next_char (p) - p));

    width += table_width (one);
    if (width > columns)
      break;
    g_string_append (line, one);
  }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static void
draw_bar (ProgressLine *self, double fraction, const char *text)
{
  g_autoptr (GString) line = g_string_new ("[");
  g_autofree char *shown = NULL;
  int filled = (int) (CLAMP (fraction, 0, 1) * BAR_WIDTH);

  for (int i = 0; i < BAR_WIDTH; i++)
    g_string_append_c (line, i < filled ? '#' : '.');
  g_string_append_printf (line, "] %3.0f %%  %s", CLAMP (fraction, 0, 1) * 100, text);
  shown = progress_line_fit (line->str, count_columns () - 1);
  fprintf (stderr, "\r\033[K%s", shown);
  fflush (stderr);
  self->is_drawn = TRUE;
}

void
progress_line_set (ProgressLine *self, double fraction, const char *text, gboolean is_change)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->is_silent || (!is_change && now_us - self->last_us < (self->is_terminal ? DRAW_EVERY_US : LINE_EVERY_US)))
    return;
  self->last_us = now_us;
  if (self->is_terminal)
    draw_bar (self, fraction, text);
  else
    fprintf (stderr, "%s\n", text);
}

void
progress_line_hide (ProgressLine *self)
{
  if (self->is_drawn) {
    fputs ("\r\033[K", stderr);
    fflush (stderr);
  }
  self->is_drawn = FALSE;
}

void
progress_line_free (ProgressLine *self)
{
  if (self != NULL)
    progress_line_hide (self);
  g_free (self);
}
