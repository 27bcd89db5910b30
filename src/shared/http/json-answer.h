/* json-answer.h - a small JSON text from a server, or from a file that somebody else made: octets to values, strictly.
 * Trust:  input is hostile. Bounded in size, depth, values and members; a doubled key, bad UTF-8, a NUL in a string or anything behind the value
 *         refuse the whole. Strings may be tokens, so they are wiped when freed. Pure. Used in: confined/oauth, confined/gmail, cli (a client's file).
 * Source: RFC 8259; RFC 8259 §4 (names should be unique: here they must), RFC 7493 §2 (I-JSON). */
#pragma once
#include <glib.h>

#define JSON_ANSWER_MAX (1024 * 1024) /* octets; as shared/http takes of a body */
#define JSON_ANSWER_DEPTH_MAX 16      /* chosen: what token endpoints and APIs say is four or five deep */
#define JSON_ANSWER_VALUES_MAX 10000  /* chosen: in all */
#define JSON_ANSWER_MEMBERS_MAX 256   /* chosen: of one object; each is compared with each */

typedef struct JsonAnswer JsonAnswer; /* one value with all in it */

/* Returns: (transfer full), or NULL with FAULT_PROTOCOL; its text names the place and never what stands there. */
JsonAnswer *json_answer_parse (const char *data, gsize len, GError **error);
void        json_answer_free  (JsonAnswer *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (JsonAnswer, json_answer_free)

/* All take NULL, and all that is lent is borrowed from the parsed whole. NULL or FALSE: it is not there, or of another type. */
gboolean          json_answer_is_object   (const JsonAnswer *self);
const JsonAnswer *json_answer_get_member  (const JsonAnswer *self, const char *key); /* of an object */
const JsonAnswer *json_answer_get_element (const JsonAnswer *self, guint index);     /* of an array */
const char       *json_answer_get_string  (const JsonAnswer *self);
gboolean          json_answer_get_integer (const JsonAnswer *self, gint64 *out_value); /* no fraction, no exponent, 64 bits */
gboolean          json_answer_get_boolean (const JsonAnswer *self, gboolean *out_value);
