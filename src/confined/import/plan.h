/* plan.h - which column is what, found out from the header, the first rows and what the user says.
 * Trust:  cells are hostile; `map` and `others` are the user's. Used in: confined/import. Does no I/O. */
#pragma once
#include "columns.h"
#include "departure.h"
#include "table.h"

typedef struct {
  gboolean    is_list;                /* rows of import_table_list_new(): header and map do not count */
  const char *header;                 /* auto | yes | no | a row's number */
  const char *map[COLUMN_ROLE_COUNT]; /* a header's name or a number, or NULL */
  GVariant   *others;                 /* a{ss}: the same -> field | unused (checked) */
} PlanSpec;

#define PLAN_FIRST_HALF (G_MAXUINT - 1) /* instead of a column: what stands behind the comma of "Fuchs, Rosa" */
#define PLAN_LAST_HALF G_MAXUINT

typedef struct { /* a column that says who left */
  guint         column;
  DepartureKind kind;
} Departure;

typedef struct {
  gboolean   has_header;
  guint64    header_row; /* its number; rows before it are no people */
  guint      n_columns;
  GArray    *emails, *phones; /* guint columns, the best one first */
  int        name, first, last; /* a column or -1 */
  GPtrArray *names;   /* of the fields; a first and a last name are fields too, so that a letter can say "Dear {{first name}}" */
  GArray    *columns; /* guint: where each field stands */
  GPtrArray *heads;   /* char *: of each column, as a file of rejected rows has it: the header's words, else what it was taken for */
  GPtrArray *aliases; /* char *: a header as the file has it, what its column was taken for (email, phone, name), and so on in pairs; NULL-terminated */
  GArray     *second;     /* guint: columns of addresses that nobody chose */
  GArray     *departures; /* Departure */
  GPtrArray  *notes;      /* char *: sentences for a person */
} Plan;

/* sample: KeptRow, the first rows that are not empty; the first one may be the header.
 * Errors: FAULT_USAGE (a column that is not there, or was given two meanings), FAULT_DATA (no column with addresses or numbers). */
Plan *plan_new (const GPtrArray *sample, const PlanSpec *spec, gboolean is_grid, GError **error);
typedef struct { /* shown to a person before they import */
  gboolean   has_header;
  GPtrArray *columns; /* char *: the header's words, else "column 1"… */
  GPtrArray *roles;   /* static words: email | phone | name | first | last | field | unused */
  char      *problem; /* why plan_new() refuses it, or NULL */
  guint64    header_row; /* 0: none */
  GPtrArray *notes;   /* char *: as in Plan */
} PlanView;
PlanView *plan_view_new  (const GPtrArray *sample, const PlanSpec *spec, gboolean is_grid);
PlanView *plan_view_new_empty (const char *problem); /* of a sheet without rows */
void      plan_view_free (PlanView *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlanView, plan_view_free)

void  plan_free (Plan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Plan, plan_free)
