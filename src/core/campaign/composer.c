#include "composer.h"

#include "contract-transport1.h"
#include "fault.h"
#include "peer.h"
#include <gio/gunixfdlist.h>

#define CALL_TIMEOUT_MS 60000

struct Composer {
  Core         *core;
  Peer         *peer;
  PrTransport1 *proxy;
  GQueue        waiting; /* of GTask: until the transport is ready */
  guint64       begun;   /* campaign that it knows; 0 none */
  gint64        begun_version;
  guint         specimens; /* so many: each is a higher version, so that the transport compiles it anew */
};

typedef struct {
  GVariant  *spec, *files, *rows; /* rows NULL: only begin */
  GStrv      columns;
  GUnixFDList *fds;
  guint64    campaign;
  gint64     version;
} Job;

static void
job_free (Job *job)
{
  g_clear_pointer (&job->spec, g_variant_unref);
  g_strfreev (job->columns);
  g_clear_pointer (&job->files, g_variant_unref);
  g_clear_pointer (&job->rows, g_variant_unref);
  g_clear_object (&job->fds);
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

Composer *
composer_new (Core *core)
{
  Composer *self = g_new0 (Composer, 1);

  self->core = core;
  g_queue_init (&self->waiting);
  return self;
}

static void
forget (Composer *self)
{
  g_clear_object (&self->proxy);
  g_clear_pointer (&self->peer, peer_free);
  self->begun = 0;
}

static void
fail_waiting (Composer *self, const char *why)
{
  GTask *task;

  while ((task = g_queue_pop_head (&self->waiting)) != NULL) {
    g_task_return_new_error (task, FAULT, FAULT_TEMP, "the message could not be composed: %s", why);
    g_object_unref (task);
  }
}

void
composer_free (Composer *self)
{
  if (self == NULL)
    return;
  fail_waiting (self, "Postrider is leaving");
  forget (self);
  g_free (self);
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  Composer *self = data;
  g_autofree char *said = g_strdup (why);

  g_message ("the composing process ended: %s", said);
  forget (self);
  fail_waiting (self, said);
}

static void
previewed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GVariant) messages = NULL;
  GError *error = NULL;

  if (pr_transport1_call_preview_finish (PR_TRANSPORT1 (source), &messages, result, &error)) {
    g_task_return_pointer (task, g_steal_pointer (&messages), (GDestroyNotify) g_variant_unref);
    return;
  }
  g_task_return_error (task, fault_of_peer (error));
}

static void
preview (Composer *self, GTask *task)
{
  Job *job = g_task_get_task_data (task);

  pr_transport1_call_preview (self->proxy, job->campaign, job->rows, NULL, previewed_cb, task);
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

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Composer *self = g_task_get_source_tag (task);
  Job *job = g_task_get_task_data (task);
  g_autoptr (Composed) composed = g_new0 (Composed, 1);
  g_autoptr (GVariant) bound = NULL;
  GError *error = NULL;

  if (!pr_transport1_call_begin_campaign_finish (PR_TRANSPORT1 (source), &composed->fields, &composed->required, &composed->images, &composed->overhead, &bound,
                                                 &composed->notes, NULL, result, &error)) {
    g_task_return_error (task, fault_of_peer (error));
    g_object_unref (task);
    return;
  }
  if (!take_bound (composed, bound, g_strv_length (job->columns))) {
    g_task_return_new_error (task, FAULT, FAULT_PROTOCOL, "the composing process named columns that are not there");
    g_object_unref (task);
    return;
  }
  if (self->proxy == PR_TRANSPORT1 (source)) {
    self->begun = job->campaign;
    self->begun_version = job->version;
  }
  if (job->rows != NULL && self->proxy != NULL) {
    preview (self, task);
    return;
  }
  g_task_return_pointer (task, g_steal_pointer (&composed), (GDestroyNotify) composed_free);
  g_object_unref (task);
}

static void
run (Composer *self, GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->rows != NULL && self->begun == job->campaign && self->begun_version == job->version) {
    preview (self, task);
    return;
  }
  pr_transport1_call_begin_campaign (self->proxy, job->campaign, job->spec, (const char *const *) job->columns, job->files, job->fds, NULL, begun_cb, task);
}

static void
ready_cb (Peer *peer, const GError *failed, gpointer data)
{
  Composer *self = data;
  g_autoptr (GError) error = NULL;
  GTask *task;

  if (failed == NULL)
    self->proxy = pr_transport1_proxy_new_sync (peer_get_connection (peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL, &error);
  if (self->proxy == NULL) {
    g_autofree char *said = g_strdup (failed != NULL ? failed->message : error->message);

    forget (self);
    fail_waiting (self, said);
    return;
  }
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), CALL_TIMEOUT_MS);
  while ((task = g_queue_pop_head (&self->waiting)) != NULL)
    run (self, task);
}

static Job *
job_new (const Campaign *campaign, GVariant *rows)
{
  Job *job = g_new0 (Job, 1);

  job->campaign = campaign->id;
  job->version = campaign->version;
  job->rows = rows != NULL ? g_variant_ref_sink (rows) : NULL;
  job->spec = g_variant_ref_sink (campaign_to_spec (campaign));
  job->columns = g_strdupv (campaign->columns);
  return job;
}

/* job: taken; its files are there. */
static void
submit (Composer *self, Job *job, GAsyncReadyCallback callback, gpointer data)
{
  static const PeerSpec spec = { .program = "smtp", .interface = "org.postrider.Transport1" };
  GTask *task = g_task_new (NULL, NULL, callback, data);

  g_task_set_source_tag (task, self);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  if (self->proxy != NULL) {
    run (self, task);
    return;
  }
  g_queue_push_tail (&self->waiting, task);
  if (self->peer == NULL)
    self->peer = peer_start (&spec, ready_cb, closed_cb, self);
}

static void
submit_campaign (Composer *self, const Campaign *campaign, GVariant *rows, GAsyncReadyCallback callback, gpointer data)
{
  Job *job = job_new (campaign, rows);
  GError *error = NULL;
  GVariant *files;

  job->fds = g_unix_fd_list_new ();
  files = campaign_to_files (self->core, campaign, job->fds, &error);
  if (files == NULL) {
    g_task_report_error (NULL, callback, data, self, error);
    job_free (job);
    return;
  }
  job->files = g_variant_ref_sink (files);
  submit (self, job, callback, data);
}

void
composer_specimen_async (Composer *self, Campaign *campaign, GVariant *files, GUnixFDList *fds, GVariant *rows, GAsyncReadyCallback callback, gpointer data)
{
  Job *job;

  campaign->id = COMPOSER_SPECIMEN;
  campaign->version = ++self->specimens;
  job = job_new (campaign, rows);
  job->files = g_variant_ref_sink (files);
  job->fds = fds;
  submit (self, job, callback, data);
}

void
composer_show_async (Composer *self, Campaign *campaign, GVariant *rows, GAsyncReadyCallback callback, gpointer data)
{
  GUnixFDList *fds = g_unix_fd_list_new ();
  GError *error = NULL;
  GVariant *files = campaign_to_files (self->core, campaign, fds, &error);

  if (files != NULL) {
    composer_specimen_async (self, campaign, files, fds, rows, callback, data);
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
