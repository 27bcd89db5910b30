#include "grave.h"

#include "text.h"
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
};

/* “ann@example.org”, or “ann@example.org” and 3 more */
static char *
quote (GVariant *call)
{
  g_autoptr (GVariant) first = g_variant_n_children (call) > 0 ? g_variant_get_child_value (call, 0) : NULL;
  g_autoptr (GVariant) one = NULL;
  g_autofree char *shown = NULL;
  gsize n = 1;

  if (first != NULL && g_variant_is_of_type (first, G_VARIANT_TYPE_STRING_ARRAY)) {
    n = g_variant_n_children (first);
    one = n > 0 ? g_variant_get_child_value (first, 0) : NULL;
  } else if (first != NULL) {
    one = g_variant_ref (first);
  }
  if (one == NULL || !g_variant_is_of_type (one, G_VARIANT_TYPE_STRING))
    return g_strdup ("Nobody");
  shown = text_printable (g_variant_get_string (one, NULL), -1, QUOTED_MAX);
  return n > 1 ? g_strdup_printf ("“%s” and %" G_GSIZE_FORMAT " more", shown, n - 1) : g_strdup_printf ("“%s”", shown);
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

void
grave_ask (Shell *shell, const char *member, GVariant *call, GraveAgreedFunc agreed, gpointer data)
{
  gsize i = find (member);
  g_autofree char *named = quote (call);
  g_autofree char *text = grave[i].after != NULL ? g_strconcat (grave[i].before, named, grave[i].after, NULL) : g_strdup (grave[i].before);

  window_ask (shell, grave[i].title, text, grave[i].yes, agreed, data);
}
