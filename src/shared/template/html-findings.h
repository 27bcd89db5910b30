/* html-findings.h - what leads nowhere once it is in a mail: links without a scheme, pictures that are not carried along.
 * Trust:  the template is the user's own. Used in: letter-notes (shared/mail). Pure.
 * Source: RFC 2557 §5 (a relative address in a mail has no base), Can I email (CSS background-image, srcset). */
#pragma once
#include "template.h"

/* Adds sentences (char *) with line and column for people, each address once, FINDINGS_MAX at most. html: before its images are linked. */
#define FINDINGS_MAX 20 /* chosen */
void html_findings_add (const Template *html, GPtrArray *notes);
