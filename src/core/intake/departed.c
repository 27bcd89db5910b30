#include "departed.h"

#include "address.h"
#include "frame.h"
#include "suppression.h"
#include "text.h"
#include <string.h>

struct Departed {
  GHashTable *keys; /* as the store compares them */
};

Departed *
departed_new (void)
{
  Departed *self = g_new0 (Departed, 1);

  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
departed_free (Departed *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->keys);
  g_free (self);
}

static void
take_row (Departed *self, const FrameRow *row)
{
  g_autofree char *reason = slice_dup (row->fields[2]), *address = slice_dup (row->fields[1]);

  if (row->aux == 0 && strcmp (reason, "left") == 0 && address_is_canonical (address, strlen (address)))
    g_hash_table_add (self->keys, address_key (address));
}

void
departed_take (Departed *self, GVariant *frame)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  FrameReader reader;

  if (!frame_open (&reader, FRAME_REJECTS, g_variant_get_data (frame), g_variant_get_size (frame), NULL))
    return;
  while (frame_next (&reader, row, NULL))
    take_row (self, row);
}

static gboolean
add_all (const Departed *self, Database *database, gint64 import, guint *out_count, GError **error)
{
  g_autofree char *detail = NULL, *source = import != 0 ? g_strdup_printf (SUPPRESSION_SOURCE_IMPORT ":%" G_GINT64_FORMAT, import) : g_strdup (SUPPRESSION_SOURCE_IMPORT);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->keys);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!suppression_add (database, &(Suppression){ key, "all", SUPPRESSION_REASON_LEFT, "left, according to an imported file", source, 0 }, out_count, error))
      return FALSE;
  detail = text_count (*out_count, "address", "addresses");
  return *out_count == 0 || database_audit (database, "suppress.add", detail, error);
}

gboolean
departed_store (const Departed *self, Database *database, gint64 import, guint *out_count, GError **error)
{
  *out_count = 0;
  if (g_hash_table_size (self->keys) == 0)
    return TRUE;
  if (!database_begin (database, error))
    return FALSE;
  if (!add_all (self, database, import, out_count, error)) {
    database_rollback (database);
    return FALSE;
  }
  return database_commit (database, error);
}
