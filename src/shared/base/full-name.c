#include "full-name.h"

#include <gio/gio.h>
#include <string.h>

#define LETTERS_DIGITS_HYPHEN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

static gboolean
is_label (const char *label, gsize len)
{
  return len > 0 && len <= 63 && label[0] != '-' && label[len - 1] != '-' && strspn (label, LETTERS_DIGITS_HYPHEN) >= len;
}

gboolean
full_name_is_valid (const char *text)
{
  guint n = 0;

  if (strlen (text) > FULL_NAME_MAX || g_hostname_is_ip_address (text))
    return FALSE;
  for (const char *at = text;; at++) {
    gsize len = strcspn (at, ".");

    if (!is_label (at, len))
      return FALSE;
    n++;
    at += len;
    if (*at == '\0')
      return n > 1;
  }
}

gboolean
full_name_is_public (const char *text)
{
  static const char *const of_the_house[] = { "local", "localdomain", "localhost", "lan", "home", "internal", "intranet", "private", "corp", "arpa",
                                              "test", "example", "invalid", "onion", "alt" };

  if (!full_name_is_valid (text))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (of_the_house); i++)
    if (g_ascii_strcasecmp (strrchr (text, '.') + 1, of_the_house[i]) == 0)
      return FALSE;
  return TRUE;
}
