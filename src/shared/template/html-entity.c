#include "html-entity.h"

#include <stdlib.h>
#include <string.h>

/* U+00A0 .. U+00FF in their order. */
static const char *const latin1[96] = {
  "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo", "not", "shy", "reg", "macr",
  "deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot", "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34",
  "iquest", "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave",
  "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute",
  "Ucirc", "Uuml", "Yacute", "THORN", "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil", "egrave",
  "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml",
  "divide", "oslash", "ugrave", "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
};

static const struct { const char *name; gunichar c; } others[] = {
  { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' }, { "euro", 0x20ac }, { "hellip", 0x2026 },
  { "ndash", 0x2013 }, { "mdash", 0x2014 }, { "lsquo", 0x2018 }, { "rsquo", 0x2019 }, { "sbquo", 0x201a }, { "ldquo", 0x201c },
  { "rdquo", 0x201d }, { "bdquo", 0x201e }, { "lsaquo", 0x2039 }, { "rsaquo", 0x203a }, { "bull", 0x2022 }, { "dagger", 0x2020 },
  { "permil", 0x2030 }, { "trade", 0x2122 }, { "larr", 0x2190 }, { "uarr", 0x2191 }, { "rarr", 0x2192 }, { "darr", 0x2193 },
  { "minus", 0x2212 }, { "le", 0x2264 }, { "ge", 0x2265 }, { "ne", 0x2260 }, { "infin", 0x221e }, { "hearts", 0x2665 },
  { "check", 0x2713 }, { "star", 0x2606 }, { "starf", 0x2605 }, { "ensp", 0x2002 }, { "emsp", 0x2003 }, { "thinsp", 0x2009 },
  { "zwnj", 0x200c }, { "zwj", 0x200d }, { "lrm", 0x200e }, { "rlm", 0x200f }, { "OElig", 0x152 }, { "oelig", 0x153 },
  { "Scaron", 0x160 }, { "scaron", 0x161 }, { "Zcaron", 0x17d }, { "zcaron", 0x17e }, { "Yuml", 0x178 }, { "fnof", 0x192 },
  { "colon", ':' }, { "sol", '/' }, { "num", '#' }, { "commat", '@' }, { "lpar", '(' }, { "rpar", ')' }, { "NewLine", '\n' },
  { "Tab", '\t' }, { "lbrace", '{' }, { "rbrace", '}' }, { "vert", '|' }, { "excl", '!' }, { "quest", '?' }, { "equals", '=' },
};

static gunichar
html_entity_numeric (const char *digits)
{
  gboolean is_hex = digits[0] == 'x' || digits[0] == 'X';
  char *end;
  unsigned long c = strtoul (digits + is_hex, &end, is_hex ? 16 : 10);

  if (*end != '\0' || !g_ascii_isxdigit (digits[is_hex]) || c == 0 || c > 0x10ffff || !g_unichar_validate ((gunichar) c))
    return 0;
  return (gunichar) c;
}

gunichar
html_entity_lookup (const char *name)
{
  if (name[0] == '#')
    return html_entity_numeric (name + 1);
  for (guint i = 0; i < G_N_ELEMENTS (latin1); i++)
    if (strcmp (latin1[i], name) == 0)
      return 0xa0 + i;
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (strcmp (others[i].name, name) == 0)
      return others[i].c;
  return 0;
}
