#include "keyring.h"

#include "bus-socket.h"
#include "contract-keyring1.h"
#include "fault.h"
#include "kill-point.h"
#include "peer.h"
#include "text.h"
#include "vault-file.h"
#include <errno.h>
#include <gio/gunixfdlist.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define QUIET_TIMEOUT_MS 10000   /* chosen: a keyring that is started by the question takes one or two seconds */
#define ASKING_TIMEOUT_MS 300000 /* chosen: a person who looks for a password; as a sign-in's */
#define TEXT_MAX 400             /* octets that are shown */

typedef enum { KEYRING_LOAD, KEYRING_STORE, KEYRING_FORGET } KeyringWork;

typedef struct {
  KeyringWork  work;
  char        *slot;
  gboolean     asks;
  GUnixFDList *fds;
  int          at_bus, at_key; /* in `fds`; -1: none */
  int          room;           /* memory that the key is written to; -1: none */
  Peer        *peer;
  PrKeyring1  *proxy;
  gboolean     is_over;        /* the process has answered */
} KeyringCall;

static const char *const end_words[] = { "done", "locked", "declined", "gone", "absent", "failed", "late" };

const char *
keyring_end_to_word (KeyringEnd end)
{
  return end_words[end];
}

void
keyring_answer_free (KeyringAnswer *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  secret_bytes_free (self->key);
  g_free (self);
}

/* One that is blocked, perhaps in a prompt, sees no closed socket: it is ended. */
static void
keyring_call_free (gpointer data)
{
  KeyringCall *self = data;

  if (self->peer != NULL && !self->is_over)
    peer_drop (self->peer, "nobody waits for the keyring any more");
  peer_free (self->peer);
  g_clear_object (&self->proxy);
  g_clear_object (&self->fds);
  if (self->room >= 0)
    close (self->room);
  g_free (self->slot);
  g_free (self);
}

/* --- how it ends --- */

static const char *
explain_end (KeyringEnd end)
{
  static const char *const sentences[] = {
    "", "your keyring is locked", "your keyring was not unlocked", "your keyring no longer has the key of the vault", "there is no keyring here",
    "your keyring answered with an error", "your keyring has not answered in time",
  };

  return sentences[end];
}

/* Ends the task. raw_detail: foreign words, or NULL. */
static void
keyring_call_conclude (GTask *task, KeyringEnd end, const char *raw_detail, SecretBytes *key)
{
  g_autofree char *detail = text_printable (raw_detail != NULL ? raw_detail : "", -1, TEXT_MAX);
  KeyringAnswer *answer = g_new0 (KeyringAnswer, 1);

  answer->end = end;
  answer->text = *detail != '\0' ? g_strdup_printf ("%s (%s)", explain_end (end), detail) : g_strdup (explain_end (end));
  answer->key = key;
  g_task_return_pointer (task, answer, (GDestroyNotify) keyring_answer_free);
  g_object_unref (task);
}

static gboolean
parse_end (const char *word, KeyringEnd *out_end)
{
  for (guint i = 0; i < KEYRING_LATE; i++)
    if (strcmp (end_words[i], word) == 0) {
      *out_end = (KeyringEnd) i;
      return TRUE;
    }
  return FALSE;
}

/* Returns: (transfer full), or NULL: it is none. */
static SecretBytes *
take_key (int room)
{
  g_autoptr (SecretBytes) key = NULL;

  if (lseek (room, 0, SEEK_SET) != 0 || (key = secret_bytes_read_fd (room, FALSE, NULL)) == NULL || secret_bytes_get_length (key) != VAULT_KEY_LEN)
    return NULL;
  return g_steal_pointer (&key);
}

static void
take_answer (GTask *task, const char *word, const char *text)
{
  KeyringCall *self = g_task_get_task_data (task);
  KeyringEnd end = KEYRING_FAILED;
  SecretBytes *key = NULL;

  self->is_over = TRUE;
  if (parse_end (word, &end) && end == KEYRING_DONE && self->work == KEYRING_LOAD && (key = take_key (self->room)) == NULL)
    end = KEYRING_FAILED;
  keyring_call_conclude (task, end, text, key);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  KeyringCall *self = g_task_get_task_data (task);
  PrKeyring1 *proxy = PR_KEYRING1 (source);
  g_autofree char *word = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_answered;

  if (self->work == KEYRING_LOAD)
    is_answered = pr_keyring1_call_load_finish (proxy, &word, &text, NULL, result, &error);
  else if (self->work == KEYRING_STORE)
    is_answered = pr_keyring1_call_store_finish (proxy, &word, &text, NULL, result, &error);
  else
    is_answered = pr_keyring1_call_forget_finish (proxy, &word, &text, NULL, result, &error);
  if (is_answered) {
    take_answer (task, word, text);
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_task_return_error (task, g_steal_pointer (&error));
    g_object_unref (task);
  } else {
    gboolean is_late = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);

    g_message ("postrider-keyring: %s", error->message);
    keyring_call_conclude (task, is_late ? KEYRING_LATE : KEYRING_FAILED, is_late ? NULL : "the process that speaks to it ended", NULL);
  }
}

