#include "chooser.h"

#include "chosen.h"
#include "fault.h"
#include "portal.h"
#include <string.h>

#define FILE_CHOOSER "org.freedesktop.portal.FileChooser"

typedef struct {
  PrDesk1               *skeleton;
  GDBusMethodInvocation *invocation; /* taken by the answer */
  gboolean               is_save;
} Choice;

static gboolean
is_answered (Choice *choice, GError *error)
{
  if (error == NULL)
    return FALSE;
  g_dbus_method_invocation_take_error (choice->invocation, error);
  return TRUE;
}

/* Returns: (transfer full) paths; empty: cancelled, or nothing that a path leads to. */
static char **
get_paths (GVariant *results)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_autoptr (GVariantIter) uris = NULL;
  const char *uri;

  if (results != NULL && g_variant_lookup (results, "uris", "as", &uris))
    while (g_variant_iter_next (uris, "&s", &uri)) {
      g_autofree char *path = chosen_path_from_uri (uri);

      if (path != NULL)
        g_strv_builder_add (paths, path);
    }
  return g_strv_builder_end (paths);
}

static void
choice_answer (Choice *choice, const char *const *paths)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autofree char *name = NULL;
  GVariant *files = NULL;
  GError *error = NULL;

  if (choice->is_save)
    name = chosen_make (paths[0], fds, &error);
  else
    files = chosen_open (paths, fds, &error);
  if (is_answered (choice, error))
    return;
  if (choice->is_save)
    pr_desk1_complete_save (choice->skeleton, choice->invocation, fds, name, g_variant_new_handle (0));
  else
    pr_desk1_complete_choose (choice->skeleton, choice->invocation, fds, files);
}

static void
decided_cb (PortalEnd end, GVariant *results, gpointer data)
{
  g_autofree Choice *choice = data;
  g_auto (GStrv) paths = get_paths (results);

  if (end == PORTAL_NOBODY)
    g_dbus_method_invocation_return_error_literal (choice->invocation, FAULT, FAULT_UNAVAILABLE, "the desktop has no file dialog");
  else
    choice_answer (choice, (const char *const *) paths);
}

static Choice *
choice_new (PrDesk1 *skeleton, GDBusMethodInvocation *invocation, gboolean is_save)
{
  Choice *choice = g_new0 (Choice, 1);

  *choice = (Choice){ skeleton, invocation, is_save };
  return choice;
}

/* a(sa(us)): a name, and what belongs to it: kind 0 is a pattern. */
static GVariant *
make_filters (const char *const *patterns)
{
  GVariantBuilder filters, fitting;

  g_variant_builder_init (&fitting, G_VARIANT_TYPE ("a(us)"));
  for (gsize i = 0; patterns[i] != NULL; i++) {
    g_autofree char *folded = chosen_fold_pattern (patterns[i]);

    g_variant_builder_add (&fitting, "(us)", 0u, folded);
  }
  g_variant_builder_init (&filters, G_VARIANT_TYPE ("a(sa(us))"));
  g_variant_builder_add (&filters, "(s@a(us))", "Files that fit", g_variant_builder_end (&fitting));
  g_variant_builder_add (&filters, "(s@a(us))", "All files", g_variant_new_parsed ("[(uint32 0, '*')]"));
  return g_variant_builder_end (&filters);
}

static GPtrArray *
make_arguments (const char *title)
{
  GPtrArray *arguments = g_ptr_array_new ();

  g_ptr_array_add (arguments, g_variant_new_string ("")); /* the parent: its number lies inside the window's box */
  g_ptr_array_add (arguments, g_variant_new_string (title));
  return arguments;
}

static gboolean
handle_choose (PrDesk1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *title, const char *const *patterns,
               gboolean is_multiple, gpointer data)
{
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "multiple", g_variant_new_boolean (is_multiple));
  if (patterns[0] != NULL)
    g_variant_builder_add (&options, "{sv}", "filters", make_filters (patterns));
  portal_request (data, FILE_CHOOSER, "OpenFile", make_arguments (title), &options, decided_cb, choice_new (skeleton, invocation, FALSE));
  return TRUE;
}

static gboolean
handle_save (PrDesk1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *title, const char *name, gpointer data)
{
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "current_name", g_variant_new_string (name));
  portal_request (data, FILE_CHOOSER, "SaveFile", make_arguments (title), &options, decided_cb, choice_new (skeleton, invocation, TRUE));
  return TRUE;
}

void
chooser_connect (PrDesk1 *skeleton, GDBusConnection *bus)
{
  g_signal_connect (skeleton, "handle-choose", G_CALLBACK (handle_choose), bus);
  g_signal_connect (skeleton, "handle-save", G_CALLBACK (handle_save), bus);
}
