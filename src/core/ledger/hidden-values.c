#include "hidden-values.h"

#include "hidden-columns.h"
#include "message-id.h"

static gboolean
has_message_id (const HiddenValues *self)
{
  return self->domain != NULL;
}

char *
hidden_values_make_message_id (const HiddenValues *self, guint64 recipient)
{
  return has_message_id (self) ? message_id_new (self->identity, recipient, self->domain) : g_strdup ("");
}

static const struct {
  const char *name;
  gboolean  (*is_there) (const HiddenValues *self);
  char     *(*make)     (const HiddenValues *self, guint64 recipient);
} rows[] = {
  { HIDDEN_MESSAGE_ID, has_message_id, hidden_values_make_message_id },
};

GStrv
hidden_values_append_columns (const HiddenValues *self, const char *const *columns)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

  g_strv_builder_addv (all, (const char **) columns);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].is_there (self))
      g_strv_builder_add (all, rows[i].name);
  return g_strv_builder_end (all);
}

guint
hidden_values_count (const HiddenValues *self)
{
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    n += rows[i].is_there (self);
  return n;
}

void
hidden_values_write (const HiddenValues *self, FrameWriter *frame, guint64 recipient)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].is_there (self)) {
      g_autofree char *value = rows[i].make (self, recipient);

      frame_writer_string (frame, value);
    }
}

void
hidden_values_write_row (const HiddenValues *self, FrameWriter *frame, guint64 recipient, guint32 aux, const char *address, const char *name, const void *fields,
                         gsize len)
{
  frame_writer_row (frame, recipient, aux, 2 + frame_count_raw (fields, len) + hidden_values_count (self));
  frame_writer_string (frame, address);
  frame_writer_string (frame, name);
  frame_writer_raw (frame, fields, len);
  hidden_values_write (self, frame, recipient);
}
