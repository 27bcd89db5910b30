#include "refusals.h"

static GtkWidget *
refuse_window_cb (WebKitWebView *view, WebKitNavigationAction *action, gpointer data)
{
  return NULL;
}

static gboolean
refuse_permission_cb (WebKitWebView *view, WebKitPermissionRequest *request, gpointer data)
{
  webkit_permission_request_deny (request);
  return TRUE;
}

static gboolean
tell_permission_cb (WebKitWebView *view, WebKitPermissionStateQuery *query, gpointer data)
{
  webkit_permission_state_query_finish (query, WEBKIT_PERMISSION_STATE_DENIED);
  return TRUE;
}

static gboolean
refuse_files_cb (WebKitWebView *view, WebKitFileChooserRequest *request, gpointer data)
{
  webkit_file_chooser_request_cancel (request);
  return TRUE;
}

static gboolean
refuse_dialog_cb (WebKitWebView *view, WebKitScriptDialog *dialog, gpointer data)
{
  return TRUE; /* as if it had been cancelled: WebKit closes what nobody holds */
}

static gboolean
refuse_login_cb (WebKitWebView *view, WebKitAuthenticationRequest *request, gpointer data)
{
  webkit_authentication_request_cancel (request);
  return TRUE;
}

static gboolean
refuse_full_screen_cb (WebKitWebView *view, gpointer data)
{
  return TRUE;
}

static gboolean
refuse_cb (WebKitWebView *view, gpointer what, gpointer data)
{
  return TRUE; /* taken, and nothing done: print, notification, colour */
}

void
refusals_connect (WebKitWebView *view)
{
  static const struct {
    const char *signal;
    GCallback   callback;
  } rows[] = {
    { "create", G_CALLBACK (refuse_window_cb) },
    { "permission-request", G_CALLBACK (refuse_permission_cb) },
    { "query-permission-state", G_CALLBACK (tell_permission_cb) },
    { "run-file-chooser", G_CALLBACK (refuse_files_cb) },
    { "run-color-chooser", G_CALLBACK (refuse_cb) },
    { "script-dialog", G_CALLBACK (refuse_dialog_cb) },
    { "print", G_CALLBACK (refuse_cb) },
    { "show-notification", G_CALLBACK (refuse_cb) },
    { "authenticate", G_CALLBACK (refuse_login_cb) },
    { "enter-fullscreen", G_CALLBACK (refuse_full_screen_cb) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_signal_connect (view, rows[i].signal, rows[i].callback, NULL);
}
