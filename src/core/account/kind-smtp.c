#include "kind-smtp.h"

#include "account.h"
#include "account-settings.h"
#include "contract-keys.h"
#include "fault.h"
#include "full-name.h"
#include "preset.h"
#include "text.h"
#include <arpa/inet.h>
#include <string.h>

#define SETTING_HELO "helo"
#define HOST_MAX 253 /* RFC 1035 §2.3.4 */
#define PLACE_MAX_BYTES 400 /* all of a host: the end of a name says whose it is */

/* --- one value --- */

/* A name in A-labels or an address without brackets, in lower case. */
static char *
check_host (const char *text, GError **error)
{
  gsize len = strlen (text);
  g_autofree char *bare = len > 2 && text[0] == '[' && text[len - 1] == ']' ? g_strndup (text + 1, len - 2) : g_strdup (text);
  g_autofree char *ascii = g_utf8_validate (bare, -1, NULL) ? g_hostname_to_ascii (bare) : NULL;
  g_autofree char *host = ascii != NULL ? g_ascii_strdown (ascii, -1) : NULL;
  struct in6_addr in6;

  if (host != NULL && *host != '\0' && strlen (host) <= HOST_MAX && host[0] != '-' && host[0] != '.' &&
      (strspn (host, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen (host) || inet_pton (AF_INET6, host, &in6) == 1))
    return g_steal_pointer (&host);
  g_set_error_literal (error, FAULT, FAULT_USAGE, "the host is not a host name or address; a port goes into --port");
  return NULL;
}

/* RFC 5321 §4.1.2, §4.1.3: a Domain, or an address in brackets. A bare name says nothing to a server (§2.3.5). */
static gboolean
is_helo (const char *text)
{
  gsize len = strlen (text);
  g_autofree char *inner = len > 2 && text[0] == '[' && text[len - 1] == ']' ? g_strndup (text + 1, len - 2) : NULL;
  struct in6_addr in6;
  struct in_addr in;

  if (inner != NULL)
    return g_ascii_strncasecmp (inner, "IPv6:", 5) == 0 ? inet_pton (AF_INET6, inner + 5, &in6) == 1 : inet_pton (AF_INET, inner, &in) == 1;
  return full_name_is_valid (text);
}

static char *
check_helo (const char *text, GError **error)
{
  g_autofree char *ascii = *text != '[' && g_utf8_validate (text, -1, NULL) ? g_hostname_to_ascii (text) : NULL;
  g_autofree char *helo = ascii != NULL ? g_steal_pointer (&ascii) : g_strdup (text);

  if (is_helo (helo))
    return g_steal_pointer (&helo);
  g_set_error_literal (error, FAULT, FAULT_USAGE, "--helo is this machine's full name in DNS, such as mail.example.org, or its address in brackets: "
                                                  "[192.0.2.1], [IPv6:2001:db8::1]");
  return NULL;
}

/* --- all of them --- */

static const Preset *
find_preset (const Account *account)
{
  return preset_find (strrchr (account->address, '@') + 1, account_get_text (account, SETTING_HOST));
}

static gboolean
complete_host (Account *account, const Preset **out_preset, GError **error)
{
  const char *domain = strrchr (account->address, '@') + 1;

  if (*account_get_text (account, SETTING_HOST) != '\0') {
    *out_preset = find_preset (account);
    return TRUE;
  }
  *out_preset = preset_find (domain, NULL);
  if (*out_preset == NULL) {
    g_set_error (error, FAULT, FAULT_USAGE,
                 "%s is not a provider that Postrider knows: give --host, and --port and --tls where they differ from 587 and starttls", domain);
    return FALSE;
  }
  account_set_text (account, SETTING_HOST, (*out_preset)->hosts[0]);
  return TRUE;
}

static gboolean
is_encrypted (const Account *account)
{
  return strcmp (account_get_text (account, SETTING_TLS), "none") != 0;
}

static gboolean
is_on_this_machine (const Account *account)
{
  return account_settings_is_loopback_host (account_get_text (account, SETTING_HOST));
}

/* What was not said follows from what was: 465 means implicit TLS and the other way round. */
static void
complete_port_and_tls (Account *account, gboolean has_port, const Preset *preset)
{
  guint port = account_get_number (account, SETTING_PORT);
  const char *tls = account_get_text (account, SETTING_TLS);

  if (*tls == '\0' && (!has_port || (preset != NULL && preset->port == port)))
    account_set_text (account, SETTING_TLS, preset != NULL ? preset->tls : "starttls");
  else if (*tls == '\0')
    account_set_text (account, SETTING_TLS, port == 465 ? "implicit" : "starttls");
  tls = account_get_text (account, SETTING_TLS);
  if (!has_port && preset != NULL && strcmp (preset->tls, tls) == 0)
    account_set_number (account, SETTING_PORT, preset->port);
  else if (!has_port)
    account_set_number (account, SETTING_PORT, strcmp (tls, "implicit") == 0 ? 465 : strcmp (tls, "none") == 0 ? 25 : 587);
}

static gboolean
check_place (const Account *account, GError **error)
{
  if (account_get_number (account, SETTING_PORT) == 0) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "--port is a number from 1 to 65535");
    return FALSE;
  }
  if (is_encrypted (account) || account_get_flag (account, SETTING_INSECURE) || is_on_this_machine (account))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "without TLS the password and all messages to %s could be read on the way: "
               "use --tls starttls or implicit, or say --insecure", account_get_text (account, SETTING_HOST));
  return FALSE;
}

