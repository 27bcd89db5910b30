/* reading.h - how names of a file would read in each encoding that it may be in: for a person who knows them.
 * Trust:  the file is hostile. Used in: confined/import/session. */
#pragma once
#include "input.h"

#define READING_MAX 8 /* encodings to choose from */

/* Returns: (transfer full) strings, an encoding's name and up to three names as they would read, and so on in pairs; NULL with FAULT_IO. */
GPtrArray *reading_list (Input *input, GError **error);
