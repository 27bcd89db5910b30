#include "kind-oauth.h"

#include "contract-keys.h"
#include "endpoint.h"
#include "fault.h"
#include "provider-client.h"
#include "provider-own.h"
#include "provider.h"
#include "smtp-place.h"
#include "text.h"
#include <string.h>

#define CLIENT_ID_MAX 512               /* octets; contract (OAuth1) */
#define AUTHORITIES_MAX_BYTES (64 * 1024) /* chosen: some forty certificates */
#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"

/* --- one value --- */

/* Printable ASCII without a space (RFC 6749 Appendix A.1). */
static char *
check_client_id (const char *text, GError **error)
{
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p)) {
      g_set_error_literal (error, FAULT, FAULT_CONFIG, "--client-id is one word of letters, digits and signs, as the provider's console shows it");
      return NULL;
    }
  return g_strdup (text);
}

static char *
check_tenant (const char *text, GError **error)
{
  g_autofree char *filled = provider_fill_tenant (provider_find ("microsoft")->token, text, error);

  return filled != NULL ? g_strdup (text) : NULL;
}

/* An issuer is compared octet by octet (RFC 9207 §2.4), and all of them go out as they were given. */
static char *
check_whole (const char *key, const char *text, GError **error)
{
  g_autoptr (Endpoint) endpoint = endpoint_parse (key, text, ENDPOINT_WHOLE, error);

  return endpoint != NULL ? g_strdup (text) : NULL;
}

static char *
check_authorize (const char *text, GError **error)
{
  return check_whole (SETTING_AUTHORIZE, text, error);
}

static char *
check_token (const char *text, GError **error)
{
  return check_whole (SETTING_TOKEN, text, error);
}

static char *
check_revoke (const char *text, GError **error)
{
  return check_whole (SETTING_REVOKE, text, error);
}

static char *
check_issuer (const char *text, GError **error)
{
  return check_whole (SETTING_ISSUER, text, error);
}

/* https://HOST[:PORT], or http on a literal loopback address. */
static char *
check_origin (const char *key, const char *text, GError **error)
{
  g_autoptr (Endpoint) endpoint = endpoint_parse (key, text, ENDPOINT_ORIGIN, error);

  return endpoint != NULL ? g_strdup (text) : NULL;
}

static char *
check_api (const char *text, GError **error)
{
  return check_origin (SETTING_API, text, error);
}

static char *
check_upload (const char *text, GError **error)
{
  return check_origin (SETTING_UPLOAD, text, error);
}

static char *
check_smtp (const char *text, GError **error)
{
  g_autoptr (Endpoint) endpoint = endpoint_parse (SETTING_SMTP, text, ENDPOINT_SMTP, error);

  return endpoint != NULL ? g_strdup (text) : NULL;
}

/* What is in them is read behind a lock. */
static char *
check_authorities (const char *text, GError **error)
{
  if (strstr (text, PEM_BEGIN) != NULL && g_str_is_ascii (text))
    return g_strdup (text);
  g_set_error_literal (error, FAULT, FAULT_USAGE, "--ca is a file of certificates in PEM (" PEM_BEGIN ")");
  return NULL;
}

static char *
check_provider (const char *text, GError **error)
{
  g_autoptr (ProviderOwn) own = provider_own_new (text, error);

  return own != NULL ? g_strdup (text) : NULL;
}

/* --- all of them --- */

/* "smtps://HOST:PORT": TLS from the start; "smtp://HOST:PORT": STARTTLS, and in the clear on this machine. */
static gboolean
set_place (Account *account, const char *address, GError **error)
{
  g_autoptr (Endpoint) endpoint = endpoint_parse (SETTING_SMTP, address, ENDPOINT_SMTP, error);

  if (endpoint == NULL)
    return FALSE;
  account_set_text (account, SETTING_HOST, endpoint->host);
  account_set_number (account, SETTING_PORT, endpoint->port);
  account_set_text (account, SETTING_TLS, endpoint->is_tls ? "implicit" : smtp_place_is_on_this_machine (account) ? "none" : "starttls");
  return TRUE;
}

