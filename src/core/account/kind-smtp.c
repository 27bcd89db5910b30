#include "kind-smtp.h"

#include "account.h"
#include "account-settings.h"
#include "contract-keys.h"
#include "fault.h"
#include "smtp-place.h"
#include "preset.h"
#include <string.h>

/* --- all of them --- */

static gboolean
complete_host (Account *account, const Preset **out_preset, GError **error)
{
  const char *domain = strrchr (account->address, '@') + 1;

  if (*account_get_text (account, SETTING_HOST) != '\0') {
    *out_preset = smtp_place_find_preset (account);
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
check_place (const Account *account, GError **error)
{
  if (account_get_number (account, SETTING_PORT) == 0) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "--port is a number from 1 to 65535");
    return FALSE;
  }
  if (smtp_place_is_encrypted (account) || account_get_flag (account, SETTING_INSECURE) || smtp_place_is_on_this_machine (account))
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
  return !g_variant_lookup (settings, SETTING_USER, "&s", NULL) && !(smtp_place_is_on_this_machine (account) && !smtp_place_is_encrypted (account));
}

/* Who takes mail from anybody may be anybody: a person says that it is meant. */
static gboolean
complete_login (Account *account, GVariant *settings, GError **error)
{
  account->needs_password = is_login_wanted (account, settings);
  if (account->needs_password && *account_get_text (account, SETTING_USER) == '\0')
    account_set_text (account, SETTING_USER, account->address);
  if (account->needs_password || account_get_flag (account, SETTING_INSECURE) || smtp_place_is_on_this_machine (account))
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
  smtp_place_complete_port_and_tls (account, port != NULL, *out_preset);
  return check_place (account, error) && complete_login (account, settings, error);
}

/* --- changes --- */

static gboolean
is_same (const Account *before, const Account *account, const char *key)
{
  return strcmp (account_get_text (before, key), account_get_text (account, key)) == 0;
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

static void
kind_smtp_merge (const Account *before, GVariant *changes, GVariantDict *merged)
{
  smtp_place_merge (before, changes, merged);
  merge_login (before, merged);
}

/* --- where it sends --- */

/* Nothing goes to another server with a password before it was typed for it; without one, nobody would be asked later. */
static gboolean
is_asked (const Account *before, const Account *account)
{
  gboolean is_moved = !is_same (before, account, SETTING_HOST) || !is_same (before, account, SETTING_PORT) || !is_same (before, account, SETTING_TLS);

  return !is_same (before, account, SETTING_PIN) || (account_get_flag (account, SETTING_INSECURE) && !account_get_flag (before, SETTING_INSECURE)) ||
         (!account->needs_password && (is_moved || before->needs_password));
}

/* --- the row --- */

static const KindSetting settings[] = {
  { .key = SETTING_HOST, .type = "s", .is_required = TRUE, .most = SMTP_PLACE_HOST_MAX, .check = smtp_place_check_host, .marks = SETTING_TOLD | SETTING_PLACE | SETTING_HEALTH,
    .group = "server", .label = "Mail server for sending (SMTP)", .value = "H", .help = "the server; else as the provider of ADDRESS has it" },
  { .key = SETTING_PORT, .type = "q", .is_required = TRUE, .fallback = "587", .least = 1, .most = 65535, .marks = SETTING_PLACE | SETTING_HEALTH,
    .group = "server", .label = "Port", .value = "P", .help = "its port (587 starttls, 465 implicit, 25 none)" },
  { .key = SETTING_USER, .type = "s", .fallback = SETTING_IS_ADDRESS, .most = ACCOUNT_USER_MAX,
    .marks = SETTING_TOLD | SETTING_PLACE | SETTING_HEALTH | SETTING_PRIVATE, .group = "login", .label = "User name", .hint = "Usually the whole e-mail address.",
    .value = "U", .help = "the login name, if it is not ADDRESS ('': no login; beyond this machine with --insecure)" },
  { .key = SETTING_TLS, .type = "s", .is_required = TRUE, .fallback = "starttls", .choices = smtp_place_tls_choices, .marks = SETTING_TOLD | SETTING_HEALTH,
    .group = "server", .label = "Protection", .value = "WORD", .help = "starttls | implicit | none (none: loopback, else --insecure)" },
  { .key = SETTING_INSECURE, .type = "b", .marks = SETTING_TOLD, .group = "server", .when = "unencrypted",
    .label = "Send without protection although the server is not on this computer", .hint = "Everybody on the way can read your password and your messages.",
    .help = "beyond this machine: log in without TLS (anybody on the way reads along), or not at all" },
  { .key = SETTING_PIN, .type = "s", .check = account_settings_parse_pin, .marks = SETTING_TOLD | SETTING_HEALTH | SETTING_PRIVATE,
    .value = "HEX", .help = "trust this certificate alone (SHA-256, see account test)" },
  SMTP_PLACE_ROWS,
  { .key = NULL },
};

const AccountKind kind_smtp = {
  .word = "smtp", .title = "E-mail (SMTP)", .program = "smtp",
  .address = KIND_ADDRESS_EMAIL, .message = KIND_MESSAGE_MAIL, .secret = KIND_SECRET_PASSWORD,
  .settings = settings, .endpoints = smtp_place_endpoints, .own_name_key = SMTP_PLACE_HELO,
  .complete = kind_smtp_complete, .merge = kind_smtp_merge, .describe_place = smtp_place_describe, .is_less_safe = smtp_place_is_less_safe, .is_asked = is_asked,
  .find_pool = smtp_place_find_pool,
};
