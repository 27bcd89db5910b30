#include "compiled-campaign.h"

#include "descriptor.h"
#include "fault.h"
#include "field-name.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static GBytes *
read_file (int fd, const char *name, gsize limit, GError **error)
{
  g_autoptr (GError) why = NULL;
  GBytes *bytes;

  if (!descriptor_has_mode (fd, O_RDONLY)) {
    g_set_error (error, FAULT, FAULT_USAGE, "the file %s was not opened to be read, and nothing else", name);
    return NULL;
  }
  bytes = descriptor_read_all (fd, limit, &why);
  if (bytes == NULL && g_error_matches (why, FAULT, FAULT_DATA))
    g_set_error (error, FAULT, FAULT_DATA, "the file %s is too big: at most %u MiB each and %u MiB together; link to it instead", name,
                 CAMPAIGN_FILE_MAX_BYTES >> 20, CAMPAIGN_FILES_MAX_BYTES >> 20);
  else if (bytes == NULL)
    g_set_error (error, FAULT, FAULT_IO, "the file %s: %s", name, why->message);
  return bytes;
}

static void
clear_file (gpointer data)
{
  MessageFile *file = data;

  g_clear_pointer (&file->bytes, g_bytes_unref);
}

/* Returns: (transfer full) an array of MessageFile whose names borrow from `files`; or NULL with `error` set. */
static GArray *
read_files (GVariant *files, GUnixFDList *fds, GError **error)
{
  g_autoptr (GArray) all = g_array_new (FALSE, TRUE, sizeof (MessageFile));
  gsize left = CAMPAIGN_FILES_MAX_BYTES;
  const char *role, *name, *type;
  GVariantIter iter;
  gint32 handle;

  g_array_set_clear_func (all, clear_file);
  g_variant_iter_init (&iter, files);
  while (g_variant_iter_next (&iter, "(&s&s&sh)", &role, &name, &type, &handle)) {
    int fd = fds != NULL && handle >= 0 && handle < g_unix_fd_list_get_length (fds) ? g_unix_fd_list_get (fds, handle, error) : -1;
    MessageFile file = { strcmp (role, "inline") == 0, name, type, NULL };

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

static gboolean
read_identity (GVariant *value, guint8 out[16])
{
  gsize len = 0;
  const guint8 *bytes = g_variant_get_fixed_array (value, &len, 1);

  if (len != 16)
    return FALSE;
  memcpy (out, bytes, 16);
  return TRUE;
}

/* A channel's own errors have no D-Bus names: whatever is wrong with a message is data. */
static void
compiled_campaign_translate_error (GError **error)
{
  if (error == NULL || *error == NULL || (*error)->domain == FAULT)
    return;
  (*error)->code = FAULT_DATA;
  (*error)->domain = FAULT;
}

static CompiledCampaign *
compiled_campaign_compile (const Channel *channel, guint64 id, const MessageSpec *spec, GError **error)
{
  MessageFacts facts = { 0 };
  gpointer message = channel->compile (spec, &facts, error);
  CompiledCampaign *self;

  if (message == NULL) {
    compiled_campaign_translate_error (error);
    return NULL;
  }
  self = g_new0 (CompiledCampaign, 1);
  self->id = id;
  self->channel = channel;
  self->message = message;
  self->facts = facts;
  self->n_columns = g_strv_length ((char **) spec->columns);
  self->columns = g_strdupv ((GStrv) spec->columns);
  self->aliases = g_strdupv ((GStrv) spec->aliases);
  self->streaks = failure_streak_new ();
  return self;
}

CompiledCampaign *
compiled_campaign_new (const Channel *channel, const CampaignBeginning *beginning, GError **error)
{
  g_autoptr (GArray) files = read_files (beginning->files, beginning->fds, error);
  MessageSpec message = { .parts = beginning->parts, .any_field = beginning->is_inspection, .columns = beginning->columns, .aliases = beginning->aliases };

  if (files == NULL)
    return NULL;
  if (!read_identity (beginning->identity, message.identity)) {
    g_set_error (error, FAULT, FAULT_USAGE, "the campaign's identity is not 16 octets");
    return NULL;
  }
  message.files = (const MessageFile *) (void *) files->data;
  message.n_files = files->len;
  return compiled_campaign_compile (channel, beginning->id, &message, error);
}

GVariant *
compiled_campaign_get_bound (const CompiledCampaign *self)
{
  const char *const *columns = (const char *const *) self->columns, *const *aliases = (const char *const *) self->aliases;
  const char *const *fields = self->facts.fields;
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
compiled_campaign_free (CompiledCampaign *self)
{
  if (self == NULL)
    return;
  self->channel->forget (self->message);
  g_strfreev (self->columns);
  g_strfreev (self->aliases);
  failure_streak_free (self->streaks);
  g_free (self);
}
