#include "message-id.h"

char *
message_id_new (const guint8 identity[16], guint64 recipient, const char *domain)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 le[8];

  for (guint i = 0; i < 8; i++)
    le[i] = (guint8) (recipient >> (8 * i));
  g_checksum_update (sum, identity, 16);
  g_checksum_update (sum, le, 8);
  return g_strdup_printf ("<%.40s@%s>", g_checksum_get_string (sum), domain);
}
