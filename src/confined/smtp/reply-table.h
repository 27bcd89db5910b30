/* reply-table.h - what a server's answer means for a recipient and for the account: its meaning by shared/mail/status-table, then a row of ours.
 * Trust:  code, status and text are hostile; only compared. Used in: session. Pure. */
#pragma once
#include "status-table.h"
#include "verdict.h"

/* `text` (borrowed) is the answer's text. Anything but 2xx; 354 is not for here. */
Verdict verdict_of (Phase phase, guint code, SmtpStatus status, const char *text);
/* The same of a login with an access token: no advice is about a password. */
Verdict verdict_of_token (guint code, SmtpStatus status, const char *text);
