#include "account-settings.h"

#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "password.h"
#include "smtp-url.h"

#define AT(member) G_STRUCT_OFFSET (AccountOptions, member)

const Option account_options[] = {
  { "password-file", 0, OPTION_TEXT, AT (password_file), "F",
    "read the password from the first line of F (-: standard input)" },
  { "password-command", 0, OPTION_TEXT, AT (password_command), "CMD", "take the first line that CMD prints" },
  { "no-password", 0, OPTION_FLAG, AT (has_no_password), NULL, "keep none: it is asked for each time" },
  { "password", 0, OPTION_TEXT, AT (password), "", NULL }, /* known only to be refused with the reason */
  { 0 },
};

const Option account_set_options[] = {
  { "address", 0, OPTION_TEXT, AT (address), "ADDRESS", "the sender" },
  { 0 },
};

static gboolean
account_options_check (const AccountOptions *options, const char *address, GError **error)
{
  if (options->password != NULL)
    g_set_error (error, FAULT, FAULT_USAGE,
                 "no password on the command line: every user of this machine can read it there, and the shell keeps it; "
                 "leave it out (you are asked), or use --password-file or --password-command");
  else if (smtp_url_is (address))
    g_set_error (error, FAULT, FAULT_USAGE, "the sender's address is missing: postrider account add NAME ADDRESS URL");
  else if (options->has_no_password && (options->password_file != NULL || options->password_command != NULL))
    g_set_error (error, FAULT, FAULT_USAGE, "--no-password and a password were both given; leave one out");
  else
    return TRUE;
  return FALSE;
}

/* The URL's parts, in place of options, which may then not be given beside it. */
static gboolean
put_url (const AccountForm *form, const char *url, GVariantDict *out, GError **error)
{
  SmtpUrl parsed = { 0 };

  if (!smtp_url_parse (url, &parsed, error))
    return FALSE;
  if (account_form_is_given (form, "host") || account_form_is_given (form, "port") || account_form_is_given (form, "tls")) {
    g_set_error (error, FAULT, FAULT_USAGE, "the URL says host, port and TLS already; leave --host, --port and --tls out");
    smtp_url_clear (&parsed);
    return FALSE;
  }
  dict_put_text (out, KEY_ACCOUNT_HOST, parsed.host);
  dict_put_number (out, KEY_ACCOUNT_PORT, parsed.port, "q");
  dict_put_text (out, KEY_ACCOUNT_TLS, parsed.tls);
  if (!account_form_is_given (form, "user"))
    dict_put_text (out, KEY_ACCOUNT_USER, parsed.user);
  smtp_url_clear (&parsed);
  return TRUE;
}

GVariant *
account_settings_build (const AccountOptions *options, const AccountForm *form, const char *address, const char *url, GError **error)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  gboolean has_password = !options->has_no_password && g_strcmp0 (account_form_get_text (form, "user"), "") != 0;

  if (!account_options_check (options, address, error) || (url != NULL && !put_url (form, url, &out, error)) || !account_form_put (form, &out, error))
    return NULL;
  dict_put_text (&out, KEY_ACCOUNT_ADDRESS, address);
  g_variant_dict_insert (&out, KEY_ACCOUNT_KEEP, "b", has_password);
  g_variant_dict_insert (&out, KEY_ACCOUNT_HAS_PASSWORD, "b", has_password);
  return g_variant_ref_sink (g_variant_dict_end (&out));
}

GVariant *
account_settings_build_changes (const AccountOptions *options, const AccountForm *form, GError **error)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) changes = NULL;

  if (!account_options_check (options, "", error) || !account_form_put (form, &out, error))
    return NULL;
  dict_put_text (&out, KEY_ACCOUNT_ADDRESS, options->address);
  changes = g_variant_ref_sink (g_variant_dict_end (&out));
  if (g_variant_n_children (changes) > 0)
    return g_steal_pointer (&changes);
  g_set_error (error, FAULT, FAULT_USAGE, "nothing to change: name at least one option, such as --helo or --per-day");
  return NULL;
}

gboolean
account_settings_read_password (const AccountOptions *options, GVariant *checked, gboolean has_terminal, const char *name,
                                SecretBytes **out_secret, GError **error)
{
  const PasswordSource source = { options->password_file, options->password_command };
  g_autofree char *question = g_strdup_printf ("Password for %s", name);

  if (options->has_no_password || !dict_flag (checked, KEY_ACCOUNT_HAS_PASSWORD))
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
