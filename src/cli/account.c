/* account … - the servers that mail goes out by. */
#include "account-choice.h"
#include "account-settings.h"
#include "account-report.h"
#include "account-sign-in.h"
#include "client-source.h"
#include "commands.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "json-out.h"
#include "password.h"
#include "prompt.h"
#include "send-fd.h"
#include "table.h"
#include "words.h"
#include <string.h>

/* The options of an account are what core says that can be set. */
static gboolean
account_draw (Session *session, gboolean has_kind, GError **error)
{
  g_autoptr (GVariant) kinds = NULL;

  if (session_core (session, error) == NULL || session_end (pr_app1_call_account_kinds_sync (session->core, &kinds, NULL, error), error) != 0)
    return FALSE;
  session->form = account_form_new (kinds, has_kind);
  return TRUE;
}

static gboolean
draw_add (Session *session, GError **error)
{
  return account_draw (session, TRUE, error);
}

static gboolean
draw_set (Session *session, GError **error)
{
  return account_draw (session, FALSE, error);
}

static int
show_stored (Session *session, const char *name, GVariant *used)
{
  g_autofree char *hour = words_count (dict_number (used, KEY_ACCOUNT_PER_HOUR));
  g_autofree char *day = words_count (dict_number (used, KEY_ACCOUNT_PER_DAY));

  if (session_is_for_programs (session)) {
    json_out_document (used);
    return 0;
  }
  if (*dict_text (used, KEY_ACCOUNT_HOST) != '\0')
    session_tell (session, "Account %s: %s by %s:%u (%s).", name, dict_text (used, KEY_ACCOUNT_ADDRESS), dict_text (used, KEY_ACCOUNT_HOST),
            (guint) dict_number (used, KEY_ACCOUNT_PORT), dict_text (used, KEY_ACCOUNT_TLS));
  else
    session_tell (session, "Account %s: %s.", name, dict_text (used, KEY_ACCOUNT_ADDRESS));
  if (dict_number (used, KEY_ACCOUNT_PER_HOUR) > 0 || dict_number (used, KEY_ACCOUNT_PER_DAY) > 0)
    session_tell (session, "Pace: at most %s an hour and %s a day.", dict_number (used, KEY_ACCOUNT_PER_HOUR) > 0 ? hour : "any number",
            dict_number (used, KEY_ACCOUNT_PER_DAY) > 0 ? day : "any number");
  if (*dict_text (used, KEY_ACCOUNT_NOTE) != '\0')
    session_tell (session, "%s", dict_text (used, KEY_ACCOUNT_NOTE));
  if (dict_flag (used, KEY_ACCOUNT_HAS_PASSWORD) && !dict_flag (used, KEY_ACCOUNT_KEEP))
    session_say (session, "The password is asked for each time.");
  if (account_form_has_endpoints (session->form, dict_text (used, KEY_ACCOUNT_KIND)))
    session_say (session, "Try it: postrider account test %s", name);
  return 0;
}

/* AccountAdd; AccountAddOwn where anything of one's own was said. *out_used: (transfer full). */
static gboolean
call_add (Session *session, const char *name, GVariant *settings, GVariant *own, const SecretBytes *secret, GVariant **out_used, GError **error)
{
  SendFd sent = { 0 };
  gboolean is_ok = send_fd_secret (&sent, secret, error);

  if (is_ok && g_variant_n_children (own) > 0)
    is_ok = pr_app1_call_account_add_own_sync (session->core, name, settings, own, sent.handle, sent.list, out_used, NULL, NULL, error);
  else if (is_ok)
    is_ok = pr_app1_call_account_add_sync (session->core, name, settings, sent.handle, sent.list, out_used, NULL, NULL, error);
  send_fd_clear (&sent);
  return is_ok;
}

/* Settings that are missing or wrong are refused here, before a password is typed. out_checked: (transfer full) the settings as they would be stored. */
static gboolean
check_settings (Session *session, const char *name, GVariant *settings, GVariant *own, GVariant **out_checked, GError **error)
{
  GVariantDict dict;
  g_autoptr (GVariant) asked = NULL;

  g_variant_dict_init (&dict, settings);
  g_variant_dict_insert (&dict, KEY_ACCOUNT_CHECK, "b", TRUE);
  asked = g_variant_ref_sink (g_variant_dict_end (&dict));
  return session_core (session, error) != NULL && call_add (session, name, asked, own, NULL, out_checked, error);
}

