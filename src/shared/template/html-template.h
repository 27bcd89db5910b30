/* html-template.h - an HTML template: the place of each hole, its images, and the plain text that says the same.
 * Trust:  the template is the user's own. Used in: shared/mail. Pure. */
#pragma once
#include "template.h"

/* Sets the place of each hole and decodes entities in names. Returns: FALSE with TEMPLATE_ERROR_FORM where no value may stand, or where a section begins in
 * one place and ends in another. */
gboolean html_template_place (Template *self, GError **error);

/* Rewrites sources of pictures (img, background, VML) that `lookup` (the file's name, relative) has a Content-ID for to "cid:…"; other relative ones go to
 * `missing` (char *), each file once however its name is spelled. */
void html_template_link_images (Template *self, GHashTable *lookup, GPtrArray *missing);

/* Returns: (transfer full) a placed and bound-alike template of plain text: links as "text <url>", lists, paragraphs, entities decoded. */
Template *html_template_to_text (const Template *self);
