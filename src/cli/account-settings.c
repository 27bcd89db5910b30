#include "account-settings.h"

#include "client-source.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "password.h"
#include "smtp-url.h"
#include <string.h>

#define OWN_FILE_MAX_BYTES (64 * 1024) /* chosen: core's own limit of the longest */
#define AT(member) G_STRUCT_OFFSET (AccountOptions, member)

const Option account_options[] = {
  { "password-file", 0, OPTION_TEXT, AT (password_file), "F",
    "read the password from the first line of F (-: standard input)" },
  { "password-command", 0, OPTION_TEXT, AT (password_command), "CMD", "take the first line that CMD prints" },
  { "client", 0, OPTION_TEXT, AT (client), "FILE", "of a sign-in: the client's JSON, as the provider's console gives it" },
  { "no-browser", 0, OPTION_FLAG, AT (has_no_browser), NULL, "of a sign-in: print its address, for a browser on any machine" },
  { "window", 0, OPTION_FLAG, AT (is_in_window), NULL, "of a sign-in: in a window of its own, which reaches this provider alone" },
  { "provider", 0, OPTION_TEXT, AT (provider), "FILE", "of oauth: the provider's key file (docs/sign-in.md)" },
  { "endpoint", 0, OPTION_TEXTS, AT (endpoints), "KEY=URL", "a server of your own: authorize token revoke issuer api upload smtp; fixed from then on" },
  { "ca", 0, OPTION_TEXT, AT (authorities), "FILE", "certificates (PEM) in place of the system's, for all of its connections; fixed from then on" },
  { "no-password", 0, OPTION_FLAG, AT (has_no_password), NULL, "keep none: it is asked for each time" },
  { "password", 0, OPTION_TEXT, AT (password), "", NULL }, /* known only to be refused with the reason */
  { 0 },
};

const Option account_set_options[] = {
  { "address", 0, OPTION_TEXT, AT (address), "ADDRESS", "the sender" },
  { "client", 0, OPTION_TEXT, AT (client), "FILE", "of a sign-in: another client's JSON, as the provider's console gives it" },
  { 0 },
};

gboolean
account_options_are_given (const AccountOptions *options)
{
  return options->password_file != NULL || options->password_command != NULL || options->password != NULL || options->client != NULL || options->authorities != NULL ||
         options->provider != NULL || options->endpoints != NULL || options->has_no_password || options->has_no_browser || options->is_in_window;
}

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

/* Of a provider's file: there a client's own file may point to, too. Returns: (transfer full), or NULL: the provider is one that is known. */
static GStrv
list_filed_hosts (const AccountOptions *options)
{
  static const char *const keys[] = { KEY_OWN_AUTHORIZE, KEY_OWN_TOKEN };
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (options->provider == NULL || !g_key_file_load_from_file (file, options->provider, G_KEY_FILE_NONE, NULL))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autofree char *address = g_key_file_get_string (file, "provider", keys[i], NULL);
    g_autoptr (GUri) uri = address != NULL ? g_uri_parse (address, G_URI_FLAGS_NONE, NULL) : NULL;

    if (uri != NULL && g_uri_get_host (uri) != NULL)
      g_strv_builder_add (hosts, g_uri_get_host (uri));
  }
  return g_strv_builder_end (hosts);
}

static gboolean
put_client (const AccountOptions *options, const AccountForm *form, const char *kind, GVariantDict *out, SecretBytes **out_client, GError **error)
{
  const ClientSource source = { kind, options->client, account_form_get_text (form, KEY_ACCOUNT_CLIENT_ID) };
  g_auto (GStrv) hosts = list_filed_hosts (options);
  g_autofree char *id = NULL;

  if (!client_source_find (&source, (const char *const *) hosts, &id, out_client, error))
    return FALSE;
  dict_put_text (out, KEY_ACCOUNT_CLIENT_ID, id);
  return TRUE;
}

/* What belongs to one way to log in alone. */
static gboolean
check_way (const AccountOptions *options, gboolean has_sign_in, GError **error)
{
  const char *wrong = has_sign_in && options->password_file != NULL ? "--password-file" : has_sign_in && options->password_command != NULL ? "--password-command"
                      : !has_sign_in && options->client != NULL ? "--client" : !has_sign_in && options->provider != NULL ? "--provider"
                      : !has_sign_in && options->endpoints != NULL ? "--endpoint" : !has_sign_in && options->authorities != NULL ? "--ca" : NULL;

  if (wrong == NULL)
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, has_sign_in ? "%s: this account signs in at its provider and has no password" : "%s belongs to an account that signs in: gmail:ADDRESS, outlook:ADDRESS, oauth:ADDRESS", wrong);
  return FALSE;
}

