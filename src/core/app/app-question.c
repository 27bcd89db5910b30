#include "app-question.h"

#include "connectors.h"
#include "contract-keys.h"
#include "contract.h"
#include "fault.h"
#include "text.h"
#include <string.h>

#define NAME_MAX_BYTES 80 /* chosen: fits the dialog */

static void
question_clear (Question *self)
{
  g_string_free (self->text, TRUE);
  g_free (self->server);
  g_free (self->account);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Question, question_clear)

void
question_ask (Question *self, const char *title, const char *yes)
{
  self->is_asked = TRUE;
  self->title = title;
  self->yes = yes;
}

char *
question_quote (const char *name)
{
  return text_quote (name, NAME_MAX_BYTES);
}

char *
question_count_people (gint64 count)
{
  return text_count ((guint64) MAX (count, 0), "person", "people");
}

static const QuestionRow *
find_row (const char *member)
{
  const QuestionRow *const tables[] = { question_account_rows, question_campaign_rows, question_people_rows };

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const QuestionRow *row = tables[i]; row->member != NULL; row++)
      if (strcmp (row->member, member) == 0)
        return row;
  return NULL;
}

gboolean
app_question_has (const char *member)
{
  return find_row (member) != NULL;
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
  const QuestionRow *asked = find_row (member);

  if (row == NULL || asked == NULL || !is_form (row, arguments))
    return app_return_error (invocation, g_error_new (FAULT, FAULT_USAGE, "nothing is asked of such a call"));
  if (!asked->ask (client->core, arguments, &question, &error))
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
