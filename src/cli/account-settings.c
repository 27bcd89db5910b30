#include "account-settings.h"

#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "password.h"
#include "smtp-url.h"

#define AT(member) G_STRUCT_OFFSET (AccountOptions, member)

/* what can be changed later, too */
#define SETTINGS \
  { "host", 0, OPTION_TEXT, AT (host), "H", "the server; else as the provider of ADDRESS has it" }, \
  { "port", 0, OPTION_NUMBER, AT (port), "P", "its port (587 starttls, 465 implicit, 25 none)" }, \
  { "user", 0, OPTION_TEXT, AT (user), "U", "the login name, if it is not ADDRESS ('': no login; beyond this machine with --insecure)" }, \
  { "tls", 0, OPTION_TEXT, AT (tls), "WORD", "starttls | implicit | none (none: loopback, else --insecure)" }, \
  { "insecure", 0, OPTION_FLAG, AT (is_insecure), NULL, \
    "beyond this machine: log in without TLS (anybody on the way reads along), or not at all" }, \
  { "pin", 0, OPTION_TEXT, AT (pin), "HEX", "trust this certificate alone (SHA-256, see account test)" }, \
  { "connections", 0, OPTION_AMOUNT, AT (connections), "N", "at the same time, at most" }, \
  { "per-minute", 0, OPTION_COUNT, AT (per_minute), "N", "messages in any minute, at most (0: as the provider has it)" }, \
  { "per-hour", 0, OPTION_COUNT, AT (per_hour), "N", "messages in any hour, at most (0: as the provider has it)" }, \
  { "per-day", 0, OPTION_COUNT, AT (per_day), "N", "messages in any 24 hours, at most (0: as the provider has it)" }, \
  { "helo", 0, OPTION_TEXT, AT (helo), "NAME", "what EHLO says; without it this machine's full name if DNS has it, else [ADDRESS]" }, \
  { "display-name", 0, OPTION_TEXT, AT (display_name), "NAME", "the name beside the address, where send has no --from" },

const Option account_options[] = {
  SETTINGS
  { "password-file", 0, OPTION_TEXT, AT (password_file), "F",
    "read the password from the first line of F (-: standard input)" },
  { "password-command", 0, OPTION_TEXT, AT (password_command), "CMD", "take the first line that CMD prints" },
  { "no-password", 0, OPTION_FLAG, AT (has_no_password), NULL, "keep none: it is asked for each time" },
  { "password", 0, OPTION_TEXT, AT (password), "", NULL }, /* known only to be refused with the reason */
  { 0 },
};

const Option account_set_options[] = {
  SETTINGS
  { "address", 0, OPTION_TEXT, AT (address), "ADDRESS", "the sender" },
  { 0 },
};

static gboolean
check (const AccountOptions *options, const char *address, GError **error)
{
  static const char *const tls_words[] = { "starttls", "implicit", "none", NULL };

  if (options->password != NULL)
    g_set_error (error, FAULT, FAULT_USAGE,
                 "no password on the command line: every user of this machine can read it there, and the shell keeps it; "
                 "leave it out (you are asked), or use --password-file or --password-command");
  else if (smtp_url_is (address))
    g_set_error (error, FAULT, FAULT_USAGE, "the sender's address is missing: postrider account add NAME ADDRESS URL");
  else if (options->tls != NULL && !g_strv_contains (tls_words, options->tls))
    g_set_error (error, FAULT, FAULT_USAGE, "--tls is starttls, implicit or none, not “%s”", options->tls);
  else if (options->port > G_MAXUINT16)
    g_set_error (error, FAULT, FAULT_USAGE, "a port is a number up to 65535");
  else if (options->has_no_password && (options->password_file != NULL || options->password_command != NULL))
    g_set_error (error, FAULT, FAULT_USAGE, "--no-password and a password were both given; leave one out");
  else
    return TRUE;
  return FALSE;
}

/* 0 is said, too: it lifts what was set before. */
static void
put_limits (GVariantDict *out, const AccountOptions *options)
{
  const struct {
    const char *key;
    OptionCount count;
  } limits[] = { { KEY_ACCOUNT_PER_MINUTE, options->per_minute }, { KEY_ACCOUNT_PER_HOUR, options->per_hour }, { KEY_ACCOUNT_PER_DAY, options->per_day } };

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    if (limits[i].count.is_given)
      g_variant_dict_insert (out, limits[i].key, "u", (guint32) limits[i].count.number);
}

