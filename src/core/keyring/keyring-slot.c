#include "keyring-slot.h"

#include "fault.h"
#include "kill-point.h"
#include <sodium.h>
#include <string.h>

#define RETRY_S 60 /* chosen: a keyring that is unlocked while a campaign waits is noticed by then; a question costs one short process */

struct KeyringSlot {
  Vault          *vault;
  KeyringSlotFunc opened;
  gpointer        data;
  GPtrArray      *waiting;    /* of GTask, owned; data of each: whether it asks (GINT_TO_POINTER) */
  gboolean        is_loading, may_ask; /* may_ask: of the question that is under way */
  gboolean        is_changing;
  const char     *word;       /* static */
  GCancellable   *gone;
  guint           timer;
};

typedef struct { /* a change of the slot */
  KeyringSlot *slot;
  char        *name, *old_name; /* of the items; NULL: none */
  SecretBytes *key;
} SlotChange;

static void slot_ask (KeyringSlot *self, gboolean asks);

const char *
keyring_slot_get_word (KeyringSlot *self)
{
  return vault_has_slot (self->vault, VAULT_SLOT_KEYRING) ? self->word : "";
}

static int
get_fault (KeyringEnd end)
{
  return end == KEYRING_ABSENT ? FAULT_UNAVAILABLE : end == KEYRING_LATE ? FAULT_TEMP : FAULT_NO_PERM;
}

/* answer NULL: `error` says why there is none, and stays. Returns: TRUE when it is done. */
static gboolean
check_answer (const KeyringAnswer *answer, GError **error)
{
  if (answer == NULL || answer->end == KEYRING_DONE)
    return answer != NULL;
  g_set_error_literal (error, FAULT, get_fault (answer->end), answer->text);
  return FALSE;
}

/* --- opening --- */

/* Who waits and may ask gets a question that asks, after one that could not. */
static void
slot_settle (KeyringSlot *self, const GError *error)
{
  g_autoptr (GPtrArray) waiting = self->waiting;
  gboolean is_open = vault_get_state (self->vault) == VAULT_OPEN;

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++) {
    GTask *task = waiting->pdata[i];

    if (is_open)
      g_task_return_boolean (task, TRUE);
    else if (!self->may_ask && GPOINTER_TO_INT (g_task_get_task_data (task)))
      g_ptr_array_add (self->waiting, g_object_ref (task));
    else
      g_task_return_error (task, g_error_copy (error));
  }
  if (self->waiting->len > 0 && !self->is_loading)
    slot_ask (self, TRUE);
}

/* The slot may have become another one meanwhile: then the key does not fit. */
static gboolean
slot_take_key (KeyringSlot *self, const KeyringAnswer *answer, GError **error)
{
  return check_answer (answer, error) && (vault_get_state (self->vault) == VAULT_OPEN || vault_unlock_by_keyring (self->vault, answer->key, error));
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyringAnswer) answer = keyring_finish (result, &error);
  KeyringSlot *self = data;
  gboolean was_open;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* it is gone */
  was_open = vault_get_state (self->vault) == VAULT_OPEN;
  self->is_loading = FALSE;
  self->word = keyring_end_to_word (answer != NULL ? answer->end : KEYRING_FAILED);
  if (slot_take_key (self, answer, &error))
    vault_note_keyring (self->vault, NULL);
  else
    vault_note_keyring (self->vault, error->message);
  if (!was_open && vault_get_state (self->vault) == VAULT_OPEN)
    self->opened (self->data);
  slot_settle (self, error);
}

static void
slot_ask (KeyringSlot *self, gboolean asks)
{
  g_autofree char *name = vault_dup_keyring_name (self->vault);

  self->is_loading = TRUE;
  self->may_ask = asks;
  keyring_load_async (name, asks, self->gone, loaded_cb, self);
}

