/* prepare-message.c - what a wish says is to be sent: the parts of its kind of message, who it comes from, what people call it. */
#include "contract-keys.h"
#include "prepare-private.h"

#include "address.h"
#include "clean.h"
#include "fault.h"
#include "mailbox.h"
#include <string.h>

#define TEST_MARK "[Test] "
#define TITLE_MAX_BYTES 255 /* chosen */

/* Sender and replies are the same for everybody: what looks like a field would go out as it is. */
static gboolean
has_no_field (const char *option, const char *mailbox, GError **error)
{
  if (strstr (mailbox, "{{") == NULL && strstr (mailbox, "*|") == NULL && strstr (mailbox, "[[") == NULL)
    return TRUE;
  g_set_error (error, FAULT, FAULT_DATA, "%s: line 1 column %ld: no field may stand here: it is the same for everybody; write the name itself", option,
               g_utf8_pointer_to_offset (mailbox, mailbox + strcspn (mailbox, "{*[")) + 1);
  return FALSE;
}

static gboolean
settle_mailboxes (MessageParts *parts, GError **error)
{
  for (const MessagePart *part = message_parts_get_kind (parts)->parts; part->name != NULL; part++) {
    const char *mailbox = message_parts_get (parts, part->name);
    g_autofree char *address = NULL;

    if ((part->marks & PART_MAILBOX) != 0 && mailbox[0] != '\0' &&
        (!has_no_field (part->option, mailbox, error) || !mailbox_settle (parts, part->name, part->option, &address, error)))
      return FALSE;
  }
  return TRUE;
}

/* Where a message does not name who it comes from, its account says it. */
static gboolean
take_sender (Prepare *self, GError **error)
{
  MessageParts *parts = self->campaign->parts;
  g_autofree char *own = account_format_sender (self->account), *name = NULL;

  if (message_parts_get (parts, KEY_MESSAGE_FROM)[0] == '\0')
    message_parts_set (parts, KEY_MESSAGE_FROM, own);
  if (!settle_mailboxes (parts, error))
    return FALSE;
  if (message_parts_get (parts, KEY_MESSAGE_FROM)[0] != '\0')
    return address_parse_mailbox (message_parts_get (parts, KEY_MESSAGE_FROM), &name, &self->campaign->sender_address, error);
  self->campaign->sender_address = g_strdup (self->account->address);
  return TRUE;
}

/* (transfer full) It lies among real messages: who reads it must see what it is. */
static char *
message_mark (const char *text)
{
  return text[0] == '\0' || g_str_has_prefix (text, TEST_MARK) ? g_strdup (text) : g_strconcat (TEST_MARK, text, NULL);
}

static void
mark_test (Campaign *campaign)
{
  g_autofree char *marked = message_mark (message_parts_get_first (campaign->parts)), *title = g_steal_pointer (&campaign->title);

  message_parts_set (campaign->parts, message_parts_get_kind (campaign->parts)->parts[0].name, marked);
  campaign->title = message_mark (title);
}

static gboolean
take_title (Campaign *campaign, GVariant *wish, GError **error)
{
  const char *title = "";

  g_variant_lookup (wish, KEY_SPEC_TITLE, "&s", &title);
  if (strlen (title) > TITLE_MAX_BYTES || !clean_is ((Slice){ title, strlen (title) }, CLEAN_LINE)) {
    g_set_error (error, FAULT, FAULT_USAGE, "--title is one line of at most %d octets", TITLE_MAX_BYTES);
    return FALSE;
  }
  campaign->title = title[0] != '\0' ? g_strdup (title) : campaign_make_title (campaign->parts);
  return TRUE;
}

gboolean
prepare_read_message (Prepare *self, GVariant *wish, GError **error)
{
  Campaign *campaign = self->campaign;

  campaign->kind = self->account->kind;
  campaign->parts = message_parts_new (message_kind_get (campaign->kind->message));
  if (!message_parts_take (campaign->parts, wish, 0, NULL, error) || !take_sender (self, error) || !take_title (campaign, wish, error))
    return FALSE;
  if (campaign->is_test)
    mark_test (campaign);
  return TRUE;
}