GVariant *
account_settings_build (const AccountOptions *options, const char *address, const char *url, GError **error)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  gboolean has_password;
  SmtpUrl parsed = { 0 };

  if (!check (options, address, error) || (url != NULL && !smtp_url_parse (url, &parsed, error)))
    return NULL;
  if (url != NULL && (options->host != NULL || options->port != 0 || options->tls != NULL)) {
    g_set_error (error, FAULT, FAULT_USAGE, "the URL says host, port and TLS already; leave --host, --port and --tls out");
    smtp_url_clear (&parsed);
    return NULL;
  }
  has_password = !options->has_no_password && g_strcmp0 (options->user, "") != 0;
  dict_put_text (&out, KEY_ACCOUNT_ADDRESS, address);
  dict_put_text (&out, KEY_ACCOUNT_HOST, url != NULL ? parsed.host : options->host);
  dict_put_number (&out, KEY_ACCOUNT_PORT, url != NULL ? parsed.port : options->port, "q");
  dict_put_text (&out, KEY_ACCOUNT_TLS, url != NULL ? parsed.tls : options->tls);
  dict_put_text (&out, KEY_ACCOUNT_USER, options->user != NULL ? options->user : parsed.user);
  dict_put_text (&out, KEY_ACCOUNT_PIN, options->pin);
  dict_put_text (&out, KEY_ACCOUNT_HELO, options->helo);
  dict_put_text (&out, KEY_ACCOUNT_DISPLAY_NAME, options->display_name);
  dict_put_flag (&out, KEY_ACCOUNT_INSECURE, options->is_insecure);
  dict_put_number (&out, KEY_ACCOUNT_CONNECTIONS, options->connections, "u");
  put_limits (&out, options);
  g_variant_dict_insert (&out, KEY_ACCOUNT_KEEP, "b", has_password);
  g_variant_dict_insert (&out, KEY_ACCOUNT_HAS_PASSWORD, "b", has_password);
  smtp_url_clear (&parsed);
  return g_variant_ref_sink (g_variant_dict_end (&out));
}

GVariant *
account_settings_build_changes (const AccountOptions *options, GError **error)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) changes = NULL;

  if (!check (options, "", error))
    return NULL;
  dict_put_text (&out, KEY_ACCOUNT_ADDRESS, options->address);
  dict_put_text (&out, KEY_ACCOUNT_HOST, options->host);
  dict_put_text (&out, KEY_ACCOUNT_TLS, options->tls);
  dict_put_text (&out, KEY_ACCOUNT_USER, options->user);
  dict_put_text (&out, KEY_ACCOUNT_PIN, options->pin);
  dict_put_text (&out, KEY_ACCOUNT_HELO, options->helo);
  dict_put_text (&out, KEY_ACCOUNT_DISPLAY_NAME, options->display_name);
  dict_put_number (&out, KEY_ACCOUNT_PORT, options->port, "q");
  dict_put_flag (&out, KEY_ACCOUNT_INSECURE, options->is_insecure);
  dict_put_number (&out, KEY_ACCOUNT_CONNECTIONS, options->connections, "u");
  put_limits (&out, options);
  changes = g_variant_ref_sink (g_variant_dict_end (&out));
  if (g_variant_n_children (changes) > 0)
    return g_steal_pointer (&changes);
  g_set_error (error, FAULT, FAULT_USAGE, "nothing to change: name at least one option, such as --helo or --per-day");
  return NULL;
}

gboolean
account_settings_read_password (const AccountOptions *options, gboolean has_terminal, const char *name, SecretBytes **out_secret,
                                GError **error)
{
  const PasswordSource source = { options->password_file, options->password_command };
  g_autofree char *question = g_strdup_printf ("Password for %s", name);

  if (options->has_no_password || g_strcmp0 (options->user, "") == 0)
    return TRUE;
  if (!has_terminal && !password_is_given (&source)) {
    g_set_error (
        error, FAULT, FAULT_USAGE,
        "there is no terminal to ask for the password; use --password-file F, --password-command CMD or --no-password");
    return FALSE;
  }
  *out_secret = password_read (&source, question, TRUE, error);
  return *out_secret != NULL;
}
