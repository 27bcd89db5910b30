#include "app-question.h"

#include "account-settings.h"
#include "campaign.h"
#include "contact.h"
#include "contract-keys.h"
#include "contract.h"
#include "fault.h"
#include "import-undo.h"
#include "ledger.h"
#include "list.h"
#include "list-edit.h"
#include "retention.h"
#include "store.h"
#include "template.h"
#include "text.h"
#include <string.h>

#define NAME_MAX_BYTES 80  /* chosen: fits the dialog */
#define PLACE_MAX_BYTES 400 /* RFC 5321: an address has 254 octets, a host 253. All of it: the end of a name says whose it is */

typedef struct {
  gboolean    is_asked;
  const char *title, *yes; /* static */
  GString    *text;        /* what will happen: core's own facts */
  char       *server;      /* owned; where a password that is typed goes, or NULL */
  char       *account;     /* owned; a yes agrees to where it sends, or NULL */
} Question;

static void
question_clear (Question *self)
{
  g_string_free (self->text, TRUE);
  g_free (self->server);
  g_free (self->account);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Question, question_clear)

static void
ask (Question *self, const char *title, const char *yes)
{
  self->is_asked = TRUE;
  self->title = title;
  self->yes = yes;
}

static char *
quote_name (const char *name)
{
  return text_quote (name, NAME_MAX_BYTES);
}

/* --- accounts --- */

static char *
describe_server (const Account *account)
{
  g_autofree char *host = text_quote (account->host, PLACE_MAX_BYTES);

  return g_strdup_printf ("the server %s (port %u), %s", host, account->port,
                          strcmp (account->tls, "none") != 0 ? "encrypted"
                          : account_settings_is_loopback_host (account->host) ? "NOT ENCRYPTED, on this machine"
                                                                              : "NOT ENCRYPTED: others on the way can read it");
}

static const char *
describe_login (const Account *account)
{
  return account->needs_password ? "with a password that is asked for when it is needed" : "without any login";
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
  out->server = describe_server (account);
  shown = quote_name (account->name);
  address = text_quote (account->address, PLACE_MAX_BYTES);
  if (g_variant_lookup (settings, KEY_ACCOUNT_HAS_PASSWORD, "b", &has_password) && has_password)
    g_string_printf (out->text, "Please type the password of the mail account %s for %s. It goes to Postrider's core and to %s, and nowhere else.", shown,
                     address, out->server);
  else
    g_string_printf (out->text, "Letters of the account %s for %s will go to %s, %s. A test of it asks the name servers of the Internet about the part behind the @.",
                     shown, address, out->server, describe_login (account));
  ask (out, "Let an account send by this server?", "_Add the account");
  return TRUE;
}

/* An account that came before anybody was asked: once, when something would go there. */
static gboolean
ask_place (const Account *account, const char *what, Question *out)
{
  g_autofree char *name = quote_name (account->name), *server = describe_server (account), *address = text_quote (account->address, PLACE_MAX_BYTES);

  if (account->agreed_utc != 0)
    return TRUE;
  g_string_append_printf (out->text, "%s the account %s for %s, by %s, %s. Nobody has said yet that it may.", what, name, address, server, describe_login (account));
  out->account = g_strdup (account->name);
  ask (out, "Let this account use this server?", "_Use it");
  return TRUE;
}

static gboolean
ask_account_test (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (Account) account = NULL;
  const char *name;

  g_variant_get (arguments, "(&s)", &name);
  account = account_load (core, name, error);
  return account != NULL && ask_place (account, "The name servers of the Internet will be asked about the part behind the @, and a connection made for", out);
}

static gboolean
ask_account_secret (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (Account) account = NULL;
  g_autofree char *shown = NULL;
  const char *name;

  g_variant_get (arguments, "(&s)", &name);
  account = account_load (core, name, error);
  if (account == NULL)
    return FALSE;
  shown = quote_name (account->name);
  out->server = describe_server (account);
  out->account = account->agreed_utc == 0 ? g_strdup (account->name) : NULL;
  g_string_printf (out->text, "Please type the password of the mail account %s. It goes to Postrider's core and to %s, and nowhere else.", shown, out->server);
  ask (out, "A password is needed", "_OK");
  return TRUE;
}

