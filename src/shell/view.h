/* view.h - the web view and all that it may not do: settings, policies, filter, proxy, permissions.
 * Trust:  the page is hostile once a stranger's bytes have reached it; each layer here was shown to hold without the others.
 * Used in: shell. Source: WebKitGTK 2.50 reference. */
#pragma once
#include "mail-store.h"
#include <webkit/webkit.h>

typedef struct View View;

typedef struct {
  void (*ready)  (WebKitWebView *view, gpointer data);                          /* the document may be loaded: the filter stands */
  void (*ended)  (WebKitWebView *view, gpointer data);                          /* the web process crashed or was killed */
  void (*failed) (const GError *error, gpointer data);                          /* no view can be made */
  gboolean (*message) (WebKitWebView *view, WebKitUserMessage *message, gpointer data); /* the bridge speaks */
} ViewFuncs;

/* mails: borrowed, outlives the view. Callbacks come from the main loop. Returns: (transfer full), or NULL with FAULT_*. */
View          *view_new  (MailStore *mails, const ViewFuncs *funcs, gpointer data, GError **error);
void           view_free (View *self);
WebKitWebView *view_get_widget (View *self); /* borrowed */
void           view_load (View *self);       /* the page, from its start; after `ready` */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (View, view_free)
