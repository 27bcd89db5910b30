#include "status-table.h"

#include <string.h>

/* A host name as logs have it: "mx1.example.org". Sentences that lack the blank behind their dot mostly go on with a capital. */
static gboolean
is_host (const char *word, gsize len)
{
  const char *dot;

  while (len > 0 && g_ascii_ispunct (*word)) {
    word++;
    len--;
  }
  while (len > 0 && g_ascii_ispunct (word[len - 1]))
    len--;
  dot = g_strrstr_len (word, (gssize) len, ".");
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_islower (word[i]) && !g_ascii_isdigit (word[i]) && word[i] != '.' && word[i] != '-')
      return FALSE;
  return dot != NULL && word + len - dot > 2 && g_ascii_islower (word[len - 1]);
}

static gboolean
is_name (const char *word, gsize len)
{
  return memchr (word, '@', len) != NULL || g_strstr_len (word, (gssize) len, "://") != NULL || (*word == '<' && memchr (word, '>', len) != NULL) ||
         is_host (word, len);
}

char *
status_table_words (const char *text)
{
  g_autoptr (GString) words = g_string_new (NULL);

  while (*text != '\0') {
    gsize len = strcspn (text, " \t");

    if (len > 0 && !is_name (text, len)) {
      if (words->len > 0)
        g_string_append_c (words, ' ');
      g_string_append_len (words, text, (gssize) len);
    }
    text += len + (text[len] != '\0');
  }
  return g_utf8_validate (words->str, (gssize) words->len, NULL) ? g_utf8_strdown (words->str, -1) : g_ascii_strdown (words->str, -1);
}

/* A status that names no reason: who refuses for any other one has no better number, so the words count. */
static gboolean
is_vague (SmtpStatus status)
{
  return status.class == 0 || status.detail == 0 || (status.subject == 7 && status.detail == 1);
}

static gboolean
has_status (const StatusRow *row, SmtpStatus status)
{
  if (row->subject == STATUS_ANY)
    return TRUE;
  if (row->subject == STATUS_VAGUE)
    return is_vague (status);
  return status.class != 0 && row->subject == status.subject && (row->detail == STATUS_ANY || row->detail == status.detail);
}

static gboolean
has_words (const StatusRow *row, const char *words)
{
  for (gsize i = 0; i < G_N_ELEMENTS (row->words) && row->words[i][0] != '\0'; i++) {
    words = strstr (words, row->words[i]);
    if (words == NULL)
      return FALSE;
    words += strlen (row->words[i]);
  }
  return TRUE;
}

const StatusRow *
status_table_find (Phase phase, guint code, SmtpStatus status, const char *text)
{
  g_autofree char *words = status_table_words (text);

  if (code / 100 != 4 && code / 100 != 5)
    return NULL;
  for (gsize i = 0; i < status_rows_count; i++) {
    const StatusRow *row = &status_rows[i];

    if ((row->phases & (guint) phase) != 0 && (row->code == 0 || row->code == code || row->code == code / 100) && has_status (row, status) &&
        has_words (row, words))
      return row;
  }
  return NULL;
}