/* A file names its server or leaves it to --host. */
static gboolean
complete_filed_place (Account *account, GError **error)
{
  g_autoptr (ProviderOwn) own = provider_own_new (account_get_text (account, SETTING_PROVIDER), error);
  const char *smtp = own != NULL ? provider_own_get_smtp (own) : NULL;

  if (own == NULL)
    return FALSE;
  if (smtp != NULL)
    return set_place (account, smtp, error);
  g_set_error_literal (error, FAULT, FAULT_USAGE, "the provider's file says no smtp: give --host, and --port and --tls where they differ from 587 and starttls");
  return FALSE;
}

static gboolean
complete_known_place (Account *account)
{
  const Preset *preset = preset_find (strrchr (account->address, '@') + 1, NULL);
  gboolean is_google = strcmp (account->kind->provider, "google") == 0;

  /* people with a domain of their own are at either as guests */
  account_set_text (account, SETTING_HOST, !is_google && preset != NULL && strcmp (preset->name, "outlook") == 0 ? preset->hosts[0]
                                           : is_google ? "smtp.gmail.com" : "smtp.office365.com");
  return TRUE;
}

/* --- by Gmail's API --- */

#define API_HOST "gmail.googleapis.com"
#define UNITS_DEFAULT 6000    /* docs/providers.md: what a new project has in a minute */
#define UNITS_A_MESSAGE 100
#define UNITS_MOST 1200000    /* docs/providers.md: what a whole project has in a minute */

static gboolean
is_by_api (const Account *account)
{
  return strcmp (account_get_text (account, SETTING_VIA), "api") == 0;
}

/* Where a message goes: the account's own server, or Google's. */
static gboolean
set_origin (Account *account, const char *own_key, const char *host_key, const char *port_key, gboolean *out_is_tls, GError **error)
{
  const char *own = account_get_text (account, own_key);
  g_autoptr (Endpoint) endpoint = *own != '\0' ? endpoint_parse (own_key, own, ENDPOINT_ORIGIN, error) : NULL;

  if (*own != '\0' && endpoint == NULL)
    return FALSE;
  account_set_text (account, host_key, endpoint != NULL ? endpoint->host : API_HOST);
  account_set_number (account, port_key, endpoint != NULL ? endpoint->port : 443);
  *out_is_tls = endpoint == NULL || endpoint->is_tls;
  return TRUE;
}

/* Units are how Google counts; our limit of a minute is in messages, and the lower of the two holds. */
static void
complete_units (Account *account)
{
  const KindSetting *minute = kind_find_setting (account->kind, KEY_ACCOUNT_PER_MINUTE);
  guint units, own = account_get_limit (account, minute->seconds);

  if (account_get_number (account, SETTING_UNITS) == 0)
    account_set_number (account, SETTING_UNITS, UNITS_DEFAULT);
  units = account_get_number (account, SETTING_UNITS) / UNITS_A_MESSAGE;
  account_set_limit (account, minute, own > 0 ? MIN (own, units) : units);
}

static gboolean
complete_api (Account *account, const Preset **out_preset, GError **error)
{
  gboolean is_tls, is_upload_tls;

  if (!set_origin (account, SETTING_API, SETTING_HOST, SETTING_PORT, &is_tls, error) ||
      !set_origin (account, SETTING_UPLOAD, SETTING_UPLOAD_HOST, SETTING_UPLOAD_PORT, &is_upload_tls, error))
    return FALSE;
  account_set_text (account, SETTING_TLS, is_tls && is_upload_tls ? "implicit" : "none");
  complete_units (account);
  *out_preset = preset_find (strrchr (account->address, '@') + 1, API_HOST); /* the mailbox is Google's, wherever the account is tried out */
  return TRUE;
}

