/* html-entity.h - "&eacute;" to "é". Source: HTML 4 §24 (Latin-1 and the usual signs), WHATWG HTML §13.2.5.72. Pure. */
#pragma once
#include <glib.h>

/* name: between "&" and ";". Returns: the character, or 0 when it is none of ours. */
gunichar html_entity_lookup (const char *name);
