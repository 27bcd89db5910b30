/* client-file.h - the JSON that a provider's console offers for a client: its id and secret, and nothing else of it.
 * Trust:  the file is the person's own, but it may be of another kind, or another provider's: its addresses are compared and never used.
 * Used in: cli. Source: https://developers.google.com/identity/protocols/oauth2/native-app ("client_secret.json"). */
#pragma once
#include "secret-bytes.h"

typedef struct {
  char        *id;
  SecretBytes *secret; /* NULL: a public client */
} ClientFile;

#define CLIENT_FILE_MAX_BYTES (64 * 1024) /* chosen: they have some 500 octets */
#define CLIENT_ID_MAX 512                 /* octets; chosen */

/* hosts: those that the provider signs in at, ends with NULL.
 * Returns: (transfer full), or NULL with FAULT_NO_INPUT (no such file), FAULT_CONFIG: names the field, and what to do. */
ClientFile *client_file_load (const char *path, const char *const *hosts, GError **error);
void        client_file_free (ClientFile *self); /* wipes; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClientFile, client_file_free)
