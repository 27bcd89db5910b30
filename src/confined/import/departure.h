/* departure.h - does a row say that its person left? Exports of newsletter programs and shops have a column for it.
 * Trust:  cells are hostile. Used in: confined/import. Does no I/O.
 * Source: exports of Mailchimp (cleaned_, unsubscribed_), listmonk (status: enabled, disabled, blocklisted), Brevo (EMAIL_BLACKLISTED),
 *         Shopify (Accepts Email Marketing), Sendy, HubSpot; their import help. */
#pragma once
#include "frame.h"

typedef enum {
  DEPARTURE_NONE,
  DEPARTURE_STATUS, /* a word of its own: unsubscribed, blocklisted, bounced… */
  DEPARTURE_IF_NO,  /* "Accepts Marketing": no */
  DEPARTURE_IF_YES, /* "Unsubscribed": yes, or when */
} DepartureKind;

DepartureKind departure_recognise (const char *header);
gboolean      departure_is (DepartureKind kind, Slice value);
