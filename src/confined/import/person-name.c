#include "person-name.h"

#include <string.h>

#define FIRST_MAX 64  /* octets; chosen: what follows a comma and is longer is no first name */
#define WORDS_MAX 4

/* Without dots, in lower case. */
static const char *const suffixes[] = { "jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "esq", "dds", "rn", "cpa", "dr", "prof", "msc", "bsc", "ma", "ba",
                                        "inc", "ltd", "llc", "llp", "gmbh", "ag", "kg", "ohg", "ev", "eg", "sa", "sarl", "sas", "sl", "srl", "spa", "bv", "nv", "ab",
                                        "oy", "as", "co", "corp", "plc", "limited", "ggmbh", "mr", "mrs", "ms", "herr", "frau", NULL };

static gboolean
is_suffix (const char *text, gsize len)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  for (gsize i = 0; i < len; i++)
    if (text[i] != '.' && text[i] != ' ')
      g_string_append_c (plain, g_ascii_tolower (text[i]));
  return g_strv_contains (suffixes, plain->str);
}

static guint
count_words (const char *text, gsize len)
{
  guint n = 0;

  for (gsize i = 0; i < len; i++)
    n += text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
  return n;
}

gboolean
person_name_has_comma (Slice name)
{
  const char *comma = name.len > 0 ? memchr (name.data, ',', name.len) : NULL, *end, *first;

  end = name.data + name.len;
  if (comma == NULL || comma == name.data || memchr (comma + 1, ',', (gsize) (end - comma - 1)) != NULL)
    return FALSE;
  for (gsize i = 0; i < name.len; i++)
    if (g_ascii_isdigit (name.data[i]) || strchr ("@/;:&|<>\n", name.data[i]) != NULL || name.data[i] == '\0')
      return FALSE;
  for (first = comma + 1; first < end && *first == ' '; first++)
    ;
  return first < end && end - first <= FIRST_MAX && count_words (first, (gsize) (end - first)) <= WORDS_MAX &&
         !is_suffix (first, (gsize) (end - first));
}

char *
person_name_first (const char *name)
{
  char *first = g_strstrip (g_strdup (strchr (name, ',') + 1)), *note = strchr (first, '(');

  if (note != NULL && note > first && g_str_has_suffix (first, ")")) /* "Lee, Ann (Sales)": Outlook's department */
    *note = '\0';
  return g_strchomp (first);
}

char *
person_name_last (const char *name)
{
  return g_strstrip (g_strndup (name, (gsize) (strchr (name, ',') - name)));
}
