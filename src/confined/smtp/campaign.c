#include "campaign.h"

#include "contract-keys.h"
#include "descriptor.h"
#include "fault.h"
#include "template.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static GBytes *
read_file (int fd, const char *name, gsize limit, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint8 chunk[16384];

  if (!descriptor_has_mode (fd, O_RDONLY)) {
    g_set_error (error, FAULT, FAULT_USAGE, "the file %s was not opened to be read, and nothing else", name);
    return NULL;
  }
  for (;;) {
    gssize n = read (fd, chunk, sizeof chunk);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      g_set_error (error, FAULT, FAULT_IO, "the file %s could not be read: %s", name, g_strerror (errno));
      return NULL;
    }
    if (n == 0)
      return g_byte_array_free_to_bytes (g_steal_pointer (&all));
    g_byte_array_append (all, chunk, (guint) n);
    if (all->len > limit) {
      g_set_error (error, FAULT, FAULT_DATA, "the file %s is too big: at most %u MiB each and %u MiB together; link to it instead", name,
                   CAMPAIGN_FILE_MAX_BYTES >> 20, CAMPAIGN_FILES_MAX_BYTES >> 20);
      return NULL;
    }
  }
}

static void
clear_file (gpointer data)
{
  SkeletonFile *file = data;

  g_clear_pointer (&file->bytes, g_bytes_unref);
}

/* Returns: (transfer full) an array of SkeletonFile whose names borrow from `files`; or NULL with `error` set. */
static GArray *
read_files (GVariant *files, GUnixFDList *fds, GError **error)
{
  g_autoptr (GArray) all = g_array_new (FALSE, TRUE, sizeof (SkeletonFile));
  gsize left = CAMPAIGN_FILES_MAX_BYTES;
  const char *role, *name, *type;
  GVariantIter iter;
  gint32 handle;

  g_array_set_clear_func (all, clear_file);
  g_variant_iter_init (&iter, files);
  while (g_variant_iter_next (&iter, "(&s&s&sh)", &role, &name, &type, &handle)) {
    int fd = fds != NULL && handle >= 0 && handle < g_unix_fd_list_get_length (fds) ? g_unix_fd_list_get (fds, handle, error) : -1;
    SkeletonFile file = { strcmp (role, "inline") == 0, name, type, NULL };

    if (fd < 0) {
      if (error != NULL && *error == NULL)
        g_set_error (error, FAULT, FAULT_USAGE, "the file %s came without its contents", name);
      return NULL;
    }
    file.bytes = read_file (fd, name, MIN (left, CAMPAIGN_FILE_MAX_BYTES), error);
    close (fd);
    if (file.bytes == NULL)
      return NULL;
    left -= g_bytes_get_size (file.bytes);
    g_array_append_val (all, file);
  }
  return g_steal_pointer (&all);
}

static const char *
peek_string (GVariant *spec, const char *name)
{
  const char *value = "";

  (void) g_variant_lookup (spec, name, "&s", &value); /* flattens `spec` first: the octets are its own as long as it lives */
  return value;
}

static gboolean
read_identity (GVariant *spec, guint8 out[16])
{
  g_autoptr (GVariant) value = g_variant_lookup_value (spec, KEY_LETTER_IDENTITY, G_VARIANT_TYPE_BYTESTRING);
  gsize len = 0;
  const guint8 *bytes = value != NULL ? g_variant_get_fixed_array (value, &len, 1) : NULL;

  if (len != 16)
    return FALSE;
  memcpy (out, bytes, 16);
  return TRUE;
}

/* SKELETON_ERROR has no D-Bus names: whatever is wrong with a letter is data. */
static void
translate (GError **error)
{
  if (error == NULL || *error == NULL || (*error)->domain != SKELETON_ERROR)
    return;
  (*error)->code = FAULT_DATA;
  (*error)->domain = FAULT;
}

Campaign *
campaign_new (guint64 id, GVariant *spec, const char *const *columns, GVariant *files, GUnixFDList *fds, GError **error)
{
  g_autoptr (GArray) read = read_files (files, fds, error);
  g_auto (GStrv) aliases = NULL;
  SkeletonSpec skeleton_spec = { .subject = peek_string (spec, KEY_LETTER_SUBJECT), .html = peek_string (spec, KEY_LETTER_HTML),
                                 .text = peek_string (spec, KEY_LETTER_TEXT), .from = peek_string (spec, KEY_LETTER_FROM),
                                 .reply_to = peek_string (spec, KEY_LETTER_REPLY_TO), .unsubscribe = peek_string (spec, KEY_LETTER_UNSUBSCRIBE),
                                 .columns = columns };
  Skeleton *skeleton;
  Campaign *self;

  if (read == NULL)
    return NULL;
  if (!read_identity (spec, skeleton_spec.identity)) {
    g_set_error (error, FAULT, FAULT_USAGE, "the campaign's identity is not 16 octets");
    return NULL;
  }
  (void) g_variant_lookup (spec, KEY_LETTER_INSPECT, "b", &skeleton_spec.any_field);
  (void) g_variant_lookup (spec, KEY_LETTER_ALIASES, "^as", &aliases);
  skeleton_spec.aliases = (const char *const *) aliases;
  skeleton_spec.files = (const SkeletonFile *) (void *) read->data;
  skeleton_spec.n_files = read->len;
  skeleton = skeleton_compile (&skeleton_spec, error);
  if (skeleton == NULL) {
    translate (error);
    return NULL;
  }
  self = g_new0 (Campaign, 1);
  self->id = id;
  self->skeleton = skeleton;
  self->n_columns = g_strv_length ((char **) columns);
  self->columns = g_strdupv ((GStrv) columns);
  self->aliases = g_steal_pointer (&aliases);
  self->streaks = streaks_new ();
  (void) g_variant_lookup (spec, KEY_LETTER_VERSION, "u", &self->version);
  return self;
}

GVariant *
campaign_get_bound (const Campaign *self)
{
  const char *const *columns = (const char *const *) self->columns, *const *aliases = (const char *const *) self->aliases;
  const char *const *fields = skeleton_get_fields (self->skeleton);
  GVariantBuilder bound;

  g_variant_builder_init (&bound, G_VARIANT_TYPE ("a(is)"));
  for (gsize i = 0; fields[i] != NULL; i++) {
    int field = field_name_find (fields[i], columns, aliases);
    g_autofree char *hint = field == FIELD_NAME_NONE ? field_name_hint (fields[i], columns, aliases) : g_strdup ("");

    g_variant_builder_add (&bound, "(is)", field, hint);
  }
  return g_variant_builder_end (&bound);
}

void
campaign_free (Campaign *self)
{
  if (self == NULL)
    return;
  skeleton_free (self->skeleton);
  g_strfreev (self->columns);
  g_strfreev (self->aliases);
  streaks_free (self->streaks);
  g_free (self);
}
