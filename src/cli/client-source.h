/* client-source.h - the client by which a sign-in is asked for at a provider: from the console's file, an option, or the environment; in this order.
 * Without any of them core takes the one that was built in, if there is one. Used in: cli. */
#pragma once
#include "secret-bytes.h"

typedef struct {
  const char *kind; /* of the account, its word */
  const char *file;     /* --client; NULL: not given */
  const char *id;       /* --client-id; NULL: not given */
} ClientSource;

/* *out_id: (transfer full), NULL: none was found. *out_secret: (transfer full), NULL: none. hosts: where the client's file may point to, ends with NULL; NULL: the provider's own.
 * Errors: FAULT_USAGE (both were given), FAULT_NO_INPUT, FAULT_CONFIG: names the field and the file, or the variable. */
gboolean client_source_find (const ClientSource *source, const char *const *hosts, char **out_id, SecretBytes **out_secret, GError **error);

/* How a person comes by one for such an account, in steps; static. NULL: of its provider nothing is known. */
const char *client_source_get_steps (const char *kind);
