/* redirect-listener.h - where a browser comes back to after a sign-in: a port of this machine, served by a postrider-callback of its own.
 * Trust:  callback talks to whoever connects: what it says is checked by the contract, and judged by nobody here.
 * Used in: core/grant. Source: Callback1, Dial1.Listen; RFC 8252 §7.3. */
#pragma once
#include <gio/gio.h>

typedef struct RedirectListener RedirectListener;

typedef struct {
  /* A GET of the path. Answer it, later or at once. All borrowed. */
  void (*asked)  (guint32 serial, const char *path, const char *host, const char *query, gpointer data);
  void (*closed) (const char *why, gpointer data); /* it is of no use any more; once */
} RedirectListenerFuncs;

/* is_localhost: on ::1 too, with the same port, where this machine has it. Finish: (transfer full), or NULL with FAULT_TEMP, FAULT_OS. It is not served yet. */
void              redirect_listener_open_async  (gboolean is_localhost, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
RedirectListener *redirect_listener_open_finish (GAsyncResult *result, GError **error);
guint16           redirect_listener_get_port    (const RedirectListener *self);

/* Once. funcs: kept by pointer. What cannot be served is told to `closed`. */
void redirect_listener_serve  (RedirectListener *self, const char *path, const RedirectListenerFuncs *funcs, gpointer data);
/* page, word: as Callback1.Answer; word NULL: the page has no hole. */
void redirect_listener_answer (RedirectListener *self, guint32 serial, guint status, const char *page, const char *word);
/* Nobody is told any more; what was answered goes out first, for some seconds of the main loop. Takes it; NULL is a no-op. */
void redirect_listener_leave  (RedirectListener *self);