/* A password that is not given now is asked for each time; only a server of this machine may be meant to have no login at all. */
static gboolean
is_login_wanted (const Account *account, GVariant *settings)
{
  gboolean has_password = FALSE;

  if ((g_variant_lookup (settings, KEY_ACCOUNT_HAS_PASSWORD, "b", &has_password) && has_password) || *account_get_text (account, SETTING_USER) != '\0')
    return TRUE;
  return !g_variant_lookup (settings, SETTING_USER, "&s", NULL) && !(is_on_this_machine (account) && !is_encrypted (account));
}

/* Who takes mail from anybody may be anybody: a person says that it is meant. */
static gboolean
complete_login (Account *account, GVariant *settings, GError **error)
{
  account->needs_password = is_login_wanted (account, settings);
  if (account->needs_password && *account_get_text (account, SETTING_USER) == '\0')
    account_set_text (account, SETTING_USER, account->address);
  if (account->needs_password || account_get_flag (account, SETTING_INSECURE) || is_on_this_machine (account))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "%s is not this machine, and without a login nothing says that it is your server: give --user and a password, or say "
               "--insecure if it takes your letters without", account_get_text (account, SETTING_HOST));
  return FALSE;
}

static gboolean
kind_smtp_complete (Account *account, GVariant *settings, const Preset **out_preset, GError **error)
{
  g_autoptr (GVariant) port = g_variant_lookup_value (settings, SETTING_PORT, G_VARIANT_TYPE_UINT16);

  if (!complete_host (account, out_preset, error))
    return FALSE;
  complete_port_and_tls (account, port != NULL, *out_preset);
  return check_place (account, error) && complete_login (account, settings, error);
}

/* --- changes --- */

static gboolean
is_same (const Account *before, const Account *account, const char *key)
{
  return strcmp (account_get_text (before, key), account_get_text (account, key)) == 0;
}

/* A port and a TLS word go together: of two that fit no more, the one that was not named follows from the other. */
static void
merge_port_and_tls (const Account *before, GVariant *changes, GVariantDict *merged)
{
  guint16 port = 0;
  const char *tls = "";
  gboolean has_port = g_variant_lookup (changes, SETTING_PORT, "q", &port);
  gboolean has_tls = g_variant_lookup (changes, SETTING_TLS, "&s", &tls);

  if (!has_port && has_tls && strcmp (tls, account_get_text (before, SETTING_TLS)) != 0)
    g_variant_dict_remove (merged, SETTING_PORT);
  if (!has_tls && has_port && (port == 465 || port == 587))
    g_variant_dict_remove (merged, SETTING_TLS);
}

