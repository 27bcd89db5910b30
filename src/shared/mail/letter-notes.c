#include "letter-notes.h"

#include "foreign-field.h"
#include "html-findings.h"

#include <string.h>

/* From and Reply-To are the same for everybody: what looks like a field goes out as it is. */
static void
add_mailbox (const ForeignSearch *search, const char *label, const char *mailbox)
{
  g_autoptr (Template) template = template_new (label);
  TemplateOp *op;

  if (mailbox == NULL || mailbox[0] == '\0')
    return;
  op = template_get (template, template_add (template, TEMPLATE_LITERAL, 0, g_strdup (mailbox), strlen (mailbox)));
  op->line = op->column = 1;
  foreign_field_find (search, template, FALSE);
}

void
letter_notes_add_foreign (const SkeletonSpec *spec, Letter letter, GPtrArray *notes)
{
  ForeignSearch search = { .columns = spec->columns, .aliases = spec->aliases, .notes = notes };

  search.is_fixed = TRUE;
  add_mailbox (&search, "from", spec->from);
  add_mailbox (&search, "reply-to", spec->reply_to);
  search.is_fixed = FALSE;
  foreign_field_find (&search, letter.subject, FALSE);
  foreign_field_find (&search, letter.html, TRUE);
  foreign_field_find (&search, letter.text, FALSE);
  if (letter.html != NULL)
    html_findings_add (letter.html, notes);
}

static gboolean
has_unsubscribe (const Template *template)
{
  for (guint i = 0; template != NULL && i < template->ops->len; i++)
    if (template_get (template, i)->field == TEMPLATE_UNSUBSCRIBE)
      return TRUE;
  return FALSE;
}

void
letter_notes_add_own_names (const SkeletonSpec *spec, Letter letter, GPtrArray *notes)
{
  if (!spec->any_field && (has_unsubscribe (letter.subject) || has_unsubscribe (letter.html) || has_unsubscribe (letter.text)) &&
      field_name_find (FIELD_NAME_COLUMN "unsubscribe", spec->columns, spec->aliases) != FIELD_NAME_NONE)
    g_ptr_array_add (notes, g_strdup ("{{unsubscribe}} is the campaign's unsubscribe address; the column of that name is {{" FIELD_NAME_COLUMN "unsubscribe}}"));
}

void
letter_notes_add_empty_text (const Template *text, GPtrArray *notes)
{
  if (text->ops->len == 0)
    g_ptr_array_add (notes, g_strdup ("html: there are no words in it for who reads text alone: give a text part too, or words (alt) to the pictures"));
}
