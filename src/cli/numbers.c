#include "numbers.h"

#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "table.h"
#include "text.h"
#include "words.h"
#include <string.h>

#define TEXT_MAX 500 /* octets of a foreign text that is shown */

static gboolean
is_state (GVariant *numbers, const char *state)
{
  return strcmp (dict_text (numbers, KEY_CAMPAIGN_STATE), state) == 0;
}

/* Paused, but what was on the wire then is not back yet: for people, a state of its own. Returns: (transfer full). */
static char *
describe_state (GVariant *numbers)
{
  g_autofree char *left = words_counted (dict_number (numbers, KEY_CAMPAIGN_HANDED), "message", "messages");

  return is_state (numbers, "paused") && dict_number (numbers, KEY_CAMPAIGN_HANDED) > 0 ? g_strdup_printf ("pausing, %s still on the way", left)
                                                                             : g_strdup (words_state (dict_text (numbers, KEY_CAMPAIGN_STATE)));
}

gboolean
numbers_has_ended (GVariant *numbers)
{
  if (is_state (numbers, "paused"))
    return dict_number (numbers, KEY_CAMPAIGN_HANDED) == 0;
  return is_state (numbers, "done") || is_state (numbers, "cancelled");
}

gboolean
numbers_only_later (GVariant *numbers)
{
  return dict_number (numbers, KEY_CAMPAIGN_LATER) > 0 && dict_number (numbers, KEY_CAMPAIGN_QUEUED) == 0 && dict_number (numbers, KEY_CAMPAIGN_HANDED) == 0;
}

int
numbers_status (GVariant *numbers)
{
  const gboolean is_settled = is_state (numbers, "done") || is_state (numbers, "cancelled");

  if (!is_settled || dict_number (numbers, KEY_CAMPAIGN_LATER) + dict_number (numbers, KEY_CAMPAIGN_QUEUED) + dict_number (numbers, KEY_CAMPAIGN_HANDED) > 0)
    return FAULT_TEMP;
  return dict_number (numbers, KEY_CAMPAIGN_REFUSED) > 0 || dict_number (numbers, KEY_CAMPAIGN_UNKNOWN) > 0 || is_state (numbers, "cancelled") ? 1 : 0;
}

static guint64
count_settled (GVariant *numbers)
{
  return dict_number (numbers, KEY_CAMPAIGN_ACCEPTED) + dict_number (numbers, KEY_CAMPAIGN_REFUSED) + dict_number (numbers, KEY_CAMPAIGN_UNKNOWN) +
         dict_number (numbers, KEY_CAMPAIGN_SKIPPED);
}

double
numbers_fraction (GVariant *numbers)
{
  guint64 total = dict_number (numbers, KEY_CAMPAIGN_TOTAL);

  return total > 0 ? (double) count_settled (numbers) / (double) total : 1;
}

char *
numbers_line (GVariant *numbers)
{
  static const char *const named[] = { KEY_CAMPAIGN_REFUSED, KEY_CAMPAIGN_LATER, KEY_CAMPAIGN_UNKNOWN, KEY_CAMPAIGN_SKIPPED };
  g_autofree char *settled = words_count (count_settled (numbers));
  g_autofree char *total = words_count (dict_number (numbers, KEY_CAMPAIGN_TOTAL));
  g_autofree char *text = text_printable (dict_text (numbers, KEY_CAMPAIGN_TEXT), -1, TEXT_MAX), *state = describe_state (numbers);
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "%s of %s", settled, total);
  if (is_state (numbers, "sending") && dict_double (numbers, KEY_CAMPAIGN_PER_SECOND) > 0) {
    g_autofree char *rate = words_per (dict_double (numbers, KEY_CAMPAIGN_PER_SECOND));

    g_string_append_printf (line, " · %s", rate);
  }
  if (!numbers_has_ended (numbers) && dict_number (numbers, KEY_CAMPAIGN_SECONDS_LEFT) > 0) {
    g_autofree char *left = words_duration (dict_number (numbers, KEY_CAMPAIGN_SECONDS_LEFT));

    g_string_append_printf (line, " · %s left", left);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (named); i++)
    if (dict_number (numbers, named[i]) > 0)
      g_string_append_printf (line, " · %'" G_GUINT64_FORMAT " %s", dict_number (numbers, named[i]), words_state (named[i]));
  if (!is_state (numbers, "sending"))
    g_string_append_printf (line, " · %s%s%s", state, *text != '\0' ? ": " : "", text);
  return g_string_free (line, FALSE);
}

static void
add_state (Table *table, GVariant *numbers, const char *state, const char *meaning)
{
  g_autofree char *count = words_count (dict_number (numbers, state));

  if (dict_number (numbers, state) > 0 || strcmp (state, KEY_CAMPAIGN_ACCEPTED) == 0)
    table_row (table, count, words_state (state), meaning, NULL);
}

/* What was heard later: only where something was. */
static void
add_delivery (Table *table, GVariant *numbers)
{
  static const char *const rows[][2] = {
    { KEY_CAMPAIGN_DELIVERY_SENT, "the provider sent it on" },
    { KEY_CAMPAIGN_DELIVERY_DELIVERED, "it arrived" },
    { KEY_CAMPAIGN_DELIVERY_READ, "it was opened there" },
    { KEY_CAMPAIGN_DELIVERY_FAILED, "the provider gave it up later" },
    { KEY_CAMPAIGN_DELIVERY_BOUNCED, "it came back" },
    { KEY_CAMPAIGN_DELIVERY_COMPLAINED, "called it unwanted" },
    { KEY_CAMPAIGN_DELIVERY_LEFT, "want no more" },
    { KEY_CAMPAIGN_DELIVERY_ANSWERED, "wrote back" },
    { KEY_CAMPAIGN_DELIVERY_AWAY, "a machine answered for them" },
  };
  g_autoptr (GVariant) delivery = dict_child (numbers, KEY_CAMPAIGN_DELIVERY, "a{sv}");

  for (gsize i = 0; delivery != NULL && i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *count = words_count (dict_number (delivery, rows[i][0]));

    if (dict_number (delivery, rows[i][0]) > 0)
      table_row (table, count, words_state (rows[i][0]), rows[i][1], NULL);
  }
}

