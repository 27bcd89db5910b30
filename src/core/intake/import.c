#include "import-private.h"

#include "fault.h"
#include "import-watermark.h"
#include "kill-point.h"
#include "spool.h"
#include "text.h"
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_US (G_USEC_PER_SEC / 5)
#define ROOM_FOR(size) ((size) + (size) / 2) /* chosen: twice that is in the store and its log in the end, if not more */
#define WORDS_MAX 512                 /* octets of the worker's own words that are shown */

static Import *
import_ref (Import *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static void
report_clear (ImportReport *report)
{
  g_hash_table_unref (report->rejected);
  g_hash_table_unref (report->left_out);
  g_hash_table_unref (report->hints);
  g_strfreev (report->notes);
  g_free (report->format);
  g_free (report->encoding);
  g_strfreev (report->fields);
  g_strfreev (report->aliases);
}

/* No more rows. */
static void
stop_reading (Import *self)
{
  self->is_over = TRUE;
  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->peer, peer_free);
  g_clear_object (&self->worker);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static void
import_stop (Import *self)
{
  stop_reading (self);
  g_clear_handle_id (&self->source, g_source_remove);
  g_clear_pointer (&self->merge, merge_free);
  g_clear_pointer (&self->forgotten, forgotten_free);
}

static void
import_unref (Import *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  import_stop (self);
  g_object_unref (self->cancellable);
  g_clear_error (&self->failure);
  g_free (self->format);
  g_free (self->encoding);
  g_free (self->region);
  g_free (self->sheet);
  g_free (self->header);
  g_free (self->several);
  g_free (self->left);
  g_free (self->list);
  g_free (self->consent);
  g_free (self->consent_column);
  g_free (self->consent_time);
  consent_free (self->consents);
  g_free (self->name);
  g_variant_unref (self->map);
  g_variant_unref (self->others);
  g_free (self->seen);
  departed_free (self->departed);
  g_byte_array_unref (self->blob);
  g_free (self->row);
  refused_free (self->refused);
  report_clear (&self->report);
  g_free (self);
}

void
import_free (Import *self)
{
  if (self == NULL)
    return;
  import_stop (self);
  import_unref (self);
}

/* The end, once. */
static void
tell_end (Import *self)
{
  import_ref (self);
  import_stop (self);
  self->funcs.done (self->failure == NULL ? &self->report : NULL, self->failure, self->data);
  import_unref (self);
}

static gboolean
clear_cb (gpointer data)
{
  Import *self = data;

  if (merge_clear (self->merge))
    return G_SOURCE_CONTINUE;
  self->source = 0;
  tell_end (self);
  return G_SOURCE_REMOVE;
}

/* With a report or with what went wrong (borrowed); then what was written already goes first. */
static void
import_finish (Import *self, const GError *error)
{
  if (self->is_over)
    return;
  import_ref (self);
  stop_reading (self);
  g_clear_handle_id (&self->source, g_source_remove);
  if (error != NULL)
    self->failure = g_error_copy (error);
  if (error != NULL && self->merge != NULL)
    self->source = g_timeout_add (0, clear_cb, self); /* not idle: a busy core would never come to it */
  else
    tell_end (self);
  import_unref (self);
}

static void
import_fail (Import *self, Fault code, const char *what)
{
  g_autoptr (GError) error = NULL;
  guint64 row = MAX (self->rules.contact_key, self->rules.reject_key);

  if (row > 0)
    error = g_error_new (FAULT, (gint) code, "import stopped at row %" G_GUINT64_FORMAT ": %s; nothing was stored", row, what);
  else
    error = g_error_new (FAULT, (gint) code, "import stopped before the first row: %s; nothing was stored", what);
  import_finish (self, error);
}

/* The worker broke the contract: it is ended, and said so. */
static void
import_drop (Import *self, const char *why)
{
  g_autofree char *what = g_strdup_printf ("the import worker was ended because %s", why);

  g_warning ("postrider-import dropped: %s", why);
  if (self->peer != NULL)
    peer_drop (self->peer, why);
  import_fail (self, FAULT_PROTOCOL, what);
}

/* An answer that is an error. The worker's own words are foreign: capped, one line, shown as they are. */
static void
call_failed (Import *self, GError *error)
{
  gboolean is_word = error->domain == FAULT && (error->code == FAULT_DATA || error->code == FAULT_USAGE || error->code == FAULT_NO_INPUT);
  gboolean is_remote = g_dbus_error_is_remote_error (error);
  g_autofree char *words = NULL;

  g_dbus_error_strip_remote_error (error);
  words = text_printable (error->message, -1, WORDS_MAX);
  if (is_word) {
    g_autoptr (GError) shown = g_error_new (FAULT, error->code, "%s; nothing was stored", words);

    import_finish (self, shown);
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
    g_autofree char *why = g_strdup_printf ("it did not answer for %u s", (self->timeout_ms + 999) / 1000);

    import_drop (self, why);
  } else if (is_remote) {
    import_fail (self, FAULT_PROTOCOL, words);
  } /* else the connection is gone: closed_cb() follows and knows why */
}

static void
tell_progress (Import *self)
{
  gint64 now = g_get_monotonic_time ();

  if (now - self->progress_us < PROGRESS_US)
    return;
  self->progress_us = now;
  self->funcs.progress (self->rules.rows, self->reading, self->size, self->data);
}

static guint64
import_sum_counts (GHashTable *counts)
{
  GHashTableIter iter;
  gpointer count;
  guint64 total = 0;

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, NULL, &count))
    total += *(guint64 *) count;
  return total;
}

