#include "app-pending.h"

#include "fault.h"
#include "window.h"
#include <gio/gunixfdlist.h>
#include <string.h>

#define SHOW_EVERY_US G_USEC_PER_SEC /* chosen: a window that was taken over may not fill the screen with browsers */

/* Returns: borrowed; NULL: the call was answered with a fault. */
static Desk *
get_desk (AppClient *client, GDBusMethodInvocation *invocation)
{
  AppWindow *window = client->core->window;
  Desk *desk = window != NULL ? window_get_desk (window) : NULL;

  if (desk == NULL)
    g_dbus_method_invocation_return_error_literal (invocation, FAULT, FAULT_UNAVAILABLE, "the desktop cannot be reached at the moment");
  return desk;
}

/* --- WindowOpen --- */

static void
opened_cb (const GError *error, gboolean is_new, gpointer data)
{
  g_autoptr (AppPending) pending = data;

  if (error != NULL)
    app_return_error (pending->invocation, g_error_copy (error));
  else
    pr_app1_complete_window_open (pending->client->skeleton, pending->invocation, is_new);
}

static gboolean
handle_open (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GVariant *environment, gpointer data)
{
  AppClient *client = data;

  window_open (client->core->window, environment, opened_cb, app_pending_new (client, invocation));
  return TRUE;
}

/* Desk1 and App1 say the same of each answer, and shared/peer and desk.c have checked it: it is handed on as it is. */
static void
answered_cb (GVariant *raw_answer, GUnixFDList *fds, const GError *error, gpointer data)
{
  g_autoptr (AppPending) pending = data;

  if (error != NULL)
    app_return_error (pending->invocation, g_error_copy (error));
  else
    g_dbus_method_invocation_return_value_with_unix_fd_list (pending->invocation, raw_answer, fds);
}

/* --- files --- */

static const struct {
  const char *purpose, *title;
  gboolean    is_multiple;
  const char *const *patterns;
} purposes[] = {
  { "contacts", "Choose a file with contacts", FALSE, (const char *const[]){ "*.csv", "*.tsv", "*.txt", "*.xlsx", "*.vcf", NULL } },
  { "attachment", "Choose files to attach", TRUE, (const char *const[]){ NULL } },
  { "image", "Choose pictures for the message", TRUE, (const char *const[]){ "*.png", "*.jpg", "*.jpeg", "*.gif", "*.webp", NULL } },
  { "suppressions", "Choose a file with addresses", FALSE, (const char *const[]){ "*.csv", "*.tsv", "*.txt", NULL } },
};

/* One dialog at a time, for the person's sake. Returns: FALSE: answered. */
static gboolean
begin_dialog (AppClient *client, GDBusMethodInvocation *invocation)
{
  if (client->has_dialog) {
    g_dbus_method_invocation_return_error_literal (invocation, FAULT, FAULT_TEMP, "a file dialog is open already");
    return FALSE;
  }
  client->has_dialog = TRUE;
  return TRUE;
}

static void
dialog_answered_cb (GVariant *raw_answer, GUnixFDList *fds, const GError *error, gpointer data)
{
  AppPending *pending = data;

  pending->client->has_dialog = FALSE;
  answered_cb (raw_answer, fds, error, pending);
}

static gboolean
handle_choose (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *purpose, gpointer data)
{
  AppClient *client = data;
  gsize row = 0;
  Desk *desk;

  while (row < G_N_ELEMENTS (purposes) && strcmp (purposes[row].purpose, purpose) != 0)
    row++;
  if (row == G_N_ELEMENTS (purposes)) {
    g_dbus_method_invocation_return_error_literal (invocation, FAULT, FAULT_USAGE, "files are chosen as contacts, attachment, image or suppressions");
    return TRUE;
  }
  desk = get_desk (client, invocation);
  if (desk != NULL && begin_dialog (client, invocation))
    desk_choose (desk, purposes[row].title, purposes[row].patterns, purposes[row].is_multiple, dialog_answered_cb, app_pending_new (client, invocation));
  return TRUE;
}

/* The paths are the window's word alone: it may have been taken over, and nothing was dropped. So the person is asked, by another program. */
static gboolean
handle_dropped (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *const *paths, gpointer data)
{
  AppClient *client = data;
  gboolean are_fine = paths[0] != NULL;
  Desk *desk;

  for (gsize i = 0; are_fine && paths[i] != NULL; i++)
    are_fine = desk_is_path (paths[i]);
  if (!are_fine) {
    g_dbus_method_invocation_return_error_literal (invocation, FAULT, FAULT_USAGE, "dropped files are named by their whole path");
    return TRUE;
  }
  desk = get_desk (client, invocation);
  if (desk != NULL && begin_dialog (client, invocation))
    desk_dropped (desk, paths, dialog_answered_cb, app_pending_new (client, invocation));
  return TRUE;
}

static gboolean
handle_save (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *name, gpointer data)
{
  AppClient *client = data;
  Desk *desk;

  if (*name == '\0' || *name == '.' || strchr (name, '/') != NULL) {
    g_dbus_method_invocation_return_error_literal (invocation, FAULT, FAULT_USAGE, "that is no name for a file");
    return TRUE;
  }
  desk = get_desk (client, invocation);
  if (desk != NULL && begin_dialog (client, invocation))
    desk_save (desk, "Save as", name, dialog_answered_cb, app_pending_new (client, invocation));
  return TRUE;
}

/* --- addresses, look --- */

static gboolean
handle_show (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *address, gpointer data)
{
  AppClient *client = data;
  gint64 now_us = g_get_monotonic_time ();
  Desk *desk;

  if (!desk_is_address (address)) {
    g_dbus_method_invocation_return_error_literal (invocation, FAULT, FAULT_USAGE, "only http, https and mailto addresses are opened");
    return TRUE;
  }
  if (client->shown_us != 0 && now_us - client->shown_us < SHOW_EVERY_US) {
    g_dbus_method_invocation_return_error_literal (invocation, FAULT, FAULT_TEMP, "one address at a time: try again in a moment");
    return TRUE;
  }
  desk = get_desk (client, invocation);
  if (desk == NULL)
    return TRUE;
  client->shown_us = now_us;
  desk_show (desk, address, answered_cb, app_pending_new (client, invocation));
  return TRUE;
}

static gboolean
handle_look (PrApp1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  AppClient *client = data;
  Desk *desk = get_desk (client, invocation);

  if (desk != NULL)
    desk_look (desk, answered_cb, app_pending_new (client, invocation));
  return TRUE;
}

void
app_window_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-window-open", G_CALLBACK (handle_open), client);
  g_signal_connect (client->skeleton, "handle-desk-choose", G_CALLBACK (handle_choose), client);
  g_signal_connect (client->skeleton, "handle-desk-save", G_CALLBACK (handle_save), client);
  g_signal_connect (client->skeleton, "handle-desk-dropped", G_CALLBACK (handle_dropped), client);
  g_signal_connect (client->skeleton, "handle-desk-show", G_CALLBACK (handle_show), client);
  g_signal_connect (client->skeleton, "handle-desk-look", G_CALLBACK (handle_look), client);
}