/* No client: how to come by one. */
static void
explain_client (Session *session, GVariant *settings, const GError *error)
{
  const char *steps = client_source_get_steps (dict_text (settings, KEY_ACCOUNT_KIND));

  if (error != NULL && error->domain == FAULT && error->code == FAULT_CONFIG && steps != NULL)
    session_say (session, "%s", steps);
}

/* Where people sign in they do so at once: an account that nobody signs in to sends nothing. */
static int
conclude_add (Session *session, const AccountOptions *options, const char *name, GVariant *used, GError **error)
{
  const SignInOptions sign_in = { options->has_no_browser, options->is_in_window };

  if (!account_form_has_sign_in (session->form, dict_text (used, KEY_ACCOUNT_KIND)))
    return show_stored (session, name, used);
  session_say (session, "Account %s is kept: %s by %s:%u.", name, dict_text (used, KEY_ACCOUNT_ADDRESS), dict_text (used, KEY_ACCOUNT_HOST), (guint) dict_number (used, KEY_ACCOUNT_PORT));
  return account_sign_in_run (session, &sign_in, name, error);
}

/* A person at a terminal said nothing but a name and an address: then the ways that this address can go are told. Returns: (transfer full) the address, with a kind in front where
 * one was chosen; or NULL. */
static char *
choose_way (Session *session, const AccountOptions *options, char **words, GError **error)
{
  const char *address = words[1], *kind;
  g_autoptr (GVariant) preset = NULL;

  if (!session->has_terminal || session_is_for_programs (session) || words[2] != NULL || *account_form_split_address (session->form, &address) != '\0' || account_form_is_any_given (session->form) || account_options_are_given (options))
    return g_strdup (words[1]);
  if (!pr_app1_call_account_preset_sync (session->core, address, &preset, NULL, error))
    return NULL;
  kind = account_choice_ask (dict_text (preset, KEY_ACCOUNT_PRESET), error);
  if (kind == NULL)
    return NULL;
  return *kind != '\0' ? g_strdup_printf ("%s:%s", kind, address) : g_strdup (address);
}

static int
run_add (Session *session, const void *values, char **words, GError **error)
{
  const AccountOptions *options = values;
  g_autofree char *address = choose_way (session, options, words, error);
  g_autoptr (SecretBytes) secret = NULL;
  g_autoptr (GVariant) settings = address != NULL ? account_settings_build (options, session->form, address, words[2], &secret, error) : NULL;
  g_autoptr (GVariant) own = settings != NULL ? account_settings_build_own (options, error) : NULL;
  g_autoptr (GVariant) checked = NULL, used = NULL;
  gboolean is_ok;

  if (own == NULL)
    return -1;
  if (!check_settings (session, words[0], settings, own, &checked, error)) {
    session_end (FALSE, error);
    explain_client (session, settings, *error);
    return -1;
  }
  if (!account_settings_read_password (options, checked, session->has_terminal, words[0], &secret, error))
    return -1;
  do {
    g_clear_error (error);
    is_ok = call_add (session, words[0], settings, own, secret, &used, error);
  } while (!is_ok && session_unlock (session, NULL, error));
  return is_ok ? conclude_add (session, options, words[0], used, error) : session_end (FALSE, error);
}

/* Returns: (transfer full) the word, or NULL with FAULT_NO_USER or core's own error. */
static char *
find_kind (Session *session, const char *name, GError **error)
{
  g_autoptr (GVariant) accounts = NULL, account = NULL;

  if (session_core (session, error) == NULL || session_end (pr_app1_call_account_list_sync (session->core, &accounts, NULL, error), error) != 0)
    return NULL;
  account = dict_find_row (accounts, KEY_ACCOUNT_NAME, name);
  if (account != NULL)
    return g_strdup (dict_text (account, KEY_ACCOUNT_KIND));
  g_set_error (error, FAULT, FAULT_NO_USER, "there is no account \"%s\": postrider account list", name);
  return NULL;
}

/* *out_used: (transfer full). client: the secret of another client; NULL: there is none. */
static gboolean
call_set (Session *session, const char *name, GVariant *changes, const SecretBytes *client, GVariant **out_used, gboolean *out_is_forgotten, GError **error)
{
  return pr_app1_call_account_set_sync (session->core, name, changes, out_used, out_is_forgotten, NULL, error) && (client == NULL || session_send_secret (session, name, client, error));
}

