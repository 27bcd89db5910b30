#include "plan-draft.h"

#include "dialect.h"
#include "fault.h"
#include "person-name.h"
#include "value.h"
#include <string.h>

#define REJECTED_PREFIX "rejected_" /* csv-rejects.c */

static gboolean
is_empty_column (const Draft *draft, guint column)
{
  for (guint i = draft->header.index; i < draft->sample->len; i++)
    if (draft_get_cell (draft_get_row (draft, i), column).len > 0)
      return FALSE;
  return TRUE;
}

static void
read_headers (Draft *draft, gboolean is_grid)
{
  Plan *plan = draft->plan;
  const CsvRow *first = draft_get_row (draft, draft->header.index);

  plan->n_columns = first->n_cells;
  for (guint i = draft->header.index + 1; i < draft->sample->len && (is_grid || !plan->has_header); i++)
    plan->n_columns = MAX (plan->n_columns, draft_get_row (draft, i)->n_cells);
  while (plan->n_columns > 1 && is_empty_column (draft, plan->n_columns - 1)) /* "a,b,c,,,," */
    plan->n_columns--;
  for (guint i = 0; i < plan->n_columns; i++) {
    g_autofree char *word = plan->has_header ? header_word (draft_get_cell (first, i)) : g_strdup ("");

    g_ptr_array_add (draft->headers, *word != '\0' ? g_steal_pointer (&word) : g_strdup_printf ("column %u", i + 1));
  }
}

static gboolean
find_mapped (const Draft *draft, const char *wanted, guint *out_column, GError **error)
{
  g_autofree char *name = g_strstrip (g_strdup (wanted)), *folded = g_utf8_casefold (name, -1), *list = NULL;
  guint64 number;

  for (guint i = 0; i < draft->headers->len; i++) {
    g_autofree char *mine = g_utf8_casefold (g_ptr_array_index (draft->headers, i), -1);

    if (strcmp (mine, folded) == 0) {
      *out_column = i;
      return TRUE;
    }
  }
  if (g_ascii_string_to_unsigned (name, 10, 1, draft->headers->len, &number, NULL)) {
    *out_column = (guint) number - 1;
    return TRUE;
  }
  list = draft_list_headers (draft);
  g_set_error (error, FAULT, FAULT_USAGE, "there is no column “%s” in the file: it has %s", name, list);
  return FALSE;
}

/* Digits alone are more often a customer's number than a telephone's. */
static gboolean
is_international (Slice cell)
{
  return dialect_is_phone (cell) && cell.data[0] == '+';
}

/* A field whose values may decide what it is. */
static gboolean
is_open (const Draft *draft, guint column)
{
  return draft->meanings[column].role == COLUMN_FIELD && draft->meanings[column].rank != COLUMN_NEVER && draft->said[column] == SAID_NOTHING;
}

/* A weak spelling ("address", "number") counts when nothing better is there and the values bear it out; no spelling at all
 * when they leave no doubt. */
static void
settle_weak (Draft *draft, ColumnRole role, gboolean (*is_like) (Slice), gboolean (*is_sure) (Slice))
{
  gboolean has_better = FALSE;

  for (guint i = 0; i < draft->plan->n_columns; i++)
    has_better = has_better || (draft->meanings[i].role == role &&
                                (draft->meanings[i].rank < COLUMN_LIKELY || (draft->meanings[i].rank == COLUMN_LIKELY && draft_is_mostly (draft, i, is_like))));
  for (guint i = 0; i < draft->plan->n_columns; i++) {
    ColumnMeaning *meaning = &draft->meanings[i];
    gboolean is_word = meaning->rank == COLUMN_LIKELY || (meaning->rank == COLUMN_WEAK && !has_better);

    if (meaning->role == role && meaning->rank >= COLUMN_LIKELY && !(is_word && draft_is_mostly (draft, i, is_like)))
      *meaning = (ColumnMeaning){ COLUMN_FIELD, 0 };
    has_better = has_better || meaning->role == role;
  }
  for (guint i = 0; i < draft->plan->n_columns && !has_better; i++)
    if (is_open (draft, i) && draft_is_mostly (draft, i, is_sure)) {
      draft->meanings[i] = (ColumnMeaning){ role, 0 };
      has_better = role != COLUMN_EMAIL; /* further ones are asked about */
    }
}

