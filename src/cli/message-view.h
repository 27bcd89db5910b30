/* message-view.h - a message of our own making as people read it: head lines and the text part, decoded. Pure.
 * Trust:  its values are foreign: all is made printable; what cannot be read is shown as it is. Used in: cli (preview).
 * Source: RFC 2045 §6 (encodings), RFC 2047 (head lines). */
#pragma once
#include <glib.h>

/* Returns: (transfer full) text with line breaks, safe for a terminal. */
char *message_view (const char *data, gsize len);