static char *
describe_skipped (GVariant *numbers)
{
  g_autoptr (GVariant) reasons = dict_child (numbers, KEY_CAMPAIGN_SKIPPED_REASONS, "a{st}");
  GString *text = g_string_new (NULL);
  GVariantIter iter;
  const char *reason;
  guint64 n;

  if (reasons == NULL)
    return g_string_free (text, FALSE);
  g_variant_iter_init (&iter, reasons);
  while (g_variant_iter_next (&iter, "{&st}", &reason, &n))
    g_string_append_printf (text, "%s%'" G_GUINT64_FORMAT " %s", text->len > 0 ? ", " : "", n, words_reason (reason));
  return g_string_free (text, FALSE);
}

static void
print_head (GVariant *numbers)
{
  g_autofree char *title = text_printable (dict_text (numbers, KEY_CAMPAIGN_TITLE), -1, TEXT_MAX);
  g_autofree char *text = text_printable (dict_text (numbers, KEY_CAMPAIGN_TEXT), -1, TEXT_MAX);
  g_autofree char *lists = dict_join (numbers, KEY_CAMPAIGN_LISTS, ", ");
  g_autofree char *started = words_time ((gint64) dict_number (numbers, KEY_CAMPAIGN_STARTED));
  g_autofree char *ended = words_time ((gint64) dict_number (numbers, KEY_CAMPAIGN_ENDED));
  g_autofree char *next = words_time ((gint64) dict_number (numbers, KEY_CAMPAIGN_NEXT)), *state = describe_state (numbers);

  printf ("Campaign %" G_GUINT64_FORMAT ": “%s” to %s by %s%s\n", dict_number (numbers, KEY_CAMPAIGN_ID), title, lists,
          dict_text (numbers, KEY_CAMPAIGN_ACCOUNT), dict_flag (numbers, KEY_CAMPAIGN_OWN_ENDPOINTS) ? " (own endpoints)" : "");
  printf ("%s%s%s", state, *text != '\0' ? ": " : "", text);
  if (*started != '\0')
    printf (" · started %s", started);
  if (*ended != '\0')
    printf (" · ended %s", ended);
  if (*next != '\0')
    printf (" · goes on %s", next);
  if (dict_number (numbers, KEY_CAMPAIGN_VERSION) > 1)
    printf (" · version %" G_GUINT64_FORMAT " of the message", dict_number (numbers, KEY_CAMPAIGN_VERSION));
  putchar ('\n');
}

void
numbers_print (GVariant *numbers)
{
  g_autoptr (Table) table = table_new (">", "", "", NULL);
  g_autoptr (GVariant) last = dict_child (numbers, KEY_CAMPAIGN_LAST, "as");
  g_autofree char *total = words_count (dict_number (numbers, KEY_CAMPAIGN_TOTAL));
  g_autofree char *skipped = describe_skipped (numbers);

  print_head (numbers);
  table_row (table, total, dict_number (numbers, KEY_CAMPAIGN_TOTAL) == 1 ? "person" : "people", "", NULL);
  add_state (table, numbers, KEY_CAMPAIGN_ACCEPTED, "the server took the message");
  add_state (table, numbers, KEY_CAMPAIGN_REFUSED, "for good; the export has the answers");
  add_state (table, numbers, KEY_CAMPAIGN_LATER, "tried again by itself");
  add_state (table, numbers, KEY_CAMPAIGN_UNKNOWN, "may have gone out; you decide");
  add_state (table, numbers, KEY_CAMPAIGN_SKIPPED, skipped);
  add_state (table, numbers, KEY_CAMPAIGN_HANDED, "on the way to the server");
  add_state (table, numbers, KEY_CAMPAIGN_QUEUED, "not yet sent");
  add_delivery (table, numbers);
  table_print (table, stdout);
  for (gsize i = 0; last != NULL && dict_number (numbers, KEY_CAMPAIGN_REFUSED) + dict_number (numbers, KEY_CAMPAIGN_LATER) > 0 &&
                    i < g_variant_n_children (last);
       i++) {
    g_autofree char *reply = NULL;
    const char *raw;

    g_variant_get_child (last, i, "&s", &raw);
    reply = text_printable (raw, -1, TEXT_MAX);
    printf ("%s  “%s”\n", i == 0 ? "The server's last answers:\n" : "", reply);
  }
}

void
numbers_print_next_steps (GVariant *numbers)
{
  guint64 id = dict_number (numbers, KEY_CAMPAIGN_ID);

  if (is_state (numbers, "paused"))
    fprintf (stderr, "Go on:    postrider campaign resume %" G_GUINT64_FORMAT "\n", id);
  else if (!numbers_has_ended (numbers))
    fprintf (stderr, "It goes on by itself; look on: postrider campaign watch %" G_GUINT64_FORMAT "\n", id);
  if (dict_number (numbers, KEY_CAMPAIGN_UNKNOWN) > 0 && dict_number (numbers, KEY_CAMPAIGN_HANDED) == 0)
    fprintf (stderr, "Decide:   postrider campaign resolve %" G_GUINT64_FORMAT " sent --all   (or: resend)\n", id);
  fprintf (stderr, "Who got it: postrider campaign export %" G_GUINT64_FORMAT " -o FILE.csv\n", id);
}
