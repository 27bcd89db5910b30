#include "mailbox.h"

#include "address-idna.h"
#include "fault.h"
#include <string.h>

gboolean
mailbox_settle (MessageParts *parts, const char *part, const char *option, char **out_address, GError **error)
{
  const char *mailbox = message_parts_get (parts, part);
  g_autofree char *name = NULL, *address = NULL, *canonical = NULL;
  const char *at, *domain;
  AddressFlaw flaw;

  if (!address_parse_mailbox (mailbox, &name, &address, error)) {
    g_prefix_error (error, "%s: ", option);
    return FALSE;
  }
  domain = strrchr (address, '@') + 1;
  if (g_str_is_ascii (domain)) {
    *out_address = g_steal_pointer (&address);
    return TRUE;
  }
  canonical = address_canonical (address, strlen (address), &flaw);
  if (canonical == NULL) {
    g_set_error (error, FAULT, FAULT_DATA, "%s: %s: %s", option, address, address_flaw_to_sentence (flaw));
    return FALSE;
  }
  at = g_strrstr (mailbox, address);
  if (at != NULL) {
    g_autofree char *whole = g_strdup_printf ("%.*s%s%s", (int) (at - mailbox), mailbox, canonical, at + strlen (address));

    message_parts_set (parts, part, whole);
  }
  *out_address = g_steal_pointer (&canonical);
  return TRUE;
}
