#include "preview.h"

#include "connect.h"
#include "fault.h"
#include "frame.h"
#include "json-out.h"
#include "message-view.h"
#include "text.h"
#include "words.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define PAGE_ROWS 200                       /* contract: CampaignPreview */
#define PAGE_BYTES (48 * 1024 * 1024)       /* of the frame's 64 MiB */
#define ROW_BYTES 4096                      /* chosen: of a row besides its message */

#define PROBLEMS_MAX 20 /* chosen: reasons that are told apart */
#define NAMED_MAX 3     /* chosen: people who are named for each */

enum { MESSAGE_BYTES, MESSAGE_ADDRESS, MESSAGE_NAME, MESSAGE_WHY, MESSAGE_PROBLEM, MESSAGE_FIELDS };

typedef struct { /* messages that cannot be made, for one reason */
  char   *sentence;
  guint64 count;
  GString *who; /* the first few */
} Problem;

typedef struct {
  const char *folder;
  guint64     written, unmade;
  GArray     *problems; /* Problem */
} Writing;

/* Returns: FALSE with `error` set. */
typedef gboolean (*MessageFunc) (const FrameRow *row, gpointer data, GError **error);

static gboolean
each_message (GVariant *frame, MessageFunc func, gpointer data, guint64 *out_last, guint *out_count, GError **error)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GError) local = NULL;
  gconstpointer bytes = g_variant_get_data (frame);
  FrameReader reader;

  *out_count = 0;
  if (frame_open (&reader, FRAME_MESSAGES, bytes, g_variant_get_size (frame), &local))
    while (frame_next (&reader, row, &local) && row->n_fields >= MESSAGE_FIELDS) {
      if (!func (row, data, error))
        return FALSE;
      *out_last = row->key;
      (*out_count)++;
    }
  if (local != NULL)
    g_set_error (error, FAULT, FAULT_PROTOCOL, "core's answer cannot be read: %s", local->message);
  return local == NULL;
}

static gboolean
show_cb (const FrameRow *row, gpointer data, GError **error)
{
  const Session *session = data;
  g_autofree char *address = text_printable (row->fields[MESSAGE_ADDRESS].data, (gssize) row->fields[MESSAGE_ADDRESS].len, 320);
  g_autofree char *why = text_printable (row->fields[MESSAGE_WHY].data, (gssize) row->fields[MESSAGE_WHY].len, 64);

  if (session_is_for_programs (session)) {
    JsonBuilder *builder = json_out_begin ();
    g_autofree char *message = g_utf8_make_valid (row->fields[MESSAGE_BYTES].data, (gssize) row->fields[MESSAGE_BYTES].len);

    json_builder_set_member_name (builder, "address");
    json_builder_add_string_value (builder, address);
    json_builder_set_member_name (builder, "why");
    json_builder_add_string_value (builder, why);
    json_builder_set_member_name (builder, "message");
    json_builder_add_string_value (builder, message);
    json_out_end (builder);
    return TRUE;
  }
  printf ("──── %s%s%s%s\n", address, *why != '\0' ? " (" : "", why, *why != '\0' ? ")" : "");
  if (row->fields[MESSAGE_BYTES].len == 0) {
    g_autofree char *problem = text_printable (row->fields[MESSAGE_PROBLEM].data, (gssize) row->fields[MESSAGE_PROBLEM].len, 512);

    printf ("This message cannot be made: %s.\n\n", problem);
  } else {
    g_autofree char *view = message_view (row->fields[MESSAGE_BYTES].data, row->fields[MESSAGE_BYTES].len);

    puts (view);
  }
  return TRUE;
}

static guint
get_page_rows (guint64 largest)
{
  return (guint) CLAMP (PAGE_BYTES / (largest + ROW_BYTES), 1, PAGE_ROWS);
}

int
preview_show (Session *session, guint64 campaign, guint count, guint64 largest, GError **error)
{
  g_autoptr (GVariant) frame = NULL;
  guint64 last = 0;
  guint n = 0;

  if (!pr_app1_call_campaign_preview_sync (session->core, campaign, 0, MIN (count, get_page_rows (largest)), TRUE, &frame, NULL, error))
    return session_end (FALSE, error);
  return each_message (frame, show_cb, session, &last, &n, error) ? 0 : -1;
}

