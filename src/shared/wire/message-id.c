#include "message-id.h"

#include <string.h>

#define DIGITS 40 /* chosen: 160 bits */

char *
message_id_new (const guint8 identity[16], guint64 recipient, const char *domain)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize domain_len = strlen (domain);
  char *id = g_malloc (1 + DIGITS + 1 + domain_len + 2); /* made by hand: once a message, printf is the dearest part of it */
  guint8 le[8];

  for (guint i = 0; i < 8; i++)
    le[i] = (guint8) (recipient >> (8 * i));
  g_checksum_update (sum, identity, 16);
  g_checksum_update (sum, le, 8);
  id[0] = '<';
  /* NOLINTBEGIN(bugprone-not-null-terminated-result): the last one ends it */
  memcpy (id + 1, g_checksum_get_string (sum), DIGITS);
  id[1 + DIGITS] = '@';
  memcpy (id + 2 + DIGITS, domain, domain_len);
  memcpy (id + 2 + DIGITS + domain_len, ">", 2);
  /* NOLINTEND(bugprone-not-null-terminated-result) */
  return id;
}
