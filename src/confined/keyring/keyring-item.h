/* keyring-item.h - the one item that a slot of the vault has in the Secret Service: looked for, written, taken away. Blocks, for a person's time if it asks.
 * Trust:  what answers on the bus is another program's: types are checked by GDBus, the secret by slot-key. Used in: confined/keyring.
 * Source: Secret Service API draft 0.2; libsecret 0.20.5, secret-service.c (secret_service_constructor). */
#pragma once
#include "secret-bytes.h"
#include <gio/gio.h>

typedef enum { ITEM_DONE, ITEM_LOCKED, ITEM_DECLINED, ITEM_GONE, ITEM_ABSENT, ITEM_FAILED } ItemOutcome; /* words of Keyring1 */

typedef struct KeyringItem KeyringItem;

void         keyring_item_warm_up (void); /* before the lock: libsecret's types, and what they load */
const char  *item_outcome_to_word (ItemOutcome outcome);

/* socket: taken; connected to a bus, over which nothing was said yet. slot: copied. Returns: (transfer full), or NULL: *out_outcome and error say why. */
KeyringItem *keyring_item_open (int socket, const char *slot, ItemOutcome *out_outcome, GError **error);
void         keyring_item_free (KeyringItem *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyringItem, keyring_item_free)

/* error: set where it is more than the word says. load: *out_key (transfer full) when it is done. */
ItemOutcome  keyring_item_load   (KeyringItem *self, gboolean asks, SecretBytes **out_key, GError **error);
ItemOutcome  keyring_item_store  (KeyringItem *self, const SecretBytes *key, GError **error);
ItemOutcome  keyring_item_forget (KeyringItem *self, GError **error);
