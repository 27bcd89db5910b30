#include "grave.h"

#include "quoted.h"
#include "window.h"
#include <string.h>

#define QUOTED_MAX 80 /* octets of what the page named; chosen: fits the dialog */

static const struct {
  const char *member, *title, *before, *after, *yes; /* before and after what the call's first argument names; after NULL: it is not named */
} grave[] = {
  { "DeleteAll", "Delete everything that Postrider keeps?",
    "All people, messages, accounts, passwords and the record of who got what will be gone. This cannot be undone.", NULL, "_Delete everything" },
  { "ContactForget", "Forget this person for good?", "The name, the address and all answers of ", " will be gone. This cannot be undone.", "_Forget" },
  { "SuppressRemove", "Write to them again?", "", " will be written to again. Please do so only if they asked for it.", "_Write to them again" },
  { "AccountPin", "Change how this server is recognised?", "From now on the mail server of the account ",
    " is trusted by one certificate alone, or by its name again. Do this only if you know that it is right.", "_Go on" },
  { "SettingsChange", "Keep names for a shorter time?", "Names, addresses and replies of campaigns that ended more than ",
    " ago will be gone at once, and those of the others when they are as old. This cannot be undone.", "_Shorten" },
};

/* --- what it is about --- */

/* 0: for ever, or nothing is said of it. */
static guint
get_days (GVariant *values)
{
  g_autoptr (GVariant) settings = g_variant_get_child_value (values, 0);
  guint days = 0;

  g_variant_lookup (settings, "keep_days", "u", &days);
  return days;
}

/* “ann@example.org”, or “ann@example.org” and 3 more, or 30 days */
static char *
quote (GVariant *call)
{
  g_autoptr (GVariant) first = g_variant_n_children (call) > 0 ? g_variant_get_child_value (call, 0) : NULL;
  g_autoptr (GVariant) one = NULL;
  g_autofree char *shown = NULL;
  gsize n = 1;

  if (first != NULL && g_variant_is_of_type (first, G_VARIANT_TYPE_VARDICT))
    return g_strdup_printf ("%u days", get_days (call));
  if (first != NULL && g_variant_is_of_type (first, G_VARIANT_TYPE_STRING_ARRAY)) {
    n = g_variant_n_children (first);
    one = n > 0 ? g_variant_get_child_value (first, 0) : NULL;
  } else if (first != NULL) {
    one = g_variant_ref (first);
  }
  if (one == NULL || !g_variant_is_of_type (one, G_VARIANT_TYPE_STRING))
    return g_strdup ("Nobody");
  shown = quoted_new (g_variant_get_string (one, NULL), QUOTED_MAX);
  return n > 1 ? g_strdup_printf ("%s and %" G_GSIZE_FORMAT " more", shown, n - 1) : g_steal_pointer (&shown);
}

static gsize
find (const char *member)
{
  gsize i = 0;

  while (i < G_N_ELEMENTS (grave) && strcmp (grave[i].member, member) != 0)
    i++;
  return i;
}

gboolean
grave_is (const char *member)
{
  return find (member) < G_N_ELEMENTS (grave);
}

static void
ask (Shell *shell, gsize i, GVariant *call, GraveAgreedFunc agreed, gpointer data)
{
  g_autofree char *named = quote (call);
  g_autofree char *text = grave[i].after != NULL ? g_strconcat (grave[i].before, named, grave[i].after, NULL) : g_strdup (grave[i].before);

  window_ask (shell, grave[i].title, text, grave[i].yes, agreed, data);
}

/* --- grave only if it shortens what is kept --- */

typedef struct {
  Shell          *shell;
  gsize           row;
  GVariant       *call;
  GraveAgreedFunc agreed;
  gpointer        data;
} Looking;

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Looking *self = data;
  g_autoptr (GVariant) call = self->call;
  g_autoptr (GVariant) reply = core_link_call_finish (self->shell->core, result, NULL, NULL);
  guint wanted = get_days (call), now = reply != NULL ? get_days (reply) : 0; /* not known: as if all were kept */

  if (wanted != 0 && (now == 0 || wanted < now))
    ask (self->shell, self->row, call, self->agreed, self->data);
  else
    self->agreed (TRUE, self->data);
}

/* The answer cannot be outdated when it is acted upon: core takes the window's calls in their order, and no second change is begun meanwhile (Shell.is_dialog_open). */
static void
look_first (Shell *shell, gsize row, GVariant *call, GraveAgreedFunc agreed, gpointer data)
{
  Looking *self = g_new0 (Looking, 1);

  *self = (Looking){ shell, row, g_variant_ref (call), agreed, data };
  core_link_call_async (shell->core, "SettingsShow", NULL, NULL, looked_cb, self);
}

void
grave_ask (Shell *shell, const char *member, GVariant *call, GraveAgreedFunc agreed, gpointer data)
{
  gsize i = find (member);

  if (strcmp (member, "SettingsChange") == 0)
    look_first (shell, i, call, agreed, data);
  else
    ask (shell, i, call, agreed, data);
}
