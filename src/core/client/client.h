/* client.h - one caller of App1: what its handlers keep of it, how a call of its ends with an error, and core held while it is worked on.
 * Trust:  the caller is the same user; its words are checked by contract_check() before a handler sees them, their meaning by the handler.
 * Used in: core. */
#pragma once
#include "contract-app1.h"
#include "core.h"

typedef struct { /* news of the shell's connection for the window's starter; each once */
  void (*greeted) (gpointer data); /* the shell said Hello */
  void (*closed)  (gpointer data); /* its client is gone now */
} AppShellFuncs;

typedef struct AppClient AppClient;
struct AppClient { /* one connection; freed when it closes */
  gatomicrefcount  references;
  Core            *core;
  PrApp1          *skeleton;
  GDBusConnection *connection; /* closed already, perhaps, while a call is still being worked on */
  guint64          watched;    /* campaign whose CampaignChanged it gets, 0 none */
  gboolean         is_looking; /* ImportLook: one at a time, for each is a process */
  GCancellable    *gone;       /* cancelled when the connection closes: imports roll back, sinks end */
  gboolean         is_shell;   /* the window: it may call what the contract exposes to it, and nothing else; all others the rest */
  const AppShellFuncs *shell_funcs;
  gpointer         shell_data;
  gboolean         has_dialog; /* window: one file dialog at a time */
  gint64           shown_us;   /* window: when it last opened an address */
};
/* funcs: NULL, or the window's (kept by pointer). (transfer full) */
AppClient *app_client_new   (Core *core, GDBusConnection *connection, const AppShellFuncs *funcs, gpointer data);
AppClient *app_client_ref   (AppClient *self);
void       app_client_unref (AppClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AppClient, app_client_unref)

/* Connects its "handle-*" signals on client->skeleton; the client outlives the skeleton's handlers. */
typedef void (*AppConnectFunc) (AppClient *client);

/* Ends a call with an error that people read (FAULT; anything else becomes Fault.Software). Takes `error` and the invocation.
 * Returns: TRUE, what a handler returns. */
gboolean app_return_error (GDBusMethodInvocation *invocation, GError *error);

/* While held, core does not leave for want of work (an import, a test). */
void  app_hold (Core *core);
void  app_release (Core *core);
