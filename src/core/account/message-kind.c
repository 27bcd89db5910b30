#include "message-kind.h"

#include "contract-keys.h"
#include "fault.h"
#include <string.h>

#define PARTS_MAX 8

struct MessageParts {
  const MessageKind *kind;
  char *texts[PARTS_MAX]; /* in the order of the kind's rows; NULL: "" */
};

/* --- the table --- */

static const MessagePart mail_parts[] = {
  { KEY_MESSAGE_SUBJECT, PART_WRITTEN | PART_REQUIRED, MESSAGE_SUBJECT_MAX, "--subject", "'TEXT'" },
  { KEY_MESSAGE_HTML, PART_WRITTEN | PART_BODY, MESSAGE_BODY_MAX, "--html", "FILE" },
  { KEY_MESSAGE_TEXT, PART_WRITTEN | PART_BODY, MESSAGE_BODY_MAX, "--text", "FILE" },
  { KEY_MESSAGE_FROM, PART_MAILBOX, 0, "--from", "FROM" },
  { KEY_MESSAGE_REPLY_TO, PART_MAILBOX, 0, "--reply-to", "ADDR" },
  { KEY_MESSAGE_UNSUBSCRIBE, 0, 0, "--unsubscribe", "URL" },
  { NULL },
};

static const MessagePart chat_parts[] = {
  { KEY_MESSAGE_TEXT, PART_WRITTEN | PART_BODY, MESSAGE_CHAT_MAX, "--text", "FILE" },
  { NULL },
};

static const MessageKind message_kinds[] = {
  [KIND_MESSAGE_MAIL] = { "mail", "mail", TRUE, mail_parts },
  [KIND_MESSAGE_CHAT] = { "chat", "message", FALSE, chat_parts },
};

G_STATIC_ASSERT (G_N_ELEMENTS (mail_parts) <= PARTS_MAX + 1);

const MessageKind *
message_kind_get (KindMessage kind)
{
  return &message_kinds[kind];
}

const MessagePart *
message_kind_find (const MessageKind *self, const char *name)
{
  for (const MessagePart *part = self->parts; part->name != NULL; part++)
    if (strcmp (part->name, name) == 0)
      return part;
  return NULL;
}

/* A part of any kind, by its name. */
static const MessagePart *
find_anywhere (const char *name)
{
  const MessagePart *part = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (message_kinds) && part == NULL; i++)
    part = message_kind_find (&message_kinds[i], name);
  return part;
}