static void
ask_quietly (KeyringSlot *self)
{
  if (!self->is_loading && vault_has_slot (self->vault, VAULT_SLOT_KEYRING) && vault_get_state (self->vault) == VAULT_LOCKED)
    slot_ask (self, FALSE);
}

static gboolean
retry_cb (gpointer data)
{
  ask_quietly (data);
  return G_SOURCE_CONTINUE;
}

void
keyring_slot_unlock_async (KeyringSlot *self, gboolean asks, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_source_tag (task, keyring_slot_unlock_async);
  g_task_set_task_data (task, GINT_TO_POINTER (asks), NULL);
  if (vault_get_state (self->vault) == VAULT_OPEN) {
    g_task_return_boolean (task, TRUE);
  } else if (!vault_has_slot (self->vault, VAULT_SLOT_KEYRING)) {
    g_task_return_new_error (task, FAULT, FAULT_USAGE, "no keyring opens this vault: postrider vault status says what does");
  } else {
    g_ptr_array_add (self->waiting, g_steal_pointer (&task));
    if (!self->is_loading)
      slot_ask (self, asks);
  }
}

/* --- looking --- */

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  KeyringSlot *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (KeyringAnswer) answer = keyring_finish (result, &error);

  if (!check_answer (answer, &error))
    g_task_return_error (task, error);
  else if (g_task_return_error_if_cancelled (task))
    return;
  else if (!vault_fits_keyring (self->vault, answer->key))
    g_task_return_new_error (task, FAULT, FAULT_NO_PERM, "what your keyring has for the vault is not the key of this one");
  else
    g_task_return_boolean (task, TRUE);
}

void
keyring_slot_check_async (KeyringSlot *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_autofree char *name = vault_dup_keyring_name (self->vault);

  g_task_set_source_tag (task, keyring_slot_check_async);
  g_task_set_task_data (task, self, NULL);
  if (name == NULL)
    g_task_return_new_error (task, FAULT, FAULT_NO_INPUT, "the vault has no slot keyring");
  else
    keyring_load_async (name, FALSE, self->gone, checked_cb, g_steal_pointer (&task));
}

/* --- changing --- */

static void
slot_change_free (gpointer data)
{
  SlotChange *self = data;

  g_free (self->name);
  g_free (self->old_name);
  secret_bytes_free (self->key);
  g_free (self);
}

static SecretBytes *
make_key (void)
{
  guint8 octets[VAULT_KEY_LEN];
  SecretBytes *key;

  randombytes_buf (octets, sizeof octets);
  key = secret_bytes_new (octets, sizeof octets);
  sodium_memzero (octets, sizeof octets);
  return key;
}

static char *
make_name (void)
{
  guint8 octets[VAULT_SALT_LEN];
  char hex[2 * VAULT_SALT_LEN + 1];

  randombytes_buf (octets, sizeof octets);
  return g_strdup (sodium_bin2hex (hex, sizeof hex, octets, sizeof octets));
}

/* Returns: (transfer full) a change that has begun, or NULL: it was answered why not. */
static GTask *
slot_begin_change (KeyringSlot *self, gboolean is_there, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  SlotChange *change = g_new0 (SlotChange, 1);
  GError *error = NULL;

  change->slot = self;
  change->old_name = vault_dup_keyring_name (self->vault);
  g_task_set_task_data (task, change, slot_change_free);
  g_task_set_check_cancellable (task, FALSE); /* what is durable by then is done, whoever is left to hear it */
  if (self->is_changing)
    g_task_return_new_error (task, FAULT, FAULT_TEMP, "the keyring is being asked about the vault already; please try again when that has ended");
  else if (!vault_check_slot (self->vault, VAULT_SLOT_KEYRING, is_there, &error))
    g_task_return_error (task, error);
  else {
    self->is_changing = TRUE;
    return g_steal_pointer (&task);
  }
  return NULL;
}

