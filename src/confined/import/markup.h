/* markup.h - one XML part of a workbook, read forwards: no DTD, no entities but XML's own five, no network, bounded depth.
 * Trust:  hostile. Used in: confined/import. Source: libxml2's xmlreader; ECMA-376 part 1 (element names). */
#pragma once
#include "archive.h"
#include <libxml/xmlreader.h>

#define MARKUP_DEPTH_MAX 64 /* chosen: SpreadsheetML needs eight */

typedef struct {
  ArchivePart     *part;
  xmlTextReaderPtr reader;
} Markup;

/* Zero it first. Errors: FAULT_DATA. */
gboolean markup_open  (Markup *self, Archive *archive, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void     markup_close (Markup *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Markup, markup_close)

/* To the next node. Returns: FALSE at the end, or with FAULT_DATA (malformed, a DTD, too deep, over a limit of the archive). */
gboolean markup_next (Markup *self, GError **error);

gboolean markup_is_start (Markup *self, const char *local_name);
gboolean markup_is_end   (Markup *self, const char *local_name); /* also of an empty element's start: see markup_is_empty() */
gboolean markup_is_empty (Markup *self);
char    *markup_dup_attribute (Markup *self, const char *name); /* (transfer full) or NULL */
const char *markup_peek_text (Markup *self); /* borrowed, until the next call; NULL: this node is no text */