/* --- the call --- */

static void
call_process (GTask *task)
{
  KeyringCall *self = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GVariant *bus = g_variant_new_handle (self->at_bus);

  if (self->work == KEYRING_LOAD)
    pr_keyring1_call_load (self->proxy, bus, self->slot, self->asks, g_variant_new_handle (self->at_key), self->fds, cancellable, answered_cb, task);
  else if (self->work == KEYRING_STORE)
    pr_keyring1_call_store (self->proxy, bus, self->slot, g_variant_new_handle (self->at_key), self->fds, cancellable, answered_cb, task);
  else
    pr_keyring1_call_forget (self->proxy, bus, self->slot, self->fds, cancellable, answered_cb, task);
  g_clear_object (&self->fds); /* the message has them: the bus is the process's alone */
  KILL_POINT ("core-keyring-asked");
}

static void
ready_cb (Peer *peer, const GError *failed, gpointer data)
{
  GTask *task = data;
  KeyringCall *self = g_task_get_task_data (task);
  g_autoptr (GError) error = failed != NULL ? g_error_copy (failed) : NULL;

  if (error == NULL)
    self->proxy = pr_keyring1_proxy_new_sync (peer_get_connection (peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS, NULL, PEER_PATH,
                                              NULL, &error);
  if (error != NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    g_object_unref (task);
    return;
  }
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), self->asks ? ASKING_TIMEOUT_MS : QUIET_TIMEOUT_MS);
  call_process (task);
}

/* --- what goes along --- */

/* Takes fd. Returns: its number in `fds`, or -1 with `error`. */
static int
give_fd (KeyringCall *self, int fd, GError **error)
{
  int at = fd >= 0 ? g_unix_fd_list_append (self->fds, fd, error) : -1;

  if (fd >= 0)
    close (fd);
  return at;
}

static gboolean
give_room (KeyringCall *self, GError **error)
{
  self->room = memfd_create ("key", MFD_CLOEXEC);
  if (self->room >= 0)
    return (self->at_key = g_unix_fd_list_append (self->fds, self->room, error)) >= 0;
  g_set_error (error, FAULT, FAULT_OS, "no memory for a key: %s", g_strerror (errno));
  return FALSE;
}

/* key: of a store, borrowed. */
static gboolean
keyring_call_pack (KeyringCall *self, const SecretBytes *key, GError **error)
{
  if (self->work == KEYRING_LOAD && !give_room (self, error))
    return FALSE;
  if (self->work == KEYRING_STORE && (self->at_key = give_fd (self, secret_bytes_to_memfd (key, error), error)) < 0)
    return FALSE;
  return (self->at_bus = give_fd (self, bus_socket_connect (error), error)) >= 0;
}

static void
keyring_call_start (KeyringWork work, const char *slot, gboolean asks, const SecretBytes *key, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  const PeerSpec spec = { .program = "keyring", .interface = "org.postrider.Keyring1" };
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  KeyringCall *self = g_new0 (KeyringCall, 1);
  g_autoptr (GError) error = NULL;

  g_task_set_source_tag (task, keyring_call_start);
  g_task_set_task_data (task, self, keyring_call_free);
  *self = (KeyringCall){ .work = work, .slot = g_strdup (slot), .asks = asks, .fds = g_unix_fd_list_new (), .at_bus = -1, .at_key = -1, .room = -1 };
  if (keyring_call_pack (self, key, &error)) {
    self->peer = peer_start (&spec, ready_cb, NULL, task);
  } else if (g_error_matches (error, FAULT, FAULT_UNAVAILABLE)) {
    keyring_call_conclude (task, KEYRING_ABSENT, error->message, NULL);
  } else {
    g_task_return_error (task, g_steal_pointer (&error));
    g_object_unref (task);
  }
}

void
keyring_load_async (const char *slot, gboolean asks, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  keyring_call_start (KEYRING_LOAD, slot, asks, NULL, cancellable, callback, data);
}

void
keyring_store_async (const char *slot, const SecretBytes *key, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  keyring_call_start (KEYRING_STORE, slot, TRUE, key, cancellable, callback, data);
}

void
keyring_forget_async (const char *slot, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  keyring_call_start (KEYRING_FORGET, slot, FALSE, NULL, cancellable, callback, data);
}

KeyringAnswer *
keyring_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
