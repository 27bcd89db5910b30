#include "request-head.h"

#include <string.h>

#define METHOD_MAX 16  /* chosen: longer than any method of the registry that we have a route for */
#define DIGITS_MAX 10  /* of Content-Length: more than any body_max, no overflow */

G_DEFINE_QUARK (request-head-error-quark, request_head_error)

/* --- the end --- */

static gboolean
is_forbidden (guchar c)
{
  return (c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f;
}

gssize
request_head_measure (const char *data, gsize len)
{
  for (gsize i = 0; i < len; i++) {
    if (is_forbidden ((guchar) data[i]) || (data[i] == '\n' && (i == 0 || data[i - 1] != '\r')))
      return -1;
    if (data[i] != '\r')
      continue;
    if (i + 1 < len && data[i + 1] != '\n')
      return -1;
    if (i + 4 <= len && memcmp (data + i, "\r\n\r\n", 4) == 0)
      return (gssize) i + 4;
  }
  return 0;
}

/* --- pieces --- */

static gboolean
is_token (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (text[i]) && (text[i] == '\0' || strchr ("!#$%&'*+-.^_`|~", text[i]) == NULL))
      return FALSE;
  return len > 0;
}

/* What a percent sign stands for must be no control character: nobody behind us has to think of %00 or %0d%0a. */
static gboolean
is_escape (const char *text, gsize len)
{
  int high = len >= 3 ? g_ascii_xdigit_value (text[1]) : -1, low = len >= 3 ? g_ascii_xdigit_value (text[2]) : -1;

  return high >= 2 && low >= 0 && !(high == 7 && low == 0xf);
}

/* extra: what may stand here beside RFC 3986's pchar. */
static gboolean
is_uri_part (const char *text, gsize len, const char *extra)
{
  for (gsize i = 0; i < len; i++) {
    if (text[i] == '%' && !is_escape (text + i, len - i))
      return FALSE;
    if (!g_ascii_isalnum (text[i]) && (text[i] == '\0' || (strchr ("-._~!$&'()*+,;=:@%", text[i]) == NULL && strchr (extra, text[i]) == NULL)))
      return FALSE;
  }
  return TRUE;
}

static gsize
count_octet (const char *text, gsize len, char c)
{
  gsize count = 0;

  for (gsize i = 0; i < len; i++)
    count += text[i] == c;
  return count;
}

static gboolean
is_host (const char *text)
{
  gsize len = strlen (text);

  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (text[i]) && strchr (".-:[]", text[i]) == NULL)
      return FALSE;
  return len > 0 && len <= REQUEST_HEAD_HOST_MAX;
}

static gboolean
parse_length (const char *text, guint64 *out_length)
{
  gsize len = strlen (text);

  return len > 0 && len <= DIGITS_MAX && strspn (text, "0123456789") == len && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, out_length, NULL);
}

/* --- lines --- */

static gboolean
take_target (RequestHead *self, const char *target, gsize len)
{
  const char *mark = memchr (target, '?', len);
  gsize path_len = mark != NULL ? (gsize) (mark - target) : len;
  gsize query_len = mark != NULL ? len - path_len - 1 : 0;

  if (len == 0 || *target != '/' || path_len > REQUEST_HEAD_PATH_MAX || query_len > REQUEST_HEAD_QUERY_MAX ||
      !is_uri_part (target, path_len, "/") || (mark != NULL && !is_uri_part (mark + 1, query_len, "/?")) ||
      (mark != NULL && count_octet (mark + 1, query_len, '&') >= REQUEST_HEAD_PAIRS_MAX))
    return FALSE;
  self->path = g_strndup (target, path_len);
  self->query = mark != NULL ? g_strndup (mark + 1, query_len) : g_strdup ("");
  return TRUE;
}

