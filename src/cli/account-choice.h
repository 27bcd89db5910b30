/* account-choice.h - the ways by which an address of a large provider's can send, told before one is taken. Used in: cli. */
#pragma once
#include "session.h"

/* preset: of App1.AccountPreset for the address. A person at a terminal who said no more than the address is asked; for others nothing changes.
 * Returns: (static) the kind that was chosen, or "": as was said. NULL with FAULT_USAGE: nothing was chosen. */
const char *account_choice_ask (const Session *session, const char *preset, GError **error);
