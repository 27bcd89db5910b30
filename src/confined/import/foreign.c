#include "foreign.h"

#include <string.h>

#define BLANKS " \t\n"
#define SAVE_AS "open it in a spreadsheet program, save the contacts as .xlsx or as CSV (UTF-8), and import that"

/* Returns: how long the name is of the tag that the text begins with; 0: it begins with none ("<ann@example.org>" is an address). */
static gsize
tag_len (const char *text)
{
  gsize n = text[0] == '<' && g_ascii_isalpha (text[1]) ? strspn (text + 1, "abcdefghijklmnopqrstuvwxyz0123456789:_-") : 0;

  return n > 0 && text[1 + n] != '\0' && strchr (BLANKS "/>", text[1 + n]) != NULL ? n : 0;
}

static gboolean
is_web_page (const char *text)
{
  static const char *const names[] = { "html", "head", "body", "table", "meta", "div", "style", "title", "p", "script", "center", "font", "b", "h1", NULL };
  g_autofree char *name = g_strndup (text + 1, tag_len (text));

  return g_str_has_prefix (text, "<!doctype html") || (text[0] == '<' && g_strv_contains (names, name));
}

static gboolean
is_xml (const char *text)
{
  return g_str_has_prefix (text, "<?xml") || g_str_has_prefix (text, "<!doctype") || g_str_has_prefix (text, "<!--") || tag_len (text) > 0;
}

/* "[Club] ann@example.org" is a line of a list. */
static gboolean
is_json (const char *text)
{
  const char *next = text[0] != '\0' ? text + 1 + strspn (text + 1, BLANKS) : text;

  return (text[0] == '{' && (next[0] == '"' || next[0] == '}')) || (text[0] == '[' && (next[0] == '{' || next[0] == '[' || next[0] == '"'));
}

static const char *
next_line (const char *line)
{
  const char *end = strchr (line, '\n');

  return end != NULL ? end + 1 : NULL;
}

/* Comments, blank lines and the version may come before the first entry. */
static gboolean
is_ldif (const char *line)
{
  while (line != NULL && (line[0] == '#' || line[0] == '\n' || g_str_has_prefix (line, "version:")))
    line = next_line (line);
  return line != NULL && g_str_has_prefix (line, "dn:");
}

/* 1: recipients, which a pasted list may name so too; 2: another field of a mail's header; 0: none */
static int
field_kind (const char *line)
{
  static const char *const people[] = { "from", "to", "cc", "bcc", "reply-to", "sender", NULL };
  static const char *const others[] = { "subject", "date", "message-id", "mime-version", "return-path", "received", "delivered-to", "content-type",
                                        "dkim-signature", "authentication-results", "user-agent", "envelope-to", "x-mozilla-status", "x-mailer",
                                        "x-gmail-labels", "x-gm-thrid", "x-received", "arc-seal", "list-id", "received-spf", NULL };
  gsize n = strcspn (line, ":" BLANKS);
  g_autofree char *name = line[n] == ':' ? g_strndup (line, n) : g_strdup ("");

  return g_strv_contains (people, name) ? 1 : g_strv_contains (others, name) ? 2 : 0;
}

/* mbox begins with "From ann@example.org Sat May  3 …". */
static gboolean
is_mail (const char *text)
{
  guint n = 0, n_others = 0;

  if (g_str_has_prefix (text, "from "))
    text = next_line (text);
  if (text == NULL || field_kind (text) == 0)
    return FALSE;
  for (; text != NULL && text[0] != '\n' && text[0] != '\0'; text = next_line (text)) {
    int kind = field_kind (text);

    n += kind > 0;
    n_others += kind == 2;
  }
  return n > 1 && n_others > 0;
}

const char *
foreign_find (const char *text)
{
  if (g_str_has_prefix (text, "begin:vcard"))
    return "this is a vCard: export the contacts as CSV instead (Google Contacts and Outlook can), and import that";
  if (g_str_has_prefix (text, "begin:vcalendar"))
    return "this is a calendar, not a list of contacts";
  if (is_ldif (text))
    return "this is an LDIF file, as address books export it: export the contacts as CSV instead (Thunderbird can), and import that";
  if (is_web_page (text))
    return "this is a web page, perhaps one named .xls: " SAVE_AS;
  if (is_xml (text))
    return "this is XML: " SAVE_AS;
  if (is_json (text))
    return "this is JSON: export the contacts as CSV (UTF-8) instead, and import that";
  if (is_mail (text))
    return "this is a mail, or a mailbox: copy the addresses into a plain text file, or export the address book as CSV (UTF-8), and import that";
  return NULL;
}
