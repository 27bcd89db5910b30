#include "archive.h"

#include "fault.h"
#include <string.h>
#include <zip.h>

struct Archive {
  Input      *input; /* borrowed */
  guint64     at;    /* where libzip reads next */
  zip_error_t wrong;
  zip_t      *zip;
  GHashTable *parts; /* char * as fold_name() makes it -> index + 1 */
};

struct ArchivePart {
  zip_file_t *file;
  guint64     packed, size, read;
  const char *flaw;
};

static zip_int64_t
read_source (Archive *self, void *data, zip_uint64_t len)
{
  gsize want = (gsize) MIN (len, input_get_size (self->input) - self->at);

  if (!input_read (self->input, self->at, data, want, NULL)) {
    zip_error_set (&self->wrong, ZIP_ER_READ, 0);
    return -1;
  }
  self->at += want;
  return (zip_int64_t) want;
}

static zip_int64_t
seek_source (Archive *self, void *data, zip_uint64_t len)
{
  zip_int64_t at = zip_source_seek_compute_offset (self->at, input_get_size (self->input), data, len, &self->wrong);

  if (at >= 0)
    self->at = (guint64) at;
  return at >= 0 ? 0 : -1;
}

static zip_int64_t
stat_source (Archive *self, void *data, zip_uint64_t len)
{
  zip_stat_t *status = data;

  if (len < sizeof *status)
    return -1;
  zip_stat_init (status);
  status->valid = ZIP_STAT_SIZE;
  status->size = input_get_size (self->input);
  return sizeof *status;
}

static zip_int64_t
source_cb (void *user_data, void *data, zip_uint64_t len, zip_source_cmd_t command)
{
  Archive *self = user_data;

  switch (command) {
  case ZIP_SOURCE_OPEN: self->at = 0; return 0;
  case ZIP_SOURCE_READ: return read_source (self, data, len);
  case ZIP_SOURCE_CLOSE: case ZIP_SOURCE_FREE: return 0;
  case ZIP_SOURCE_STAT: return stat_source (self, data, len);
  case ZIP_SOURCE_ERROR: return zip_error_to_data (&self->wrong, data, len);
  case ZIP_SOURCE_SEEK: return seek_source (self, data, len);
  case ZIP_SOURCE_TELL: return (zip_int64_t) self->at;
  case ZIP_SOURCE_SUPPORTS:
    return zip_source_make_command_bitmap (ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
                                           ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, -1);
  default: /* all that write */
    zip_error_set (&self->wrong, ZIP_ER_OPNOTSUPP, 0);
    return -1;
  }
}

/* Part names are compared without case and may come escaped (ECMA-376 part 2 §9.1.1); some writers put backslashes and "./" into them. */
static char *
fold_name (const char *name)
{
  g_autofree char *slashed = g_strdelimit (g_strdup (name), "\\", '/');
  g_autofree char *plain = g_uri_unescape_string (slashed, NULL);
  const char *at = plain != NULL ? plain : slashed;

  while (at[0] == '/' || (at[0] == '.' && at[1] == '/'))
    at++;
  return g_ascii_strdown (at, -1);
}

static void
list_parts (Archive *self)
{
  self->parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (zip_int64_t i = 0, n = zip_get_num_entries (self->zip, 0); i < n; i++) {
    const char *name = zip_get_name (self->zip, (zip_uint64_t) i, 0);
    g_autofree char *folded = name != NULL ? fold_name (name) : NULL;

    if (folded != NULL && !g_hash_table_contains (self->parts, folded))
      g_hash_table_insert (self->parts, g_steal_pointer (&folded), GUINT_TO_POINTER ((guint) i + 1));
  }
}