static gboolean
apply_map (Draft *draft, GError **error)
{
  for (guint role = COLUMN_EMAIL; role < COLUMN_ROLE_COUNT; role++) {
    guint column;

    if (draft->spec->map[role] == NULL)
      continue;
    if (!find_mapped (draft, draft->spec->map[role], &column, error))
      return FALSE;
    for (guint i = 0; i < draft->plan->n_columns; i++) /* the user's word: what we had taken for it is a plain field */
      if (draft->meanings[i].role == role)
        draft->meanings[i] = (ColumnMeaning){ COLUMN_FIELD, 0 };
    draft->meanings[column] = (ColumnMeaning){ role, 0 };
    draft->said[column] = SAID_ROLE;
  }
  return TRUE;
}

static gboolean
apply_others (Draft *draft, GError **error)
{
  GVariantIter iter;
  const char *wanted, *word;
  guint column;

  if (draft->spec->others == NULL)
    return TRUE;
  g_variant_iter_init (&iter, draft->spec->others);
  while (g_variant_iter_next (&iter, "{&s&s}", &wanted, &word)) {
    if (!find_mapped (draft, wanted, &column, error))
      return FALSE;
    if (draft->said[column] != SAID_NOTHING) {
      g_set_error (error, FAULT, FAULT_USAGE, "the column “%s” was given two meanings: give it one", wanted);
      return FALSE;
    }
    draft->meanings[column] = (ColumnMeaning){ COLUMN_FIELD, 0 };
    draft->said[column] = strcmp (word, "unused") == 0 ? SAID_UNUSED : SAID_FIELD;
  }
  return TRUE;
}

/* Without a header the first column of words is the name. */
static void
guess_name (Draft *draft)
{
  for (guint i = 0; i < draft->plan->n_columns; i++)
    if (draft->meanings[i].role == COLUMN_FIELD && draft->said[i] == SAID_NOTHING && !is_empty_column (draft, i)) {
      Slice cell = draft_get_cell (draft_get_row (draft, draft->header.index), i);

      if (cell.len > 0 && !g_ascii_isdigit (cell.data[0]))
        draft->meanings[i] = (ColumnMeaning){ COLUMN_NAME, 0 };
      return;
    }
}

static void
insert_by_rank (GArray *columns, const ColumnMeaning *meanings, guint column)
{
  guint at = 0;

  while (at < columns->len && meanings[g_array_index (columns, guint, at)].rank <= meanings[column].rank)
    at++;
  g_array_insert_val (columns, at, column);
}

