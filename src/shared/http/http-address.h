/* http-address.h - an address that a request may go to, taken apart by libcurl's own parser: two parsers would disagree one day.
 * Trust:  core names it; whether plain HTTP may be spoken is judged by the socket too. Used in: shared/http. Source: libcurl-url(3). */
#pragma once
#include <curl/curl.h>
#include <glib.h>

typedef struct {
  CURLU   *parsed;
  char    *host, *port; /* [::1] in its brackets; the scheme's port where none is said */
  gboolean is_plain;
} HttpAddress;

/* is_near: the socket that leads there ends on this machine.
 * Returns: (transfer full), or NULL with FAULT_USAGE: neither https nor http to this machine, or with a user or a fragment. */
HttpAddress *http_address_parse (const char *url, gboolean is_near, GError **error);
void         http_address_free  (HttpAddress *self); /* NULL is a no-op */
gboolean     http_address_is_near (int fd); /* as the socket itself says: what anybody says of it could be wrong */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpAddress, http_address_free)