/* Names of the columns in which anyone has a value, in the file's order. */
static GStrv
list_seen (Import *self)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < self->rules.n_fields; i++)
    if (self->seen[i])
      g_ptr_array_add (names, g_strdup (self->report.fields[i]));
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (names, FALSE);
}

static void
write_report (Import *self, const MergeCounts *counts, GStrv fields)
{
  ImportReport *report = &self->report;

  g_strfreev (report->fields);
  report->fields = fields;
  report->created = counts->created;
  report->updated = counts->updated;
  report->merged = counts->merged;
  report->unchanged = counts->unchanged;
  report->undo = counts->import;
  report->read = self->rules.rows;
  if (counts->created + counts->updated + counts->merged + counts->unchanged + import_sum_counts (report->rejected) != report->read)
    g_critical ("import: the numbers do not add up");
}

/* Behind the people: an import that ends before this is told as a failure, and the same one again does it. */
static void
suppress_departed (Import *self, GError **error)
{
  if (self->departed != NULL && !self->is_dry_run && !departed_store (self->departed, self->database, self->report.undo, &self->report.suppressed, error))
    g_prefix_error (error, "the people were stored, but who left was not suppressed: ");
}

static gboolean
merge_cb (gpointer data)
{
  Import *self = data;
  g_auto (GStrv) fields = list_seen (self);
  MergeTarget target = { (const char *const *) fields, (const char *const *) self->report.aliases, self->is_dry_run, NULL, self->forgotten, self->name };
  MergeCounts counts = { 0 };
  g_autoptr (GError) error = NULL;
  int result = self->sink != NULL ? self->sink->database (self->sink_data, &counts, &error) : merge_step (self->merge, &target, &counts, &error);

  if (result > 0)
    return G_SOURCE_CONTINUE;
  self->source = 0;
  if (result == 0) {
    KILL_POINT ("core-import-stored");
    write_report (self, &counts, g_steal_pointer (&fields));
    suppress_departed (self, &error);
  }
  import_finish (self, error);
  return G_SOURCE_REMOVE;
}

/* Its work is done; nothing that the worker could still say counts. */
static void
merge_now (Import *self)
{
  g_clear_pointer (&self->peer, peer_free);
  self->source = g_timeout_add (0, merge_cb, self);
}

static void next_cb (GObject *source, GAsyncResult *result, gpointer data);

static void
import_pull_batch (Import *self)
{
  /* not the generated call: that takes `ay` for a string that ends at its first NUL */
  g_dbus_proxy_call (G_DBUS_PROXY (self->worker), "Next", g_variant_new ("(u)", IMPORT_BATCH_ROWS), G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, next_cb,
                     import_ref (self));
}

