#include "route-table.h"

#include "fault.h"
#include <string.h>

static const RouteKind kinds[] = {
  { "redirect", TRUE, NULL, NULL },
  { "webhook", FALSE, "x-hub-signature-256", NULL },
  { "leave", FALSE, NULL, "leave" },
};

struct RouteTable {
  GPtrArray *routes; /* of Route, owned */
};

static void
route_free (gpointer data)
{
  Route *self = data;

  g_free (self->method);
  g_free (self->path);
  g_free (self);
}

RouteTable *
route_table_new (void)
{
  RouteTable *self = g_new0 (RouteTable, 1);

  self->routes = g_ptr_array_new_with_free_func (route_free);
  return self;
}

void
route_table_free (RouteTable *self)
{
  if (self != NULL)
    g_ptr_array_unref (self->routes);
  g_free (self);
}

static gboolean
is_unreserved (const char *text, const char *extra)
{
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr ("-._~", *text) == NULL && strchr (extra, *text) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_method (const char *method)
{
  return strcmp (method, "GET") == 0 || strcmp (method, "HEAD") == 0 || strcmp (method, "POST") == 0;
}

static gboolean
is_path (const char *path)
{
  gsize len = strlen (path);
  g_autofree char *fixed = g_strndup (path, len > 0 && path[len - 1] == '*' ? len - 1 : len);

  return *fixed == '/' && strlen (fixed) <= REQUEST_HEAD_PATH_MAX && is_unreserved (fixed, "/");
}

gboolean
route_table_add (RouteTable *self, guint32 number, const char *method, const char *path, guint32 body_max, guint32 kind, gboolean needs_core, GError **error)
{
  Route *route;

  if (!is_method (method) || !is_path (path) || body_max > ROUTE_BODY_MAX || (body_max > 0 && strcmp (method, "POST") != 0) || kind >= G_N_ELEMENTS (kinds) ||
      (!needs_core && kinds[kind].page == NULL) || (self->routes->len > 0 && route_table_get_kind (self) != &kinds[kind])) {
    g_set_error (error, FAULT, FAULT_USAGE, "callback cannot serve route %u (%s %s)", number, method, path);
    return FALSE;
  }
  route = g_new0 (Route, 1);
  route->number = number;
  route->method = g_strdup (method);
  route->is_prefix = g_str_has_suffix (path, "*");
  route->path = g_strndup (path, strlen (path) - route->is_prefix);
  route->body_max = body_max;
  route->kind = &kinds[kind];
  route->needs_core = needs_core;
  g_ptr_array_add (self->routes, route);
  return TRUE;
}

const RouteKind *
route_table_get_kind (const RouteTable *self)
{
  return self->routes->len > 0 ? ((const Route *) g_ptr_array_index (self->routes, 0))->kind : NULL;
}

guint32
route_table_get_body_max (const RouteTable *self)
{
  guint32 max = 0;

  for (guint i = 0; i < self->routes->len; i++)
    max = MAX (max, ((const Route *) g_ptr_array_index (self->routes, i))->body_max);
  return max;
}

static gboolean
is_own_host (const char *host, guint16 port)
{
  static const char *const names[] = { "127.0.0.1", "[::1]", "localhost" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *wanted = g_strdup_printf ("%s:%u", names[i], port);

    if (strcmp (host, wanted) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Not in constant time: a path is no secret (it stands in the browser's address line), the state is, and core compares that. */
static gboolean
is_at (const Route *route, const char *path)
{
  gsize len = strlen (route->path);

  if (!route->is_prefix)
    return strcmp (path, route->path) == 0;
  return strncmp (path, route->path, len) == 0 && path[len] != '\0' && is_unreserved (path + len, "");
}

static gboolean
has_fitting_field (const RouteKind *kind, const RequestHead *head)
{
  guint count = 0;
  const char *value = kind->field != NULL ? request_head_find (head, kind->field, &count) : NULL;

  for (; value != NULL && *value != '\0'; value++)
    if (!g_ascii_isprint (*value))
      return FALSE;
  return count <= 1;
}

const Route *
route_table_find (const RouteTable *self, const RequestHead *head, guint16 port)
{
  for (guint i = 0; i < self->routes->len; i++) {
    const Route *route = g_ptr_array_index (self->routes, i);

    if (strcmp (head->method, route->method) == 0 && is_at (route, head->path) && head->body_len <= route->body_max &&
        (!route->kind->is_own || is_own_host (head->host, port)) && has_fitting_field (route->kind, head))
      return route;
  }
  return NULL;
}
