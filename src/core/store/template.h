/* template.h - messages kept by name. What is in them is compiled by a transport, never here. Used in: core/app.
 * Errors: FAULT_NO_INPUT (no such template), FAULT_IO. */
#pragma once
#include "database.h"

gboolean template_save   (Database *database, const char *name, const char *subject, const char *html, const char *text, GError **error);
gboolean template_load   (Database *database, const char *name, char **out_subject, char **out_html, char **out_text, GError **error); /* (transfer full) */
/* Errors: also FAULT_DATA (the name is taken). */
gboolean template_rename (Database *database, const char *name, const char *new_name, GError **error);
gboolean template_remove (Database *database, const char *name, GError **error);
