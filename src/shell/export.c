#include "export.h"

#include "contract-keys.h"
#include "csv-rows.h"
#include "fault.h"
#include "person-copy.h"
#include "rejects.h"
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#define PAGE_ROWS 5000 /* as the command line asks */

typedef struct PageExport PageExport;

typedef guint64 (*ExportWriteFunc) (PageExport *self, CsvOut *csv, GError **error);

typedef struct {
  const char     *what, *suffix;
  ExportWriteFunc write;
} ExportKind;

struct PageExport {
  Shell            *shell;
  const ExportKind *kind;
  char             *which;
  char             *name; /* of the file */
  int               fd;
  guint64           rows;
};

/* --- what is written, in a thread of its own --- */

typedef void (*ExportHeadFunc) (CsvOut *csv, char **columns);
typedef void (*ExportRowFunc) (CsvOut *csv, char **columns, const FrameRow *row);

static guint
write_page (CsvOut *csv, GVariant *reply, FrameKind kind, ExportHeadFunc head, ExportRowFunc write, guint64 *last, GError **error)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_auto (GStrv) columns = NULL;
  g_autoptr (GVariant) page = g_variant_get_child_value (reply, 1);
  gconstpointer bytes = g_variant_get_data (page);
  FrameReader reader;
  guint count = 0;

  g_variant_get_child (reply, 0, "^as", &columns);
  if (*last == 0)
    head (csv, columns);
  if (!frame_open (&reader, kind, bytes, g_variant_get_size (page), error))
    return 0;
  while (frame_next (&reader, row, error)) {
    if (kind != FRAME_LEDGER || row->n_fields >= LEDGER_VALUES)
      write (csv, columns, row);
    *last = row->key;
    count++;
  }
  return count;
}

static guint64
write_ledger (PageExport *self, CsvOut *csv, GError **error)
{
  guint64 last = 0, rows = 0, campaign = g_ascii_strtoull (self->which, NULL, 10);
  guint count = 1;

  while (count > 0 && *error == NULL) {
    g_autoptr (GVariant) reply =
        core_link_call_sync (self->shell->core, "CampaignRows", g_variant_new ("(ttu)", campaign, last, PAGE_ROWS), error);

    count = reply != NULL ? write_page (csv, reply, FRAME_LEDGER, csv_rows_ledger_head, csv_rows_ledger, &last, error) : 0;
    rows += count;
  }
  return rows;
}

static guint64
write_list (PageExport *self, CsvOut *csv, GError **error)
{
  guint64 last = 0, rows = 0;
  guint count = 1;

  while (count > 0 && *error == NULL) {
    g_autoptr (GVariant) reply = core_link_call_sync (self->shell->core, "ListRows", g_variant_new ("(stu)", self->which, last, PAGE_ROWS), error);

    count = reply != NULL ? write_page (csv, reply, FRAME_PEOPLE, csv_rows_people_head, csv_rows_people, &last, error) : 0;
    rows += count;
  }
  return rows;
}

static void
write_texts (CsvOut *csv, GVariant *row, const char *const *keys, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    const char *text = "";

    g_variant_lookup (row, keys[i], "&s", &text);
    csv_out_text (csv, text);
  }
}

static void
write_suppression (CsvOut *csv, GVariant *row, guint64 *last)
{
  static const char *const keys[] = { KEY_SUPPRESSION_ADDRESS, KEY_SUPPRESSION_SCOPE, KEY_SUPPRESSION_REASON, KEY_SUPPRESSION_SOURCE };
  static const char *const last_keys[] = { KEY_SUPPRESSION_KIND, KEY_SUPPRESSION_CAUSE };
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *written = NULL;
  gint64 when = 0;

  write_texts (csv, row, keys, G_N_ELEMENTS (keys));
  g_variant_lookup (row, KEY_SUPPRESSION_TIME, "x", &when);
  g_variant_lookup (row, KEY_SUPPRESSION_ID, "t", last);
  time = g_date_time_new_from_unix_utc (when);
  written = time != NULL && when != 0 ? g_date_time_format_iso8601 (time) : g_strdup ("");
  csv_out_text (csv, written);
  write_texts (csv, row, last_keys, G_N_ELEMENTS (last_keys));
  csv_out_end_row (csv);
}

static guint64
write_suppressions (PageExport *self, CsvOut *csv, GError **error)
{
  guint64 last = 0, rows = 0;
  gsize count = 1;

  csv_out_header (csv, "address", "scope", "reason", "source", "time", "kind", "cause", NULL);
  while (count > 0 && *error == NULL) {
    g_autoptr (GVariant) reply = core_link_call_sync (self->shell->core, "SuppressList", g_variant_new ("(tu)", last, PAGE_ROWS), error);
    g_autoptr (GVariant) page = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

    count = page != NULL ? g_variant_n_children (page) : 0;
    for (gsize i = 0; i < count; i++) {
      g_autoptr (GVariant) row = g_variant_get_child_value (page, i);

      write_suppression (csv, row, &last);
    }
    rows += count;
  }
  return rows;
}

static guint64
write_rejects (PageExport *self, CsvOut *csv, GError **error)
{
  return rejects_write (self->shell->rejects, csv);
}

