#include "connect-head.h"

#include <string.h>

#define METHOD "CONNECT"
#define LABEL_MAX 63 /* RFC 1035 §2.3.4 */
#define PORT_DIGITS_MAX 5
#define IPV6_MAX 45 /* with an IPv4 address in it: RFC 4291 §2.2 */

/* --- an authority --- */

/* Names of hosts, and IPv4 addresses, which look the same: what they mean core's list says. */
static gboolean
is_name (const char *text, gsize len)
{
  gsize label = 0;

  for (gsize i = 0; i < len; i++) {
    if (text[i] == '.' ? label == 0 : !g_ascii_isalnum (text[i]) && text[i] != '-' && text[i] != '_')
      return FALSE;
    label = text[i] == '.' ? 0 : label + 1;
    if (label > LABEL_MAX)
      return FALSE;
  }
  return label > 0 && len <= CONNECT_HOST_MAX;
}

static gboolean
is_ipv6 (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isxdigit (text[i]) && text[i] != ':' && text[i] != '.')
      return FALSE;
  return len >= 2 && len <= IPV6_MAX && memchr (text, ':', len) != NULL;
}

/* One spelling: no sign, no zero in front. */
static gboolean
take_port (const char *text, gsize len, guint16 *out)
{
  guint port = 0;

  if (len == 0 || len > PORT_DIGITS_MAX || text[0] == '0')
    return FALSE;
  for (gsize i = 0; i < len; i++) {
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
    port = port * 10 + (guint) (text[i] - '0');
  }
  *out = (guint16) port;
  return port <= G_MAXUINT16;
}

static gboolean
take_authority (const char *text, gsize len, ConnectTarget *out)
{
  const char *colon = g_strrstr_len (text, (gssize) len, ":");
  gsize host_len = colon != NULL ? (gsize) (colon - text) : 0;
  gboolean is_literal = host_len > 2 && text[0] == '[' && text[host_len - 1] == ']';

  if (colon == NULL || !take_port (colon + 1, len - host_len - 1, &out->port))
    return FALSE;
  if (is_literal) {
    text++;
    host_len -= 2;
  }
  if (is_literal ? !is_ipv6 (text, host_len) : !is_name (text, host_len))
    return FALSE;
  for (gsize i = 0; i < host_len; i++)
    out->host[i] = g_ascii_tolower (text[i]);
  out->host[host_len] = '\0';
  return TRUE;
}

/* --- lines --- */

static gboolean
is_token (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (text[i]) && (text[i] == '\0' || strchr ("!#$%&'*+-.^_`|~", text[i]) == NULL))
      return FALSE;
  return len > 0;
}

/* "CONNECT host:443 HTTP/1.1", one space each. */
static gboolean
take_request_line (const char *line, gsize len, ConnectTarget *out)
{
  const char *first = memchr (line, ' ', len), *second = first != NULL ? memchr (first + 1, ' ', len - (gsize) (first + 1 - line)) : NULL;
  gsize version_len = second != NULL ? len - (gsize) (second + 1 - line) : 0;

  if (second == NULL || version_len != 8 || (memcmp (second + 1, "HTTP/1.1", 8) != 0 && memcmp (second + 1, "HTTP/1.0", 8) != 0) ||
      (gsize) (first - line) != strlen (METHOD) || memcmp (line, METHOD, strlen (METHOD)) != 0)
    return FALSE;
  return take_authority (first + 1, (gsize) (second - first - 1), out);
}

static gboolean
is_field (const char *line, gsize len)
{
  const char *colon = memchr (line, ':', len);

  if (colon == NULL || !is_token (line, (gsize) (colon - line)))
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (g_ascii_iscntrl (line[i]) && line[i] != '\t')
      return FALSE;
  return TRUE;
}

/* A CONNECT has no body (RFC 9110 §9.3.6), so what announces one is a trick. */
static gboolean
is_body_field (const char *line, gsize len)
{
  static const char *const names[] = { "content-length", "transfer-encoding" };
  const char *colon = memchr (line, ':', len);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if ((gsize) (colon - line) == strlen (names[i]) && g_ascii_strncasecmp (line, names[i], strlen (names[i])) == 0)
      return TRUE;
  return FALSE;
}

/* Of the lines behind the first, without the empty one. */
static gboolean
are_fields (const char *data, gsize len)
{
  for (guint count = 0; len > 0; count++) {
    const char *end = memmem (data, len, "\r\n", 2);
    gsize line_len = end != NULL ? (gsize) (end - data) : 0;

    if (end == NULL || count >= CONNECT_FIELDS_MAX || !is_field (data, line_len) || is_body_field (data, line_len))
      return FALSE;
    data += line_len + 2;
    len -= line_len + 2;
  }
  return TRUE;
}

ConnectHeadState
connect_head_read (const char *data, gsize len, ConnectTarget *out)
{
  const char *end = memmem (data, len, "\r\n\r\n", 4), *line_end;
  gsize head_len = end != NULL ? (gsize) (end - data) + 2 : len;

  if (memchr (data, '\0', len) != NULL || len > CONNECT_HEAD_MAX || (end != NULL && head_len + 2 != len))
    return CONNECT_HEAD_MALFORMED;
  if (end == NULL)
    return len < CONNECT_HEAD_MAX ? CONNECT_HEAD_MORE : CONNECT_HEAD_MALFORMED;
  line_end = memmem (data, head_len, "\r\n", 2);
  return take_request_line (data, (gsize) (line_end - data), out) && are_fields (line_end + 2, head_len - (gsize) (line_end + 2 - data)) ? CONNECT_HEAD_WHOLE : CONNECT_HEAD_MALFORMED;
}
