#include "confirm.h"

#include "bridge-call.h"
#include "contract-keys.h"
#include "fault.h"
#include "secret-bytes.h"
#include "secret-dialog.h"
#include "weaken.h"
#include "window.h"
#include <string.h>
#include <unistd.h>

typedef struct {
  Shell             *shell;
  const ContractRow *row;
  GVariant          *call;
  GVariant          *question; /* a{sv} of App1.Question; NULL: not there yet, or none is */
  int                secret;   /* owned; -1: none */
  ConfirmedFunc      func;
  gpointer           data;
} Confirm;

gboolean
confirm_is_due (const ContractRow *row)
{
  return row->effect != CONTRACT_EFFECT_HARMLESS || bridge_call_wants_secret (row);
}

/* --- the end --- */

static void
confirm_end (Confirm *self, GError *error)
{
  self->shell->is_dialog_open = FALSE;
  self->func (error == NULL ? self->secret : -1, error, self->data);
  if (self->secret >= 0)
    close (self->secret);
  g_clear_pointer (&self->question, g_variant_unref);
  g_variant_unref (self->call);
  g_free (self);
}

static void
agreed_told_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Confirm *self = data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = core_link_call_finish (self->shell->core, result, NULL, &error);

  confirm_end (self, error);
}

static const char *
look_up (const Confirm *self, const char *key)
{
  const char *value = "";

  if (self->question != NULL)
    g_variant_lookup (self->question, key, "&s", &value);
  return value;
}

/* Where the account sends is agreed to with the same yes: core remembers it. */
static void
confirm_agree (Confirm *self)
{
  const char *account = look_up (self, KEY_QUESTION_ACCOUNT);

  if (*account != '\0')
    core_link_call_async (self->shell->core, "AccountAgree", g_variant_new ("(s)", account), NULL, agreed_told_cb, self);
  else
    confirm_end (self, NULL);
}

static void
typed_cb (int fd, GError *error, gpointer data)
{
  Confirm *self = data;

  if (error != NULL) {
    confirm_end (self, error);
    return;
  }
  self->secret = dup (fd);
  confirm_agree (self);
}

static void
answered_cb (gboolean is_yes, gpointer data)
{
  Confirm *self = data;

  if (is_yes)
    confirm_agree (self);
  else
    confirm_end (self, g_error_new (FAULT, FAULT_TEMP, "Nothing was changed."));
}

/* --- what is asked --- */

/* A secret that is empty: the account has none. */
static gboolean
is_secret_empty (const Confirm *self)
{
  g_autoptr (GVariant) settings = strcmp (self->row->member, "AccountAdd") == 0 ? g_variant_get_child_value (self->call, 1) : NULL;
  gboolean has_password = FALSE;

  return settings != NULL && !(g_variant_lookup (settings, KEY_ACCOUNT_HAS_PASSWORD, "b", &has_password) && has_password);
}

static void
ask_person (Confirm *self)
{
  gboolean is_asked = self->question == NULL, is_typed = bridge_call_wants_secret (self->row) && !is_secret_empty (self);
  GError *error = NULL;

  if (self->question != NULL)
    g_variant_lookup (self->question, KEY_QUESTION_ASKED, "b", &is_asked);
  if (bridge_call_wants_secret (self->row) && !is_typed && (self->secret = secret_bytes_to_memfd (NULL, &error)) < 0)
    confirm_end (self, error);
  else if (is_typed)
    secret_dialog_ask (self->shell, self->row->member, look_up (self, KEY_QUESTION_TEXT), typed_cb, self);
  else if (!is_asked || WEAKENED ("question"))
    confirm_end (self, NULL);
  else
    window_ask (self->shell, look_up (self, KEY_QUESTION_TITLE), look_up (self, KEY_QUESTION_TEXT), look_up (self, KEY_QUESTION_YES), answered_cb, self);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Confirm *self = data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = core_link_call_finish (self->shell->core, result, NULL, &error);

  if (reply == NULL) {
    confirm_end (self, error);
    return;
  }
  self->question = g_variant_get_child_value (reply, 0);
  ask_person (self);
}

/* D-Bus has no empty tuple: a FALSE stands for it. */
static GVariant *
box_arguments (GVariant *call)
{
  return g_variant_n_children (call) > 0 ? call : g_variant_new_boolean (FALSE);
}

/* Core's answer cannot be outdated when it is acted upon: core takes the window's calls in their order, and no second question is begun meanwhile. */
void
confirm_ask (Shell *shell, const ContractRow *row, GVariant *call, ConfirmedFunc func, gpointer data)
{
  Confirm *self = g_new0 (Confirm, 1);

  *self = (Confirm){ shell, row, g_variant_ref (call), NULL, -1, func, data };
  if (row->effect == CONTRACT_EFFECT_HARMLESS) /* a passphrase is typed, and nothing else is to be said */
    ask_person (self);
  else
    core_link_call_async (shell->core, "Question", g_variant_new ("(sv)", row->member, box_arguments (call)), NULL, looked_cb, self);
}