/* A key that opens nothing: what is left of it in the keyring does no harm. */
static void
forgotten_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KeyringAnswer) answer = keyring_finish (result, NULL);

  if (answer != NULL && answer->end != KEYRING_DONE)
    g_message ("a key that opens nothing any more stays in the keyring: %s", answer->text);
}

static void
change_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SlotChange *change = g_task_get_task_data (task);
  GError *error = NULL;
  KeyringAnswer *answer = keyring_finish (result, &error);
  gboolean is_gone = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  if (answer != NULL && answer->end != KEYRING_DONE)
    g_message ("a key that opens nothing any more stays in the keyring: %s", answer->text);
  keyring_answer_free (answer);
  g_clear_error (&error);
  if (!is_gone)
    change->slot->is_changing = FALSE;
  g_task_return_boolean (task, TRUE); /* it is done, whatever the keyring makes of what is of no use now */
}

/* Ends a change that has become durable. Takes task. */
static void
slot_forget_old (KeyringSlot *self, GTask *task)
{
  SlotChange *change = g_task_get_task_data (task);

  KILL_POINT ("core-keyring-slotted");
  self->word = "";
  if (change->old_name != NULL) {
    keyring_forget_async (change->old_name, self->gone, change_done_cb, task);
    return;
  }
  self->is_changing = FALSE;
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SlotChange *change = g_task_get_task_data (task);
  KeyringSlot *self = change->slot;
  GError *error = NULL;
  g_autoptr (KeyringAnswer) answer = keyring_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) { /* core leaves */
    g_task_return_error (task, error);
    return;
  }
  KILL_POINT ("core-keyring-stored");
  if (check_answer (answer, &error) && vault_put_keyring_slot (self->vault, change->name, change->key, &error)) {
    slot_forget_old (self, g_steal_pointer (&task));
    return;
  }
  self->is_changing = FALSE;
  if (answer != NULL && answer->end != KEYRING_ABSENT)
    keyring_forget_async (change->name, self->gone, forgotten_cb, NULL); /* a late one may have been put there all the same */
  g_task_return_error (task, error);
}

void
keyring_slot_put_async (KeyringSlot *self, gboolean is_change, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = slot_begin_change (self, is_change, cancellable, callback, data);
  SlotChange *change = task != NULL ? g_task_get_task_data (task) : NULL;

  if (task == NULL)
    return;
  change->name = make_name ();
  change->key = make_key ();
  keyring_store_async (change->name, change->key, self->gone, stored_cb, task);
}

void
keyring_slot_remove_async (KeyringSlot *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = slot_begin_change (self, TRUE, cancellable, callback, data);
  GError *error = NULL;

  if (task == NULL)
    return;
  if (vault_remove_slot (self->vault, VAULT_SLOT_KEYRING, FALSE, &error)) {
    slot_forget_old (self, task);
    return;
  }
  self->is_changing = FALSE;
  g_task_return_error (task, error);
  g_object_unref (task);
}

gboolean
keyring_slot_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- its life --- */

KeyringSlot *
keyring_slot_new (Vault *vault, KeyringSlotFunc opened, gpointer data)
{
  KeyringSlot *self = g_new0 (KeyringSlot, 1);

  self->vault = vault;
  self->opened = opened;
  self->data = data;
  self->word = "";
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->gone = g_cancellable_new ();
  self->timer = g_timeout_add_seconds (RETRY_S, retry_cb, self);
  ask_quietly (self);
  return self;
}

void
keyring_slot_free (KeyringSlot *self)
{
  if (self == NULL)
    return;
  g_source_remove (self->timer);
  g_cancellable_cancel (self->gone);
  g_object_unref (self->gone);
  for (guint i = 0; i < self->waiting->len; i++)
    g_task_return_new_error (self->waiting->pdata[i], G_IO_ERROR, G_IO_ERROR_CANCELLED, "core leaves");
  g_ptr_array_unref (self->waiting);
  g_free (self);
}