static void
say_forgotten (Session *session, const char *name, GVariant *used)
{
  if (account_form_has_sign_in (session->form, dict_text (used, KEY_ACCOUNT_KIND)))
    session_say (session, "The sign-in was for another place or client, and is forgotten: postrider account sign-in %s", name);
  else
    session_say (session, "The old password does not go to another server or user, and was erased: postrider account password %s", name);
}

static int
run_set (Session *session, const void *values, char **words, GError **error)
{
  const AccountOptions *options = values;
  g_autofree char *kind = options->client != NULL ? find_kind (session, words[0], error) : NULL;
  g_autoptr (SecretBytes) client = NULL;
  g_autoptr (GVariant) changes = NULL, used = NULL;
  gboolean is_forgotten = FALSE, is_forgotten_now = FALSE, is_ok;

  if (options->client != NULL && kind == NULL)
    return -1;
  changes = account_settings_build_changes (options, session->form, kind, &client, error);
  if (changes == NULL || session_core (session, error) == NULL)
    return -1;
  do {
    g_clear_error (error);
    g_clear_pointer (&used, g_variant_unref);
    is_ok = call_set (session, words[0], changes, client, &used, &is_forgotten_now, error);
    is_forgotten |= is_forgotten_now;
  } while (!is_ok && session_unlock (session, NULL, error));
  if (!is_ok)
    return session_end (FALSE, error);
  if (is_forgotten)
    say_forgotten (session, words[0], used);
  return show_stored (session, words[0], used);
}

