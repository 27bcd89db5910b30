#include "app-question.h"

#include "account-settings.h"
#include "contract-keys.h"
#include "text.h"
#include <string.h>

static gboolean
has_sign_in (const Account *account)
{
  return account->kind->secret == KIND_SECRET_OAUTH;
}

static const char *
describe_login (const Account *account)
{
  if (has_sign_in (account))
    return "by a sign-in at its provider, in your browser";
  return account->needs_password ? "with a password that is asked for when it is needed" : "without any login";
}

/* What is typed, and where it goes. address: quoted; NULL: it is known. */
static void
ask_for_secret (const Account *account, const char *address, Question *out)
{
  g_autofree char *shown = question_quote (account->name), *whose = address != NULL ? g_strdup_printf ("%s for %s", shown, address) : g_strdup (shown);

  if (has_sign_in (account))
    g_string_printf (out->text, "Please type the secret of the client that the provider's console shows beside its id. The mail account %s signs in by it: it goes to Postrider's core "
                     "and to the provider, and nowhere else. Letters will go to %s.", whose, out->server);
  else
    g_string_printf (out->text, "Please type the password of the mail account %s. It goes to Postrider's core and to %s, and nowhere else.", whose, out->server);
}

static gboolean
ask_account_add (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (GVariant) settings = NULL;
  g_autoptr (Account) account = NULL;
  g_autofree char *shown = NULL, *address = NULL;
  const Preset *preset = NULL;
  gboolean has_password = FALSE;
  const char *name;

  g_variant_get (arguments, "(&s@a{sv})", &name, &settings);
  account = account_settings_parse (name, settings, &preset, error);
  if (account == NULL)
    return FALSE;
  out->server = account_describe_place (account);
  shown = question_quote (account->name);
  address = text_quote (account->address, QUESTION_PLACE_MAX);
  g_variant_lookup (settings, KEY_ACCOUNT_HAS_PASSWORD, "b", &has_password);
  if (has_password)
    ask_for_secret (account, address, out);
  else
    g_string_printf (out->text, "Letters of the account %s for %s will go to %s, %s. A test of it asks the name servers of the Internet about the part behind the @.",
                     shown, address, out->server, describe_login (account));
  question_ask (out, "Let an account send by this server?", "_Add the account");
  return TRUE;
}

gboolean
question_ask_place (const Account *account, const char *what, Question *out)
{
  g_autofree char *name = question_quote (account->name), *server = account_describe_place (account), *address = text_quote (account->address, QUESTION_PLACE_MAX);

  if (account->agreed_utc != 0)
    return TRUE;
  g_string_append_printf (out->text, "%s the account %s for %s, by %s, %s. Nobody has said yet that it may.", what, name, address, server, describe_login (account));
  out->account = g_strdup (account->name);
  question_ask (out, "Let this account use this server?", "_Use it");
  return TRUE;
}

static gboolean
ask_account_test (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (Account) account = NULL;
  const char *name;

  g_variant_get (arguments, "(&s)", &name);
  account = account_load (core, name, error);
  return account != NULL && question_ask_place (account, "The name servers of the Internet will be asked about the part behind the @, and a connection made for", out);
}

static gboolean
ask_account_secret (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (Account) account = NULL;
  const char *name;

  g_variant_get (arguments, "(&s)", &name);
  account = account_load (core, name, error);
  if (account == NULL)
    return FALSE;
  out->server = account_describe_place (account);
  out->account = account->agreed_utc == 0 ? g_strdup (account->name) : NULL;
  ask_for_secret (account, NULL, out);
  question_ask (out, "A password is needed", "_OK");
  return TRUE;
}

static gboolean
ask_account_set (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (GVariant) changes = NULL;
  g_autoptr (Account) before = NULL, account = NULL;
  g_autofree char *shown = NULL, *address = NULL, *server = NULL;
  const Preset *preset = NULL;
  const char *name;

  g_variant_get (arguments, "(&s@a{sv})", &name, &changes);
  before = account_load (core, name, error);
  account = before != NULL ? account_settings_change (before, changes, &preset, error) : NULL;
  if (account == NULL)
    return FALSE;
  if (!account_is_asked (before, account))
    return TRUE;
  shown = question_quote (account->name);
  address = text_quote (account->address, QUESTION_PLACE_MAX);
  server = account_describe_place (account);
  g_string_printf (out->text, "Letters of the account %s for %s will go to %s, %s%s.", shown, address, server, describe_login (account),
                   *account_get_text (account, SETTING_PIN) != '\0' ? ", known by one certificate alone" : "");
  question_ask (out, "Change where this account sends?", "_Change it");
  return TRUE;
}

static gboolean
ask_account_pin (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (Account) account = NULL;
  g_autofree char *shown = NULL, *server = NULL;
  const char *name, *pin;

  g_variant_get (arguments, "(&s&s)", &name, &pin);
  account = account_load (core, name, error);
  if (account == NULL)
    return FALSE;
  shown = question_quote (account->name);
  server = account_describe_place (account);
  g_string_printf (out->text, "The mail server of the account %s is %s. From now on it is trusted %s. Do this only if you know that it is right.", shown, server,
                   *pin != '\0' ? "by one certificate alone, whatever its name" : "by its name again");
  question_ask (out, "Change how this server is recognised?", "_Go on");
  return TRUE;
}

static gboolean
ask_account_sign_in (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (Account) account = NULL;
  const char *name, *place;

  g_variant_get (arguments, "(&s&s)", &name, &place);
  account = account_load (core, name, error);
  return account != NULL && question_ask_place (account, strcmp (place, "window") == 0 ? "A window will be opened at the page of the provider of" : "Your browser will be opened at the page of the provider of", out);
}

static gboolean
ask_account_sign_out (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (Account) account = NULL;
  g_autofree char *shown = NULL;
  const char *name;

  g_variant_get (arguments, "(&s)", &name);
  account = account_load (core, name, error);
  if (account == NULL)
    return FALSE;
  shown = question_quote (account->name);
  g_string_printf (out->text, "What the provider granted the account %s is taken back there and forgotten here. Nothing more is sent by it until somebody signs in again; open campaigns of it wait.", shown);
  question_ask (out, "Sign this account out?", "_Sign out");
  return TRUE;
}

static gboolean
ask_account_remove (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (Account) account = NULL;
  g_autofree char *shown = NULL, *server = NULL;
  const char *name;

  g_variant_get (arguments, "(&s)", &name);
  account = account_load (core, name, error);
  if (account == NULL)
    return FALSE;
  shown = question_quote (account->name);
  server = account_describe_place (account);
  g_string_printf (out->text, "The account %s at %s will be gone%s.", shown, server, account->keeps_password ? ", and its saved password with it" : "");
  question_ask (out, "Remove this account?", "_Remove the account");
  return TRUE;
}

const QuestionRow question_account_rows[] = {
  { "AccountAdd", ask_account_add },
  { "AccountTest", ask_account_test },
  { "AccountSecret", ask_account_secret },
  { "AccountSet", ask_account_set },
  { "AccountPin", ask_account_pin },
  { "AccountSignInOpen", ask_account_sign_in },
  { "AccountSignOut", ask_account_sign_out },
  { "AccountRemove", ask_account_remove },
  { NULL, NULL },
};