Archive *
archive_new (Input *input, GError **error)
{
  g_autoptr (Archive) self = g_new0 (Archive, 1);
  zip_source_t *source;

  self->input = input;
  zip_error_init (&self->wrong);
  source = zip_source_function_create (source_cb, self, NULL);
  self->zip = source != NULL ? zip_open_from_source (source, ZIP_RDONLY, NULL) : NULL;
  if (self->zip == NULL) {
    zip_source_free (source);
    g_set_error_literal (error, FAULT, FAULT_DATA, "the workbook is damaged or cut short: open it, save it again, and import that");
    return NULL;
  }
  /* Memory that libzip needs for the list of parts is bounded by RLIMIT_AS, our work on it here. */
  if (zip_get_num_entries (self->zip, 0) > ARCHIVE_ENTRIES_MAX) {
    g_set_error_literal (error, FAULT, FAULT_DATA, "the file holds more than 10,000 parts: that is no workbook");
    return NULL;
  }
  list_parts (self);
  return g_steal_pointer (&self);
}

void
archive_free (Archive *self)
{
  if (self == NULL)
    return;
  if (self->zip != NULL)
    zip_discard (self->zip);
  zip_error_fini (&self->wrong);
  g_clear_pointer (&self->parts, g_hash_table_unref);
  g_free (self);
}

static zip_int64_t
find_part (Archive *self, const char *name)
{
  g_autofree char *folded = fold_name (name);

  return (zip_int64_t) GPOINTER_TO_UINT (g_hash_table_lookup (self->parts, folded)) - 1;
}

gboolean
archive_has (Archive *self, const char *name)
{
  return find_part (self, name) >= 0;
}

gboolean
archive_has_prefix (Archive *self, const char *prefix)
{
  g_autofree char *folded = fold_name (prefix);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->parts);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (g_str_has_prefix (name, folded))
      return TRUE;
  return FALSE;
}

ArchivePart *
archive_open (Archive *self, const char *name, GError **error)
{
  g_autoptr (ArchivePart) part = g_new0 (ArchivePart, 1);
  zip_int64_t index = find_part (self, name);
  zip_stat_t status;

  if (index >= 0 && zip_stat_index (self->zip, (zip_uint64_t) index, 0, &status) == 0)
    part->file = zip_fopen_index (self->zip, (zip_uint64_t) index, 0);
  if (part->file == NULL) {
    g_set_error (error, FAULT, FAULT_DATA, "the workbook lacks a part or it cannot be unpacked (%s): open it, save it again, and import that", name);
    return NULL;
  }
  part->packed = status.valid & ZIP_STAT_COMP_SIZE ? status.comp_size : 0;
  part->size = status.valid & ZIP_STAT_SIZE ? MAX (status.size, 1) : 1;
  return g_steal_pointer (&part);
}

void
archive_part_free (ArchivePart *self)
{
  if (self != NULL && self->file != NULL)
    zip_fclose (self->file);
  g_free (self);
}

gssize
archive_part_read (ArchivePart *self, void *buffer, gsize len)
{
  zip_int64_t n;

  if (self->flaw != NULL)
    return -1;
  n = zip_fread (self->file, buffer, len);
  if (n > 0)
    self->read += (guint64) n;
  /* Counted, not believed: the sizes that the archive states are a stranger's words. */
  if (n < 0)
    self->flaw = "the workbook is damaged: open it, save it again, and import that";
  else if (self->read > ARCHIVE_PART_MAX)
    self->flaw = "a part of the workbook unpacks to more than 4 GiB";
  else if (self->read > ARCHIVE_RATIO_FLOOR && self->read / ARCHIVE_RATIO_MAX > self->packed)
    self->flaw = "a part of the workbook unpacks to more than 200 times its size: that is no list of people";
  return self->flaw == NULL ? (gssize) n : -1;
}

const char *
archive_part_get_flaw (const ArchivePart *self)
{
  return self->flaw;
}

guint64
archive_part_get_read (const ArchivePart *self)
{
  return self->read;
}

guint64
archive_part_get_size (const ArchivePart *self)
{
  return self->size;
}