/* Another way is another place, and what follows from the way is not kept. */
static void
kind_oauth_merge (const Account *before, GVariant *changes, GVariantDict *merged)
{
  static const char *const follows[] = { SETTING_HOST, SETTING_PORT, SETTING_TLS, SETTING_UPLOAD_HOST, SETTING_UPLOAD_PORT, SETTING_UNITS };
  const char *via = account_get_text (before, SETTING_VIA);
  guint32 units = 0;
  gboolean is_moved = g_variant_lookup (changes, SETTING_VIA, "&s", &via) && strcmp (via, account_get_text (before, SETTING_VIA)) != 0;

  smtp_place_merge (before, changes, merged);
  for (gsize i = 0; i < G_N_ELEMENTS (follows) && is_moved; i++)
    if (!g_variant_lookup (changes, follows[i], "u", &units))
      g_variant_dict_remove (merged, follows[i]);
  /* the limit of a minute that only said what the units did */
  if ((is_moved || g_variant_lookup (changes, SETTING_UNITS, "u", &units)) && !g_variant_lookup (changes, KEY_ACCOUNT_PER_MINUTE, "u", &units) &&
      account_get_limit (before, 60) == account_get_number (before, SETTING_UNITS) / UNITS_A_MESSAGE)
    g_variant_dict_remove (merged, KEY_ACCOUNT_PER_MINUTE);
}

static gboolean
complete_host (Account *account, GError **error)
{
  const char *own = account_get_text (account, SETTING_SMTP);

  if (*account_get_text (account, SETTING_HOST) != '\0')
    return TRUE;
  if (*own != '\0')
    return set_place (account, own, error);
  return account->kind->provider != NULL ? complete_known_place (account) : complete_filed_place (account, error);
}

/* A token is as good as the password, and goes in the clear to nobody. */
static gboolean
check_place (const Account *account, GError **error)
{
  if (smtp_place_is_encrypted (account) || smtp_place_is_on_this_machine (account))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "a sign-in goes to %s by TLS alone: --tls starttls or implicit", account_get_text (account, SETTING_HOST));
  return FALSE;
}

static gboolean
complete_client (Account *account, GError **error)
{
  const char *provider = account->kind->provider != NULL ? account->kind->provider : "";

  if (*account_get_text (account, SETTING_CLIENT_ID) == '\0')
    account_set_text (account, SETTING_CLIENT_ID, provider_client_get_id (provider));
  if (*account_get_text (account, SETTING_CLIENT_ID) != '\0')
    return TRUE;
  g_set_error (error, FAULT, FAULT_CONFIG, "a sign-in at %s needs a client id, and none was given: --client FILE or --client-id ID",
               *provider != '\0' ? provider_find (provider)->title : "this provider");
  return FALSE;
}

static gboolean
kind_oauth_complete (Account *account, GVariant *settings, const Preset **out_preset, GError **error)
{
  g_autoptr (GVariant) port = g_variant_lookup_value (settings, SETTING_PORT, G_VARIANT_TYPE_UINT16);

  account->needs_password = FALSE;
  account_set_text (account, SETTING_USER, account->address);
  if (account->kind->ways != NULL && *account_get_text (account, SETTING_VIA) == '\0')
    account_set_text (account, SETTING_VIA, account->kind->ways[0].word);
  if (kind_find_setting (account->kind, SETTING_TENANT) != NULL && *account_get_text (account, SETTING_TENANT) == '\0')
    account_set_text (account, SETTING_TENANT, kind_find_setting (account->kind, SETTING_TENANT)->fallback);
  if (is_by_api (account))
    return complete_api (account, out_preset, error) && complete_client (account, error);
  if (!complete_host (account, error))
    return FALSE;
  *out_preset = smtp_place_find_preset (account);
  smtp_place_complete_port_and_tls (account, port != NULL || account_get_number (account, SETTING_PORT) > 0, *out_preset);
  return check_place (account, error) && complete_client (account, error);
}

/* Google counts an address, by whatever way and program it sends. */
static KindPool
find_gmail_pool (const Account *account, const KindSetting *limit)
{
  return KIND_POOL_ADDRESS;
}

static const char *
remark_on_units (const Account *account)
{
  if (!is_by_api (account) || account_get_number (account, SETTING_UNITS) <= UNITS_DEFAULT)
    return "";
  return "more than 6000 units a minute belong to projects that were in use before May 2026 (15000), or to whom Google has given more: others are told to slow down";
}

