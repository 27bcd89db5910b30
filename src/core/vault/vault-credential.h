/* vault-credential.h - what systemd hands a service to open the vault with: the file VAULT_CREDENTIAL_NAME in $CREDENTIALS_DIRECTORY.
 * Trust:  systemd's folder, of root or of ourselves; its contents are of any form, and go through Argon2id as a passphrase does.
 * Used in: core/vault. Source: systemd.exec(5), LoadCredential=, SetCredentialEncrypted=; systemd-creds(1). */
#pragma once
#include "secret-bytes.h"

#define VAULT_CREDENTIAL_NAME "postrider-vault"
#define VAULT_CREDENTIAL_MIN 16 /* octets; chosen: who makes one takes 32 of /dev/urandom */

/* All of it, a line break at its end included. Returns: (transfer full), or NULL with FAULT_NO_INPUT (there is none), FAULT_NO_PERM (others can read it; it
 * belongs to somebody else), FAULT_CONFIG (too short, too long). The text is made for people. */
SecretBytes *vault_credential_read (GError **error);