/* Nothing goes to another server with a password before it was typed for it; without one, nobody would be asked later. */
static gboolean
is_place_asked (const Account *before, const Account *account)
{
  gboolean is_moved = strcmp (before->host, account->host) != 0 || before->port != account->port || strcmp (before->tls, account->tls) != 0;

  return strcmp (before->pin, account->pin) != 0 || (account->insecure && !before->insecure) ||
         (!account->needs_password && (is_moved || before->needs_password));
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
  if (!is_place_asked (before, account))
    return TRUE;
  shown = quote_name (account->name);
  address = text_quote (account->address, PLACE_MAX_BYTES);
  server = describe_server (account);
  g_string_printf (out->text, "Letters of the account %s for %s will go to %s, %s%s.", shown, address, server, describe_login (account),
                   *account->pin != '\0' ? ", known by one certificate alone" : "");
  ask (out, "Change where this account sends?", "_Change it");
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
  shown = quote_name (account->name);
  server = describe_server (account);
  g_string_printf (out->text, "The mail server of the account %s is %s. From now on it is trusted %s. Do this only if you know that it is right.", shown, server,
                   *pin != '\0' ? "by one certificate alone, whatever its name" : "by its name again");
  ask (out, "Change how this server is recognised?", "_Go on");
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
  shown = quote_name (account->name);
  server = describe_server (account);
  g_string_printf (out->text, "The account %s at %s will be gone%s.", shown, server, account->keeps_password ? ", and its saved password with it" : "");
  ask (out, "Remove this account?", "_Remove the account");
  return TRUE;
}

/* --- campaigns --- */

typedef struct {
  Campaign *campaign;
  Account  *account;
  gint64    counts[STATE_COUNT];
  gint64    total;
  char     *shown; /* campaign 3, “Hello”, to “guests” */
} CampaignFacts;

static void
facts_clear (CampaignFacts *self)
{
  campaign_free (self->campaign);
  account_free (self->account);
  g_free (self->shown);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CampaignFacts, facts_clear)

