/* foreign.h - formats that are text and no table: vCard, LDIF, mail, web pages, XML, JSON, told by how they begin.
 * Trust:  input is hostile. Used in: confined/import. Does no I/O.
 * Source: RFC 6350 §3.3 (vCard), RFC 2849 (LDIF), RFC 5322 §3.6 and RFC 4155 (mail, mbox), RFC 8259 (JSON), XML 1.0 §3.1. */
#pragma once
#include <glib.h>

/* text: the head of a file in UTF-8 and in lower case, without byte order mark and blank lines in front, lines ended by \n.
 * Returns: a sentence (static) that says what it is and what to do, or NULL: it may be a list of contacts. */
const char *foreign_find (const char *text);
