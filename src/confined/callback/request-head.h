/* request-head.h - the head of an HTTP/1 request: octets to a value. Stricter than the standard lets a server be: what a browser or a
 * mail provider does not send is no request, so that no two parsers can read one head in two ways.
 * Trust:  input is hostile. Does no I/O. Used in: confined/callback (http-server), its fuzzer.
 * Source: RFC 9112 §2.1 to §6, RFC 9110 §5.5 and §7.2, RFC 3986 §3. */
#pragma once
#include <glib.h>

#define REQUEST_HEAD_PATH_MAX 1024   /* octets. Chosen: ours are shorter than 100 */
#define REQUEST_HEAD_QUERY_MAX 8192  /* the same. Chosen: a code of Microsoft's has less than 2048 */
#define REQUEST_HEAD_HOST_MAX 255    /* RFC 1035 §3.1, with a port */
#define REQUEST_HEAD_FIELDS_MAX 100  /* chosen: browsers send about 20 */
#define REQUEST_HEAD_PAIRS_MAX 64    /* of a query, and of a Cookie field. Chosen: libmicrohttpd takes memory for each */

#define REQUEST_HEAD_ERROR (request_head_error_quark ())
GQuark request_head_error_quark (void);
typedef enum {
  REQUEST_HEAD_ERROR_MALFORMED, /* no request for us: answer 404 and close */
} RequestHeadError;

typedef struct {
  char *name;  /* small letters */
  char *value; /* without white space around it; any octet but controls */
} RequestField;

typedef struct {
  char      *method;   /* capital letters */
  char      *path;     /* begins with "/"; percent signs as they came; printable ASCII, as are query and host */
  char      *query;    /* behind the first "?", or "" */
  char      *host;     /* exactly one Host field; letters, digits and .-:[] */
  guint64    body_len; /* Content-Length, or 0. There is no other way to send a body */
  GPtrArray *fields;   /* of RequestField */
} RequestHead;

/* Looks for the head's end in the `len` octets that are there so far.
 * Returns: its length with the empty line; 0: more must come; -1: what is there is no beginning of a head (a control character, a CR or LF alone). */
gssize request_head_measure (const char *data, gsize len);

/* data: `len` octets as measured (borrowed). Returns: (transfer full), or NULL with REQUEST_HEAD_ERROR_MALFORMED. */
RequestHead *request_head_parse (const char *data, gsize len, GError **error);
void         request_head_free  (RequestHead *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RequestHead, request_head_free)

/* name: in small letters. Returns: (borrowed) the first value, or NULL; *out_count: how many there are. */
const char *request_head_find (const RequestHead *self, const char *name, guint *out_count);