static gboolean
facts_load (Core *core, guint64 id, CampaignFacts *out, GError **error)
{
  g_autofree char *subject = NULL, *lists = NULL;

  out->campaign = campaign_load (core, id, error);
  out->account = out->campaign != NULL ? account_load_id (core, out->campaign->account, error) : NULL;
  if (out->account == NULL || !ledger_get_counts (core->store, id, out->counts, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (out->counts); i++)
    out->total += out->counts[i];
  subject = quote_name (out->campaign->subject);
  lists = quote_name (out->campaign->lists);
  out->shown = g_strdup_printf ("campaign %" G_GUINT64_FORMAT ", %s, to %s", id, subject, lists);
  return TRUE;
}

static char *
count_people (gint64 count)
{
  return text_count ((guint64) MAX (count, 0), "person", "people");
}

static gboolean
ask_sending (const CampaignFacts *found, Question *out)
{
  g_autofree char *people = count_people (found->counts[STATE_QUEUED] + found->counts[STATE_LATER]);
  g_autofree char *what = g_strdup_printf ("Letters of %s (%s) will go out by", found->shown, people);

  return ask_place (found->account, what, out);
}

static gboolean
ask_campaign_start (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_auto (CampaignFacts) found = { 0 };
  guint64 id;

  g_variant_get (arguments, "(t)", &id);
  return facts_load (core, id, &found, error) && ask_sending (&found, out);
}

static gboolean
ask_campaign_resume (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (GVariant) correction = NULL;
  g_auto (CampaignFacts) found = { 0 };
  g_autofree char *people = NULL, *all = NULL, *server = NULL, *name = NULL;
  gboolean is_restored = FALSE;
  guint64 id;

  g_variant_get (arguments, "(t@a{sv})", &id, &correction);
  g_variant_lookup (correction, KEY_CORRECTION_RESTORED, "b", &is_restored);
  if (!facts_load (core, id, &found, error))
    return FALSE;
  if (!is_restored)
    return ask_sending (&found, out);
  people = count_people (found.counts[STATE_QUEUED] + found.counts[STATE_LATER]);
  all = count_people (found.total);
  server = describe_server (found.account);
  name = quote_name (found.account->name);
  g_string_printf (out->text, "This folder was restored or copied, or is older than what was sent from it. %s of the %s of %s would be written to by the account %s "
                   "and %s. Who has got the letter since then gets a second one.", people, all, found.shown, name, server);
  out->account = found.account->agreed_utc == 0 ? g_strdup (found.account->name) : NULL;
  ask (out, "Let this campaign go on from an older state?", "_Send to them");
  return TRUE;
}

static gboolean
ask_campaign_cancel (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_auto (CampaignFacts) found = { 0 };
  g_autofree char *people = NULL;
  guint64 id;

  g_variant_get (arguments, "(t)", &id);
  if (!facts_load (core, id, &found, error))
    return FALSE;
  people = count_people (found.counts[STATE_QUEUED] + found.counts[STATE_LATER] + found.counts[STATE_HANDED]);
  g_string_printf (out->text, "The rest of %s, %s at most, will not get this letter.", found.shown, people);
  ask (out, "Cancel the rest?", "_Cancel the rest");
  return TRUE;
}

static gboolean
ask_campaign_resolve (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (GVariant) addresses = NULL;
  g_auto (CampaignFacts) found = { 0 };
  g_autofree char *people = NULL, *server = NULL, *name = NULL;
  const char *how;
  gsize named;
  guint64 id;

  g_variant_get (arguments, "(t&s@as)", &id, &how, &addresses);
  if (!facts_load (core, id, &found, error))
    return FALSE;
  if (strcmp (how, "resend") != 0)
    return TRUE; /* nothing goes out, and who was left out can be written to with another campaign */
  named = g_variant_n_children (addresses);
  people = count_people (named > 0 ? (gint64) named : found.counts[STATE_UNKNOWN]);
  server = describe_server (found.account);
  name = quote_name (found.account->name);
  g_string_printf (out->text, "Nobody knows whether %s of %s got this letter. They will be written to again by the account %s and %s: who got it then has it twice.",
                   people, found.shown, name, server);
  out->account = found.account->agreed_utc == 0 ? g_strdup (found.account->name) : NULL;
  ask (out, "Send this letter a second time?", "_Send it again");
  return TRUE;
}

/* --- people and what is kept of them --- */

static gboolean
ask_list_remove (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autofree char *shown = NULL, *people = NULL, *gone = NULL;
  gint64 list = 0, count = 0, leaving = 0;
  const char *name;

  g_variant_get (arguments, "(&s)", &name);
  if (!list_find (core->store, name, &list, error) || !list_count (core->store, list, &count, &leaving, error))
    return FALSE;
  shown = quote_name (name);
  people = count_people (count);
  gone = count_people (leaving);
  g_string_printf (out->text, "The list %s (%s) will be gone. With it go %s who are on no other list and in no campaign, and the record of where and when they agreed "
                   "to be written to.", shown, people, gone);
  ask (out, "Remove this list?", "_Remove the list");
  return TRUE;
}

static gboolean
ask_list_field_remove (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autofree char *shown = NULL, *list = NULL, *people = NULL;
  const char *name, *field;
  guint64 count = 0;

  g_variant_get (arguments, "(&s&s)", &name, &field);
  if (!list_count_field (core->store, name, field, &count, error))
    return FALSE;
  shown = quote_name (field);
  list = quote_name (name);
  people = count_people ((gint64) count);
  g_string_printf (out->text, "The field %s of the list %s will be gone, and with it the values of %s.", shown, list, people);
  ask (out, "Remove this field?", "_Remove the field");
  return TRUE;
}

static char *
describe_contact (const Contact *contact)
{
  g_autofree char *name = quote_name (contact->name);
  g_autofree char *place = text_quote (*contact->email != '\0' ? contact->email : contact->phone, PLACE_MAX_BYTES);

  return *contact->name != '\0' ? g_strdup_printf ("%s (%s)", name, place) : g_steal_pointer (&place);
}

static gboolean
ask_contact_merge (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (Contact) stays = NULL, goes = NULL;
  g_autofree char *first = NULL, *second = NULL;
  const char *who, *other;
  gint64 id = 0, other_id = 0;

  g_variant_get (arguments, "(&s&s)", &who, &other);
  if (!contact_find_one (core->store, who, &id, error) || !contact_find_one (core->store, other, &other_id, error) ||
      (stays = contact_load (core->store, id, error)) == NULL || (goes = contact_load (core->store, other_id, error)) == NULL)
    return FALSE;
  first = describe_contact (stays);
  second = describe_contact (goes);
  g_string_printf (out->text, "%s and %s become one person, who keeps the name and the address of the first. Letters go there only. Lists, consent and what they "
                   "got are kept of both; what either did not want holds.", first, second);
  ask (out, "Make them one person?", "_Make them one");
  return TRUE;
}

static gboolean
ask_import_undo (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_auto (ImportUndone) undone = { 0 };
  g_autofree char *list = NULL, *gone = NULL, *restored = NULL, *left = NULL;
  guint64 import;

  g_variant_get (arguments, "(t)", &import);
  if (!import_undo_count (core->store, (gint64) MIN (import, G_MAXINT64), &undone, error))
    return FALSE;
  list = quote_name (undone.list);
  gone = count_people ((gint64) undone.removed);
  restored = count_people ((gint64) undone.restored);
  left = count_people ((gint64) undone.left);
  g_string_printf (out->text, "It went into the list %s. Gone will be %s whom it made; %s get their values from before back, and %s leave the list. "
                   "Who must not be written to stays so.", list, gone, restored, left);
  ask (out, "Undo this import?", "_Undo the import");
  return TRUE;
}

static gboolean
ask_contact_forget (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (Contact) contact = NULL;
  g_autofree char *shown = NULL;
  gint64 id = 0;
  const char *who;

  g_variant_get (arguments, "(&s)", &who);
  if (!contact_find_one (core->store, who, &id, error) || (contact = contact_load (core->store, id, error)) == NULL)
    return FALSE;
  shown = text_quote (*contact->email != '\0' ? contact->email : *contact->phone != '\0' ? contact->phone : contact->name, PLACE_MAX_BYTES);
  g_string_printf (out->text, "The name, the address and all answers of %s will be gone.", shown);
  ask (out, "Forget this person for good?", "_Forget");
  return TRUE;
}

static gboolean
ask_template_remove (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autofree char *subject = NULL, *html = NULL, *text = NULL, *shown = NULL, *about = NULL;
  const char *name;

  g_variant_get (arguments, "(&s)", &name);
  if (!template_load (core->store, name, &subject, &html, &text, error))
    return FALSE;
  shown = quote_name (name);
  about = quote_name (subject);
  g_string_printf (out->text, "The saved message %s with the subject %s will be gone.", shown, about);
  ask (out, "Remove this message?", "_Remove it");
  return TRUE;
}

/* A whole domain among them weighs more than any address. */
static const char *
find_domain (const char *const *addresses)
{
  for (; *addresses != NULL; addresses++) {
    const char *start = *addresses + strspn (*addresses, " \t");

    if (*start == '@' || *start == '*')
      return *addresses;
  }
  return NULL;
}

static gboolean
ask_suppress_remove (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autofree const char **addresses = NULL;
  g_autofree char *shown = NULL;
  const char *scope, *domain;
  gsize count;

  g_variant_get (arguments, "(^a&s&s)", &addresses, &scope);
  count = g_strv_length ((char **) addresses);
  if (count == 0)
    return TRUE; /* nobody */
  domain = find_domain (addresses);
  shown = text_quote (domain != NULL ? domain : addresses[0], PLACE_MAX_BYTES);
  g_string_append_printf (out->text, "%s%s", domain != NULL ? "Everybody at " : "", shown);
  if (count > 1)
    g_string_append_printf (out->text, " and %" G_GSIZE_FORMAT " more", count - 1);
  g_string_append (out->text, " will be written to again. Please do so only if they asked for it.");
  ask (out, "Write to them again?", "_Write to them again");
  return TRUE;
}

/* Only a shorter time takes something away. */
static gboolean
ask_settings_change (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (GVariant) settings = g_variant_get_child_value (arguments, 0);
  guint wanted = 0, now = retention_get_days (core);

  g_variant_lookup (settings, KEY_SETTINGS_KEEP_DAYS, "u", &wanted);
  if (wanted == 0 || (now != 0 && wanted >= now))
    return TRUE;
  g_string_printf (out->text, "Names, addresses and replies of campaigns that ended more than %u days ago will be gone at once, and those of the others when they "
                   "are as old.", wanted);
  ask (out, "Keep names for a shorter time?", "_Shorten");
  return TRUE;
}

static gboolean
ask_delete_all (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autofree char *shown = NULL;
  gint64 people = 0;

  if (store_get_int (core->store, &people, error, "SELECT count(*) FROM contact", "") < 0)
    return FALSE;
  shown = count_people (people);
  g_string_printf (out->text, "All people (%s), messages, accounts, passwords and the record of who got what will be gone.", shown);
  ask (out, "Delete everything that Postrider keeps?", "_Delete everything");
  return TRUE;
}

static gboolean
ask_vault_protect (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_string_assign (out->text, "Please choose a passphrase for your saved passwords. Leave both fields empty to go without one. It cannot be recovered: if you "
                   "forget it, the saved passwords are lost.");
  ask (out, "Protect the saved passwords?", "_OK");
  return TRUE;
}

/* --- the table --- */

static const struct {
  const char *member;
  gboolean  (*ask) (Core *core, GVariant *arguments, Question *out, GError **error);
} rows[] = {
  { "AccountAdd", ask_account_add },         { "AccountTest", ask_account_test },         { "AccountSecret", ask_account_secret },
  { "AccountSet", ask_account_set },         { "AccountPin", ask_account_pin },           { "AccountRemove", ask_account_remove },
  { "CampaignStart", ask_campaign_start },
  { "CampaignResume", ask_campaign_resume }, { "CampaignCancel", ask_campaign_cancel },   { "CampaignResolve", ask_campaign_resolve },
  { "ListRemove", ask_list_remove },         { "ContactForget", ask_contact_forget },     { "TemplateRemove", ask_template_remove },
  { "SuppressRemove", ask_suppress_remove }, { "SettingsChange", ask_settings_change },   { "DeleteAll", ask_delete_all },
  { "VaultProtect", ask_vault_protect },     { "ContactMerge", ask_contact_merge },       { "ListFieldRemove", ask_list_field_remove },
  { "ImportUndo", ask_import_undo },
};

static gsize
find_row (const char *member)
{
  gsize i = 0;

  while (i < G_N_ELEMENTS (rows) && strcmp (rows[i].member, member) != 0)
    i++;
  return i;
}

gboolean
app_question_has (const char *member)
{
  return find_row (member) < G_N_ELEMENTS (rows);
}

/* The contract's own arguments, but for a secret: that one nobody has yet. */
static gboolean
is_form (const ContractRow *row, GVariant *arguments)
{
  g_autoptr (GString) signature = g_string_new (row->signature);

  g_string_replace (signature, "h", "", 0);
  return g_variant_is_of_type (arguments, G_VARIANT_TYPE (signature->str));
}

static GVariant *
question_describe (const Question *self, const ContractRow *row)
{
  GVariantDict dict;

  if (self->is_asked && row->effect == CONTRACT_EFFECT_IRREVERSIBLE)
    g_string_append (self->text, " This cannot be undone.");
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_QUESTION_ASKED, "b", self->is_asked);
  g_variant_dict_insert (&dict, KEY_QUESTION_TITLE, "s", self->is_asked ? self->title : "");
  g_variant_dict_insert (&dict, KEY_QUESTION_TEXT, "s", self->text->str);
  g_variant_dict_insert (&dict, KEY_QUESTION_YES, "s", self->is_asked ? self->yes : "");
  g_variant_dict_insert (&dict, KEY_QUESTION_SERVER, "s", self->server != NULL ? self->server : "");
  g_variant_dict_insert (&dict, KEY_QUESTION_ACCOUNT, "s", self->account != NULL ? self->account : "");
  return g_variant_dict_end (&dict);
}

