#include "isolated-sign-in.h"

#include "account-provider.h"
#include "fault.h"
#include "sign-in-window.h"

typedef struct {
  IsolatedSignIn *isolated; /* NULL: it is gone */
} EndWait;

struct IsolatedSignIn {
  Core              *core;
  gint64             account_id;
  SignInWindow      *window;  /* NULL: there is none */
  EndWait           *waiting; /* for the sign-in's end; NULL: not yet */
  IsolatedSignInFunc done;    /* NULL: called */
  gpointer           data;
  GError            *refused; /* why there can be none */
  guint              refusal; /* idle source */
};

void
isolated_sign_in_free (IsolatedSignIn *self)
{
  g_autoptr (GError) over = NULL;

  if (self == NULL)
    return;
  if (self->core->isolated == self)
    self->core->isolated = NULL;
  g_clear_handle_id (&self->refusal, g_source_remove);
  sign_in_window_free (self->window);
  if (self->waiting != NULL)
    self->waiting->isolated = NULL;
  if (self->done != NULL) {
    over = g_error_new_literal (FAULT, FAULT_TEMP, "the sign-in is over");
    self->done (over, self->data);
  }
  g_clear_error (&self->refused);
  g_free (self);
}

/* There is no window, and so nothing of this any more; then who waits is told, who may begin another. Takes error. */
static void
isolated_sign_in_give_up (IsolatedSignIn *self, GError *error)
{
  g_autoptr (GError) taken = error;
  IsolatedSignInFunc done = g_steal_pointer (&self->done);
  gpointer data = self->data;

  isolated_sign_in_free (self);
  done (taken, data);
}

/* --- its window --- */

static void
opened_cb (const GError *error, gpointer data)
{
  IsolatedSignIn *self = data;
  IsolatedSignInFunc done;

  if (error != NULL) {
    isolated_sign_in_give_up (self, g_error_copy (error));
    return;
  }
  done = g_steal_pointer (&self->done);
  done (NULL, self->data);
}

static void
redirected_cb (const char *address, gpointer data)
{
  IsolatedSignIn *self = data;
  g_autoptr (Account) account = account_load_id (self->core, self->account_id, NULL);

  if (account != NULL && !sign_ins_paste (self->core->sign_ins, account, address, NULL)) /* which may have ended it, and us */
    g_message ("the sign-in window came to a redirect that is none of its sign-in's");
}

static void
closed_cb (const char *why, gpointer data)
{
  IsolatedSignIn *self = data;
  SignIns *sign_ins = self->core->sign_ins;
  g_autofree char *text = why != NULL ? g_strdup_printf ("the sign-in window ended: %s", why) : NULL;
  gint64 account = self->account_id;

  isolated_sign_in_free (self);
  if (text != NULL)
    sign_ins_fail (sign_ins, account, text);
  else
    sign_ins_cancel (sign_ins, account);
}

/* --- its sign-in --- */

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree EndWait *waiting = data;

  sign_in_end_free (sign_ins_wait_finish (result, NULL));
  isolated_sign_in_free (waiting->isolated);
}

static void
isolated_sign_in_wait (IsolatedSignIn *self, const Account *account)
{
  self->waiting = g_new0 (EndWait, 1);
  self->waiting->isolated = self;
  sign_ins_wait_async (self->core->sign_ins, account, NULL, ended_cb, self->waiting);
}

/* --- for whom --- */

/* Google's own words are a page of theirs: developers.google.com/identity/protocols/oauth2/policies ("embedded user-agents"). */
static HostList *
find_hosts (const AccountProvider *provider, GError **error)
{
  if (provider->provider->may_embed)
    return host_list_new (provider->authorize, provider->provider->hosts, error);
  g_set_error (error, FAULT, FAULT_UNAVAILABLE, g_strcmp0 (provider->provider->word, "google") == 0
    ? "%s lets nobody sign in in another program's window (it answers 403 disallowed_useragent)" : "%s does not allow to sign in in another program's window (its file would say embedded=yes)",
    provider->provider->title);
  return NULL;
}

static gboolean
refuse_cb (gpointer data)
{
  IsolatedSignIn *self = data;

  self->refusal = 0;
  isolated_sign_in_give_up (self, g_steal_pointer (&self->refused));
  return G_SOURCE_REMOVE;
}

/* Returns: FALSE with `error`. */
static gboolean
isolated_sign_in_open (IsolatedSignIn *self, const Account *account, const SignInStart *start, Environment *environment, GError **error)
{
  static const SignInWindowFuncs funcs = { opened_cb, redirected_cb, closed_cb };
  g_autoptr (AccountProvider) provider = account_provider_new (account, error);
  HostList *hosts = provider != NULL ? find_hosts (provider, error) : NULL;

  if (hosts != NULL && environment == NULL) {
    g_clear_pointer (&hosts, host_list_free);
    g_set_error_literal (error, FAULT, FAULT_UNAVAILABLE, "there is no desktop on which a window could be opened");
  }
  if (hosts != NULL) {
    const SignInWindowSpec spec = { .url = start->url, .redirect = start->redirect, .authorities = provider->authorities, .address = account->address, .hosts = hosts };

    self->window = sign_in_window_open (self->core, environment, &spec, &funcs, self);
  }
  return hosts != NULL;
}

/* The one before has no place any more. */
static void
isolated_sign_in_replace (Core *core, gint64 account)
{
  gint64 before = core->isolated != NULL ? core->isolated->account_id : account;

  isolated_sign_in_free (core->isolated);
  if (before != account)
    sign_ins_cancel (core->sign_ins, before);
}

void
isolated_sign_in_show (Core *core, const Account *account, const SignInStart *start, Environment *environment, IsolatedSignInFunc done, gpointer data)
{
  IsolatedSignIn *self = g_new0 (IsolatedSignIn, 1);

  isolated_sign_in_replace (core, account->id);
  core->isolated = self;
  self->core = core;
  self->account_id = account->id;
  self->done = done;
  self->data = data;
  if (isolated_sign_in_open (self, account, start, environment, &self->refused))
    isolated_sign_in_wait (self, account);
  else
    self->refusal = g_idle_add (refuse_cb, self);
}