static gboolean
has_joined_values (const Draft *draft, guint column)
{
  for (guint i = draft_first_person (draft); i < draft->sample->len; i++) {
    Slice cell = draft_get_cell (draft_get_row (draft, i), column);

    if (cell.len > 3 && memmem (cell.data, cell.len, ":::", 3) != NULL)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_better (const Draft *draft, int now, guint column)
{
  return now < 0 || draft->meanings[column].rank < draft->meanings[now].rank;
}

static void
assign_roles (Draft *draft)
{
  Plan *plan = draft->plan;

  for (guint i = 0; i < plan->n_columns; i++)
    switch (draft->meanings[i].role) {
    case COLUMN_EMAIL: insert_by_rank (plan->emails, draft->meanings, i); break;
    case COLUMN_PHONE: insert_by_rank (plan->phones, draft->meanings, i); break;
    case COLUMN_NAME: plan->name = is_better (draft, plan->name, i) ? (int) i : plan->name; break;
    case COLUMN_FIRST: plan->first = is_better (draft, plan->first, i) ? (int) i : plan->first; break;
    case COLUMN_LAST: plan->last = is_better (draft, plan->last, i) ? (int) i : plan->last; break;
    case COLUMN_FIELD: case COLUMN_ROLE_COUNT: break;
    }
}

static gboolean
is_plain_field (const Draft *draft, guint column)
{
  const Plan *plan = draft->plan;

  if ((int) column == plan->name || draft->said[column] == SAID_UNUSED)
    return FALSE;
  if (draft->spec->is_list && draft->said[column] == SAID_NOTHING)
    return FALSE; /* a list has the columns that it is made of, and no more */
  if ((plan->emails->len > 0 && g_array_index (plan->emails, guint, 0) == column) ||
      (plan->phones->len > 0 && g_array_index (plan->phones, guint, 0) == column))
    return has_joined_values (draft, column); /* the values behind the first stay with the contact */
  return TRUE;
}

/* "City", "City" -> "City", "City 2"; name, email and phone are ours already */
static char *
make_unique (GHashTable *taken, const char *header)
{
  for (guint n = 1;; n++) {
    g_autofree char *name = n == 1 ? g_strdup (header) : g_strdup_printf ("%s %u", header, n);
    g_autofree char *folded = g_utf8_casefold (name, -1);

    if (g_hash_table_add (taken, g_steal_pointer (&folded)))
      return g_steal_pointer (&name);
  }
}

static void
add_alias (Draft *draft, GHashTable *taken, int column, ColumnRole role)
{
  const char *header = column >= 0 ? g_ptr_array_index (draft->headers, (guint) column) : NULL;

  if (header == NULL || !g_hash_table_add (taken, g_utf8_casefold (header, -1)))
    return; /* a field has that name, or it is the canonical one */
  g_ptr_array_add (draft->plan->aliases, g_strdup (header));
  g_ptr_array_add (draft->plan->aliases, g_strdup (column_role_to_word (role)));
}

static int
first_of (const GArray *columns)
{
  return columns->len > 0 ? (int) g_array_index (columns, guint, 0) : -1;
}

/* Columns that became name, address or number keep the header that their author knows them by. */
static void
assign_aliases (Draft *draft, GHashTable *taken)
{
  Plan *plan = draft->plan;

  if (plan->has_header && !draft->spec->is_list) {
    add_alias (draft, taken, plan->name, COLUMN_NAME);
    add_alias (draft, taken, first_of (plan->emails), COLUMN_EMAIL);
    add_alias (draft, taken, first_of (plan->phones), COLUMN_PHONE);
  }
  g_ptr_array_add (plan->aliases, NULL);
}

/* "Fuchs, Rosa" in most rows: the halves become fields too. */
static void
assign_halves (Draft *draft, GHashTable *taken)
{
  static const char *const words[] = { "first name", "last name" };
  static const guint halves[] = { PLAN_FIRST_HALF, PLAN_LAST_HALF };
  Plan *plan = draft->plan;

  if (draft->spec->is_list || plan->name < 0 || plan->first >= 0 || plan->last >= 0 || !draft_is_mostly (draft, (guint) plan->name, person_name_has_comma))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    g_ptr_array_add (plan->names, make_unique (taken, words[i]));
    g_array_append_val (plan->columns, halves[i]);
  }
}

static void
assign_fields (Draft *draft)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint role = COLUMN_EMAIL; role <= COLUMN_NAME; role++)
    g_hash_table_add (taken, g_strdup (column_role_to_word (role)));
  for (guint i = 0; i < draft->plan->n_columns; i++)
    if (is_plain_field (draft, i)) {
      g_ptr_array_add (draft->plan->names, make_unique (taken, g_ptr_array_index (draft->headers, i)));
      g_array_append_val (draft->plan->columns, i);
    }
  assign_halves (draft, taken);
  assign_aliases (draft, taken);
}

static void
name_list_columns (Draft *draft)
{
  static const ColumnRole roles[LIST_CELLS] = { [LIST_NAME] = COLUMN_NAME, [LIST_EMAIL] = COLUMN_EMAIL, [LIST_PHONE] = COLUMN_PHONE };

  draft->plan->n_columns = LIST_CELLS;
  draft->meanings = g_new0 (ColumnMeaning, LIST_CELLS);
  draft->said = g_new0 (guint8, LIST_CELLS);
  for (guint i = 0; i < LIST_CELLS; i++) {
    g_ptr_array_add (draft->headers, g_strdup (column_role_to_word (roles[i])));
    draft->meanings[i].role = roles[i];
  }
}