static void
take_answer (Import *self, GVariant *contacts, GVariant **rejects, guint64 reading, gboolean is_last)
{
  g_autoptr (GVariant) refused = NULL;
  g_autoptr (GError) error = NULL;

  if (!is_last)
    import_pull_batch (self); /* the worker reads on while these are stored */
  if (!import_take_batch (self, contacts, rejects, reading, &error)) {
    if (error->domain == FAULT && error->code != FAULT_PROTOCOL)
      import_fail (self, (Fault) error->code, error->message); /* our own disk */
    else
      import_drop (self, error->message);
    return;
  }
  if (self->departed != NULL)
    departed_take (self->departed, *rejects);
  if (import_sum_counts (self->report.rejected) + import_sum_counts (self->report.left_out) + import_sum_counts (self->report.hints) > 0 && g_variant_get_size (*rejects) > 8)
    self->funcs.rejects (*rejects, self->data);
  refused = refused_take (self->refused);
  if (refused != NULL)
    self->funcs.rejects (refused, self->data);
  tell_progress (self);
  if (is_last)
    merge_now (self);
}

static void
next_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Import *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_proxy_call_finish (G_DBUS_PROXY (source), result, &error); /* its types were checked by peer */
  g_autoptr (GVariant) contacts = NULL;
  g_autoptr (GVariant) rejects = NULL;
  guint64 reading = 0;
  gboolean is_last = FALSE;

  if (answer != NULL)
    g_variant_get (answer, "(@ay@aytb)", &contacts, &rejects, &reading, &is_last);
  if (!self->is_over && answer != NULL)
    take_answer (self, contacts, &rejects, reading, is_last);
  else if (!self->is_over)
    call_failed (self, error);
  import_unref (self);
}

static gboolean
open_consent (Import *self, GError **error)
{
  ConsentSpec spec = { self->consent, self->consent_column, self->consent_time, self->region, self->is_again_consented };

  self->consents = consent_new (&spec, (const char *const *) self->report.fields, error);
  if (self->consents == NULL)
    return FALSE;
  merge_set_consent (self->merge, consent_get_words (self->consents), consent_get_utc (self->consents));
  return TRUE;
}

static void
open_sink (Import *self)
{
  g_autoptr (GError) error = NULL;

  if (self->sink == NULL ? open_consent (self, &error) : self->sink->open (self->sink_data, (const char *const *) self->report.fields, &error))
    import_pull_batch (self);
  else
    import_finish (self, error);
}

static void
import_spool_opened (Import *self)
{
  g_autoptr (GError) error = NULL;

  close (self->fd);
  self->fd = -1;
  self->rules.n_fields = g_strv_length (self->report.fields);
  self->seen = g_new0 (gboolean, self->rules.n_fields + 1);
  if (!rules_check_fields ((const char *const *) self->report.fields, &error) || !rules_check_aliases ((const char *const *) self->report.aliases, &error))
    import_drop (self, error->message);
  else
    open_sink (self);
}

static void
open_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Import *self = data;
  g_autofree char *format = NULL;
  g_autofree char *encoding = NULL;
  g_auto (GStrv) fields = NULL;
  g_auto (GStrv) aliases = NULL;
  g_auto (GStrv) notes = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_answer = pr_import1_call_open_finish (PR_IMPORT1 (source), &format, &encoding, &fields, &aliases, &notes, NULL, result, &error);

  if (!self->is_over && is_answer) {
    self->report.format = g_steal_pointer (&format);
    self->report.encoding = g_steal_pointer (&encoding);
    self->report.fields = g_steal_pointer (&fields);
    self->report.aliases = g_steal_pointer (&aliases);
    self->report.notes = g_steal_pointer (&notes);
    import_spool_opened (self);
  } else if (!self->is_over) {
    call_failed (self, error);
  }
  import_unref (self);
}

