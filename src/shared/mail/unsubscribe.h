/* unsubscribe.h - where a reader leaves: the addresses of List-Unsubscribe, as templates.
 * Trust:  the text is the user's own. Used in: skeleton. Pure. Source: RFC 8058 §3.1, RFC 2369 §2 (from left to right). */
#pragma once
#include "template.h"

/* text: https: or mailto: template, or one of each with a comma between; NULL or "": none.
 * Returns: (transfer full) array of Template, none to two, https first; or NULL with TEMPLATE_ERROR_FORM. */
GPtrArray *unsubscribe_parse (const char *text, GError **error);

gboolean unsubscribe_is_https (const Template *self);
