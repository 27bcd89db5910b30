/* message.h - a sentence in a window of its own, for who has no terminal to read it in. Used in: postrider-dialog --say, --ask. */
#pragma once
#include <glib.h>

/* text: made fit to be shown in here. button: NULL: there is only “Close”. Waits. Returns: whether `button` was pressed. */
gboolean message_show (const char *text, const char *button);