/* One person, as JSON: what is kept about them has no rows. */
static gboolean
write_person (PageExport *self, GError **error)
{
  g_autoptr (GVariant) reply = core_link_call_sync (self->shell->core, "ContactShow", g_variant_new ("(s)", self->which), error);
  g_autoptr (GVariant) person = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  g_autoptr (GVariant) copy = person != NULL ? person_copy_new (person) : NULL;
  g_autofree char *json = copy != NULL ? json_gvariant_serialize_data (copy, NULL) : NULL;
  gsize len = json != NULL ? strlen (json) : 0, done = 0;

  while (done < len) {
    gssize written = write (self->fd, json + done, len - done);

    if (written <= 0) {
      g_set_error (error, FAULT, FAULT_IO, "the file could not be written: %s", g_strerror (errno));
      return FALSE;
    }
    done += (gsize) written;
  }
  self->rows = 1;
  return json != NULL;
}

static gboolean
write_all (PageExport *self, GError **error)
{
  g_autoptr (CsvOut) csv = NULL;
  g_autoptr (GError) local = NULL;

  if (self->kind->write == NULL)
    return write_person (self, error);
  csv = csv_out_new_fd (dup (self->fd), error);
  if (csv == NULL)
    return FALSE;
  self->rows = self->kind->write (self, csv, &local);
  if (local != NULL) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  return csv_out_finish (csv, error);
}

static void
write_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (write_all (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* --- where to --- */

static const ExportKind kinds[] = {
  { "campaign", ".csv", write_ledger },
  { "list", ".csv", write_list },
  { "suppressions", ".csv", write_suppressions },
  { "rejects", ".csv", write_rejects },
  { "contact", ".json", NULL },
};

static void
export_free (gpointer data)
{
  PageExport *self = data;

  if (self->fd >= 0)
    close (self->fd);
  g_free (self->which);
  g_free (self->name);
  g_free (self);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PageCall *call = data;
  PageExport *self = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    page_call_answer (call, g_variant_new ("(st)", self->name, self->rows));
  else
    page_call_fail (call, error);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  PageExport *self = g_task_get_task_data (task);
  g_autoptr (GUnixFDList) fds = NULL;
  GError *error = NULL;
  g_autoptr (GVariant) reply = core_link_call_finish (self->shell->core, result, &fds, &error);
  gint32 handle;

  self->shell->is_dialog_open = FALSE;
  if (reply != NULL) {
    g_variant_get (reply, "(sh)", &self->name, &handle);
    self->fd = g_unix_fd_list_get (fds, handle, &error);
  }
  if (self->fd < 0)
    g_task_return_error (task, error);
  else if (*self->name == '\0') /* no file: they changed their mind */
    g_task_return_boolean (task, TRUE);
  else
    g_task_run_in_thread (task, write_cb);
}

/* What the name says of it: a campaign, and a person as "#17", are rows of this store alone, and files go elsewhere. Returns: (transfer full) */
static char *
name_which (const ExportKind *kind, const char *which)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  gboolean is_number = strcmp (kind->what, "campaign") == 0 || (strcmp (kind->what, "contact") == 0 && *which == '#');

  return is_number ? g_date_time_format (now, "%Y-%m-%d-%H%M") : g_strdup (which);
}

/* "guests.csv", "campaign-2027-01-02-0304.csv": no folder, no dot in front. */
static char *
propose_name (const ExportKind *kind, const char *which)
{
  g_autofree char *plain = name_which (kind, which);

  for (char *p = plain; *p != '\0'; p++)
    if (*p == '/' || *p == '\\' || *p == ':' || (p == plain && *p == '.') || (guchar) *p < 0x20)
      *p = '-';
  if (strlen (plain) > 100)
    *g_utf8_find_prev_char (plain, plain + 100) = '\0';
  if (*plain == '\0')
    return g_strconcat (kind->what, kind->suffix, NULL);
  if (strcmp (kind->what, "list") == 0)
    return g_strconcat (plain, kind->suffix, NULL);
  return g_strconcat (kind->what, "-", plain, kind->suffix, NULL);
}

void
export_begin (PageCall *call)
{
  const char *what, *which;
  g_autofree char *name = NULL;
  PageExport *self;
  GTask *task;

  g_variant_get (call->arguments, "(&s&s)", &what, &which);
  self = g_new0 (PageExport, 1);
  self->shell = call->shell;
  self->fd = -1;
  self->which = g_strdup (which);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].what, what) == 0)
      self->kind = &kinds[i];
  if (self->kind == NULL || call->shell->is_dialog_open) {
    gboolean is_busy = self->kind != NULL;

    export_free (self);
    if (is_busy)
      page_call_busy (call);
    else
      page_call_fail (call, g_error_new (FAULT, FAULT_USAGE, "there is nothing of that name to export"));
    return;
  }
  call->shell->is_dialog_open = TRUE;
  name = propose_name (self->kind, which);
  task = g_task_new (NULL, NULL, written_cb, call);
  g_task_set_task_data (task, self, export_free);
  core_link_call_async (call->shell->core, "DeskSave", g_variant_new ("(s)", name), NULL, chosen_cb, task);
}