/* --- the rows --- */

static const SettingChoice via_choices[] = {
  { "api", "Gmail's own way for programs (API)" },
  { "smtp", "The provider's mail server" },
  { NULL, NULL },
};

#define CLIENT_ROW \
  { .key = SETTING_CLIENT_ID, .type = "s", .is_required = TRUE, .most = CLIENT_ID_MAX, .check = check_client_id, .marks = SETTING_PLACE, \
    .group = "login", .label = "Client ID", .value = "ID", .help = "of the program at the provider, where no --client FILE says it" }

/* To tell a server of one's own; else the provider's are meant. */
#define OWN_ROWS \
  { .key = SETTING_USER, .type = "s", .marks = SETTING_TOLD | SETTING_FIXED | SETTING_PRIVATE }, \
  { .key = SETTING_AUTHORIZE, .type = "s", .check = check_authorize, .marks = SETTING_PLACE | SETTING_OWN }, \
  { .key = SETTING_TOKEN, .type = "s", .check = check_token, .marks = SETTING_PLACE | SETTING_OWN }, \
  { .key = SETTING_REVOKE, .type = "s", .check = check_revoke, .marks = SETTING_PLACE | SETTING_OWN }, \
  { .key = SETTING_ISSUER, .type = "s", .check = check_issuer, .marks = SETTING_PLACE | SETTING_OWN }, \
  { .key = SETTING_SMTP, .type = "s", .check = check_smtp, .marks = SETTING_PLACE | SETTING_OWN }, \
  { .key = SETTING_AUTHORITIES, .type = "s", .most = AUTHORITIES_MAX_BYTES, .check = check_authorities, \
    .marks = SETTING_TOLD | SETTING_PLACE | SETTING_OWN | SETTING_FILE | SETTING_PRIVATE }

#define FIXED_PLACE_ROWS \
  { .key = SETTING_HOST, .type = "s", .is_required = TRUE, .most = SMTP_PLACE_HOST_MAX, .check = smtp_place_check_host, \
    .marks = SETTING_TOLD | SETTING_PLACE | SETTING_HEALTH | SETTING_FIXED }, \
  { .key = SETTING_PORT, .type = "q", .is_required = TRUE, .least = 1, .most = 65535, .marks = SETTING_PLACE | SETTING_HEALTH | SETTING_FIXED }, \
  { .key = SETTING_TLS, .type = "s", .is_required = TRUE, .choices = smtp_place_tls_choices, .marks = SETTING_TOLD | SETTING_HEALTH | SETTING_FIXED }

static const KindSetting gmail_settings[] = {
  { .key = SETTING_VIA, .type = "s", .fallback = "api", .choices = via_choices, .marks = SETTING_PLACE | SETTING_HEALTH, .group = "server", .label = "Sends by",
    .hint = "Its mail server wants the right to read all mail, too.", .value = "WORD",
    .help = "api: Gmail's own (the usual one) | smtp: its mail server, which wants the right to read all mail" },
  CLIENT_ROW,
  { .key = SETTING_UNITS, .type = "u", .least = UNITS_A_MESSAGE, .most = UNITS_MOST, .marks = SETTING_TOLD, .group = "limits", .label = "Google's units a minute",
    .hint = "By the API: a message costs 100. New projects have 6000, older ones 15000.", .value = "N",
    .help = "of Google's quota, by the API: 100 a message (6000; older projects have 15000)" },
  FIXED_PLACE_ROWS,
  SMTP_PLACE_ROWS,
  { .key = SETTING_UPLOAD_HOST, .type = "s", .most = SMTP_PLACE_HOST_MAX, .check = smtp_place_check_host, .marks = SETTING_TOLD | SETTING_FIXED },
  { .key = SETTING_UPLOAD_PORT, .type = "u", .most = 65535, .marks = SETTING_FIXED },
  { .key = SETTING_API, .type = "s", .check = check_api, .marks = SETTING_TOLD | SETTING_PLACE | SETTING_OWN },
  { .key = SETTING_UPLOAD, .type = "s", .check = check_upload, .marks = SETTING_TOLD | SETTING_PLACE | SETTING_OWN },
  OWN_ROWS,
  { .key = NULL },
};

