#include "clean.h"

#include "text.h"

typedef enum { SHOWN, BLANK, TAB, BREAK, OTHER_BREAK, CONTROL } CleanKind;

/* Both functions below ask here, and nowhere else. */
static CleanKind
clean_judge (gunichar c)
{
  switch (c) {
  case '\t':
    return TAB;
  case '\n': case '\r':
    return BREAK;
  case '\v': case '\f': case 0x85: case 0x2028: case 0x2029:
    return OTHER_BREAK;
  default:
    return g_unichar_iscntrl (c) ? CONTROL : g_unichar_isspace (c) ? BLANK : SHOWN;
  }
}

static gboolean
is_kept (CleanKind kind, CleanForm form)
{
  return kind == SHOWN || kind == BLANK || (form == CLEAN_TEXT && (kind == TAB || kind == BREAK));
}

gboolean
clean_is (Slice value, CleanForm form)
{
  if (value.len == 0 || text_is_plain (value.data, value.len))
    return TRUE; /* the usual case */
  if (!g_utf8_validate_len (value.data, value.len, NULL))
    return FALSE;
  for (const char *p = value.data, *end = p + value.len; p < end; p = g_utf8_next_char (p))
    if (!is_kept (clean_judge (g_utf8_get_char (p)), form))
      return FALSE;
  return TRUE;
}

static void
append_line (GString *out, CleanKind kind, gunichar c, gboolean *is_gap)
{
  if (kind != SHOWN) {
    *is_gap = out->len > 0;
    return;
  }
  if (*is_gap)
    g_string_append_c (out, ' ');
  *is_gap = FALSE;
  g_string_append_unichar (out, c);
}

char *
clean_text (Slice value, CleanForm form, gboolean *out_is_lost)
{
  GString *out = g_string_sized_new (value.len);
  gboolean is_gap = FALSE;

  *out_is_lost = FALSE;
  for (const char *p = value.data, *end = p + value.len; p < end; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    CleanKind kind = clean_judge (c);

    if (kind == CONTROL)
      *out_is_lost = TRUE;
    else if (form == CLEAN_LINE)
      append_line (out, kind, c, &is_gap);
    else
      g_string_append_unichar (out, kind == OTHER_BREAK ? '\n' : c);
  }
  return g_string_free (out, FALSE);
}