static char *
describe_limits (GVariant *account)
{
  static const struct { const char *limit, *used, *word; } windows[] = {
    { KEY_ACCOUNT_PER_MINUTE, KEY_ACCOUNT_USED_MINUTE, "minute" }, { KEY_ACCOUNT_PER_HOUR, KEY_ACCOUNT_USED_HOUR, "hour" }, { KEY_ACCOUNT_PER_DAY, KEY_ACCOUNT_USED_DAY, "day" } };
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (windows); i++) {
    guint64 limit = dict_number (account, windows[i].limit);

    if (limit > 0)
      g_string_append_printf (text, "%s%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " a %s", text->len > 0 ? ", " : "",
                              dict_number (account, windows[i].used), limit, windows[i].word);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static int
run_list (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (Table) table = table_new ("NAME", "ADDRESS", "SERVER", "TLS", "PASSWORD", "USED", "STATE", NULL);
  g_autoptr (GVariant) accounts = NULL;

  if (session_core (session, error) == NULL || !pr_app1_call_account_list_sync (session->core, &accounts, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session)) {
    json_out_rows ("accounts", accounts, session->is_jsonl);
    return 0;
  }
  for (gsize i = 0; i < g_variant_n_children (accounts); i++) {
    g_autoptr (GVariant) account = g_variant_get_child_value (accounts, i);
    g_autofree char *limits = describe_limits (account);
    const char *host = dict_text (account, KEY_ACCOUNT_HOST);
    g_autoptr (GVariant) own = dict_child (account, KEY_ACCOUNT_ENDPOINTS, "a{ss}");
    const char *badge = own != NULL && g_variant_n_children (own) > 0 ? " (own endpoints)" : "";
    g_autofree char *server = *host != '\0' ? g_strdup_printf ("%s:%u%s", host, (guint) dict_number (account, KEY_ACCOUNT_PORT), badge) : g_strdup (dict_text (account, KEY_ACCOUNT_KIND));
    g_autoptr (GVariant) needs = dict_child (account, KEY_ACCOUNT_NEEDS_PASSWORD, "b");
    gboolean is_asked = needs == NULL || g_variant_get_boolean (needs);
    const char *text = dict_text (account, KEY_ACCOUNT_TEXT);

    table_row (table, dict_text (account, KEY_ACCOUNT_NAME), dict_text (account, KEY_ACCOUNT_ADDRESS), server, dict_text (account, KEY_ACCOUNT_TLS),
               *dict_text (account, KEY_ACCOUNT_CLIENT_ID) != '\0'              ? "sign-in"
               : dict_flag (account, KEY_ACCOUNT_KEEPS_PASSWORD) ? "stored"
               : is_asked                            ? "asked"
                                                     : "none",
               limits, *text != '\0' ? text : words_state (dict_text (account, KEY_ACCOUNT_STATE)), NULL);
  }
  if (g_variant_n_children (accounts) == 0)
    session_say (session, "There is no account yet: postrider account add NAME ADDRESS");
  else
    table_print (table, stdout);
  return 0;
}

static int
run_test (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (GVariant) report = NULL;
  gboolean is_ok;

  if (session_core (session, error) == NULL)
    return -1;
  session_say (session, "Asking the server and the sender's domain…");
  do {
    g_clear_error (error);
    is_ok = pr_app1_call_account_test_sync (session->core, words[0], &report, NULL, error);
  } while (!is_ok && session_unlock (session, words[0], error));
  if (!is_ok)
    return session_end (FALSE, error);
  if (session_is_for_programs (session))
    json_out_document (report);
  else
    account_report_print (words[0], report);
  return account_report_status (report);
}

static int
run_pin (Session *session, const void *values, char **words, GError **error)
{
  const PinOptions *options = values;
  g_autoptr (GString) pin = g_string_new (words[1]);

  g_string_replace (pin, ":", "", 0); /* as openssl prints it */
  g_string_ascii_down (pin);
  if (options->is_removed != (words[1] == NULL) || (words[1] != NULL && pin->len != 64)) {
    g_set_error (error, FAULT, FAULT_USAGE,
                 "a fingerprint has 64 hex digits (SHA-256), as postrider account test shows it; --remove takes it away");
    return -1;
  }
  if (session_core (session, error) == NULL)
    return -1;
  if (!pr_app1_call_account_pin_sync (session->core, words[0], pin->str, NULL, error))
    return session_end (FALSE, error);
  session_say (session,
               options->is_removed ? "The certificate of %s is checked by chain and host name again."
                                   : "Account %s trusts this certificate alone.",
               words[0]);
  return 0;
}

static int
run_password (Session *session, const void *values, char **words, GError **error)
{
  const PasswordSource *options = values;
  g_autofree char *question = g_strdup_printf ("Password of %s", words[0]);
  g_autoptr (SecretBytes) secret = password_read (options, question, FALSE, error);
  gboolean is_ok;

  if (secret == NULL || session_core (session, error) == NULL)
    return -1;
  do {
    g_clear_error (error);
    is_ok = session_send_secret (session, words[0], secret, error);
  } while (!is_ok && session_unlock (session, NULL, error));
  if (is_ok)
    session_say (session, "The new password of %s is there. A campaign that waits for it: postrider campaign resume ID", words[0]);
  return session_end (is_ok, error);
}

static int
tell_revoked (Session *session, const char *revoked, const char *text)
{
  JsonBuilder *builder;

  if (session_is_for_programs (session)) {
    builder = json_out_begin ();
    json_builder_set_member_name (builder, "revoked");
    json_builder_add_string_value (builder, revoked);
    json_builder_set_member_name (builder, "text");
    json_builder_add_string_value (builder, text);
    json_out_end (builder);
  } else if (*text != '\0') {
    session_say (session, "%s", text);
  }
  return 0;
}

typedef gboolean (*TakeBackCall) (PrApp1 *core, const char *name, char **out_revoked, char **out_text, GCancellable *cancellable, GError **error);

/* done: what is said behind its name. */
static int
take_back (Session *session, const char *name, TakeBackCall call, const char *done, GError **error)
{
  g_autofree char *revoked = NULL, *text = NULL;
  gboolean is_ok;

  if (session_core (session, error) == NULL)
    return -1;
  do {
    g_clear_error (error);
    is_ok = call (session->core, name, &revoked, &text, NULL, error);
  } while (!is_ok && session_unlock (session, NULL, error));
  if (!is_ok)
    return session_end (FALSE, error);
  session_say (session, "Account %s %s", name, done);
  return tell_revoked (session, revoked, text);
}

static int
run_remove (Session *session, const void *values, char **words, GError **error)
{
  return take_back (session, words[0], pr_app1_call_account_remove_sync, "and its secrets are gone; its campaigns stay in the ledger.", error);
}

static int
run_sign_out (Session *session, const void *values, char **words, GError **error)
{
  return take_back (session, words[0], pr_app1_call_account_sign_out_sync, "is signed out here.", error);
}

static int
run_sign_in (Session *session, const void *values, char **words, GError **error)
{
  return account_sign_in_run (session, values, words[0], error);
}

static const Option pin_options[] = {
  { "remove", 0, OPTION_FLAG, G_STRUCT_OFFSET (PinOptions, is_removed), NULL, "check chain and host name again" },
  { 0 },
};

static const Option password_options[] = {
  { "password-file", 0, OPTION_TEXT, G_STRUCT_OFFSET (PasswordSource, file), "F",
    "read it from the first line of F (-: standard input)" },
  { "password-command", 0, OPTION_TEXT, G_STRUCT_OFFSET (PasswordSource, command), "CMD",
    "take the first line that CMD prints" },
  { 0 },
};

const Command account_commands[] = {
  { "account add", "NAME ADDRESS [URL]", "Keeps a server to send by", 2, 3, account_options, sizeof (AccountOptions),
    run_add,
    "ADDRESS is the sender. For well-known providers that is enough; for others name --host, or give a URL:\n"
    "smtp://user@host:587 (STARTTLS) or smtps://user@host (TLS from the start). The password is asked for; it never\n"
    "belongs on the command line. --user '' is for a server without login.\n"
    "gmail:ADDRESS, outlook:ADDRESS and oauth:ADDRESS sign in at the provider, in the browser, and keep no password;\n"
    "this needs a client (--client, --client-id, or GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET, MICROSOFT_CLIENT_ID):\n"
    "without one the steps to get it are shown.\n\n"
    "Examples:\n"
    "  postrider account add gmail ann@gmail.com\n"
    "  postrider account add work ann@example.org --host smtp.example.org --per-day 2000\n"
    "  postrider account add work ann@example.org smtps://ann@smtp.example.org --password-command 'pass mail/work'\n"
    "  postrider account add gmail gmail:ann@gmail.com --client client_secret.json\n"
    "  postrider account add try ann@example.org --host 127.0.0.1 --port 2525 --tls none --no-password\n", draw_add },
  { "account set", "NAME", "Changes an account; what is not named stays", 1, 1, account_set_options, sizeof (AccountOptions), run_set,
    "An empty value takes a setting away. Another host, port or user erases the password: it is asked for again, and\n"
    "another client or way ends the sign-in.\n"
    "A campaign that is sending goes on by the old settings until its sending process ends.\n\n"
    "Examples:\n"
    "  postrider account set work --helo mail.example.org\n"
    "  postrider account set work --display-name 'Ann Lee' --per-day 500\n"
    "  postrider account set gmail --client client_secret.json\n", draw_set },
  { "account list", "", "Lists the accounts, their limits and what was used of them", 0, 0, NULL, 0, run_list, NULL },
  { "account test", "NAME", "Tries server, certificate, login and the sender's domain, without sending", 1, 1, NULL, 0,
    run_test,
    "Looks at TLS and the certificate, logs in, reads the server's limits, and looks up SPF, DKIM and DMARC.\n\n"
    "Example:\n  postrider account test work\n" },
  { "account pin", "NAME [FINGERPRINT]", "Trusts one self-signed certificate and no other", 1, 2, pin_options,
    sizeof (PinOptions), run_pin,
    "Examples:\n  postrider account pin work 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
    "  postrider account pin work --remove\n" },
  { "account password", "NAME", "Gives an account its password again", 1, 1, password_options,
    sizeof (PasswordSource), run_password,
    "It goes into the vault where the account keeps it; else core forgets it when it leaves.\n\n"
    "Example:\n  postrider account password work --password-command 'pass mail/work'\n" },
  { "account sign-in", "NAME", "Signs in at an account's provider, in the browser", 1, 1, sign_in_options, sizeof (SignInOptions), run_sign_in,
    "Waits for five minutes. With --no-browser it prints the address, for a browser on any machine. Campaigns that\n"
    "wait for it go on. Exit status: 77 denied, or too little was granted; 75 nobody came, or the provider is out of\n"
    "order; 76 the answer does not fit; 78 the client.\n\n"
    "Example:\n  postrider account sign-in gmail\n" },
  { "account sign-out", "NAME", "Takes a sign-in back at the provider and forgets it; the account stays", 1, 1, NULL, 0, run_sign_out,
    "Example:\n  postrider account sign-out gmail\n" },
  { "account remove", "NAME", "Removes an account, its password or sign-in", 1, 1, NULL, 0, run_remove,
    "What was granted to it at its provider is taken back there first.\n\n"
    "Example:\n  postrider account remove work\n" },
  { 0 },
};
