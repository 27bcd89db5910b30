#include "own-name.h"

#include "full-name.h"
#include <string.h>

#define WAIT_S 5 /* chosen: a name server that says nothing makes connecting slow enough */

typedef struct {
  Dialer       *dialer;
  GCancellable *lookup;
  GCancellable *caller; /* NULL: none */
  gulong        caller_handler;
  guint         timer;
} Find;

static void
find_free (gpointer data)
{
  Find *self = data;

  if (self->timer != 0)
    g_source_remove (self->timer);
  if (self->caller != NULL)
    g_cancellable_disconnect (self->caller, self->caller_handler);
  g_clear_object (&self->caller);
  g_object_unref (self->lookup);
  g_free (self);
}

const char *
own_name_choose (const char *machine, const char *const *records)
{
  gsize len = strlen (machine);

  for (gsize i = 0; records[i] != NULL; i++)
    if (g_ascii_strncasecmp (records[i], machine, len) == 0 && (records[i][len] == '\0' || records[i][len] == '.') && full_name_is_public (records[i]))
      return records[i];
  return NULL;
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Find *self = g_task_get_task_data (task);
  g_auto (GStrv) records = dialer_lookup_finish (self->dialer, result, NULL);
  const char *name = records != NULL ? own_name_choose (g_get_host_name (), (const char *const *) records) : NULL;

  g_task_return_pointer (task, g_strdup (name != NULL ? name : ""), g_free);
}

static gboolean
waited_cb (gpointer data)
{
  Find *self = data;

  self->timer = 0;
  g_cancellable_cancel (self->lookup);
  return G_SOURCE_REMOVE;
}

static void
caller_cancelled_cb (GCancellable *caller, gpointer data)
{
  g_cancellable_cancel (data);
}

/* A name that DNS could have: neither an address nor "localhost". */
static gboolean
is_worth_asking (const char *machine)
{
  return *machine != '\0' && strlen (machine) <= FULL_NAME_MAX && g_ascii_strcasecmp (machine, "localhost") != 0 && !g_hostname_is_ip_address (machine) &&
         (strchr (machine, '.') == NULL || full_name_is_public (machine));
}

void
own_name_find_async (Dialer *dialer, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);
  Find *self = g_new0 (Find, 1);

  g_task_set_source_tag (task, own_name_find_async);
  self->dialer = dialer;
  self->lookup = g_cancellable_new ();
  g_task_set_task_data (task, self, find_free);
  if (!is_worth_asking (g_get_host_name ())) {
    g_task_return_pointer (task, g_strdup (""), g_free);
    g_object_unref (task);
    return;
  }
  if (cancellable != NULL) {
    self->caller = g_object_ref (cancellable);
    self->caller_handler = g_cancellable_connect (cancellable, G_CALLBACK (caller_cancelled_cb), g_object_ref (self->lookup), g_object_unref);
  }
  self->timer = g_timeout_add_seconds (WAIT_S, waited_cb, self);
  dialer_lookup_async (dialer, g_get_host_name (), "HOST", self->lookup, looked_up_cb, task);
}

char *
own_name_find_finish (GAsyncResult *result)
{
  char *name = g_task_propagate_pointer (G_TASK (result), NULL);

  return name != NULL ? name : g_strdup ("");
}
