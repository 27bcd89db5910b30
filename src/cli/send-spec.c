#include "send-spec.h"

#include "account-message.h"
#include "connect.h"
#include "content.h"
#include "contract-keys.h"
#include "dict.h"
#include "duration.h"
#include "fault.h"
#include "rate.h"
#include <string.h>

#define GIVE_UP_MIN_S 10           /* chosen: for tries */
#define GIVE_UP_MAX_S (30 * 86400)  /* as App1.CampaignPrepare; RFC 5321 §4.5.4.1 wants four or five days of a relay */

#define AT(member) G_STRUCT_OFFSET (SendOptions, member)

const Option send_options[] = {
  { "account", 'a', OPTION_TEXT, AT (account), "NAME", "the account to send by" },
  { "list", 'l', OPTION_TEXTS, AT (lists), "NAME…", "to the people of these lists (each person once)" },
  { "from", 0, OPTION_TEXT, AT (from), "FROM", "'Ann <ann@example.org>'; else the account's address" },
  { "title", 0, OPTION_TEXT, AT (title), "TEXT", "what you call this campaign; else its subject, or the begin of its text" },
  { "subject", 's', OPTION_TEXT, AT (subject), "TPL", "the subject, with {{fields}}" },
  { "html", 0, OPTION_TEXT, AT (html), "FILE", "the HTML part; pictures lie beside the file" },
  { "text", 0, OPTION_TEXT, AT (text), "FILE", "the text part (else made from the HTML part)" },
  { "template", 0, OPTION_TEXT, AT (template), "NAME", "a saved template for what is not given here" },
  { "where", 0, OPTION_TEXTS, AT (where), "FIELD=VALUE…", "only people with these values" },
  { "exclude-list", 0, OPTION_TEXTS, AT (exclude_lists), "NAME…", "but not the people of these lists" },
  { "except", 0, OPTION_AMOUNT, AT (except), "CAMPAIGN", "but not who got that campaign, or may have got it" },
  { "refused-of", 0, OPTION_AMOUNT, AT (refused_of), "CAMPAIGN", "only who was refused in that campaign" },
  { "limit", 0, OPTION_COUNT, AT (limit), "N", "at most so many people" },
  { "per", 0, OPTION_TEXT, AT (per), "WORD", "person (usual) | address: one message for all who share an address" },
  { "attach", 0, OPTION_TEXTS, AT (attach), "FILE…", "files that go with each message" },
  { "reply-to", 0, OPTION_TEXT, AT (reply_to), "ADDR", "where answers go" },
  { "unsubscribe", 0, OPTION_TEXTS, AT (unsubscribe), "URL", "https://…, mailto:… or one of each; one click to leave (RFC 8058)" },
  { "rate", 'r', OPTION_TEXT, AT (rate), "N/min", "the pace: 5/s, 30/min, 500/hour, 2000/day" },
  { "connections", 0, OPTION_AMOUNT, AT (connections), "N", "at the same time, at most" },
  { "pause-after", 0, OPTION_AMOUNT, AT (pause_after), "N", "pause when so many are sent; `campaign resume` sends the rest" },
  { "give-up", 0, OPTION_TEXT, AT (give_up), "AFTER", "who cannot be reached at once is tried again so long: 90min, 6h, 3d (else 24h)" },
  { "once", 0, OPTION_TEXT, AT (once), "KEY", "never a second campaign with this key: asked again, it says how that one stands" },
  { "test-to", 0, OPTION_TEXT, AT (test_to), "ADDR", "a trial: the first person's message, marked [Test], to this address" },
  { "preview", 0, OPTION_AMOUNT, AT (preview), "N", "show N messages (the longest, the emptiest…); send nothing" },
  { "dry-run", 'n', OPTION_FLAG, AT (is_dry_run), NULL, "say what would happen; send nothing" },
  { "output", 'o', OPTION_TEXT, AT (output), "DIR", "with --dry-run: write each message there as NUMBER.eml" },
  { "detach", 'd', OPTION_FLAG, AT (is_detached), NULL, "start it and come back at once" },
  { "yes", 'y', OPTION_FLAG, AT (is_yes), NULL, "do not ask before sending" },
  { 0 },
};

