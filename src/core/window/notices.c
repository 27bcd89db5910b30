#include "notices.h"

#include "contract-keys.h"
#include "text.h"
#include <string.h>

#define CALLED_MAX_BYTES 60 /* chosen: a notification is a line or two */
#define BODY_MAX_BYTES 480   /* contract: 512 */
#define TITLE_MAX_BYTES 120  /* contract: 128 */

struct Notices {
  const NoticesFuncs *funcs;
  gpointer            data;
  GHashTable         *states; /* campaign -> its last state and reason */
  GHashTable         *busy;   /* campaigns that are sending */
};

Notices *
notices_new (const NoticesFuncs *funcs, gpointer data)
{
  Notices *self = g_new0 (Notices, 1);

  self->funcs = funcs;
  self->data = data;
  self->states = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->busy = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return self;
}

void
notices_free (Notices *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->states);
  g_hash_table_unref (self->busy);
  g_free (self);
}

gboolean
notices_are_busy (Notices *self)
{
  return g_hash_table_size (self->busy) > 0;
}

static const char *
get_text (GVariant *numbers, const char *key)
{
  const char *text = "";

  g_variant_lookup (numbers, key, "&s", &text);
  return text;
}

static guint64
get_number (GVariant *numbers, const char *key)
{
  guint64 number = 0;

  g_variant_lookup (numbers, key, "t", &number);
  return number;
}

static void
append_count (GString *text, guint64 count, const char *words)
{
  if (count > 0)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT " %s", text->len > 0 ? ", " : "", count, words);
}

/* "98 accepted, 1 refused, 1 unknown: please decide about it" */
static char *
describe_end (GVariant *numbers)
{
  GString *text = g_string_new (NULL);
  guint64 unknown = get_number (numbers, KEY_CAMPAIGN_UNKNOWN);

  append_count (text, get_number (numbers, KEY_CAMPAIGN_ACCEPTED), "accepted");
  append_count (text, get_number (numbers, KEY_CAMPAIGN_REFUSED), "refused");
  append_count (text, get_number (numbers, KEY_CAMPAIGN_SKIPPED), "left out");
  append_count (text, unknown, "unknown");
  if (unknown > 0)
    g_string_append (text, unknown == 1 ? ": please decide what to do about it" : ": please decide what to do about them");
  return g_string_free (text, FALSE);
}

static void
notices_tell (Notices *self, GVariant *numbers, const char *what, const char *body)
{
  g_autofree char *id = g_strdup_printf ("campaign-%" G_GUINT64_FORMAT, get_number (numbers, KEY_CAMPAIGN_ID));
  g_autofree char *called = text_printable (get_text (numbers, KEY_CAMPAIGN_TITLE), -1, CALLED_MAX_BYTES);
  g_autofree char *whole = g_strdup_printf ("“%s” %s", called, what);
  g_autofree char *title = text_printable (whole, -1, TITLE_MAX_BYTES), *shown = text_printable (body, -1, BODY_MAX_BYTES);

  self->funcs->notify (id, title, shown, self->data);
}

static void
notices_announce (Notices *self, GVariant *numbers, const char *state, const char *reason)
{
  g_autofree char *end = NULL;

  if (strcmp (state, "done") == 0) {
    end = describe_end (numbers);
    notices_tell (self, numbers, "is sent", end);
  } else if (strcmp (state, "paused") == 0 && strcmp (reason, "asked") != 0) { /* a person who paused it knows */
    notices_tell (self, numbers, strcmp (reason, "restored") == 0 || strcmp (reason, "first") == 0 ? "waits for your answer" : "is paused",
                  get_text (numbers, KEY_CAMPAIGN_TEXT));
  }
}

static void
note_busy (Notices *self, guint64 id, const char *state)
{
  gboolean was_busy = notices_are_busy (self);

  if (strcmp (state, "sending") == 0 || strcmp (state, "waiting") == 0)
    g_hash_table_add (self->busy, g_memdup2 (&id, sizeof id));
  else
    g_hash_table_remove (self->busy, &id);
  if (notices_are_busy (self) != was_busy)
    self->funcs->inhibit (!was_busy, self->data);
}

void
notices_take (Notices *self, GVariant *numbers)
{
  guint64 id = get_number (numbers, KEY_CAMPAIGN_ID);
  const char *state = get_text (numbers, KEY_CAMPAIGN_STATE), *reason = get_text (numbers, KEY_CAMPAIGN_REASON);
  const char *before = g_hash_table_lookup (self->states, &id);
  g_autofree char *now = NULL;

  note_busy (self, id, state);
  now = g_strcmp0 (state, "paused") == 0 ? g_strdup_printf ("paused %s", reason) : g_strdup (strcmp (state, "waiting") == 0 ? "sending" : state);
  if (g_strcmp0 (before, now) == 0)
    return;
  /* Seen for the first time: only what has just been going on is news. */
  if (before != NULL)
    notices_announce (self, numbers, state, reason);
  g_hash_table_insert (self->states, g_memdup2 (&id, sizeof id), g_steal_pointer (&now));
}
