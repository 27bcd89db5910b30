#include "message-preview.h"

#include "address.h"
#include "composer.h"
#include "contact.h"
#include "contract-keys.h"
#include "fault.h"
#include "fields.h"
#include "files.h"
#include "frame.h"
#include "list.h"
#include "mailbox.h"
#include "text.h"
#include <gio/gunixfdlist.h>
#include <string.h>

#define UNSUBSCRIBE_SHOWN "https://example.org/unsubscribe" /* RFC 2606 */

typedef struct { /* owned by the task */
  Core        *core;
  Campaign    *campaign; /* id 0 while it is inspected */
  Contact     *contact;  /* NULL: somebody whose values are the fields' names */
  GVariant    *files;
  GUnixFDList *fds;
  GPtrArray   *missing; /* char * */
} PreviewTask;

static void
work_free (PreviewTask *work)
{
  campaign_free (work->campaign);
  contact_free (work->contact);
  g_clear_pointer (&work->files, g_variant_unref);
  g_clear_object (&work->fds);
  g_ptr_array_unref (work->missing);
  g_free (work);
}

void
message_preview_free (MessagePreview *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->message, g_bytes_unref);
  g_strfreev (self->missing);
  g_free (self);
}

/* --- what the person has --- */

static const char *
get_builtin (const Contact *contact, const char *field)
{
  return g_ascii_strcasecmp (field, "name") == 0    ? contact->name
         : g_ascii_strcasecmp (field, "email") == 0 ? contact->email
         : g_ascii_strcasecmp (field, "phone") == 0 ? contact->phone
                                                    : "";
}

/* As a list of theirs has it: a header that became name, address or number. Returns: (borrowed) the value, or "". */
static const char *
get_by_alias (PreviewTask *work, const char *field)
{
  g_autofree char *key = text_fold (field, -1);
  sqlite3_stmt *row = database_query (work->core->database, "SELECT a.field FROM list_alias a JOIN member m ON m.list=a.list WHERE m.contact=? AND a.key=? LIMIT 1", "is",
                                      work->contact->id, key);
  const char *found = database_step (work->core->database, row, NULL) == 1 ? get_builtin (work->contact, database_text (row, 0)) : "";

  sqlite3_reset (row);
  return found;
}

static Slice
look_up (PreviewTask *work, const char *field)
{
  const Contact *contact = work->contact;
  const char *builtin;
  Slice value;

  if (contact == NULL)
    return (Slice){ field, strlen (field) };
  if (fields_lookup (contact->fields->data, contact->fields->len, field, &value) ||
      (g_ascii_strncasecmp (field, "field.", 6) == 0 && fields_lookup (contact->fields->data, contact->fields->len, field + 6, &value)))
    return value;
  builtin = get_builtin (contact, field);
  if (builtin[0] == '\0')
    builtin = get_by_alias (work, field);
  return (Slice){ builtin, strlen (builtin) };
}

static void
write_value (PreviewTask *work, FrameWriter *frame, const char *field, const char *const *required)
{
  Slice value = look_up (work, field);
  g_autofree char *shown = NULL;

  if (g_strv_contains (required, field) && text_is_missing (value.data, (gssize) value.len)) {
    g_ptr_array_add (work->missing, g_strdup (field));
    shown = g_strdup_printf ("[%s]", field);
    value = (Slice){ shown, strlen (shown) };
  }
  frame_writer_field (frame, value.data, value.len);
}

/* The template's own fields are its columns; the one that each campaign has stands first, as the template writes it. Returns: (transfer full). */
static GStrv
make_columns (const AddressKind *kind, const char *const *fields)
{
  g_autoptr (GStrvBuilder) columns = g_strv_builder_new ();
  const char *first = kind->other;

  for (gsize i = 0; fields[i] != NULL; i++)
    if (g_ascii_strcasecmp (fields[i], kind->other) == 0)
      first = fields[i];
  g_strv_builder_add (columns, first);
  for (gsize i = 0; fields[i] != NULL; i++)
    if (fields[i] != first)
      g_strv_builder_add (columns, fields[i]);
  return g_strv_builder_end (columns);
}

