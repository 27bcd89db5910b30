#include "message-view.h"

#include "text.h"
#include <string.h>

#define LINE_MAX_OCTETS 4096
#define DEPTH_MAX 4 /* chosen: mixed, related, alternative, and one to spare */

static const char *const shown_heads[] = { "From", "To", "Subject", "Reply-To", "List-Unsubscribe", "Message-ID" };

/* Undoes quoted-printable; in a head line (RFC 2047) "_" is a space. What is no code stays as it is. */
static char *
decode_quoted (const char *text, gboolean is_head)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++) {
    if (*p == '=' && g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2])) {
      g_string_append_c (out, (char) (16 * g_ascii_xdigit_value (p[1]) + g_ascii_xdigit_value (p[2])));
      p += 2;
    } else if (*p == '=' && !is_head && (p[1] == '\n' || (p[1] == '\r' && p[2] == '\n'))) {
      p += p[1] == '\n' ? 1 : 2;
    } else {
      g_string_append_c (out, is_head && *p == '_' ? ' ' : *p);
    }
  }
  return g_string_free (out, FALSE);
}

static char *
decode_base64 (const char *text)
{
  gsize len;
  g_autofree guchar *raw = g_base64_decode (text, &len);

  return g_strndup ((const char *) raw, len);
}

/* One encoded word "=?charset?q?text?=" that starts at `word`; *out_end: behind it. NULL: it is none. */
static char *
decode_word (const char *word, const char **out_end)
{
  const char *charset = word + 2;
  const char *kind = strchr (charset, '?');
  const char *text = kind != NULL && kind[1] != '\0' && kind[2] == '?' ? kind + 3 : NULL;
  const char *end = text != NULL ? strstr (text, "?=") : NULL;
  g_autofree char *inner = end != NULL ? g_strndup (text, (gsize) (end - text)) : NULL;

  if (end == NULL)
    return NULL;
  *out_end = end + 2;
  return g_ascii_tolower (kind[1]) == 'b' ? decode_base64 (inner) : decode_quoted (inner, TRUE);
}

static char *
decode_head (const char *text)
{
  GString *out = g_string_new (NULL);
  gsize word_end = 0; /* where the last encoded word ended; 0: something else came since */

  for (const char *p = text; *p != '\0';) {
    const char *end = NULL;
    g_autofree char *word = g_str_has_prefix (p, "=?") ? decode_word (p, &end) : NULL;

    if (word != NULL) {
      if (word_end > 0) /* white space between two encoded words is no text */
        g_string_truncate (out, word_end);
      g_string_append (out, word);
      word_end = out->len;
      p = end;
    } else {
      word_end = g_ascii_isspace (*p) ? word_end : 0;
      g_string_append_c (out, *p++);
    }
  }
  return g_string_free (out, FALSE);
}

static const char *
skip_line (const char *line)
{
  const char *end = strchr (line, '\n');

  return end != NULL ? end + 1 : "";
}

/* Returns: (transfer full) the unfolded value of a head line, or NULL. */
static char *
find_head (const char *message, const char *name)
{
  gsize len = strlen (name);

  for (const char *line = message; *line != '\0' && *line != '\r' && *line != '\n'; line = skip_line (line))
    if (g_ascii_strncasecmp (line, name, len) == 0 && line[len] == ':') {
      GString *value = g_string_new (NULL);

      for (line += len + 1; *line != '\0' && !(*line == '\n' && line[1] != ' ' && line[1] != '\t'); line++)
        if (*line != '\r' && *line != '\n')
          g_string_append_c (value, *line);
      return g_strstrip (g_string_free (value, FALSE));
    }
  return NULL;
}

static const char *
find_body (const char *message)
{
  const char *body = strstr (message, "\r\n\r\n");

  return body != NULL ? body + 4 : "";
}

static char *
find_boundary (const char *type)
{
  const char *at = strstr (type, "boundary=");
  gboolean is_quoted;

  if (at == NULL)
    return NULL;
  at += strlen ("boundary=");
  is_quoted = *at == '"';
  at += is_quoted;
  return g_strndup (at, strcspn (at, is_quoted ? "\"" : "; "));
}

/* Returns: (transfer full) the first text/plain part, decoded, or NULL. others: told of each other part. */
static char *
find_text (const char *part, guint depth, GString *others)
{
  g_autofree char *type = find_head (part, "Content-Type");
  g_autofree char *encoding = find_head (part, "Content-Transfer-Encoding");
  g_autofree char *boundary = type != NULL && g_ascii_strncasecmp (type, "multipart/", 10) == 0 ? find_boundary (type) : NULL;
  char *text = NULL;

  if (boundary != NULL && depth < DEPTH_MAX) {
    g_autofree char *delimiter = g_strconcat ("\r\n--", boundary, NULL);
    g_autofree char *body = g_strconcat ("\r\n", find_body (part), NULL);
    g_auto (GStrv) parts = g_strsplit (body, delimiter, -1);

    for (gsize i = 1; parts[0] != NULL && parts[i] != NULL && !g_str_has_prefix (parts[i], "--"); i++) {
      char *found = find_text (parts[i] + (g_str_has_prefix (parts[i], "\r\n") ? 2 : 0), depth + 1, others);

      if (text == NULL)
        text = found;
      else
        g_free (found);
    }
    return text;
  }
  if (type == NULL || g_ascii_strncasecmp (type, "text/plain", 10) != 0) {
    if (type != NULL)
      g_string_append_printf (others, "[%s]\n", type);
    return NULL;
  }
  if (encoding != NULL && g_ascii_strcasecmp (encoding, "base64") == 0)
    return decode_base64 (find_body (part));
  return encoding != NULL && g_ascii_strcasecmp (encoding, "quoted-printable") == 0 ? decode_quoted (find_body (part), FALSE)
                                                                                   : g_strdup (find_body (part));
}

static void
append_lines (GString *out, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++) {
    g_autofree char *shown = NULL;

    g_strdelimit (g_strchomp (lines[i]), "\t", ' ');
    shown = text_printable (lines[i], -1, LINE_MAX_OCTETS);
    if (*shown != '\0' || lines[i + 1] != NULL)
      g_string_append_printf (out, "%s\n", shown);
  }
}

char *
message_view (const char *data, gsize len)
{
  g_autofree char *raw = g_strndup (data, len);
  g_autoptr (GString) others = g_string_new (NULL);
  GString *out = g_string_new (NULL);
  g_autofree char *text = find_text (raw, 0, others);

  for (gsize i = 0; i < G_N_ELEMENTS (shown_heads); i++) {
    g_autofree char *value = find_head (raw, shown_heads[i]);
    g_autofree char *decoded = value != NULL ? decode_head (value) : NULL;
    g_autofree char *shown = decoded != NULL ? text_printable (decoded, -1, LINE_MAX_OCTETS) : NULL;

    if (shown != NULL)
      g_string_append_printf (out, "%s: %s\n", shown_heads[i], shown);
  }
  g_string_append_c (out, '\n');
  append_lines (out, text != NULL ? text : raw);
  append_lines (out, others->str);
  return g_string_free (out, FALSE);
}