static void
ready_cb (Peer *peer, const GError *error, gpointer data)
{
  Import *self = data;
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) proxy_error = NULL;

  if (error == NULL)
    self->worker = pr_import1_proxy_new_sync (peer_get_connection (peer),
                                              G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
                                              NULL, PEER_PATH, NULL, &proxy_error); /* asks nobody: does not block */
  if (self->worker == NULL) {
    import_finish (self, error != NULL ? error : proxy_error);
    return;
  }
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->worker), (gint) self->timeout_ms);
  g_unix_fd_list_append (fds, self->fd, NULL);
  pr_import1_call_open (self->worker, g_variant_new_handle (0), self->format, self->encoding, self->region, self->sheet, self->header, self->map,
                        self->others, self->several, self->left, fds, self->cancellable, open_cb, import_ref (self));
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  Import *self = data;
  g_autofree char *what = g_strdup_printf (end == PEER_VIOLATED ? "the import worker was ended because of %s" : "the import worker failed (%s)", why);

  import_fail (self, end == PEER_VIOLATED ? FAULT_PROTOCOL : FAULT_OS, what);
}

static void
spooled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Import *self = data;
  PeerSpec spec = { .program = "import", .interface = "org.postrider.Import1" };
  g_autoptr (GError) error = NULL;
  int fd = spool_open_finish (result, &self->size, &error);

  if (self->is_over) {
    if (fd >= 0)
      close (fd);
  } else if (fd < 0) {
    import_finish (self, error);
  } else if (!import_watermark_check_room (self->database, 0, ROOM_FOR (self->size), &error)) {
    close (fd);
    import_finish (self, error);
  } else {
    self->fd = fd;
    self->peer = peer_start (&spec, ready_cb, closed_cb, self);
  }
  import_unref (self);
}

static gboolean
refused_cb (gpointer data)
{
  Import *self = data;

  g_autoptr (GError) refusal = g_steal_pointer (&self->failure);

  import_finish (self, refusal);
  import_unref (self);
  return G_SOURCE_REMOVE;
}

GVariant *
import_ref_words (GVariant *words)
{
  return g_variant_ref_sink (words != NULL ? words : g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0));
}

static void
copy_spec (Import *self, const ImportSpec *spec)
{
  self->format = g_strdup (spec->format);
  self->encoding = g_strdup (spec->encoding);
  self->region = g_strdup (spec->region);
  self->sheet = g_strdup (spec->sheet);
  self->header = g_strdup (spec->header);
  self->several = g_strdup (spec->several);
  self->departed = strcmp (spec->left, "suppress") == 0 ? departed_new () : NULL;
  self->left = g_strdup (self->departed != NULL ? "listed" : spec->left);
  self->list = g_strdup (spec->list);
  self->consent = g_strdup (spec->consent);
  self->consent_column = g_strdup (spec->consent_column != NULL ? spec->consent_column : "");
  self->consent_time = g_strdup (spec->consent_time != NULL ? spec->consent_time : "");
  self->is_again_consented = spec->is_again_consented;
  self->name = g_strdup (spec->name != NULL ? spec->name : "");
  self->map = import_ref_words (spec->map);
  self->others = import_ref_words (spec->others);
  self->is_dry_run = spec->is_dry_run;
  self->sink = spec->sink;
  self->sink_data = spec->sink_data;
  self->timeout_ms = spec->timeout_ms > 0 ? spec->timeout_ms : IMPORT_TIMEOUT_MS;
}

Import *
import_start (Database *database, const ImportSpec *spec, const ImportFuncs *funcs, gpointer data)
{
  Import *self = g_new0 (Import, 1);

  g_atomic_ref_count_init (&self->references);
  self->database = database;
  self->funcs = *funcs;
  self->data = data;
  self->cancellable = g_cancellable_new ();
  self->fd = -1;
  self->blob = g_byte_array_new ();
  self->row = g_new (FrameRow, 1);
  self->refused = refused_new ();
  self->report.rejected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->report.left_out = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->report.hints = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  copy_spec (self, spec);
  if (self->sink == NULL)
    self->forgotten = forgotten_new (database, spec->vault, spec->is_again_consented, &self->failure);
  if (self->forgotten != NULL)
    self->merge = merge_new (database, self->list, self->consent, &self->failure);
  if (self->failure != NULL)
    g_idle_add (refused_cb, import_ref (self));
  else
    spool_open_async (spec->file, spec->spool_folder, IMPORT_FILE_MAX_BYTES, self->cancellable, spooled_cb, import_ref (self));
  return self;
}

void
import_cancel (Import *self)
{
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the import was cancelled; nothing was stored");

  import_finish (self, error);
}
