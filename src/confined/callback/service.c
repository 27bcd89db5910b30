#include "service.h"

#include "contract-callback1.h"
#include "fault.h"
#include "http-server.h"
#include "serve.h"
#include <gio/gunixfdlist.h>
#include <unistd.h>

struct CallbackService {
  PrCallback1 *skeleton;
  HttpServer  *server;
};

/* --- questions --- */

/* The field that the route's kind names, as "name: value". */
static const char *const *
list_fields (const HttpConnection *connection, char **line, const char *list[2])
{
  const char *name = connection->route->kind->field;
  guint count = 0;
  const char *value = name != NULL ? request_head_find (connection->head, name, &count) : NULL;

  *line = value != NULL ? g_strdup_printf ("%s: %s", name, value) : NULL;
  list[0] = *line;
  list[1] = NULL;
  return list;
}

static void
ask_cb (const HttpConnection *connection, gpointer data)
{
  CallbackService *self = data;
  const RequestHead *head = connection->head;
  g_autofree char *line = NULL;
  const char *list[2];
  GVariant *body = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, connection->body->data, connection->body->len, 1);

  pr_callback1_emit_asked (self->skeleton, connection->serial, connection->route->number, head->path, head->host, head->query,
                           list_fields (connection, &line, list), body);
}

/* --- calls --- */

static RouteTable *
read_routes (GVariant *routes, GError **error)
{
  g_autoptr (RouteTable) table = route_table_new ();
  GVariantIter iter;
  guint32 number, body_max, kind;
  const char *method, *path;
  gboolean needs_core;

  g_variant_iter_init (&iter, routes);
  while (g_variant_iter_next (&iter, "(u&s&suub)", &number, &method, &path, &body_max, &kind, &needs_core))
    if (!route_table_add (table, number, method, path, body_max, kind, needs_core, error))
      return NULL;
  return g_steal_pointer (&table);
}

static int
take_socket (GUnixFDList *fds, GVariant *handle, GError **error)
{
  gint32 index = g_variant_get_handle (handle);

  if (fds == NULL || index < 0 || index >= g_unix_fd_list_get_length (fds)) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "callback was called without a listening socket");
    return -1;
  }
  return g_unix_fd_list_get (fds, index, error);
}

static gboolean
handle_serve (PrCallback1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *socket, guint listener, GVariant *routes, gpointer data)
{
  CallbackService *self = data;
  g_autoptr (GError) error = NULL;
  RouteTable *table = read_routes (routes, &error);
  int fd = table != NULL ? take_socket (fds, socket, &error) : -1;

  if (fd < 0)
    route_table_free (table);
  if (fd >= 0 && http_server_listen (self->server, fd, listener, table, &error))
    pr_callback1_complete_serve (skeleton, invocation, NULL);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_limits (PrCallback1 *skeleton, GDBusMethodInvocation *invocation, guint listener, guint header, guint connections, guint idle_s, guint per_s, gpointer data)
{
  CallbackService *self = data;
  HttpLimits limits = { header, connections, idle_s, per_s };
  g_autoptr (GError) error = NULL;

  if (http_server_limit (self->server, listener, &limits, &error))
    pr_callback1_complete_limits (skeleton, invocation);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_answer (PrCallback1 *skeleton, GDBusMethodInvocation *invocation, guint serial, guint16 status, const char *page, const char *const *words, gpointer data)
{
  static const char *const none[] = { NULL };
  CallbackService *self = data;
  g_autoptr (GError) error = NULL;
  AnswerPage *answer = answer_page_new (status, page, words, &error);

  if (answer != NULL)
    pr_callback1_complete_answer (skeleton, invocation);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  http_server_answer (self->server, serial, answer != NULL ? answer : answer_page_new (404, "not-found", none, NULL));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

CallbackService *
callback_service_new (GError **error)
{
  CallbackService *self = g_new0 (CallbackService, 1);

  self->server = http_server_new (ask_cb, self, error);
  if (self->server == NULL) {
    g_free (self);
    return NULL;
  }
  self->skeleton = pr_callback1_skeleton_new ();
  g_signal_connect (self->skeleton, "handle-serve", G_CALLBACK (handle_serve), self);
  g_signal_connect (self->skeleton, "handle-limits", G_CALLBACK (handle_limits), self);
  g_signal_connect (self->skeleton, "handle-answer", G_CALLBACK (handle_answer), self);
  return self;
}

void
callback_service_free (CallbackService *self)
{
  if (self == NULL)
    return;
  http_server_free (self->server);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  g_object_unref (self->skeleton);
  g_free (self);
}

gboolean
callback_service_export (CallbackService *self, GDBusConnection *connection, GError **error)
{
  return serve_export (connection, G_DBUS_INTERFACE_SKELETON (self->skeleton), error);
}