/* D-Bus has no empty tuple: for a call without arguments (but a secret) a FALSE stands in the box. */
static GVariant *
unbox_arguments (GVariant *boxed)
{
  g_autoptr (GVariant) arguments = g_variant_get_variant (boxed);

  if (g_variant_is_of_type (arguments, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_ref_sink (g_variant_new_tuple (NULL, 0));
  return g_steal_pointer (&arguments);
}

static gboolean
handle_question (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *member, GVariant *boxed, AppClient *client)
{
  const ContractRow *row = contract_find ("org.postrider.App1", member, CONTRACT_CALL);
  g_autoptr (GVariant) arguments = unbox_arguments (boxed);
  g_auto (Question) question = { .text = g_string_new (NULL) };
  GError *error = NULL;
  gsize i = find_row (member);

  if (row == NULL || i == G_N_ELEMENTS (rows) || !is_form (row, arguments))
    return app_return_error (invocation, g_error_new (FAULT, FAULT_USAGE, "nothing is asked of such a call"));
  if (!rows[i].ask (client->core, arguments, &question, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_question (skeleton, invocation, question_describe (&question, row));
  return TRUE;
}

static gboolean
handle_agree (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, AppClient *client)
{
  GError *error = NULL;
  g_autoptr (Account) account = account_load (client->core, name, &error);

  if (account == NULL || !account_set_agreed (client->core, account, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_account_agree (skeleton, invocation);
  return TRUE;
}

void
app_question_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-question", G_CALLBACK (handle_question), client);
  g_signal_connect (client->skeleton, "handle-account-agree", G_CALLBACK (handle_agree), client);
}
