/* app.h - the socket in the data folder: who connects (same uid only) gets an App1 object of its own.
 * Trust:  the caller is the same user; what it may call is in the contract (exposure), and its words are checked here before a handler sees them.
 * Used in: core. */
#pragma once
#include "client.h"

/* connectors: all handlers, ended by NULL; borrowed for as long as it lives. Errors: those of GDBusServer. */
App  *app_new  (Core *core, const char *socket_path, const AppConnectFunc *connectors, GError **error);
void  app_free (App *self);
/* The shell's connection, made by core itself, before its messages are processed; kept until it closes. funcs: kept by pointer.
 * Returns: borrowed, or NULL: it is closed already (funcs->closed was called). */
AppClient *app_adopt (App *self, GDBusConnection *connection, const AppShellFuncs *funcs, gpointer data);
guint app_get_client_count (App *self);
/* TRUE when a client is here, or was since this was asked last: a command that came and went between two looks counts too. */
gboolean app_take_visited (App *self);
/* Calls `func` for each client. */
void  app_foreach (App *self, void (*func) (AppClient *client, gpointer data), gpointer data);