/* "GET /path?query HTTP/1.1", one space each. 1.0 is what a proxy speaks to whom it stands before. */
static gboolean
take_request_line (RequestHead *self, const char *line, gsize len)
{
  const char *first = memchr (line, ' ', len), *second;
  gsize method_len = first != NULL ? (gsize) (first - line) : 0;

  if (method_len == 0 || method_len > METHOD_MAX)
    return FALSE;
  for (gsize i = 0; i < method_len; i++)
    if (!g_ascii_isupper (line[i]))
      return FALSE;
  second = memchr (first + 1, ' ', len - method_len - 1);
  if (second == NULL || !take_target (self, first + 1, (gsize) (second - first - 1)))
    return FALSE;
  self->method = g_strndup (line, method_len);
  len -= (gsize) (second + 1 - line);
  return len == 8 && (memcmp (second + 1, "HTTP/1.1", 8) == 0 || memcmp (second + 1, "HTTP/1.0", 8) == 0);
}

static void
request_field_free (gpointer data)
{
  RequestField *self = data;

  g_free (self->name);
  g_free (self->value);
  g_free (self);
}

/* A line that begins with white space (RFC 9112 §5.2) has no name, and so is none. */
static gboolean
take_field (RequestHead *self, const char *line, gsize len)
{
  const char *colon = memchr (line, ':', len);
  gsize name_len = colon != NULL ? (gsize) (colon - line) : 0;
  RequestField *field;

  if (!is_token (line, name_len) || self->fields->len >= REQUEST_HEAD_FIELDS_MAX)
    return FALSE;
  field = g_new0 (RequestField, 1);
  field->name = g_ascii_strdown (line, (gssize) name_len);
  field->value = g_strstrip (g_strndup (colon + 1, len - name_len - 1));
  g_ptr_array_add (self->fields, field);
  return strcmp (field->name, "cookie") != 0 || count_octet (field->value, strlen (field->value), ';') < REQUEST_HEAD_PAIRS_MAX;
}

static gboolean
take_lines (RequestHead *self, const char *data, gsize len)
{
  gboolean is_first = TRUE;

  while (len > 2) { /* the last is the empty one */
    const char *end = memchr (data, '\r', len);
    gsize line_len = end != NULL ? (gsize) (end - data) : len;

    if (end == NULL || line_len == 0 || !(is_first ? take_request_line : take_field) (self, data, line_len))
      return FALSE;
    is_first = FALSE;
    data += line_len + 2;
    len -= line_len + 2;
  }
  return !is_first;
}

/* --- what fields say --- */

const char *
request_head_find (const RequestHead *self, const char *name, guint *out_count)
{
  const char *value = NULL;

  *out_count = 0;
  for (guint i = 0; i < self->fields->len; i++) {
    const RequestField *field = g_ptr_array_index (self->fields, i);

    if (strcmp (field->name, name) != 0)
      continue;
    if ((*out_count)++ == 0)
      value = field->value;
  }
  return value;
}

/* One Host; a body by Content-Length or none: chunks and codings are what two servers disagree about (RFC 9112 §11.2). */
static gboolean
read_fields (RequestHead *self)
{
  guint hosts, lengths, codings;
  const char *host = request_head_find (self, "host", &hosts), *length = request_head_find (self, "content-length", &lengths);

  (void) request_head_find (self, "transfer-encoding", &codings);
  if (hosts != 1 || lengths > 1 || codings > 0 || !is_host (host) || (length != NULL && !parse_length (length, &self->body_len)))
    return FALSE;
  self->host = g_strdup (host);
  return TRUE;
}

RequestHead *
request_head_parse (const char *data, gsize len, GError **error)
{
  g_autoptr (RequestHead) self = g_new0 (RequestHead, 1);

  self->fields = g_ptr_array_new_with_free_func (request_field_free);
  if (request_head_measure (data, len) == (gssize) len && len > 0 && take_lines (self, data, len) && read_fields (self))
    return g_steal_pointer (&self);
  g_set_error_literal (error, REQUEST_HEAD_ERROR, REQUEST_HEAD_ERROR_MALFORMED, "no request for this server");
  return NULL;
}

void
request_head_free (RequestHead *self)
{
  if (self == NULL)
    return;
  g_free (self->method);
  g_free (self->path);
  g_free (self->query);
  g_free (self->host);
  g_ptr_array_unref (self->fields);
  g_free (self);
}
