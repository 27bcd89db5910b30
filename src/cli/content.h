/* content.h - a template file as text. Used in: cli (send, template, campaign resume). */
#pragma once
#include <glib.h>

#define CONTENT_MAX (4 << 20) /* octets; as App1 takes them */

/* path: "-" is standard input. A UTF-8 mark at the start is dropped; form feeds and their like are line breaks.
 * Returns: (transfer full), or NULL with FAULT_NO_INPUT, FAULT_NO_PERM or FAULT_DATA (not UTF-8, too long, a control character: which line). */
char *content_read (const char *path, GError **error);