static gboolean
send_spec_refuse (GError **error, const char *text)
{
  g_set_error_literal (error, FAULT, FAULT_USAGE, text);
  return FALSE;
}

gboolean
send_spec_check (const SendOptions *options, GError **error)
{
  if (options->account == NULL)
    return send_spec_refuse (error, "by which account? --account NAME (postrider account list shows them)");
  if (options->lists == NULL)
    return send_spec_refuse (error, "to whom? --list NAME (postrider lists shows them)");
  if (g_strcmp0 (options->html, "-") == 0 && g_strcmp0 (options->text, "-") == 0)
    return send_spec_refuse (error, "--html and --text cannot both come from standard input");
  if (options->per != NULL && strcmp (options->per, "person") != 0 && strcmp (options->per, "address") != 0)
    return send_spec_refuse (error, "--per is person or address");
  if (options->output != NULL && !options->is_dry_run)
    return send_spec_refuse (error, "-o DIR goes with --dry-run: it says where the messages are written instead of sent");
  return TRUE;
}

typedef struct {
  char    *subject, *html, *text; /* owned; NULL where none was given */
  char    *unsubscribe;           /* owned */
  gboolean has_html;              /* this account's messages may have pictures */
} MessageContent;

static void
content_clear (MessageContent *self)
{
  g_free (self->subject);
  g_free (self->html);
  g_free (self->text);
  g_free (self->unsubscribe);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MessageContent, content_clear)

/* *out: (transfer full) what was given, else what the saved template (NULL: none) has, else NULL. Returns: FALSE: the file cannot be read. */
static gboolean
send_spec_pick (const char *given, gboolean is_file, GVariant *saved, const char *part, char **out, GError **error)
{
  const char *kept = NULL;

  if (given != NULL)
    *out = is_file ? content_read (given, error) : g_strdup (given);
  else if (saved != NULL && g_variant_lookup (saved, part, "&s", &kept))
    *out = g_strdup (kept);
  return given == NULL || *out != NULL;
}

static gboolean
check_parts (Session *session, const SendOptions *options, MessageContent *content, GError **error)
{
  const GivenPart given[] = { { KEY_SPEC_SUBJECT, content->subject }, { KEY_SPEC_HTML, content->html },         { KEY_SPEC_TEXT, content->text },
                              { KEY_SPEC_FROM, options->from },       { KEY_SPEC_REPLY_TO, options->reply_to }, { KEY_SPEC_UNSUBSCRIBE, content->unsubscribe },
                              { NULL } };

  return account_message_check (session, options->account, given, &content->has_html, error);
}

static gboolean
send_spec_load (Session *session, const SendOptions *options, MessageContent *out, GError **error)
{
  g_autoptr (GVariant) saved = NULL;

  if (options->template != NULL && !pr_app1_call_template_show_sync (session->core, options->template, &saved, NULL, error))
    return session_end (FALSE, error) == 0;
  out->unsubscribe = options->unsubscribe != NULL ? g_strjoinv (", ", options->unsubscribe) : NULL;
  return send_spec_pick (options->subject, FALSE, saved, KEY_MESSAGE_SUBJECT, &out->subject, error) && send_spec_pick (options->html, TRUE, saved, KEY_MESSAGE_HTML, &out->html, error) &&
         send_spec_pick (options->text, TRUE, saved, KEY_MESSAGE_TEXT, &out->text, error) && check_parts (session, options, out, error);
}

