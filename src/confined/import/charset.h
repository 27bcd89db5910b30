/* charset.h - text in an encoding that iconv knows to UTF-8.
 * Trust:  input is hostile; what has no meaning becomes U+FFFD. Used in: confined/import. charset_warm_up() loads the C library's modules
 *         before the lock; behind it no file is opened, and only what was loaded is known.
 * Source: iconv(3), iconv -l; IANA Character Sets (names). */
#pragma once
#include <glib.h>

typedef struct Charset Charset;

void     charset_warm_up (void);
/* name: as iconv -l has it, any case. Returns: (transfer full), or NULL: there is no such one. */
Charset *charset_open (const char *name);
void     charset_free (Charset *self);

void     charset_reset (Charset *self); /* to the beginning of a text */

/* Appends the UTF-8 of the next octets. is_last: a character that is cut short is a bad one. Returns: how many octets had no meaning. */
gsize    charset_feed (Charset *self, const guint8 *data, gsize len, gboolean is_last, GByteArray *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Charset, charset_free)