/* What it would have been added with; a password is kept where one was, or where a login is new. */
static void
merge_login (const Account *before, GVariantDict *merged)
{
  const char *user = "";
  gboolean keeps;

  if (!g_variant_dict_lookup (merged, SETTING_USER, "&s", &user))
    g_variant_dict_insert (merged, SETTING_USER, "s", "");
  keeps = *user != '\0' && (before->keeps_password || !before->needs_password);
  g_variant_dict_insert (merged, KEY_ACCOUNT_KEEP, "b", keeps);
  g_variant_dict_insert (merged, KEY_ACCOUNT_HAS_PASSWORD, "b", keeps);
}

/* A limit that the provider before has is not this server's; one that was set by hand stays. */
static void
merge_limits (const Account *before, GVariant *changes, GVariantDict *merged)
{
  const Preset *preset = find_preset (before);
  const char *host = account_get_text (before, SETTING_HOST);

  g_variant_lookup (changes, SETTING_HOST, "&s", &host);
  for (const KindSetting *row = before->kind->settings; row->key != NULL && strcmp (host, account_get_text (before, SETTING_HOST)) != 0; row++) {
    g_autoptr (GVariant) own = g_variant_lookup_value (changes, row->key, NULL);

    if (row->seconds > 0 && own == NULL && account_get_limit (before, row->seconds) == preset_get_limit (preset, row->seconds))
      g_variant_dict_remove (merged, row->key);
  }
}

static void
kind_smtp_merge (const Account *before, GVariant *changes, GVariantDict *merged)
{
  merge_limits (before, changes, merged);
  merge_port_and_tls (before, changes, merged);
  merge_login (before, merged);
}

/* --- where it sends --- */

static char *
describe_place (const Account *account)
{
  g_autofree char *host = text_quote (account_get_text (account, SETTING_HOST), PLACE_MAX_BYTES);

  return g_strdup_printf ("the server %s (port %u), %s", host, account_get_number (account, SETTING_PORT),
                          is_encrypted (account)         ? "encrypted"
                          : is_on_this_machine (account) ? "NOT ENCRYPTED, on this machine"
                                                         : "NOT ENCRYPTED: others on the way can read it");
}

/* What went by TLS does not go in the clear. */
static gboolean
is_less_safe (const Account *before, const Account *account)
{
  return is_encrypted (before) && !is_encrypted (account);
}

/* Nothing goes to another server with a password before it was typed for it; without one, nobody would be asked later. */
static gboolean
is_asked (const Account *before, const Account *account)
{
  gboolean is_moved = !is_same (before, account, SETTING_HOST) || !is_same (before, account, SETTING_PORT) || !is_same (before, account, SETTING_TLS);

  return !is_same (before, account, SETTING_PIN) || (account_get_flag (account, SETTING_INSECURE) && !account_get_flag (before, SETTING_INSECURE)) ||
         (!account->needs_password && (is_moved || before->needs_password));
}

/* Google counts an address, whether it sends by SMTP or by its API. */
static KindPool
find_pool (const Account *account, const KindSetting *limit)
{
  const Preset *preset = find_preset (account);

  return preset != NULL && preset->is_by_address ? KIND_POOL_ADDRESS : limit->pool;
}

/* --- the row --- */

static const SettingChoice tls_choices[] = {
  { "starttls", "STARTTLS (usual with port 587)" },
  { "implicit", "TLS from the start (usual with port 465)" },
  { "none", "None (only for this computer)" },
  { NULL, NULL },
};

