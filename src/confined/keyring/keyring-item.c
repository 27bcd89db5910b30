#include "keyring-item.h"

#include "slot-key.h"
#include <libsecret/secret.h>
#include <string.h>

#define LABEL "Postrider: saved passwords"

struct KeyringItem {
  GDBusConnection *bus;
  SecretService   *service;
  GHashTable      *attributes;
};

static const SecretSchema schema = { "org.postrider.Vault", SECRET_SCHEMA_NONE, { { "slot", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } } };

/* --- the service, on a bus that was given: libsecret's own constructor says that it is to be looked for, and ours, behind it, that it is not --- */

typedef struct {
  SecretService parent;
} GivenService;

typedef struct {
  SecretServiceClass parent;
} GivenServiceClass;

GType given_service_get_type (void);
G_DEFINE_TYPE (GivenService, given_service, SECRET_TYPE_SERVICE)

static GObject *
given_service_constructor (GType type, guint n, GObjectConstructParam *properties)
{
  GObject *self = G_OBJECT_CLASS (given_service_parent_class)->constructor (type, n, properties);

  g_object_set (self, "g-bus-type", G_BUS_TYPE_NONE, "g-flags", G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS, NULL);
  return self;
}

static void
given_service_class_init (GivenServiceClass *class)
{
  G_OBJECT_CLASS (class)->constructor = given_service_constructor;
}

static void
given_service_init (GivenService *self)
{
}

const char *
item_outcome_to_word (ItemOutcome outcome)
{
  static const char *const words[] = { "done", "locked", "declined", "gone", "absent", "failed" };

  return words[outcome];
}

void
keyring_item_warm_up (void)
{
  const GType types[] = { given_service_get_type (), SECRET_TYPE_COLLECTION, SECRET_TYPE_ITEM, SECRET_TYPE_PROMPT, SECRET_TYPE_VALUE };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (G_TYPE_IS_CLASSED (types[i]))
      (void) g_type_class_ref (types[i]); /* for good */
}

/* What an error of libsecret or of the bus comes to. NULL: a prompt was put away. */
static ItemOutcome
judge_error (const GError *error)
{
  if (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return ITEM_DECLINED;
  if (g_error_matches (error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
    return ITEM_LOCKED;
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
      g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED) || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED) ||
      (error->domain == G_DBUS_ERROR && error->code >= G_DBUS_ERROR_SPAWN_EXEC_FAILED && error->code <= G_DBUS_ERROR_SPAWN_NO_MEMORY))
    return ITEM_ABSENT;
  return ITEM_FAILED;
}

/* Takes problem. */
static ItemOutcome
fail_by (GError *problem, GError **error)
{
  ItemOutcome outcome = judge_error (problem);

  if (problem != NULL)
    g_propagate_error (error, problem);
  return outcome;
}

/* --- the way there --- */

static GDBusConnection *
connect_bus (int fd, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, error);
  g_autoptr (GSocketConnection) stream = socket != NULL ? g_socket_connection_factory_create_connection (socket) : NULL;
  GDBusConnection *bus;

  if (stream == NULL)
    return NULL;
  bus = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                    NULL, NULL, error);
  if (bus != NULL)
    g_dbus_connection_set_exit_on_close (bus, FALSE);
  return bus;
}

KeyringItem *
keyring_item_open (int socket, const char *slot, ItemOutcome *out_outcome, GError **error)
{
  g_autoptr (KeyringItem) self = g_new0 (KeyringItem, 1);
  GError *problem = NULL;

  self->bus = connect_bus (socket, &problem);
  if (self->bus == NULL) { /* whatever it is that answers there, it is no bus */
    g_propagate_error (error, problem);
    *out_outcome = ITEM_ABSENT;
    return NULL;
  }
  self->service = g_initable_new (given_service_get_type (), NULL, &problem, "g-connection", self->bus, NULL);
  self->attributes = secret_attributes_build (&schema, "slot", slot, NULL);
  if (self->service != NULL)
    return g_steal_pointer (&self);
  *out_outcome = fail_by (problem, error);
  return NULL;
}

void
keyring_item_free (KeyringItem *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->attributes, g_hash_table_unref);
  g_clear_object (&self->service);
  g_clear_object (&self->bus);
  g_free (self);
}

