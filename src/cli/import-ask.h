/* import-ask.h - where a file is not clearly in one encoding, the person at the terminal says in which one its names read right. Used in: cli. */
#pragma once
#include "session.h"

/* Looks at the file, and asks if that is open. options: as for Import. out_encoding: (transfer full) the answer, NULL: nothing to ask.
 * Returns: FALSE with FAULT_USAGE (no answer), or as ImportLook fails. */
gboolean import_ask_encoding (Session *session, const char *path, GVariant *options, char **out_encoding, GError **error);
