/* html-scan.h - walks over HTML octet by octet and knows in which kind of place it is, as a browser would.
 * Trust:  the HTML is the user's own; from the places that this finds follows how hostile values are escaped.
 * Used in: html-template, foreign-field. Pure. Source: WHATWG HTML §13.2.5 (the states that matter here); Microsoft, "About conditional comments" (MSDN, archived 2015). */
#pragma once
#include "escape.h"

#define HTML_LINK_MAX 40 /* octets at the beginning of a link's literal that are kept: its scheme and host */
#define HTML_WORD_MAX 24 /* octets of a tag's or attribute's name that are kept: longer ones mean nothing to us */

typedef enum {
  HTML_TEXT, HTML_TAG_OPEN, HTML_TAG_NAME, HTML_IN_TAG, HTML_ATTRIBUTE_NAME, HTML_AFTER_NAME, HTML_BEFORE_VALUE,
  HTML_VALUE_DOUBLE, HTML_VALUE_SINGLE, HTML_VALUE_BARE,
  HTML_BANG,    /* behind "<!" */
  HTML_COMMENT, HTML_BOGUS, /* "<!doctype", "<?", "</ " */
  HTML_RAW,     /* script, style, title…: ends at its own end tag only */
} HtmlState;

typedef enum { HTML_URL_START, HTML_URL_PATH, HTML_URL_QUERY } HtmlUrlPart; /* in the order of strictness */

typedef struct {
  HtmlState   state;
  gboolean    is_end_tag;
  char        tag[HTML_WORD_MAX];       /* lower case; of the tag that is or was last open */
  char        attribute[HTML_WORD_MAX]; /* lower case */
  char        raw[HTML_WORD_MAX];       /* RAW: whose content */
  guint       n_matched;                /* RAW: octets of "</raw" seen; COMMENT, BANG: dashes */
  HtmlUrlPart url;
  char        scheme[HTML_WORD_MAX];    /* the octets before ":" since the last value */
  gboolean    has_scheme;               /* settled: ":", "/", "?" or "#" came */
  gboolean    has_hole;                 /* a value stands before that */
  gboolean    is_code;                  /* "javascript:" and its like */
  char        link[HTML_LINK_MAX];      /* lower case: how the link begins, as far as no value stands in it */
  guint       n_condition;              /* COMMENT: octets of "[if" seen behind "<!--"; HTML_NO_CONDITION: it is an ordinary one */
  char        last;                     /* the octet before */
  guint       n_dashes;                 /* is_conditional: of the "-->" that ends it */
  gboolean    is_conditional;           /* inside "<!--[if …]>": markup for Outlook, a comment for all others (html_scan_step) */
} HtmlScan;
#define HTML_NO_CONDITION 4

/* A conditional comment's inside is walked as markup, since Outlook reads it so and a value in it is escaped as elsewhere, which leaves it no
 * ">" to end the comment with; where the comment ends for everybody else, all are between tags again.
 * Returns: NULL, or (static) what is wrong: a ":" that lets a value choose the scheme. */
const char *html_scan_step (HtmlScan *self, char c);

/* A value comes here. Returns: NULL with `out_place`, or (static) why none may stand here. */
const char *html_scan_hole (HtmlScan *self, Place *out_place);

/* The state in which both ways (a section taken or not) go on. Returns: FALSE when a value behind would stand in two different places. */
gboolean html_scan_join (HtmlScan *self, const HtmlScan *other);

gboolean html_scan_is_value (const HtmlScan *self);