static void
recognise_columns (Draft *draft, gboolean is_grid)
{
  Plan *plan = draft->plan;

  plan->has_header = draft->header.is_there;
  plan->header_row = draft->header.is_there ? draft_get_row (draft, draft->header.index)->number : 0;
  read_headers (draft, is_grid);
  draft->meanings = g_new0 (ColumnMeaning, plan->n_columns);
  draft->said = g_new0 (guint8, plan->n_columns);
  for (guint i = 0; i < plan->n_columns && plan->has_header; i++)
    draft->meanings[i] = columns_recognise (g_ptr_array_index (draft->headers, i));
}

/* A file of rejected rows, mended and imported again, says in front why: that is nobody's field. */
static void
leave_reasons_out (Draft *draft)
{
  for (guint i = 0; i < draft->plan->n_columns && draft->plan->has_header; i++)
    if (draft->said[i] == SAID_NOTHING && g_str_has_prefix (g_ptr_array_index (draft->headers, i), REJECTED_PREFIX))
      draft->said[i] = SAID_UNUSED;
}

/* Guesses what the headers and the user left open. */
static void
plan_guess (Draft *draft)
{
  const char *const *map = draft->spec->map;

  if (map[COLUMN_EMAIL] == NULL)
    settle_weak (draft, COLUMN_EMAIL, dialect_is_email, dialect_is_email);
  if (map[COLUMN_PHONE] == NULL)
    settle_weak (draft, COLUMN_PHONE, dialect_is_phone, is_international);
  if (!draft->plan->has_header && map[COLUMN_NAME] == NULL && map[COLUMN_FIRST] == NULL)
    guess_name (draft);
}

/* A list that somebody typed has the columns that it has; no map is for it. */
static gboolean
fill_list (Draft *draft, GError **error)
{
  name_list_columns (draft);
  return apply_others (draft, error);
}

static gboolean
fill_table (Draft *draft, gboolean is_grid, GError **error)
{
  if (!header_find (draft->sample, draft->spec->header, &draft->header, error))
    return FALSE;
  recognise_columns (draft, is_grid);
  if (!apply_map (draft, error) || !apply_others (draft, error))
    return FALSE;
  leave_reasons_out (draft);
  plan_guess (draft);
  return TRUE;
}

gboolean
draft_fill (Draft *draft, gboolean is_grid, GError **error)
{
  if (!(draft->spec->is_list ? fill_list (draft, error) : fill_table (draft, is_grid, error)))
    return FALSE;
  assign_roles (draft);
  if (!draft_check (draft, error))
    return FALSE;
  draft_assign_rest (draft);
  assign_fields (draft);
  draft_note (draft);
  return TRUE;
}

static void
keep_heads (Draft *draft)
{
  Plan *plan = draft->plan;

  for (guint i = 0; i < draft->headers->len; i++) {
    const char *head = g_ptr_array_index (draft->headers, i);
    gboolean is_role = !plan->has_header && (g_strcmp0 (draft_role_word (draft, i), "field") != 0 && g_strcmp0 (draft_role_word (draft, i), "unused") != 0);

    g_ptr_array_add (plan->heads, g_strdup (is_role ? draft_role_word (draft, i) : head));
  }
}

Plan *
plan_new (const GPtrArray *sample, const PlanSpec *spec, gboolean is_grid, GError **error)
{
  g_autoptr (Plan) plan = draft_plan_new ();
  g_autoptr (GPtrArray) headers = g_ptr_array_new_with_free_func (g_free);
  Draft draft = { .sample = sample, .spec = spec, .plan = plan, .headers = headers };
  gboolean is_fine = draft_fill (&draft, is_grid, error);

  if (is_fine)
    keep_heads (&draft);
  g_free (draft.meanings);
  g_free (draft.said);
  return is_fine ? g_steal_pointer (&plan) : NULL;
}
