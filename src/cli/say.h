/* say.h - a sentence for somebody who sees no terminal: in a window of its own (postrider-dialog), else as a notification. Used in: cli. */
#pragma once
#include <gio/gio.h>

/* Waits for the person. button: what they may press, NULL: nothing. Returns: whether they pressed it; FALSE too where there was no window to press it in. */
gboolean say_to_person (const char *text, const char *button);
