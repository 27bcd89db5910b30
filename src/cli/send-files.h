/* send-files.h - pictures and attachments of a message, opened for core. Trust: a template names pictures; one that came from somewhere
 * must not reach beyond its own folder (no absolute path, no "..", no link). Used in: cli (send). */
#pragma once
#include <gio/gunixfdlist.h>

#define SEND_FILES_MAX 40 /* as App1 takes them */

typedef struct {
  GVariantBuilder *rows; /* a(sssh) */
  GUnixFDList     *list;
  GPtrArray       *images; /* char *: names of pictures */
  guint            count;
} SendFiles;

void     send_files_init   (SendFiles *self);
void     send_files_clear  (SendFiles *self);
/* html_path: the HTML file (pictures lie in its folder), or NULL: the working directory. src: as the template writes it.
 * Returns: FALSE with FAULT_NO_INPUT (says which src), FAULT_DATA (leads out of the folder). */
gboolean send_files_add_image      (SendFiles *self, const char *html_path, const char *src, GError **error);
gboolean send_files_add_attachment (SendFiles *self, const char *path, GError **error);
/* files: a(ssth) of `fds`, as App1.LetterFiles gives what is kept with a template. */
gboolean send_files_add_kept (SendFiles *self, GVariant *files, GUnixFDList *fds, GError **error);
gboolean send_files_has_image (const SendFiles *self, const char *name);
/* Returns: (transfer floating) the a(sssh). */
GVariant *send_files_end (SendFiles *self);