static const KindSetting settings[] = {
  { .key = SETTING_HOST, .type = "s", .is_required = TRUE, .most = HOST_MAX, .check = check_host, .marks = SETTING_TOLD | SETTING_PLACE | SETTING_HEALTH,
    .group = "server", .label = "Mail server for sending (SMTP)", .value = "H", .help = "the server; else as the provider of ADDRESS has it" },
  { .key = SETTING_PORT, .type = "q", .is_required = TRUE, .fallback = "587", .least = 1, .most = 65535, .marks = SETTING_PLACE | SETTING_HEALTH,
    .group = "server", .label = "Port", .value = "P", .help = "its port (587 starttls, 465 implicit, 25 none)" },
  { .key = SETTING_USER, .type = "s", .fallback = SETTING_IS_ADDRESS, .most = ACCOUNT_USER_MAX,
    .marks = SETTING_TOLD | SETTING_PLACE | SETTING_HEALTH | SETTING_PRIVATE, .group = "login", .label = "User name", .hint = "Usually the whole e-mail address.",
    .value = "U", .help = "the login name, if it is not ADDRESS ('': no login; beyond this machine with --insecure)" },
  { .key = SETTING_TLS, .type = "s", .is_required = TRUE, .fallback = "starttls", .choices = tls_choices, .marks = SETTING_TOLD | SETTING_HEALTH,
    .group = "server", .label = "Protection", .value = "WORD", .help = "starttls | implicit | none (none: loopback, else --insecure)" },
  { .key = SETTING_INSECURE, .type = "b", .marks = SETTING_TOLD, .group = "server", .when = "unencrypted",
    .label = "Send without protection although the server is not on this computer", .hint = "Everybody on the way can read your password and your messages.",
    .help = "beyond this machine: log in without TLS (anybody on the way reads along), or not at all" },
  { .key = SETTING_PIN, .type = "s", .check = account_settings_parse_pin, .marks = SETTING_TOLD | SETTING_HEALTH | SETTING_PRIVATE,
    .value = "HEX", .help = "trust this certificate alone (SHA-256, see account test)" },
  { .key = SETTING_CONNECTIONS, .type = "u", .least = 1, .most = ACCOUNT_CONNECTIONS_MAX, .value = "N", .help = "at the same time, at most" },
  { .key = "per_minute", .type = "u", .group = "limits", .label = "At most a minute", .seconds = 60,
    .value = "N", .help = "messages in any minute, at most (0: as the provider has it)" },
  { .key = "per_hour", .type = "u", .group = "limits", .label = "At most an hour", .seconds = 3600,
    .value = "N", .help = "messages in any hour, at most (0: as the provider has it)" },
  { .key = "per_day", .type = "u", .group = "limits", .label = "At most a day", .seconds = 86400,
    .value = "N", .help = "messages in any 24 hours, at most (0: as the provider has it)" },
  { .key = SETTING_HELO, .type = "s", .check = check_helo, .marks = SETTING_TOLD,
    .value = "NAME", .help = "what EHLO says; without it this machine's full name if DNS has it, else [ADDRESS]" },
  { .key = SETTING_DISPLAY_NAME, .type = "s", .most = ACCOUNT_DISPLAY_NAME_MAX,
    .value = "NAME", .help = "the name beside the address, where send has no --from" },
  { .key = NULL },
};

static const KindEndpoint endpoints[] = {
  { .word = "smtp", .host_key = SETTING_HOST, .port_key = SETTING_PORT },
  { .word = NULL },
};

const AccountKind kind_smtp = {
  .word = "smtp", .title = "E-mail (SMTP)", .program = "smtp",
  .address = KIND_ADDRESS_EMAIL, .message = KIND_MESSAGE_MAIL, .secret = KIND_SECRET_PASSWORD,
  .settings = settings, .endpoints = endpoints, .own_name_key = SETTING_HELO,
  .complete = kind_smtp_complete, .merge = kind_smtp_merge, .describe_place = describe_place, .is_less_safe = is_less_safe, .is_asked = is_asked,
  .find_pool = find_pool,
};