static void
clear_problem (gpointer data)
{
  Problem *problem = data;

  g_free (problem->sentence);
  g_string_free (problem->who, TRUE);
}

static Problem *
get_problem (Writing *self, const char *sentence)
{
  Problem fresh = { NULL, 0, NULL };

  for (guint i = 0; i < self->problems->len; i++) {
    Problem *problem = &g_array_index (self->problems, Problem, i);

    if (strcmp (problem->sentence, sentence) == 0)
      return problem;
  }
  if (self->problems->len >= PROBLEMS_MAX)
    return &g_array_index (self->problems, Problem, PROBLEMS_MAX - 1);
  fresh.sentence = g_strdup (self->problems->len == PROBLEMS_MAX - 1 ? "other reasons" : sentence);
  fresh.who = g_string_new (NULL);
  g_array_append_val (self->problems, fresh);
  return &g_array_index (self->problems, Problem, self->problems->len - 1); /* cppcheck-suppress memleak; the array has both */
}

static void
note_unmade (Writing *self, const FrameRow *row)
{
  g_autofree char *sentence = text_printable (row->fields[MESSAGE_PROBLEM].data, (gssize) row->fields[MESSAGE_PROBLEM].len, 512);
  g_autofree char *address = text_printable (row->fields[MESSAGE_ADDRESS].data, (gssize) row->fields[MESSAGE_ADDRESS].len, 320);
  Problem *problem = get_problem (self, sentence);

  self->unmade++;
  if (problem->count++ < NAMED_MAX)
    g_string_append_printf (problem->who, "%s%s", problem->who->len > 0 ? ", " : "", address);
}

static void
say_unmade (Session *session, const Writing *self)
{
  g_autofree char *messages = words_counted (self->unmade, "message", "messages");

  session_say (session, "%s could not be made:", messages);
  for (guint i = 0; i < self->problems->len; i++) {
    const Problem *problem = &g_array_index (self->problems, Problem, i);

    session_say (session, "  %" G_GUINT64_FORMAT ": %s (%s%s)", problem->count, problem->sentence, problem->who->str, problem->count > NAMED_MAX ? ", …" : "");
  }
}

static gboolean
write_cb (const FrameRow *row, gpointer data, GError **error)
{
  Writing *self = data;
  g_autofree char *name = g_strdup_printf ("%06" G_GUINT64_FORMAT ".eml", row->key);
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GError) local = NULL;

  if (row->fields[MESSAGE_BYTES].len == 0) {
    note_unmade (self, row);
    return TRUE;
  }
  if (g_file_set_contents_full (path, row->fields[MESSAGE_BYTES].data, (gssize) row->fields[MESSAGE_BYTES].len,
                                G_FILE_SET_CONTENTS_CONSISTENT, 0600, &local)) {
    self->written++;
    return TRUE;
  }
  g_set_error (error, FAULT, FAULT_IO, "%s cannot be written: %s", path, local->message);
  return FALSE;
}

int
preview_write (Session *session, guint64 campaign, const char *folder, guint64 largest, GError **error)
{
  g_autoptr (GArray) problems = g_array_new (FALSE, FALSE, sizeof (Problem));
  Writing writing = { folder, 0, 0, problems };
  guint64 last = 0;
  g_autofree char *messages = NULL;
  guint count = 0;

  g_array_set_clear_func (problems, clear_problem);

  if (g_mkdir_with_parents (folder, 0700) != 0) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "the folder %s cannot be made: %s", folder, g_strerror (errno));
    return -1;
  }
  do {
    g_autoptr (GVariant) frame = NULL;

    if (!pr_app1_call_campaign_preview_sync (session->core, campaign, last, get_page_rows (largest), FALSE, &frame, NULL, error))
      return session_end (FALSE, error);
    if (!each_message (frame, write_cb, &writing, &last, &count, error))
      return -1;
  } while (count > 0);
  messages = words_counted (writing.written, "message is", "messages are");
  session_say (session, "%s in %s; nothing was sent.", messages, folder);
  if (writing.unmade == 0)
    return 0;
  say_unmade (session, &writing);
  return FAULT_DATA;
}
