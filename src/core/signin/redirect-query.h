/* redirect-query.h - the parameters with which a provider sends the browser back. Pure.
 * Trust:  hostile. Used in: core/signin. Source: RFC 6749 §4.1.2 and Appendix B (application/x-www-form-urlencoded). */
#pragma once
#include "secret-bytes.h"

typedef struct {
  SecretBytes *state, *code;               /* NULL: not there, or longer than SECRET_BYTES_MAX */
  char        *iss, *error, *description;  /* NULL: not there */
  gboolean     is_doubled;                 /* a key came twice (RFC 6749 §3.1 forbids it) */
  gboolean     is_torn;                    /* the rest could not be read: a bad escape, an octet that is no UTF-8, a NUL */
} RedirectQuery;

RedirectQuery *redirect_query_parse (const char *query);
void           redirect_query_free  (RedirectQuery *self); /* wipes; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RedirectQuery, redirect_query_free)
