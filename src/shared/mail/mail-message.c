#include "mail-message.h"

#include "contract-keys.h"

static const char *
peek_part (GVariant *parts, const char *name)
{
  const char *value = "";

  (void) g_variant_lookup (parts, name, "&s", &value); /* flattens `parts` first: the octets are its own as long as it lives */
  return value;
}

/* (transfer full), borrows names and bytes */
static SkeletonFile *
files_new (const MessageSpec *spec)
{
  SkeletonFile *files = g_new0 (SkeletonFile, spec->n_files + 1);

  for (gsize i = 0; i < spec->n_files; i++)
    files[i] = (SkeletonFile){ spec->files[i].is_inline, spec->files[i].name, spec->files[i].media_type, spec->files[i].bytes };
  return files;
}

gpointer
mail_message_compile (const MessageSpec *spec, MessageFacts *out_facts, GError **error)
{
  g_autofree SkeletonFile *files = files_new (spec);
  SkeletonSpec letter = { .subject = peek_part (spec->parts, KEY_PART_SUBJECT), .html = peek_part (spec->parts, KEY_PART_HTML),
                          .text = peek_part (spec->parts, KEY_PART_TEXT), .from = peek_part (spec->parts, KEY_PART_FROM),
                          .reply_to = peek_part (spec->parts, KEY_PART_REPLY_TO), .unsubscribe = peek_part (spec->parts, KEY_PART_UNSUBSCRIBE),
                          .columns = spec->columns, .aliases = spec->aliases, .any_field = spec->any_field, .files = files, .n_files = spec->n_files };
  Skeleton *skeleton = skeleton_compile (&letter, error);

  if (skeleton != NULL)
    *out_facts = (MessageFacts){ skeleton_get_fields (skeleton), skeleton_get_required (skeleton), skeleton_get_images (skeleton),
                                 skeleton_get_notes (skeleton), skeleton_get_overhead (skeleton) };
  return skeleton;
}

void
mail_message_free (gpointer message)
{
  skeleton_free (message);
}

gboolean
mail_message_preview (gpointer message, const FrameRow *row, gint64 date_utc_s, GByteArray *out, GError **error)
{
  SkeletonTraits traits;

  return skeleton_render (message, row, SKELETON_RAW, date_utc_s, out, &traits, error);
}
