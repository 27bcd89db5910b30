#include "composer.h"

#include "account.h"
#include "fault.h"
#include "files.h"
#include "message.h"
#include <gio/gunixfdlist.h>

typedef struct { /* one process, for one kind of message */
  Account       *account;   /* nobody's, of the first kind with such messages: whose program it is */
  TransportLink *link;
  GQueue         waiting;   /* of GTask: until the transport is open */
  GQueue         beginning; /* of GTask: its campaign is being begun */
  guint64        begun;     /* campaign that it knows; 0 none */
  gint64         begun_version;
} Bench;

struct Composer {
  Core      *core;
  GPtrArray *benches;   /* of Bench */
  guint      previews; /* so many: each is a higher version, so that the transport compiles it anew */
};

typedef struct {
  Bench           *bench;
  TransportMessage message; /* owns all that it points to */
  guint            n_own;   /* of its columns, the campaign's: what stands behind is nobody's field */
  GVariant        *rows;    /* NULL: only begin */
} Job;

static void
job_free (Job *job)
{
  g_clear_pointer (&job->message.parts, g_variant_unref);
  g_strfreev ((GStrv) job->message.columns);
  g_strfreev ((GStrv) job->message.aliases);
  g_clear_pointer (&job->message.files, g_variant_unref);
  g_clear_object (&job->message.fds);
  g_clear_pointer (&job->rows, g_variant_unref);
  g_free (job);
}

void
composed_free (Composed *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->fields);
  g_strfreev (self->required);
  g_strfreev (self->images);
  g_strfreev (self->notes);
  g_strfreev (self->hints);
  g_free (self->bound);
  g_free (self);
}

/* --- what the transport says --- */

static void
fail_all (GQueue *tasks, const char *why)
{
  GTask *task;

  while ((task = g_queue_pop_head (tasks)) != NULL) {
    g_task_return_new_error (task, FAULT, FAULT_TEMP, "the message could not be composed: %s", why);
    g_object_unref (task);
  }
}

static void
previewed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  GVariant *messages = transport_link_preview_finish (result, &error);

  if (messages != NULL)
    g_task_return_pointer (task, messages, (GDestroyNotify) g_variant_unref);
  else
    g_task_return_error (task, error);
}

static void
bench_preview (Bench *self, GTask *task)
{
  Job *job = g_task_get_task_data (task);

  transport_link_preview_async (self->link, job->message.campaign, job->rows, previewed_cb, task);
}

/* Returns: FALSE where the transport says what cannot be. */
static gboolean
take_bound (Composed *composed, GVariant *bound, guint n_columns)
{
  const gsize n = g_strv_length (composed->fields);

  if (g_variant_n_children (bound) != n)
    return FALSE;
  composed->bound = g_new0 (int, n + 1);
  composed->hints = g_new0 (char *, n + 1);
  for (gsize i = 0; i < n; i++) {
    g_variant_get_child (bound, i, "(is)", &composed->bound[i], &composed->hints[i]);
    if (composed->bound[i] < -1 || composed->bound[i] >= (int) n_columns + 2)
      return FALSE;
  }
  return TRUE;
}

/* Returns: (transfer full), or NULL: as take_bound(). */
static Composed *
composed_take (TransportBegun *begun, guint n_columns)
{
  g_autoptr (Composed) self = g_new0 (Composed, 1);

  self->fields = g_steal_pointer (&begun->fields);
  self->required = g_steal_pointer (&begun->required);
  self->images = g_steal_pointer (&begun->missing_files);
  self->notes = g_steal_pointer (&begun->notes);
  self->overhead = begun->overhead;
  return take_bound (self, begun->bound, n_columns) ? g_steal_pointer (&self) : NULL;
}

static void
begun_cb (guint64 campaign, gpointer tag, TransportBegun *begun, const GError *error, gpointer data)
{
  Bench *self = data;
  g_autoptr (GTask) task = tag;
  Job *job = g_task_get_task_data (task);
  Composed *composed;

  g_queue_remove (&self->beginning, task);
  if (begun == NULL) {
    g_task_return_error (task, g_error_copy (error));
    return;
  }
  composed = composed_take (begun, job->n_own);
  if (composed == NULL) {
    g_task_return_new_error (task, FAULT, FAULT_PROTOCOL, "the composing process named columns that are not there");
    return;
  }
  self->begun = job->message.campaign;
  self->begun_version = job->message.version;
  if (job->rows != NULL) {
    composed_free (composed);
    bench_preview (self, g_steal_pointer (&task));
    return;
  }
  g_task_return_pointer (task, composed, (GDestroyNotify) composed_free);
}

static void
bench_run (Bench *self, GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->rows != NULL && self->begun == job->message.campaign && self->begun_version == job->message.version) {
    bench_preview (self, task);
    return;
  }
  g_queue_push_tail (&self->beginning, task);
  transport_link_begin (self->link, &job->message, task);
}

static void
opened_cb (const GError *error, gpointer data)
{
  Bench *self = data;
  GTask *task;

  if (error != NULL)
    fail_all (&self->waiting, error->message);
  while ((task = g_queue_pop_head (&self->waiting)) != NULL)
    bench_run (self, task);
}