static GVariant *
write_row (PreviewTask *work, const char *const *required)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  const AddressKind *kind = address_kind_get (work->campaign->kind->address);
  const char *address = work->contact != NULL ? get_builtin (work->contact, kind->word) : "";
  HiddenValues hidden = campaign_get_hidden (work->campaign);
  const GStrv columns = work->campaign->columns;

  frame_writer_row (frame, 1, 0, 2 + g_strv_length (columns) + hidden_values_count (&hidden));
  frame_writer_string (frame, address[0] != '\0' ? address : CAMPAIGN_NOBODY);
  frame_writer_string (frame, work->contact != NULL ? work->contact->name : "name");
  for (gsize i = 0; columns[i] != NULL; i++)
    write_value (work, frame, columns[i], required);
  hidden_values_write (&hidden, frame, 1);
  return frame_writer_finish (frame);
}

/* --- its course: inspect for the fields, then build --- */

static GBytes *
read_message (GVariant *messages)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  FrameReader reader;

  if (!frame_open (&reader, FRAME_MESSAGES, g_variant_get_data (messages), g_variant_get_size (messages), NULL) || !frame_next (&reader, row, NULL) ||
      row->n_fields != 1)
    return NULL;
  return g_bytes_new (row->fields[0].data, row->fields[0].len);
}

static void
built_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  PreviewTask *work = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) messages = composer_preview_finish (work->core->composer, result, &error);
  g_autoptr (MessagePreview) preview = g_new0 (MessagePreview, 1);

  if (messages == NULL) {
    g_task_return_error (task, error);
    return;
  }
  preview->message = read_message (messages);
  if (preview->message == NULL || g_bytes_get_size (preview->message) == 0) {
    g_task_return_new_error (task, FAULT, FAULT_DATA, "the message could not be built for this person");
    return;
  }
  g_ptr_array_add (work->missing, NULL);
  preview->missing = g_strdupv ((GStrv) work->missing->pdata);
  g_task_return_pointer (task, g_steal_pointer (&preview), (GDestroyNotify) message_preview_free);
}

static void
inspected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  PreviewTask *work = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (Composed) composed = composer_begin_finish (work->core->composer, result, &error);
  GUnixFDList *fds;
  GVariant *files, *row;

  if (composed == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  fds = g_unix_fd_list_new ();
  files = files_reopen (work->files, work->fds, fds, &error);
  if (files == NULL) {
    g_object_unref (fds);
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  g_strfreev (work->campaign->columns);
  work->campaign->columns = make_columns (address_kind_get (work->campaign->kind->address), (const char *const *) composed->fields);
  row = write_row (work, (const char *const *) composed->required);
  composer_preview_message_async (work->core->composer, work->campaign, files, fds, row, built_cb, task);
}

/* The letter is looked at before anybody has said where its readers leave. */
static void
set_unsubscribe (MessageParts *parts)
{
  if (message_parts_get (parts, KEY_MESSAGE_UNSUBSCRIBE)[0] == '\0' && (strcasestr (message_parts_get (parts, KEY_MESSAGE_HTML), "unsubscribe") != NULL ||
                                                                        strcasestr (message_parts_get (parts, KEY_MESSAGE_TEXT), "unsubscribe") != NULL))
    message_parts_set (parts, KEY_MESSAGE_UNSUBSCRIBE, UNSUBSCRIBE_SHOWN);
}

static Campaign *
make_campaign (GVariant *parts, GError **error)
{
  g_autoptr (Campaign) self = campaign_new_loose ();

  if (!message_parts_take_all (self->parts, parts, 0, error))
    return NULL;
  if (message_parts_get (self->parts, KEY_MESSAGE_FROM)[0] == '\0')
    message_parts_set (self->parts, KEY_MESSAGE_FROM, CAMPAIGN_NOBODY);
  set_unsubscribe (self->parts);
  return mailbox_settle (self->parts, KEY_MESSAGE_FROM, "from", &self->sender_address, error) ? g_steal_pointer (&self) : NULL;
}

void
message_preview_async (Core *core, GVariant *parts, const char *who, GVariant *files, GUnixFDList *fds, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);
  PreviewTask *work = g_new0 (PreviewTask, 1);
  GError *error = NULL;
  gint64 id = 0;

  *work = (PreviewTask){ core, make_campaign (parts, &error), NULL, g_variant_ref_sink (files), fds != NULL ? g_object_ref (fds) : NULL,
                  g_ptr_array_new_with_free_func (g_free) };
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  if (work->campaign != NULL && who[0] != '\0' && contact_find_one (core->database, who, &id, &error))
    work->contact = contact_load (core->database, id, &error);
  if (error != NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  composer_begin_async (core->composer, work->campaign, inspected_cb, task);
}

MessagePreview *
message_preview_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
