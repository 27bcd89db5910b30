#include "client-source.h"

#include "client-file.h"
#include "fault.h"
#include <string.h>

static const char *const google_hosts[] = { "accounts.google.com", "oauth2.googleapis.com", NULL };
static const char *const microsoft_hosts[] = { "login.microsoftonline.com", NULL };
static const char *const no_hosts[] = { NULL };

typedef struct {
  const char *kind, *id_variable, *secret_variable; /* secret_variable: NULL: there is none */
  const char *const *hosts;
  const char *steps;
} KnownClient;

static const KnownClient known[] = {
  { "gmail", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", google_hosts,
    "How to get a client for Gmail, in some ten minutes (with an app password SMTP needs none of this: postrider account add NAME ADDRESS):\n"
    "  1. https://console.cloud.google.com/projectcreate: make a project, any name.\n"
    "  2. APIs & Services > Library: enable the Gmail API.\n"
    "  3. Google Auth Platform: name and address of the program; audience External. Then Audience > Publish app: in \"Testing\" each sign-in ends after seven days.\n"
    "  4. Google Auth Platform > Clients > Create client: type Desktop app. Download its JSON now: the secret is not shown again.\n"
    "  5. postrider account add NAME gmail:ADDRESS --client FILE. The browser warns once that Google has not verified the program: it is your own; go on by Advanced.\n" },
  { "outlook", "MICROSOFT_CLIENT_ID", NULL, microsoft_hosts,
    "Most people with an Outlook.com address cannot make a client for themselves: Microsoft wants a directory for it, which a personal account does not have at first. With one:\n"
    "  1. https://entra.microsoft.com: App registrations > New registration, any name.\n"
    "  2. Supported account types: the last but one for your organisation and personal accounts. Redirect URI: Public client/native, http://localhost\n"
    "  3. Authentication: Allow public client flows: yes. API permissions > Office 365 Exchange Online > Delegated: SMTP.Send.\n"
    "  4. postrider account add NAME outlook:ADDRESS --client-id ID (Overview: Application (client) ID).\n" },
};

static const KnownClient *
find_known (const char *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i].kind, kind) == 0)
      return &known[i];
  return NULL;
}

const char *
client_source_get_steps (const char *kind)
{
  const KnownClient *found = find_known (kind);

  return found != NULL ? found->steps : NULL;
}

/* A word of printable ASCII; others are told by the name of the variable, and not shown. */
static gboolean
check_variable (const char *name, const char *value, gsize most, GError **error)
{
  gsize len = strlen (value);
  gboolean is_good = len > 0 && len <= most;

  for (gsize i = 0; i < len && is_good; i++)
    is_good = g_ascii_isgraph (value[i]);
  if (!is_good)
    g_set_error (error, FAULT, FAULT_CONFIG, "the variable %s holds no client %s: it is one word, as the provider's console shows it", name, strstr (name, "SECRET") != NULL ? "secret" : "id");
  return is_good;
}

static gboolean
take_environment (const KnownClient *source, char **out_id, SecretBytes **out_secret, GError **error)
{
  const char *id = g_getenv (source->id_variable), *secret = source->secret_variable != NULL ? g_getenv (source->secret_variable) : NULL;

  if (id == NULL || *id == '\0')
    return TRUE;
  if (!check_variable (source->id_variable, id, CLIENT_ID_MAX, error) ||
      (secret != NULL && *secret != '\0' && !check_variable (source->secret_variable, secret, SECRET_BYTES_MAX, error)))
    return FALSE;
  *out_id = g_strdup (id);
  *out_secret = secret != NULL && *secret != '\0' ? secret_bytes_new (secret, strlen (secret)) : NULL;
  return TRUE;
}

static gboolean
take_file (const char *path, const char *const *hosts, char **out_id, SecretBytes **out_secret, GError **error)
{
  g_autoptr (ClientFile) file = client_file_load (path, hosts, error);

  if (file == NULL)
    return FALSE;
  *out_id = g_steal_pointer (&file->id);
  *out_secret = g_steal_pointer (&file->secret);
  return TRUE;
}

gboolean
client_source_find (const ClientSource *source, const char *const *hosts, char **out_id, SecretBytes **out_secret, GError **error)
{
  const KnownClient *found = find_known (source->kind);

  if (source->file != NULL && source->id != NULL) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "--client says the client's id already; leave --client-id out");
    return FALSE;
  }
  if (source->file != NULL)
    return take_file (source->file, hosts != NULL ? hosts : found != NULL ? found->hosts : no_hosts, out_id, out_secret, error);
  if (source->id != NULL) {
    *out_id = g_strdup (source->id);
    return TRUE;
  }
  return found == NULL || take_environment (found, out_id, out_secret, error);
}
