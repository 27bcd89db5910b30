#include "http-answer-reader.h"

#include "wiped-memory.h"
#include <string.h>

#define FIRST_ROOM 4096 /* chosen: what most answers fit in */

static gboolean
answer_fail (HttpAnswerReader *self, const char *problem)
{
  self->problem = problem;
  return FALSE;
}

/* Returns: the value of the field `name`, without space around it; or NULL: another field. */
static char *
field_dup_value (const char *line, gsize len, const char *name)
{
  gsize name_len = strlen (name);

  if (len <= name_len || g_ascii_strncasecmp (line, name, name_len) != 0 || line[name_len] != ':')
    return NULL;
  return g_strstrip (g_strndup (line + name_len + 1, len - name_len - 1));
}

static void
answer_take_media_type (HttpAnswerReader *self, char *value)
{
  value[strcspn (value, "; \t")] = '\0';
  for (char *p = value; *p != '\0'; p++)
    *p = g_ascii_tolower (*p);
  if (g_strlcpy (self->media_type, value, sizeof self->media_type) >= sizeof self->media_type)
    self->media_type[0] = '\0';
}

/* What is longer, or not of this alphabet, is as good as not said. */
static void
answer_take_retry_after (HttpAnswerReader *self, const char *value)
{
  gsize len = strlen (value);

  self->retry_after[0] = '\0';
  for (const char *p = value; *p != '\0'; p++)
    if (*p < ' ' || *p > '~')
      return;
  if (len < sizeof self->retry_after)
    memcpy (self->retry_after, value, len + 1);
}

gboolean
http_answer_reader_take_line (HttpAnswerReader *self, const char *line, gsize len)
{
  g_autofree char *type = field_dup_value (line, len, "Content-Type"), *content = field_dup_value (line, len, "Content-Encoding"),
                  *retry = field_dup_value (line, len, "Retry-After"), *transfer = field_dup_value (line, len, "Transfer-Encoding");

  if (len > HTTP_HEAD_MAX - self->head_bytes)
    return answer_fail (self, "its head is longer than 64 KiB");
  self->head_bytes += len;
  if (len >= 5 && memcmp (line, "HTTP/", 5) == 0)
    self->media_type[0] = self->retry_after[0] = '\0'; /* another head: the one before was 1xx */
  if (type != NULL)
    answer_take_media_type (self, type);
  if (retry != NULL)
    answer_take_retry_after (self, retry);
  if (content != NULL && *content != '\0' && g_ascii_strcasecmp (content, "identity") != 0)
    return answer_fail (self, "it is compressed, which was not asked for");
  if (transfer != NULL && g_ascii_strcasecmp (transfer, "chunked") != 0) /* libcurl would unpack it */
    return answer_fail (self, "it has an encoding that was not asked for");
  return TRUE;
}

gboolean
http_answer_reader_take_body (HttpAnswerReader *self, const char *data, gsize len)
{
  if (len > HTTP_BODY_MAX - self->body_bytes)
    return answer_fail (self, "it is longer than 1 MiB");
  while (self->room < self->body_bytes + len + 1) {
    self->room = self->room == 0 ? FIRST_ROOM : 2 * self->room;
    self->body = wiped_realloc (self->body, self->room);
    if (self->body == NULL)
      g_error ("no memory for an answer"); /* as g_malloc() */
  }
  memcpy (self->body + self->body_bytes, data, len);
  self->body_bytes += len;
  self->body[self->body_bytes] = '\0';
  return TRUE;
}

void
http_answer_reader_clear (HttpAnswerReader *self)
{
  wiped_free (self->body);
  *self = (HttpAnswerReader){ 0 };
}
