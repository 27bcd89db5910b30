/* keyring-slot.h - the vault's slot in the user's keyring, as it lives: asked for at the start and each minute while the vault is locked, unlocked when a person
 * wants it, made, changed and taken away. The vault is locked until the keyring answers; nobody waits for it who did not ask to.
 * Used in: core/app, parts.c. */
#pragma once
#include "keyring.h"
#include "vault.h"

typedef struct KeyringSlot KeyringSlot;

/* It has opened the vault by itself, or for somebody: what waited for it goes on. */
typedef void (*KeyringSlotFunc) (gpointer data);

/* vault: borrowed for its life. Asks the keyring at once, without a prompt, where the vault is locked and has such a slot. (transfer full) */
KeyringSlot *keyring_slot_new  (Vault *vault, KeyringSlotFunc opened, gpointer data);
void         keyring_slot_free (KeyringSlot *self); /* ends what is under way; NULL is a no-op */

/* What the keyring said last: a word of keyring_end_to_word(); "": nothing yet, or there is no slot. Borrowed. */
const char  *keyring_slot_get_word (KeyringSlot *self);

/* All finish with TRUE, or with FALSE and: FAULT_NO_PERM (locked, declined, gone), FAULT_UNAVAILABLE (no keyring), FAULT_TEMP (late; another change is under way),
 * FAULT_USAGE, FAULT_NO_INPUT (no such slot; there is one), those of the vault, G_IO_ERROR_CANCELLED. */

/* Answers when the vault is open. Calls at one time share one question. */
void     keyring_slot_unlock_async  (KeyringSlot *self, gboolean asks, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* Whether the keyring has the slot's key now, whatever the vault's state. */
void     keyring_slot_check_async   (KeyringSlot *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* A new key in the keyring, then a slot for it (is_change: in place of the one there), then the old key is forgotten: until the vault is written, the old one opens it. */
void     keyring_slot_put_async     (KeyringSlot *self, gboolean is_change, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* The slot first, then its key. */
void     keyring_slot_remove_async  (KeyringSlot *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean keyring_slot_finish        (GAsyncResult *result, GError **error);