/* Files kept with a template go with its letter; not with another HTML part, whose pictures lie beside that file. */
static gboolean
open_kept (Session *session, const SendOptions *options, SendFiles *files, GError **error)
{
  g_autoptr (GVariant) kept = NULL;
  g_autoptr (GUnixFDList) fds = NULL;

  if (options->template == NULL || options->html != NULL)
    return TRUE;
  if (!pr_app1_call_letter_files_sync (session->core, "template", options->template, NULL, &kept, &fds, NULL, error))
    return session_end (FALSE, error) == 0;
  return send_files_add_kept (files, kept, fds, error);
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static gboolean
open_files (Session *session, const SendOptions *options, const MessageContent *content, SendFiles *files, GError **error)
{
  g_auto (GStrv) fields = NULL, required = NULL, images = NULL;

  if (content->has_html && !pr_app1_call_template_inspect_sync (session->core, or_empty (content->subject), or_empty (content->html), or_empty (content->text), &fields,
                                                                &required, &images, NULL, error))
    return session_end (FALSE, error) == 0;
  if (!open_kept (session, options, files, error))
    return FALSE;
  for (gsize i = 0; images != NULL && images[i] != NULL; i++)
    if (!send_files_has_image (files, images[i]) && !send_files_add_image (files, options->html, images[i], error))
      return FALSE;
  for (gsize i = 0; options->attach != NULL && options->attach[i] != NULL; i++)
    if (!send_files_add_attachment (files, options->attach[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
put_where (GVariantDict *out, char **pairs, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GVariantBuilder) where = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));

  for (gsize i = 0; pairs != NULL && pairs[i] != NULL; i++) {
    g_autofree char *name = NULL, *value = NULL;

    if (!options_split_pair (pairs[i], "--where", &name, &value, error))
      return FALSE;
    g_variant_builder_add (&where, "{ss}", name, value);
    if (!g_hash_table_add (seen, g_utf8_casefold (name, -1)))
      return send_spec_refuse (error, "--where has one field twice: nobody has two values of it");
  }
  if (pairs != NULL)
    g_variant_dict_insert_value (out, KEY_SPEC_WHERE, g_variant_builder_end (&where));
  return TRUE;
}

GVariant *
send_spec_build (Session *session, const SendOptions *options, SendFiles *files, GError **error)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  g_auto (MessageContent) content = { 0 };
  guint per_hour = 0, lifetime_s = 0;

  if ((options->rate != NULL && !rate_parse (options->rate, &per_hour, error)) ||
      (options->give_up != NULL && !duration_parse (options->give_up, "--give-up", GIVE_UP_MIN_S, GIVE_UP_MAX_S, &lifetime_s, error)) ||
      !put_where (&out, options->where, error) ||
      session_core (session, error) == NULL || !send_spec_load (session, options, &content, error) ||
      !open_files (session, options, &content, files, error))
    return NULL;
  dict_put_text (&out, KEY_SPEC_ACCOUNT, options->account);
  dict_put_texts (&out, KEY_SPEC_LISTS, options->lists);
  dict_put_texts (&out, KEY_SPEC_EXCLUDE_LISTS, options->exclude_lists);
  dict_put_number (&out, KEY_SPEC_EXCEPT, options->except, "t");
  dict_put_number (&out, KEY_SPEC_REFUSED_OF, options->refused_of, "t");
  dict_put_number (&out, KEY_SPEC_PAUSE_AFTER, options->pause_after, "t");
  if (options->limit.is_given)
    g_variant_dict_insert (&out, KEY_SPEC_LIMIT, "t", options->limit.number);
  dict_put_text (&out, KEY_SPEC_PER, options->per);
  dict_put_text (&out, KEY_SPEC_FROM, options->from);
  dict_put_text (&out, KEY_SPEC_REPLY_TO, options->reply_to);
  dict_put_text (&out, KEY_SPEC_TITLE, options->title);
  dict_put_text (&out, KEY_SPEC_SUBJECT, content.subject);
  dict_put_text (&out, KEY_SPEC_HTML, content.html);
  dict_put_text (&out, KEY_SPEC_TEXT, content.text);
  dict_put_text (&out, KEY_SPEC_UNSUBSCRIBE, content.unsubscribe);
  dict_put_number (&out, KEY_SPEC_PER_HOUR, per_hour, "u");
  dict_put_number (&out, KEY_SPEC_CONNECTIONS, options->connections, "u");
  dict_put_number (&out, KEY_SPEC_LIFETIME_S, lifetime_s, "u");
  dict_put_text (&out, KEY_SPEC_ONCE, options->once);
  dict_put_text (&out, KEY_SPEC_TEST_TO, options->test_to);
  dict_put_flag (&out, KEY_SPEC_AGAIN, options->is_yes);
  return g_variant_ref_sink (g_variant_dict_end (&out));
}
