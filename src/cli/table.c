#include "table.h"

#include "text.h"
#include <stdarg.h>
#include <unistd.h>

#define COLUMNS_MAX 12
#define CELL_MAX 300 /* octets; chosen: a longer cell would push all others off the screen */

struct Table {
  guint      n_columns;
  gboolean   is_number[COLUMNS_MAX];
  gboolean   has_head;
  GPtrArray *cells; /* the head first */
};

gsize
table_width (const char *text)
{
  gsize width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (!g_unichar_iszerowidth (c))
      width += g_unichar_iswide (c) ? 2 : 1;
  }
  return width;
}

/* A terminal, not dumb, and NO_COLOR is not set (no-color.org). */
static gboolean
can_colour (FILE *out)
{
  const char *no_color = g_getenv ("NO_COLOR");

  return isatty (fileno (out)) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0 && (no_color == NULL || *no_color == '\0');
}

Table *
table_new (const char *title, ...)
{
  Table *self = g_new0 (Table, 1);
  va_list titles;

  self->cells = g_ptr_array_new_with_free_func (g_free);
  va_start (titles, title);
  for (; title != NULL && self->n_columns < COLUMNS_MAX; title = va_arg (titles, const char *)) {
    gboolean is_number = title[0] == '>';

    self->is_number[self->n_columns++] = is_number;
    self->has_head |= title[is_number] != '\0';
    g_ptr_array_add (self->cells, g_strdup (title + is_number));
  }
  va_end (titles);
  return self;
}

void
table_row (Table *self, const char *cell, ...)
{
  va_list cells;
  guint n = 0;

  va_start (cells, cell);
  for (; cell != NULL && n < self->n_columns; cell = va_arg (cells, const char *), n++)
    g_ptr_array_add (self->cells, text_printable (cell, -1, CELL_MAX));
  va_end (cells);
  for (; n < self->n_columns; n++)
    g_ptr_array_add (self->cells, g_strdup (""));
}

/* No blanks behind the last cell that says something. */
static void
print_row (Table *self, guint row, const gsize *widths, FILE *out)
{
  char **cells = (char **) self->cells->pdata + row * self->n_columns;
  guint n = self->n_columns;

  while (n > 0 && *cells[n - 1] == '\0')
    n--;
  for (guint i = 0; i < n; i++) {
    int padding = (int) (widths[i] - table_width (cells[i]));

    if (self->is_number[i])
      fprintf (out, "%s%*s%s", i > 0 ? "  " : "", padding, "", cells[i]);
    else
      fprintf (out, "%s%s%*s", i > 0 ? "  " : "", cells[i], i + 1 < n ? padding : 0, "");
  }
}

void
table_print (Table *self, FILE *out)
{
  gsize widths[COLUMNS_MAX] = { 0 };
  gboolean has_colours = can_colour (out);

  for (guint i = 0; i < self->cells->len; i++)
    widths[i % self->n_columns] = MAX (widths[i % self->n_columns], table_width (g_ptr_array_index (self->cells, i)));
  for (guint row = self->has_head ? 0 : 1; row < self->cells->len / self->n_columns; row++) {
    fputs (row == 0 && has_colours ? "\033[1m" : "", out);
    print_row (self, row, widths, out);
    fputs (row == 0 && has_colours ? "\033[0m\n" : "\n", out);
  }
}

void
table_free (Table *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->cells);
  g_free (self);
}
