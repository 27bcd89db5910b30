/* server-traits.h - what the account's server announces but does not do: learnt on one connection, used by the next.
 * Lives as long as the transport. Used in: smtp-channel (owns it), session. */
#pragma once
#include <glib.h>

typedef struct {
  gboolean   lacks_chunking;     /* CHUNKING was announced and BDAT is not known: DATA from then on */
  gboolean   lacks_initial;      /* AUTH with an initial response is a syntax error to it: the mechanism alone first (RFC 4954 §4) */
  GPtrArray *refused_mechanisms; /* char*, owned; of AUTH, refused as such and not for the password */
} ServerTraits;

ServerTraits *server_traits_new  (void);
void          server_traits_free (ServerTraits *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerTraits, server_traits_free)

gboolean server_traits_is_refused (const ServerTraits *self, const char *mechanism);
void     server_traits_refuse     (ServerTraits *self, const char *mechanism);
