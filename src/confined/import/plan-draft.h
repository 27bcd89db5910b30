/* plan-draft.h - a plan being made: what its files share. Used in: confined/import/plan*.c alone. */
#pragma once
#include "header.h"
#include "plan.h"

typedef enum { SAID_NOTHING, SAID_ROLE, SAID_FIELD, SAID_UNUSED } Said; /* by the user, of a column: nothing is guessed about it then */

typedef struct {
  const GPtrArray *sample;
  const PlanSpec  *spec;
  Plan            *plan;
  GPtrArray       *headers;  /* char *, printable */
  Header           header;
  gboolean         is_view;  /* a person looks, and chooses where an import would ask */
  ColumnMeaning   *meanings; /* of each column */
  guint8          *said;     /* of each column: Said */
} Draft;

Plan         *draft_plan_new     (void); /* empty */
const CsvRow *draft_get_row      (const Draft *draft, guint index);
Slice         draft_get_cell     (const CsvRow *row, guint column); /* bare; empty beyond the row's end */
guint         draft_first_person (const Draft *draft); /* the index of the first person in the sample */

/* How many of the sampled values in a column look like an address or a number, out of those that are there. */
guint         draft_count_like   (const Draft *draft, guint column, gboolean (*is_like) (Slice), guint *out_all);
gboolean      draft_is_mostly    (const Draft *draft, guint column, gboolean (*is_like) (Slice));
char         *draft_list_headers (const Draft *draft); /* (transfer full) for an error */

/* Everything that there is to find out. Errors: as plan_new(). */
gboolean      draft_fill         (Draft *draft, gboolean is_grid, GError **error);

const char   *draft_role_word    (const Draft *draft, guint column); /* static: what a column was taken for, as Import1.Look says it */

/* Open questions, the first of them as FAULT_DATA. */
gboolean      draft_check        (const Draft *draft, GError **error);
/* Columns of addresses that nobody chose, and of who left; then what a person should know. */
void          draft_assign_rest  (Draft *draft);
void          draft_note         (const Draft *draft);
