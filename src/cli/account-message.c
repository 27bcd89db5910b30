#include "account-message.h"

#include "connect.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include <string.h>

/* Returns: (transfer full) the kind of that account, or NULL without error: there is no such account. */
static GVariant *
find_kind (Session *session, const char *name, GError **error)
{
  g_autoptr (GVariant) kinds = NULL, accounts = NULL, account = NULL;

  if (!pr_app1_call_account_kinds_sync (session->core, &kinds, NULL, error) || !pr_app1_call_account_list_sync (session->core, &accounts, NULL, error)) {
    session_end (FALSE, error);
    return NULL;
  }
  account = dict_find_row (accounts, KEY_ACCOUNT_NAME, name);
  if (account == NULL)
    return NULL;
  if (*dict_text (account, KEY_ACCOUNT_KIND) == '\0') /* none is named: the first one is meant */
    return g_variant_n_children (kinds) > 0 ? g_variant_get_child_value (kinds, 0) : NULL;
  return dict_find_row (kinds, KEY_KIND_WORD, dict_text (account, KEY_ACCOUNT_KIND));
}

static const char *
find_text (const GivenPart *given, const char *name)
{
  while (given->name != NULL && strcmp (given->name, name) != 0)
    given++;
  return given->text;
}

static gboolean
has_no_other (GVariant *kind, GVariant *parts, const GivenPart *given, GError **error)
{
  for (; given->name != NULL; given++) {
    g_autoptr (GVariant) part = dict_find_row (parts, KEY_KIND_PARTS_NAME, given->name);

    if (part == NULL && given->text != NULL && *given->text != '\0') {
      g_set_error (error, FAULT, FAULT_USAGE, "a %s message has no %s: leave it away", dict_text (kind, KEY_KIND_MESSAGE), given->name);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
has_all (GVariant *parts, const GivenPart *given, GError **error)
{
  g_autoptr (GString) bodies = g_string_new (NULL);
  gboolean has_body = FALSE, is_body_given = FALSE;

  for (gsize i = 0; i < g_variant_n_children (parts); i++) {
    g_autoptr (GVariant) part = g_variant_get_child_value (parts, i);
    const char *text = find_text (given, dict_text (part, KEY_KIND_PARTS_NAME)), *option = dict_text (part, KEY_KIND_PARTS_OPTION);
    gboolean is_there = text != NULL && *text != '\0';

    if (dict_flag (part, KEY_KIND_PARTS_REQUIRED) && !is_there) {
      g_set_error (error, FAULT, FAULT_USAGE, "what is the %s? %s, or --template NAME", dict_text (part, KEY_KIND_PARTS_NAME), option);
      return FALSE;
    }
    if (!dict_flag (part, KEY_KIND_PARTS_BODY))
      continue;
    has_body |= is_there;
    is_body_given |= text != NULL;
    g_string_append_printf (bodies, "%s%s", bodies->len > 0 ? ", " : "", option);
  }
  if (!has_body)
    g_set_error (error, FAULT, FAULT_USAGE, "%s %s, or --template NAME", is_body_given ? "the message is empty; give" : "what is the message?", bodies->str);
  return has_body;
}

gboolean
account_message_check (Session *session, const char *account, const GivenPart *given, gboolean *out_has_html, GError **error)
{
  GError *met = NULL;
  g_autoptr (GVariant) kind = find_kind (session, account, &met), parts = kind != NULL ? dict_child (kind, KEY_KIND_PARTS, "aa{sv}") : NULL;
  g_autoptr (GVariant) html = dict_find_row (parts, KEY_KIND_PARTS_NAME, KEY_MESSAGE_HTML);

  *out_has_html = parts == NULL || html != NULL;
  if (met != NULL) {
    g_propagate_error (error, met);
    return FALSE;
  }
  return parts == NULL || (has_no_other (kind, parts, given, error) && has_all (parts, given, error));
}
