#include "plan-draft.h"

#include "dialect.h"
#include "fault.h"
#include <string.h>

#define LIST_MAX 1024 /* octets of headers in a question */

static gboolean
has_any (const Draft *draft, guint column, gboolean (*is_like) (Slice))
{
  guint all;

  return draft_count_like (draft, column, is_like, &all) > 0;
}

static gboolean
is_same_header (const Draft *draft, guint a, guint b)
{
  g_autofree char *one = columns_normal (g_ptr_array_index (draft->headers, a)), *other = columns_normal (g_ptr_array_index (draft->headers, b));

  return draft->plan->has_header && strcmp (one, other) == 0 && /* but for a numeral: "E-mail 1", "E-mail 2" */
         !columns_is_of_person (g_ptr_array_index (draft->headers, a));
}

/* Refuses several columns of addresses of which nothing says which one counts. A numeral does: the first one that is there. */
static gboolean
check_one_address (const Draft *draft, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint n = 0, first = 0;

  for (guint i = 0; i < draft->plan->n_columns && list->len < LIST_MAX; i++)
    if (draft->meanings[i].role == COLUMN_EMAIL && draft->said[i] == SAID_NOTHING && has_any (draft, i, dialect_is_email) &&
        (n == 0 || !is_same_header (draft, first, i))) {
      g_string_append_printf (list, "%s%s", n > 0 ? ", " : "", (const char *) g_ptr_array_index (draft->headers, i));
      first = n++ == 0 ? i : first;
    }
  if (n < 2)
    return TRUE;
  g_set_error (error, FAULT, FAULT_DATA, "several columns hold e-mail addresses: %s. %s", list->str,
               draft->is_view ? "Choose the one that counts, and make the others fields" : "Say which one counts with --map email=COLUMN");
  return FALSE;
}

/* A row that has its only address there is not without one. */
static void
assign_second (Draft *draft)
{
  Plan *plan = draft->plan;

  for (guint i = 0; i < plan->n_columns; i++)
    if (draft->meanings[i].role == COLUMN_FIELD && draft->meanings[i].rank != COLUMN_NEVER && draft->said[i] != SAID_UNUSED &&
        draft_is_mostly (draft, i, dialect_is_email))
      g_array_append_val (plan->second, i);
}

static void
assign_departures (Draft *draft)
{
  for (guint i = 0; i < draft->plan->n_columns && draft->plan->has_header; i++) {
    Departure departure = { i, departure_recognise (g_ptr_array_index (draft->headers, i)) };

    if (departure.kind != DEPARTURE_NONE && draft->said[i] != SAID_UNUSED)
      g_array_append_val (draft->plan->departures, departure);
  }
}

static void
note_header (const Draft *draft)
{
  Plan *plan = draft->plan;

  if (draft->header.is_double)
    g_ptr_array_add (plan->notes, g_strdup_printf ("the header seems to have two rows: row %" G_GUINT64_FORMAT " was taken for it", plan->header_row));
  else if (draft->header.index > 0)
    g_ptr_array_add (plan->notes, g_strdup_printf ("the header was found in row %" G_GUINT64_FORMAT "; what stands above it was left out", plan->header_row));
}

static void
note_names (const Draft *draft)
{
  const Plan *plan = draft->plan;

  if (plan->name < 0 && plan->first < 0 && plan->last < 0 && !draft->spec->is_list)
    g_ptr_array_add (plan->notes, g_strdup ("no column was recognised as the name: these people have none"));
}

static gboolean
check_contact (const Draft *draft, GError **error)
{
  g_autofree char *list = NULL;

  if (draft->plan->emails->len + draft->plan->phones->len > 0)
    return TRUE;
  list = draft_list_headers (draft);
  g_set_error (error, FAULT, FAULT_DATA, "no column holds e-mail addresses or phone numbers; the columns are: %s. If one of them does, %s", list,
               draft->is_view ? "choose it" : "say so with --map email=COLUMN or --map phone=COLUMN");
  return FALSE;
}

gboolean
draft_check (const Draft *draft, GError **error)
{
  return check_contact (draft, error) && (draft->spec->is_list || check_one_address (draft, error));
}

void
draft_assign_rest (Draft *draft)
{
  assign_second (draft);
  assign_departures (draft);
}

void
draft_note (const Draft *draft)
{
  note_header (draft);
  note_names (draft);
}