static const KindSetting outlook_settings[] = {
  CLIENT_ROW,
  { .key = SETTING_TENANT, .type = "s", .fallback = "common", .most = 253, .check = check_tenant, .marks = SETTING_PLACE, .group = "login", .label = "Directory",
    .value = "WORD", .help = "common | consumers | organizations | a directory's name or number" },
  FIXED_PLACE_ROWS,
  SMTP_PLACE_ROWS,
  OWN_ROWS,
  { .key = NULL },
};

static const KindSetting oauth_settings[] = {
  { .key = SETTING_HOST, .type = "s", .is_required = TRUE, .most = SMTP_PLACE_HOST_MAX, .check = smtp_place_check_host,
    .marks = SETTING_TOLD | SETTING_PLACE | SETTING_HEALTH, .group = "server", .label = "Mail server for sending (SMTP)",
    .value = "H", .help = "the server; else as the provider's file has it" },
  { .key = SETTING_PORT, .type = "q", .is_required = TRUE, .fallback = "587", .least = 1, .most = 65535, .marks = SETTING_PLACE | SETTING_HEALTH,
    .group = "server", .label = "Port", .value = "P", .help = "its port (587 starttls, 465 implicit)" },
  { .key = SETTING_TLS, .type = "s", .is_required = TRUE, .fallback = "starttls", .choices = smtp_place_tls_choices, .marks = SETTING_TOLD | SETTING_HEALTH,
    .group = "server", .label = "Protection", .value = "WORD", .help = "starttls | implicit | none (none: this machine alone)" },
  CLIENT_ROW,
  SMTP_PLACE_ROWS,
  { .key = SETTING_PROVIDER, .type = "s", .is_required = TRUE, .most = PROVIDER_OWN_MAX_BYTES, .check = check_provider,
    .marks = SETTING_PLACE | SETTING_OWN | SETTING_FILE | SETTING_PRIVATE },
  OWN_ROWS,
  { .key = NULL },
};

static const KindEndpoint api_endpoints[] = { /* confined/gmail/gmail-account.h: GmailEndpoint */
  { .word = "api", .host_key = SETTING_HOST, .port_key = SETTING_PORT },
  { .word = "upload", .host_key = SETTING_UPLOAD_HOST, .port_key = SETTING_UPLOAD_PORT },
  { .word = NULL },
};

#define BY_SMTP .program = "smtp", .endpoints = smtp_place_endpoints, .own_name_key = SMTP_PLACE_HELO

static const KindWay gmail_ways[] = {
  { .word = "api", .program = "gmail", .endpoints = api_endpoints, .use = PROVIDER_USE_SEND, .units = UNITS_A_MESSAGE, .size_max = 36700160 }, /* docs/providers.md */
  { .word = "smtp", BY_SMTP, .use = PROVIDER_USE_SMTP },
  { .word = NULL },
};

#define SENDS_MAIL \
  .address = KIND_ADDRESS_EMAIL, .message = KIND_MESSAGE_MAIL, .secret = KIND_SECRET_OAUTH, \
  .complete = kind_oauth_complete, .merge = kind_oauth_merge, .describe_place = smtp_place_describe, .is_less_safe = smtp_place_is_less_safe, \
  .remark = remark_on_units

const AccountKind kind_gmail = { .word = "gmail", .title = "Gmail", .settings = gmail_settings, .provider = "google", .ways = gmail_ways, .find_pool = find_gmail_pool, SENDS_MAIL };
const AccountKind kind_outlook = { .word = "outlook", .title = "Outlook", .settings = outlook_settings, .provider = "microsoft", BY_SMTP, .find_pool = smtp_place_find_pool, SENDS_MAIL };
const AccountKind kind_oauth = { .word = "oauth", .title = "E-mail with a sign-in", .settings = oauth_settings, BY_SMTP, .find_pool = smtp_place_find_pool, SENDS_MAIL };