GVariant *
message_kind_describe (const MessageKind *self)
{
  GVariantBuilder parts;

  g_variant_builder_init (&parts, G_VARIANT_TYPE ("aa{sv}"));
  for (const MessagePart *part = self->parts; part->name != NULL; part++) {
    g_variant_builder_open (&parts, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add (&parts, "{sv}", KEY_KIND_PARTS_NAME, g_variant_new_string (part->name));
    g_variant_builder_add (&parts, "{sv}", KEY_KIND_PARTS_WRITTEN, g_variant_new_boolean ((part->marks & PART_WRITTEN) != 0));
    g_variant_builder_add (&parts, "{sv}", KEY_KIND_PARTS_REQUIRED, g_variant_new_boolean ((part->marks & PART_REQUIRED) != 0));
    g_variant_builder_add (&parts, "{sv}", KEY_KIND_PARTS_BODY, g_variant_new_boolean ((part->marks & PART_BODY) != 0));
    g_variant_builder_add (&parts, "{sv}", KEY_KIND_PARTS_MOST, g_variant_new_uint32 ((guint32) part->max_bytes));
    g_variant_builder_add (&parts, "{sv}", KEY_KIND_PARTS_OPTION, g_variant_new_take_string (g_strconcat (part->option, " ", part->value, NULL)));
    g_variant_builder_close (&parts);
  }
  return g_variant_builder_end (&parts);
}

/* --- the texts of one message --- */

MessageParts *
message_parts_new (const MessageKind *kind)
{
  MessageParts *self = g_new0 (MessageParts, 1);

  self->kind = kind;
  return self;
}

void
message_parts_free (MessageParts *self)
{
  for (gsize i = 0; self != NULL && i < PARTS_MAX; i++)
    g_free (self->texts[i]);
  g_free (self);
}

const MessageKind *
message_parts_get_kind (const MessageParts *self)
{
  return self->kind;
}

static gsize
find_place (const MessageParts *self, const MessagePart *part)
{
  return (gsize) (part - self->kind->parts);
}

const char *
message_parts_get (const MessageParts *self, const char *name)
{
  const MessagePart *part = message_kind_find (self->kind, name);
  const char *text = part != NULL ? self->texts[find_place (self, part)] : NULL;

  return text != NULL ? text : "";
}

const char *
message_parts_get_first (const MessageParts *self)
{
  return message_parts_get (self, self->kind->parts[0].name);
}

void
message_parts_set (MessageParts *self, const char *name, const char *text)
{
  const MessagePart *part = message_kind_find (self->kind, name);
  char *copy = g_strdup (text); /* it may be what stands there */

  if (part == NULL) {
    g_free (copy);
    return;
  }
  g_free (self->texts[find_place (self, part)]);
  self->texts[find_place (self, part)] = copy;
}

static gboolean
set_checked (MessageParts *self, const MessagePart *named, const char *text, GError **error)
{
  const MessagePart *own = message_kind_find (self->kind, named->name);

  if (own == NULL && text[0] != '\0') {
    g_set_error (error, FAULT, FAULT_USAGE, "a %s message has no %s: leave %s away", self->kind->word, named->name, named->option);
    return FALSE;
  }
  if (own != NULL && own->max_bytes > 0 && strlen (text) > own->max_bytes) {
    g_set_error (error, FAULT, FAULT_DATA, "the message's %s is larger than %" G_GSIZE_FORMAT " octets", own->name, own->max_bytes);
    return FALSE;
  }
  message_parts_set (self, named->name, text);
  return TRUE;
}

gboolean
message_parts_take (MessageParts *self, GVariant *dict, guint marks, gboolean *out_any, GError **error)
{
  gboolean has_any = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (message_kinds); i++)
    for (const MessagePart *part = message_kinds[i].parts; part->name != NULL; part++) {
      const char *text;

      if ((part->marks & marks) != marks || !g_variant_lookup (dict, part->name, "&s", &text))
        continue;
      has_any = TRUE;
      if (!set_checked (self, part, text, error))
        return FALSE;
    }
  if (out_any != NULL)
    *out_any = has_any;
  return TRUE;
}

gboolean
message_parts_take_all (MessageParts *self, GVariant *dict, guint marks, GError **error)
{
  GVariantIter iter;
  const char *name, *text;

  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &text)) {
    const MessagePart *part = find_anywhere (name);

    if (part == NULL || (part->marks & marks) != marks) {
      g_set_error (error, FAULT, FAULT_USAGE, "a message has no part “%s”", name);
      return FALSE;
    }
    if (!set_checked (self, part, text, error))
      return FALSE;
  }
  return TRUE;
}

/* "--html FILE, --text FILE or both" */
static char *
list_bodies (const MessageKind *kind)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint n = 0;

  for (const MessagePart *part = kind->parts; part->name != NULL; part++)
    if ((part->marks & PART_BODY) != 0)
      g_string_append_printf (list, "%s%s %s", n++ > 0 ? ", " : "", part->option, part->value);
  return g_strconcat (list->str, n > 1 ? " or both" : "", NULL);
}

gboolean
message_parts_check (const MessageParts *self, GError **error)
{
  gboolean has_body = FALSE;

  for (const MessagePart *part = self->kind->parts; part->name != NULL; part++) {
    gboolean is_there = message_parts_get (self, part->name)[0] != '\0';

    has_body |= is_there && (part->marks & PART_BODY) != 0;
    if (!is_there && (part->marks & PART_REQUIRED) != 0) {
      g_set_error (error, FAULT, FAULT_USAGE, "there is no %s: say %s %s", part->name, part->option, part->value);
      return FALSE;
    }
  }
  if (!has_body) {
    g_autofree char *bodies = list_bodies (self->kind);

    g_set_error (error, FAULT, FAULT_USAGE, "there is no message: say %s", bodies);
  }
  return has_body;
}

void
message_parts_describe (const MessageParts *self, GVariantDict *dict)
{
  for (const MessagePart *part = self->kind->parts; part->name != NULL; part++)
    g_variant_dict_insert (dict, part->name, "s", message_parts_get (self, part->name));
}

GVariant *
message_parts_to_variant (const MessageParts *self)
{
  GVariantBuilder parts;

  g_variant_builder_init (&parts, G_VARIANT_TYPE ("a{ss}"));
  for (const MessagePart *part = self->kind->parts; part->name != NULL; part++)
    g_variant_builder_add (&parts, "{ss}", part->name, message_parts_get (self, part->name));
  return g_variant_builder_end (&parts);
}
