/* encoded-word.h - names as mail programs write them: =?utf-8?Q?J=C3=BCrgen?=
 * Trust:  input is hostile. Used in: confined/import. Source: RFC 2047 §2, §4, §6.2. */
#pragma once
#include <glib.h>

/* text: valid UTF-8. Returns: (transfer full) the same with its encoded words read; those that cannot be read stay as they are. */
char *encoded_word_decode (const char *text);
