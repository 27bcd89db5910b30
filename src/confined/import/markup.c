#include "markup.h"

#include "fault.h"
#include <string.h>

static int
read_cb (void *context, char *buffer, int len)
{
  return (int) archive_part_read (context, buffer, (gsize) len);
}

static int
close_cb (void *context)
{
  return 0;
}

/* libxml2 would print to stderr; the reason is told as a Fault. */
static void
ignore_cb (void *data, const char *message, xmlParserSeverities severity, xmlTextReaderLocatorPtr locator)
{
}

gboolean
markup_open (Markup *self, Archive *archive, const char *name, GError **error)
{
  self->part = archive_open (archive, name, error);
  if (self->part == NULL)
    return FALSE;
  /* No XML_PARSE_HUGE, NOENT, DTDLOAD, XINCLUDE: libxml2's own limits stay on, nothing is expanded, nothing is fetched. */
  self->reader = xmlReaderForIO (read_cb, close_cb, self->part, NULL, NULL,
                                 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA | XML_PARSE_COMPACT);
  if (self->reader == NULL) {
    g_set_error (error, FAULT, FAULT_DATA, "the workbook's part %s cannot be read", name);
    return FALSE;
  }
  xmlTextReaderSetErrorHandler (self->reader, ignore_cb, NULL);
  return TRUE;
}

void
markup_close (Markup *self)
{
  g_clear_pointer (&self->reader, xmlFreeTextReader);
  g_clear_pointer (&self->part, archive_part_free);
}

gboolean
markup_next (Markup *self, GError **error)
{
  int result = xmlTextReaderRead (self->reader);
  const char *flaw = archive_part_get_flaw (self->part);

  if (flaw == NULL && result == 1 && xmlTextReaderNodeType (self->reader) == XML_READER_TYPE_DOCUMENT_TYPE)
    flaw = "the workbook brings a document type of its own, which no spreadsheet program writes: it is not read";
  if (flaw == NULL && result == 1 && xmlTextReaderDepth (self->reader) > MARKUP_DEPTH_MAX)
    flaw = "the workbook is nested deeper than 64 levels";
  if (flaw == NULL && result < 0)
    flaw = "the workbook is damaged: open it, save it again, and import that";
  if (flaw != NULL)
    g_set_error_literal (error, FAULT, FAULT_DATA, flaw);
  return flaw == NULL && result == 1;
}

static gboolean
has_name (Markup *self, const char *local_name)
{
  const xmlChar *name = xmlTextReaderConstLocalName (self->reader);

  return name != NULL && strcmp ((const char *) name, local_name) == 0;
}

gboolean
markup_is_start (Markup *self, const char *local_name)
{
  return xmlTextReaderNodeType (self->reader) == XML_READER_TYPE_ELEMENT && has_name (self, local_name);
}

gboolean
markup_is_end (Markup *self, const char *local_name)
{
  return xmlTextReaderNodeType (self->reader) == XML_READER_TYPE_END_ELEMENT && has_name (self, local_name);
}

gboolean
markup_is_empty (Markup *self)
{
  return xmlTextReaderIsEmptyElement (self->reader) == 1;
}

char *
markup_dup_attribute (Markup *self, const char *name)
{
  xmlChar *value = xmlTextReaderGetAttribute (self->reader, (const xmlChar *) name);
  char *copy = g_strdup ((const char *) value);

  xmlFree (value);
  return copy;
}

const char *
markup_peek_text (Markup *self)
{
  int type = xmlTextReaderNodeType (self->reader);

  if (type != XML_READER_TYPE_TEXT && type != XML_READER_TYPE_CDATA && type != XML_READER_TYPE_SIGNIFICANT_WHITESPACE)
    return NULL;
  return (const char *) xmlTextReaderConstValue (self->reader);
}
