/* app.h - the socket in the data folder: who connects (same uid only) gets an App1 object of its own.
 * Trust:  the caller is the same user; its words are checked by contract_check() before a handler sees them, their meaning by the handler.
 * Used in: core. */
#pragma once
#include "contract-app1.h"
#include "core.h"

typedef struct { /* what the window's starter wants to know of the shell's connection; each once */
  void (*greeted) (gpointer data); /* it said Hello */
  void (*closed)  (gpointer data); /* its client is gone now */
} AppShellFuncs;

typedef struct AppClient AppClient;
struct AppClient { /* one connection; freed when it closes */
  gatomicrefcount  references;
  Core            *core;
  PrApp1          *skeleton;
  GDBusConnection *connection; /* may be closed already while a call is still being worked on */
  guint64          watched;    /* campaign whose CampaignChanged it gets, 0 none */
  gboolean         is_looking; /* ImportLook: one at a time, for each is a process */
  GCancellable    *gone;       /* cancelled when the connection closes: imports roll back, sinks end */
  gboolean         is_shell;   /* the window: it may call what the contract exposes to it, and nothing else; all others the rest */
  const AppShellFuncs *shell_funcs;
  gpointer         shell_data;
  gboolean         has_dialog; /* window: one file dialog at a time */
  gint64           shown_us;   /* window: when it last opened an address */
};
AppClient *app_client_ref   (AppClient *self);
void       app_client_unref (AppClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AppClient, app_client_unref)

App  *app_new  (Core *core, const char *socket_path, GError **error);
void  app_free (App *self);
/* The shell's connection, made by core itself, before its messages are processed; kept until it closes. funcs: kept by pointer.
 * Returns: borrowed, or NULL: it is closed already (funcs->closed was called). */
AppClient *app_adopt (App *self, GDBusConnection *connection, const AppShellFuncs *funcs, gpointer data);
guint app_get_client_count (App *self);
/* Is somebody here, or was somebody since this was asked last? A command that came and went between two looks counts too. */
gboolean app_take_visited (App *self);
/* Calls `func` for each client. */
void  app_foreach (App *self, void (*func) (AppClient *client, gpointer data), gpointer data);
/* While held, core does not leave for want of work (an import, a test). */
void  app_hold (Core *core);
void  app_release (Core *core);

/* Each connects its "handle-*" signals on client->skeleton; the client outlives the skeleton's handlers. */
void app_account_connect  (AppClient *client); /* Account*, Vault*, Doctor */
void app_contact_connect  (AppClient *client); /* List*, Contact*, Template*, Draft*, Suppress* */
void app_import_connect   (AppClient *client); /* Import */
void app_campaign_connect (AppClient *client); /* Campaign*, TemplateInspect */
void app_sink_connect     (AppClient *client); /* Sink* */
void app_window_connect   (AppClient *client); /* WindowOpen, Desk*: window/app-window.c */

/* Ends a call with an error that people read (FAULT; anything else becomes Fault.Software). Takes `error` and the invocation.
 * Returns: TRUE, what a handler returns. */
gboolean app_return_error (GDBusMethodInvocation *invocation, GError *error);
