/* import-map.h - --map of a file's columns. Pure. Used in: cli (import, suppress import). */
#pragma once
#include <glib.h>

/* "email=E-mail,name=2,unused=Notes" → map: {email: "E-mail", name: "2"}, others: {"Notes": unused}. Returns: FALSE with FAULT_USAGE. */
gboolean import_parse_map (const char *text, GVariantDict *out, GError **error);
