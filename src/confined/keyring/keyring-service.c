#include "keyring-service.h"

#include "contract-keyring1.h"
#include "fault.h"
#include "keyring-item.h"
#include "slot-key.h"
#include "text.h"
#include <errno.h>
#include <gio/gunixfdlist.h>
#include <unistd.h>

#define TEXT_MAX 500 /* octets of what the bus says; Keyring1 has 512 */

/* --- what core gave --- */

/* Returns: a descriptor that the caller owns, or -1 with FAULT_USAGE. */
static int
take_descriptor (GUnixFDList *fds, GVariant *handle, GError **error)
{
  gint32 index = g_variant_get_handle (handle);

  if (fds != NULL && index >= 0 && index < g_unix_fd_list_get_length (fds))
    return g_unix_fd_list_get (fds, index, error);
  g_set_error_literal (error, FAULT, FAULT_USAGE, "a descriptor is missing");
  return -1;
}

static SecretBytes *
read_key (GUnixFDList *fds, GVariant *handle, GError **error)
{
  int fd = take_descriptor (fds, handle, error);
  g_autoptr (SecretBytes) key = fd >= 0 ? secret_bytes_read_fd (fd, FALSE, error) : NULL;

  if (fd >= 0)
    close (fd);
  if (key == NULL || secret_bytes_get_length (key) == SLOT_KEY_LEN)
    return g_steal_pointer (&key);
  g_set_error (error, FAULT, FAULT_DATA, "a key has %d octets", SLOT_KEY_LEN);
  return NULL;
}

static gboolean
write_key (int fd, const SecretBytes *key, GError **error)
{
  gsize len = secret_bytes_get_length (key);

  if (write (fd, secret_bytes_peek (key), len) == (gssize) len)
    return TRUE;
  g_set_error (error, FAULT, FAULT_OS, "the key could not be handed over: %s", g_strerror (errno));
  return FALSE;
}

static KeyringItem *
open_item (GUnixFDList *fds, GVariant *bus, const char *slot, ItemOutcome *out_outcome, GError **problem, GError **error)
{
  int socket = take_descriptor (fds, bus, error);

  return socket >= 0 ? keyring_item_open (socket, slot, out_outcome, problem) : NULL;
}

/* --- answers --- */

/* Takes the invocation. Load, Store and Forget answer the same, and the invocation knows which of them it is. */
static gboolean
answer_call (PrKeyring1 *skeleton, GDBusMethodInvocation *invocation, ItemOutcome outcome, const GError *problem, const GError *error)
{
  g_autofree char *text = problem != NULL ? text_printable (problem->message, -1, TEXT_MAX) : g_strdup ("");

  if (error != NULL)
    g_dbus_method_invocation_return_gerror (invocation, error);
  else
    pr_keyring1_complete_load (skeleton, invocation, NULL, item_outcome_to_word (outcome), outcome == ITEM_DONE ? "" : text);
  return TRUE;
}

static gboolean
handle_load (PrKeyring1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *bus, const char *slot, gboolean asks, GVariant *room, gpointer data)
{
  g_autoptr (GError) problem = NULL, error = NULL;
  ItemOutcome outcome = ITEM_FAILED;
  int fd = take_descriptor (fds, room, &error);
  g_autoptr (KeyringItem) item = fd >= 0 ? open_item (fds, bus, slot, &outcome, &problem, &error) : NULL;
  g_autoptr (SecretBytes) key = NULL;

  if (item != NULL)
    outcome = keyring_item_load (item, asks, &key, &problem);
  if (key != NULL)
    (void) write_key (fd, key, &error);
  if (fd >= 0)
    close (fd);
  return answer_call (skeleton, invocation, outcome, problem, error);
}

static gboolean
handle_store (PrKeyring1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *bus, const char *slot, GVariant *handle, gpointer data)
{
  g_autoptr (GError) problem = NULL, error = NULL;
  ItemOutcome outcome = ITEM_FAILED;
  g_autoptr (SecretBytes) key = read_key (fds, handle, &error);
  g_autoptr (KeyringItem) item = key != NULL ? open_item (fds, bus, slot, &outcome, &problem, &error) : NULL;

  if (item != NULL)
    outcome = keyring_item_store (item, key, &problem);
  return answer_call (skeleton, invocation, outcome, problem, error);
}

static gboolean
handle_forget (PrKeyring1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *bus, const char *slot, gpointer data)
{
  g_autoptr (GError) problem = NULL, error = NULL;
  ItemOutcome outcome = ITEM_FAILED;
  g_autoptr (KeyringItem) item = open_item (fds, bus, slot, &outcome, &problem, &error);

  if (item != NULL)
    outcome = keyring_item_forget (item, &problem);
  return answer_call (skeleton, invocation, outcome, problem, error);
}

GDBusInterfaceSkeleton *
keyring_service_new (void)
{
  PrKeyring1 *skeleton = pr_keyring1_skeleton_new ();

  fault_quark ();
  g_signal_connect (skeleton, "handle-load", G_CALLBACK (handle_load), NULL);
  g_signal_connect (skeleton, "handle-store", G_CALLBACK (handle_store), NULL);
  g_signal_connect (skeleton, "handle-forget", G_CALLBACK (handle_forget), NULL);
  return G_DBUS_INTERFACE_SKELETON (skeleton);
}
