/* account-choice.h - the ways by which an address of a large provider's can send, told before one is taken. Used in: cli. */
#pragma once
#include <glib.h>

/* Asks the person at the terminal. preset: of App1.AccountPreset for the address.
 * Returns: (static) the kind that was chosen, or "": by a password, or there is but one way. NULL with FAULT_USAGE: nothing was chosen. */
const char *account_choice_ask (const char *preset, GError **error);
