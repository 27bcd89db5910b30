/* file-table.h - the files that were chosen, dropped or pasted, each under a number that is all the page ever gets of it.
 * Trust:  numbers come from the page; they begin anywhere and are never used twice, so that a late call meets no other file.
 * Used in: shell. Contract: Window1.ChooseFiles, PasteText, ReleaseFile. */
#pragma once
#include <glib.h>

typedef struct FileTable FileTable;

FileTable *file_table_new  (void);
void       file_table_free (FileTable *self);

/* Takes `fd`. Returns: its number, or 0 with FAULT_TEMP: too many, or too much pasted (fd is closed). */
guint32  file_table_add     (FileTable *self, int fd, guint64 pasted_bytes, GError **error);
/* Returns: a borrowed descriptor with its own offset at the start, or -1. */
int      file_table_get     (FileTable *self, guint32 raw_number);
gboolean file_table_release (FileTable *self, guint32 raw_number);

/* text: kept in a sealed memfd. Returns: the descriptor (owned), or -1 with FAULT_OS. */
int      file_table_paste   (const char *text, gsize len, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FileTable, file_table_free)
