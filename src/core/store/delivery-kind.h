/* delivery-kind.h - what may be heard of a message after its server took it. Words are stored: never change one. Used in: core. */
#pragma once
#include <glib.h>

/* Each word stands once, here; SQL takes it by sql-words.h. They are also the columns of an export and the keys of App1's numbers. */
#define DELIVERY_WORD_SENT "sent"
#define DELIVERY_WORD_DELIVERED "delivered"
#define DELIVERY_WORD_READ "read"
#define DELIVERY_WORD_FAILED "failed"
#define DELIVERY_WORD_BOUNCED "bounced"
#define DELIVERY_WORD_COMPLAINED "complained"
#define DELIVERY_WORD_LEFT "left"
#define DELIVERY_WORD_ANSWERED "answered"
#define DELIVERY_WORD_AWAY "away"

typedef enum { /* column delivery.kind, by its word */
  DELIVERY_SENT,       /* the provider sent it on */
  DELIVERY_DELIVERED,  /* it is on the person's device, or in the mailbox; so it was sent */
  DELIVERY_READ,       /* so it was delivered. These three are ranks, in this order; those below stand beside them */
  DELIVERY_FAILED,     /* the provider gave it up behind its yes */
  DELIVERY_BOUNCED,    /* a report came back: RFC 3464 */
  DELIVERY_COMPLAINED, /* called spam: RFC 5965 */
  DELIVERY_LEFT,       /* the person wants no more */
  DELIVERY_ANSWERED,
  DELIVERY_AWAY,       /* a machine answered for them: RFC 3834 */
  DELIVERY_COUNT
} DeliveryKind;

const char *delivery_kind_to_word (DeliveryKind kind); /* static; "?": none of these */
gboolean    delivery_kind_from_word (const char *word, DeliveryKind *out_kind);