GVariant *
account_settings_build (const AccountOptions *options, const AccountForm *form, const char *address, const char *url, SecretBytes **out_client, GError **error)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  const char *kind = account_form_split_address (form, &address);
  gboolean has_sign_in = account_form_has_sign_in (form, kind);
  gboolean has_password = !has_sign_in && !options->has_no_password && g_strcmp0 (account_form_get_text (form, "user"), "") != 0;

  if (!account_options_check (options, address, error) || !check_way (options, has_sign_in, error) || (url != NULL && !put_url (form, url, &out, error)) ||
      !account_form_put (form, &out, error) || (has_sign_in && !put_client (options, form, kind, &out, out_client, error)))
    return NULL;
  dict_put_text (&out, KEY_ACCOUNT_ADDRESS, address);
  if (*kind != '\0')
    g_variant_dict_insert (&out, KEY_ACCOUNT_KIND, "s", kind);
  g_variant_dict_insert (&out, KEY_ACCOUNT_KEEP, "b", has_password);
  g_variant_dict_insert (&out, KEY_ACCOUNT_HAS_PASSWORD, "b", has_password);
  return g_variant_ref_sink (g_variant_dict_end (&out));
}

static gboolean
put_own (GVariantDict *out, const char *key, const char *text, GError **error)
{
  if (!g_variant_dict_contains (out, key)) {
    g_variant_dict_insert (out, key, "s", text);
    return TRUE;
  }
  g_set_error (error, FAULT, FAULT_USAGE, "--endpoint %s was given twice", key);
  return FALSE;
}

static gboolean
put_endpoints (GVariantDict *out, char **endpoints, GError **error)
{
  static const char *const keys[] = { KEY_OWN_AUTHORIZE, KEY_OWN_TOKEN, KEY_OWN_REVOKE, KEY_OWN_ISSUER, KEY_OWN_API, KEY_OWN_UPLOAD, KEY_OWN_SMTP, NULL };

  for (gsize i = 0; endpoints != NULL && endpoints[i] != NULL; i++) {
    g_autofree char *key = NULL, *address = NULL;

    if (!options_split_pair (endpoints[i], "--endpoint", &key, &address, error))
      return FALSE;
    if (!g_strv_contains (keys, key)) {
      g_set_error (error, FAULT, FAULT_USAGE, "--endpoint KEY=URL: KEY is authorize, token, revoke, issuer, api, upload or smtp, not %s", key);
      return FALSE;
    }
    if (!put_own (out, key, address, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
put_file (GVariantDict *out, const char *key, const char *path, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *text = NULL;
  gsize len = 0;

  if (path == NULL)
    return TRUE;
  if (!g_file_get_contents (path, &text, &len, &failed)) {
    g_set_error_literal (error, FAULT, FAULT_NO_INPUT, failed->message);
    return FALSE;
  }
  if (len == 0 || len > OWN_FILE_MAX_BYTES || strlen (text) != len || !g_utf8_validate (text, -1, NULL)) {
    g_set_error (error, FAULT, FAULT_DATA, "%s: that is no text of 1 to %d octets", path, OWN_FILE_MAX_BYTES);
    return FALSE;
  }
  return put_own (out, key, text, error);
}

GVariant *
account_settings_build_own (const AccountOptions *options, GError **error)
{
  g_auto (GVariantDict) all = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) dict = NULL;
  GVariantBuilder own;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (!put_endpoints (&all, options->endpoints, error) || !put_file (&all, KEY_OWN_AUTHORITIES, options->authorities, error) || !put_file (&all, KEY_OWN_PROVIDER, options->provider, error))
    return NULL;
  dict = g_variant_ref_sink (g_variant_dict_end (&all));
  g_variant_builder_init (&own, G_VARIANT_TYPE ("a{ss}"));
  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_builder_add (&own, "{ss}", key, g_variant_get_string (value, NULL));
  return g_variant_ref_sink (g_variant_builder_end (&own));
}

GVariant *
account_settings_build_changes (const AccountOptions *options, const AccountForm *form, const char *kind, SecretBytes **out_client, GError **error)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) changes = NULL;

  if (!account_options_check (options, "", error) || !account_form_put (form, &out, error))
    return NULL;
  if (options->client != NULL && (!check_way (options, account_form_has_sign_in (form, kind), error) || !put_client (options, form, kind, &out, out_client, error)))
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