static void
closed_cb (TransportEnd end, const char *why, gpointer data)
{
  Bench *self = data;

  g_message ("the composing process ended: %s", why);
  self->begun = 0;
  fail_all (&self->beginning, why);
  fail_all (&self->waiting, why);
}

static Bench *
bench_new (Core *core, const AccountKind *kind)
{
  static const TransportEvents events = { .opened = opened_cb, .begun = begun_cb, .closed = closed_cb };
  Bench *self = g_new0 (Bench, 1);

  self->account = account_new (kind);
  self->link = transport_link_new (core, TRANSPORT_COMPOSES, 0, &events, self);
  g_queue_init (&self->waiting);
  g_queue_init (&self->beginning);
  return self;
}

static void
bench_free (Bench *self)
{
  fail_all (&self->beginning, "Postrider is leaving");
  fail_all (&self->waiting, "Postrider is leaving");
  transport_link_free (self->link);
  account_free (self->account);
  g_free (self);
}

/* All accounts with messages of a kind have them built by one program. */
static Bench *
find_bench (Composer *self, KindMessage message)
{
  const AccountKind *const *kind = kinds;

  for (guint i = 0; i < self->benches->len; i++) {
    Bench *bench = g_ptr_array_index (self->benches, i);

    if (bench->account->kind->message == message)
      return bench;
  }
  while ((*kind)->message != message) /* that of the campaign is among them */
    kind++;
  g_ptr_array_add (self->benches, bench_new (self->core, *kind));
  return g_ptr_array_index (self->benches, self->benches->len - 1);
}

Composer *
composer_new (Core *core)
{
  Composer *self = g_new0 (Composer, 1);

  self->core = core;
  self->benches = g_ptr_array_new_with_free_func ((GDestroyNotify) bench_free);
  return self;
}

void
composer_free (Composer *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->benches);
  g_free (self);
}

/* --- what it is asked --- */

static Job *
job_new (Composer *self, const Campaign *campaign, GVariant *rows)
{
  Job *job = g_new0 (Job, 1);

  job->bench = find_bench (self, campaign->kind->message);
  message_of_campaign (campaign, &job->message);
  g_variant_ref_sink (job->message.parts);
  job->n_own = g_strv_length (campaign->columns);
  job->message.aliases = (const char *const *) g_strdupv (campaign->aliases);
  job->rows = rows != NULL ? g_variant_ref_sink (rows) : NULL;
  return job;
}

/* job: taken; its files are there. */
static void
composer_submit (Composer *self, Job *job, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);
  Bench *bench = job->bench;

  g_task_set_source_tag (task, self);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  if (transport_link_is_open (bench->link)) {
    bench_run (bench, task);
    return;
  }
  g_queue_push_tail (&bench->waiting, task);
  if (transport_link_is_closed (bench->link))
    transport_link_open (bench->link, bench->account, NULL); /* without a journal nothing stands in its way */
}

static void
submit_campaign (Composer *self, const Campaign *campaign, GVariant *rows, GAsyncReadyCallback callback, gpointer data)
{
  Job *job = job_new (self, campaign, rows);
  GError *error = NULL;
  GVariant *files;

  job->message.fds = g_unix_fd_list_new ();
  files = files_give (self->core, campaign->id, job->message.fds, &error);
  if (files == NULL) {
    g_task_report_error (NULL, callback, data, self, error);
    job_free (job);
    return;
  }
  job->message.files = g_variant_ref_sink (files);
  composer_submit (self, job, callback, data);
}

void
composer_preview_message_async (Composer *self, Campaign *campaign, GVariant *files, GUnixFDList *fds, GVariant *rows, GAsyncReadyCallback callback, gpointer data)
{
  Job *job;

  campaign->id = COMPOSER_NOBODY;
  campaign->version = ++self->previews;
  job = job_new (self, campaign, rows);
  job->message.files = g_variant_ref_sink (files);
  job->message.fds = fds;
  composer_submit (self, job, callback, data);
}

void
composer_show_async (Composer *self, Campaign *campaign, GVariant *rows, GAsyncReadyCallback callback, gpointer data)
{
  GUnixFDList *fds = g_unix_fd_list_new ();
  GError *error = NULL;
  GVariant *files = files_give (self->core, campaign->id, fds, &error);

  if (files != NULL) {
    composer_preview_message_async (self, campaign, files, fds, rows, callback, data);
    return;
  }
  g_object_unref (fds);
  g_task_report_error (NULL, callback, data, self, error);
}

void
composer_begin_async (Composer *self, const Campaign *campaign, GAsyncReadyCallback callback, gpointer data)
{
  submit_campaign (self, campaign, NULL, callback, data);
}

Composed *
composer_begin_finish (Composer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
composer_preview_async (Composer *self, const Campaign *campaign, GVariant *rows, GAsyncReadyCallback callback, gpointer data)
{
  submit_campaign (self, campaign, rows, callback, data);
}

GVariant *
composer_preview_finish (Composer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
