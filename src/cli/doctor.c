/* doctor - what holds, what is missing, what to do about it. */
#include "commands.h"
#include "contract-keys.h"
#include "dict.h"
#include "json-out.h"
#include "table.h"
#include <stdio.h>
#include <string.h>

static int
run_doctor (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (Table) table = table_new ("", "", "", NULL);
  g_autoptr (GVariant) rows = NULL;
  guint missing = 0;

  if (session_core (session, error) == NULL || !pr_app1_call_doctor_sync (session->core, &rows, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session)) {
    json_out_rows ("rows", rows, session->is_jsonl);
    return 0;
  }
  for (gsize i = 0; i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
    const char *state = dict_text (row, KEY_DOCTOR_STATE);

    missing += strcmp (state, "missing") == 0;
    table_row (table, strcmp (state, "missing") == 0 ? "MISSING" : state, dict_text (row, KEY_DOCTOR_WHAT), dict_text (row, KEY_DOCTOR_TEXT), NULL);
  }
  table_print (table, stdout);
  if (missing == 0)
    session_say (session, "Nothing is missing.");
  return 0;
}

const Command doctor_commands[] = {
  { "doctor", "", "Says what is locked, which layers hold, what is missing, and what to do", 0, 0, NULL, 0, run_doctor, NULL },
  { 0 },
};
