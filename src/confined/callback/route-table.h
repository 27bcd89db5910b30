/* route-table.h - which requests are told to core: data from core, compared octet by octet with what came.
 * Trust:  routes are core's, requests are hostile. Used in: confined/callback. Pure. */
#pragma once
#include "request-head.h"
#include <gio/gio.h>

#define ROUTE_BODY_MAX (3 * 1024 * 1024) /* octets: Meta's webhooks have up to 3 MB (Graph API, Webhooks, "Event Notifications") */

typedef struct {
  const char *name;
  gboolean    is_own;      /* asked for at the listener's own port of loopback and nowhere else: no rebound name of DNS gets here */
  const char *field;       /* handed over, or NULL; small letters */
  const char *page;        /* where core is not asked, or NULL: it always is */
} RouteKind;

typedef struct {
  guint32          number; /* core's */
  char            *method; /* owned */
  char            *path;   /* owned; without the "*" */
  gboolean         is_prefix;
  guint32          body_max;
  const RouteKind *kind;
  gboolean         needs_core;
} Route;

typedef struct RouteTable RouteTable;

RouteTable *route_table_new  (void);
void        route_table_free (RouteTable *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RouteTable, route_table_free)

/* kind: as in the contract. Returns: FALSE with FAULT_USAGE: no such method, path or kind, or another kind than the table's. */
gboolean route_table_add (RouteTable *self, guint32 number, const char *method, const char *path, guint32 body_max, guint32 kind, gboolean needs_core,
                          GError **error);

const RouteKind *route_table_get_kind (const RouteTable *self);     /* NULL: it has no route */
guint32          route_table_get_body_max (const RouteTable *self); /* of the largest */

/* port: the listener's. Returns: (borrowed) the route that wants this request, or NULL. */
const Route *route_table_find (const RouteTable *self, const RequestHead *head, guint16 port);
