/* keyring.h - one call to a postrider-keyring of its own: a process sees one key, for one call.
 * Trust:  the process talks to whoever is on the session bus: its answer is checked by the contract and here.
 * Used in: core/keyring. Source: Keyring1. */
#pragma once
#include "secret-bytes.h"
#include <gio/gio.h>

typedef enum {
  KEYRING_DONE, KEYRING_LOCKED, KEYRING_DECLINED, KEYRING_GONE, KEYRING_ABSENT, KEYRING_FAILED, /* words of Keyring1, in its order */
  KEYRING_LATE, /* nothing in time: the process was ended, and with it what it asked */
} KeyringEnd;

typedef struct {
  KeyringEnd   end;
  char        *text; /* for people: what was wrong, as the end of a sentence; "" when done */
  SecretBytes *key;  /* of a load that is done; else NULL */
} KeyringAnswer;

void keyring_answer_free (KeyringAnswer *self); /* wipes; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyringAnswer, keyring_answer_free)

const char *keyring_end_to_word (KeyringEnd end);

/* slot: the item's name, copied. asks: the keyring may ask the person: five minutes, else ten seconds. Storing may always ask. */
void           keyring_load_async   (const char *slot, gboolean asks, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
void           keyring_store_async  (const char *slot, const SecretBytes *key, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
void           keyring_forget_async (const char *slot, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* Whatever becomes of the bus or the process is an answer. Returns: (transfer full), or NULL with FAULT_OS, G_IO_ERROR_CANCELLED. */
KeyringAnswer *keyring_finish       (GAsyncResult *result, GError **error);
