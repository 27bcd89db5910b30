/* grave.h - what cannot be undone, or lets mail go where it did not before: the person is asked by a window of ours, whatever the page asked.
 * SettingsChange is so only where it shortens for how long names are kept: what core keeps now is looked at first.
 * Trust:  the page may be somebody else's by now; its own question proves nothing. Used in: shell. */
#pragma once
#include "shell.h"

typedef void (*GraveAgreedFunc) (gboolean is_yes, gpointer data);

gboolean grave_is (const char *member);

/* member: grave; call: its checked arguments. `agreed` is called once, later; without a question where nothing is lost by it. Set shell->is_dialog_open first. */
void grave_ask (Shell *shell, const char *member, GVariant *call, GraveAgreedFunc agreed, gpointer data);
