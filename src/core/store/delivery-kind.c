#include "delivery-kind.h"

#include <string.h>

static const char *const words[DELIVERY_COUNT] = {
  [DELIVERY_SENT] = DELIVERY_WORD_SENT,
  [DELIVERY_DELIVERED] = DELIVERY_WORD_DELIVERED,
  [DELIVERY_READ] = DELIVERY_WORD_READ,
  [DELIVERY_FAILED] = DELIVERY_WORD_FAILED,
  [DELIVERY_BOUNCED] = DELIVERY_WORD_BOUNCED,
  [DELIVERY_COMPLAINED] = DELIVERY_WORD_COMPLAINED,
  [DELIVERY_LEFT] = DELIVERY_WORD_LEFT,
  [DELIVERY_ANSWERED] = DELIVERY_WORD_ANSWERED,
  [DELIVERY_AWAY] = DELIVERY_WORD_AWAY,
};

const char *
delivery_kind_to_word (DeliveryKind kind)
{
  return (guint) kind < DELIVERY_COUNT ? words[kind] : "?";
}

gboolean
delivery_kind_from_word (const char *word, DeliveryKind *out_kind)
{
  for (guint i = 0; i < DELIVERY_COUNT; i++)
    if (strcmp (words[i], word) == 0) {
      *out_kind = (DeliveryKind) i;
      return TRUE;
    }
  return FALSE;
}
