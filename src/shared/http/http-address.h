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

/* fd: borrowed, the socket that leads there.
 * Returns: (transfer full), or NULL with FAULT_USAGE: neither https nor http to this machine, or with a user or a fragment. */
HttpAddress *http_address_parse (const char *url, int fd, GError **error);
void         http_address_free  (HttpAddress *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpAddress, http_address_free)
