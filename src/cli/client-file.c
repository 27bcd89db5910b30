#include "client-file.h"

#include "fault.h"
#include "json-answer.h"
#include "text.h"
#include <string.h>

#define NAME_MAX_SHOWN 200

/* Printable ASCII without a space, as RFC 6749 Appendix A.1 has it. */
static gboolean
client_id_check (const char *id, const char *where, GError **error)
{
  gsize len = strlen (id);
  gboolean is_good = len > 0 && len <= CLIENT_ID_MAX;

  for (gsize i = 0; i < len && is_good; i++)
    is_good = id[i] > ' ' && id[i] < 0x7f;
  if (!is_good)
    g_set_error (error, FAULT, FAULT_CONFIG, "%s is no client id: it is one word of letters, digits and signs, as the provider's console shows it", where);
  return is_good;
}

static gboolean
client_file_refuse (const char *path, GError **error, const char *why)
{
  g_autofree char *name = text_quote (path, NAME_MAX_SHOWN);

  g_set_error (error, FAULT, FAULT_CONFIG, "the client's file %s %s", name, why);
  return FALSE;
}

/* Text of a member; "" when it is not there or none. */
static const char *
get_text (const JsonAnswer *object, const char *name)
{
  const char *text = json_answer_get_string (json_answer_get_member (object, name));

  return text != NULL ? text : "";
}

/* An address of the file stands at one of the hosts, or is not there. */
static gboolean
is_at_home (const char *address, const char *const *hosts)
{
  g_autoptr (GUri) uri = *address != '\0' ? g_uri_parse (address, G_URI_FLAGS_NONE, NULL) : NULL;

  return *address == '\0' || (uri != NULL && g_uri_get_host (uri) != NULL && strcmp (g_uri_get_scheme (uri), "https") == 0 && g_strv_contains (hosts, g_uri_get_host (uri)));
}

static gboolean
check_hosts (const JsonAnswer *client, const char *path, const char *const *hosts, GError **error)
{
  static const char *const names[] = { "auth_uri", "token_uri" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *shown = text_quote (get_text (client, names[i]), NAME_MAX_SHOWN);
    g_autofree char *why = g_strdup_printf ("is of another provider: its \"%s\" is %s", names[i], shown);

    if (!is_at_home (get_text (client, names[i]), hosts))
      return client_file_refuse (path, error, why);
  }
  return TRUE;
}

/* The one member that says which form it is. Returns: borrowed, or NULL. */
static const JsonAnswer *
find_client (const JsonAnswer *root, const char *path, GError **error)
{
  const JsonAnswer *installed = json_answer_get_member (root, "installed");

  if (json_answer_is_object (installed))
    return installed;
  if (json_answer_get_member (root, "web") != NULL)
    client_file_refuse (path, error, "is for a web server (\"web\"): its sign-in would go to that server's address and not to this machine. Make a client of the type "
                                     "*Desktop* in the console and download its file");
  else if (json_answer_get_member (root, "type") != NULL || json_answer_get_member (root, "private_key") != NULL)
    client_file_refuse (path, error, "is a service account's key, which is no person's sign-in. Make an *OAuth client ID* of the type *Desktop* in the console");
  else
    client_file_refuse (path, error, "has no field \"installed\": download it from the console by *Download JSON* at a client of the type *Desktop*");
  return NULL;
}

static ClientFile *
read_client (const JsonAnswer *client, const char *path, const char *const *hosts, GError **error)
{
  const char *id = get_text (client, "client_id"), *secret = get_text (client, "client_secret");
  g_autofree char *name = text_quote (path, NAME_MAX_SHOWN);
  g_autofree char *where = g_strconcat ("the field \"client_id\" of the client's file ", name, NULL);
  ClientFile *self;

  if (!client_id_check (id, where, error) || !check_hosts (client, path, hosts, error))
    return NULL;
  if (strlen (secret) > SECRET_BYTES_MAX) {
    client_file_refuse (path, error, "has a \"client_secret\" that is too long");
    return NULL;
  }
  self = g_new0 (ClientFile, 1);
  self->id = g_strdup (id);
  self->secret = *secret != '\0' ? secret_bytes_new (secret, strlen (secret)) : NULL;
  return self;
}

static char *
read_file (const char *path, gsize *out_len, GError **error)
{
  g_autofree char *data = NULL;
  g_autoptr (GError) failed = NULL;

  if (!g_file_get_contents (path, &data, out_len, &failed)) {
    g_set_error_literal (error, FAULT, FAULT_NO_INPUT, failed->message);
    return NULL;
  }
  if (*out_len > CLIENT_FILE_MAX_BYTES) {
    client_file_refuse (path, error, "is far too large for one");
    return NULL;
  }
  return g_steal_pointer (&data);
}

ClientFile *
client_file_load (const char *path, const char *const *hosts, GError **error)
{
  gsize len = 0;
  g_autofree char *data = read_file (path, &len, error);
  g_autoptr (JsonAnswer) root = NULL;
  ClientFile *self = NULL;
  const JsonAnswer *client;

  if (data == NULL)
    return NULL;
  root = json_answer_parse (data, len, NULL);
  if (root == NULL)
    client_file_refuse (path, error, "is no JSON: take the file as the console gave it");
  else if ((client = find_client (root, path, error)) != NULL)
    self = read_client (client, path, hosts, error);
  explicit_bzero (data, len);
  return self;
}

void
client_file_free (ClientFile *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  secret_bytes_free (self->secret);
  g_free (self);
}
