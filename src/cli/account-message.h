/* account-message.h - what messages of an account are made of, as core's table of kinds says, and whether what was given is one. Used in: cli (send). */
#pragma once
#include "session.h"

typedef struct { /* borrowed */
  const char *name, *text; /* of App1's spec; text NULL: not given; "": an empty one */
} GivenPart;

/* parts: ends with name NULL. *out_has_html: has this account's kind an HTML part, and with it pictures?
 * An account that is not there passes: core says which there are. Returns: FALSE with FAULT_USAGE (a part that this kind lacks, or one that is missing), or what
 * the calls met. */
gboolean account_message_check (Session *session, const char *account, const GivenPart *parts, gboolean *out_has_html, GError **error);