/* --- looking for it --- */

static SecretBytes *
parse_value (SecretValue *value)
{
  gsize len = 0;
  const char *text = value != NULL ? secret_value_get (value, &len) : NULL;

  return text != NULL ? slot_key_parse (text, len) : NULL;
}

/* The first item of that name. *out_is_found: there is one, locked or not. */
static ItemOutcome
search_item (KeyringItem *self, gboolean asks, gboolean *out_is_found, SecretBytes **out_key, GError **error)
{
  SecretSearchFlags flags = SECRET_SEARCH_LOAD_SECRETS | (asks ? SECRET_SEARCH_UNLOCK : 0);
  GError *problem = NULL;
  GList *items = secret_service_search_sync (self->service, &schema, self->attributes, flags, NULL, &problem);
  SecretItem *item = items != NULL ? items->data : NULL;
  gboolean is_locked = item != NULL && secret_item_get_locked (item);
  g_autoptr (SecretValue) value = item != NULL && !is_locked ? secret_item_get_secret (item) : NULL;

  *out_is_found = item != NULL;
  g_list_free_full (items, g_object_unref);
  if (problem != NULL)
    return fail_by (problem, error);
  if (!*out_is_found)
    return ITEM_GONE;
  if (is_locked)
    return asks ? ITEM_DECLINED : ITEM_LOCKED;
  *out_key = parse_value (value);
  if (*out_key != NULL)
    return ITEM_DONE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, value != NULL ? "what stands there is no key of a vault" : "it does not give out the key");
  return ITEM_FAILED;
}

/* A locked keyring need not say what it holds. Returns: ITEM_GONE: the default one is open, or there is none; ITEM_DONE: it was opened just now; else why not. */
static ItemOutcome
open_default (KeyringItem *self, gboolean asks, GError **error)
{
  GError *problem = NULL;
  g_autoptr (SecretCollection) keyring = secret_collection_for_alias_sync (self->service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, NULL, &problem);
  GList one = { keyring, NULL, NULL };

  if (problem != NULL)
    return fail_by (problem, error);
  if (keyring == NULL || !secret_collection_get_locked (keyring))
    return ITEM_GONE;
  if (!asks)
    return ITEM_LOCKED;
  if (secret_service_unlock_sync (self->service, &one, NULL, NULL, &problem) > 0)
    return ITEM_DONE;
  return fail_by (problem, error);
}

ItemOutcome
keyring_item_load (KeyringItem *self, gboolean asks, SecretBytes **out_key, GError **error)
{
  gboolean is_found = FALSE;
  ItemOutcome outcome = search_item (self, asks, &is_found, out_key, error);

  if (outcome != ITEM_GONE)
    return outcome;
  outcome = open_default (self, asks, error);
  return outcome == ITEM_DONE ? search_item (self, FALSE, &is_found, out_key, error) : outcome;
}

/* --- changing it --- */

static gboolean
is_same (const SecretBytes *a, const SecretBytes *b)
{
  gsize len = secret_bytes_get_length (a);

  return secret_bytes_get_length (b) == len && memcmp (secret_bytes_peek (a), secret_bytes_peek (b), len) == 0;
}

ItemOutcome
keyring_item_store (KeyringItem *self, const SecretBytes *key, GError **error)
{
  g_autoptr (SecretBytes) text = slot_key_format (key), back = NULL;
  g_autoptr (SecretValue) value = secret_value_new (secret_bytes_peek (text), (gssize) secret_bytes_get_length (text), "text/plain");
  GError *problem = NULL;
  ItemOutcome outcome;

  if (!secret_service_store_sync (self->service, &schema, self->attributes, SECRET_COLLECTION_DEFAULT, LABEL, value, NULL, &problem))
    return fail_by (problem, error);
  outcome = keyring_item_load (self, FALSE, &back, error);
  if (outcome != ITEM_DONE || is_same (key, back))
    return outcome;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it gave back something else than what was put there");
  return ITEM_FAILED;
}

ItemOutcome
keyring_item_forget (KeyringItem *self, GError **error)
{
  GError *problem = NULL;

  (void) secret_service_clear_sync (self->service, &schema, self->attributes, NULL, &problem); /* FALSE without an error: there was none */
  return problem != NULL ? fail_by (problem, error) : ITEM_DONE;
}
