/* message-kind.h - what a message is made of, by its kind: which parts it has, which must be there, how long they may be. A part is a name and a text,
 * mostly a template. Who writes, keeps, corrects, looks at or sends a message asks this table; a further kind, or part, is a row of message-kind.c.
 * Used in: core. Names of parts are those of App1 and of the transports. */
#pragma once
#include <gio/gio.h>

typedef enum { KIND_MESSAGE_MAIL, KIND_MESSAGE_CHAT } KindMessage;

typedef enum {
  PART_WRITTEN  = 1 << 0, /* of the letter itself: templates, drafts and versions of a campaign have it; the others say how it goes out */
  PART_REQUIRED = 1 << 1, /* no message without it */
  PART_BODY     = 1 << 2, /* one at least of those so marked is there */
  PART_MAILBOX  = 1 << 3, /* "Ann <ann@example.org>", the same for everybody */
} PartMarks;

typedef struct {
  const char *name;      /* NULL: the end */
  guint       marks;     /* PartMarks */
  gsize       max_bytes; /* 0: what the contract lets through */
  const char *option, *value; /* on the command line: --html FILE */
} MessagePart;

typedef struct {
  const char *word, *noun;  /* App1's; what people call one: "mail" */
  gboolean    has_message_id; /* RFC 5322 §3.6.4: core makes it (core/ledger/hidden-values) */
  const MessagePart *parts; /* in the order of forms and help; ends with name NULL. The first one is also what tells messages apart: a trial is marked there */
} MessageKind;

#define MESSAGE_SUBJECT_MAX 8192            /* octets; contract: TemplateInspect */
#define MESSAGE_BODY_MAX (4 * 1024 * 1024)  /* the same */
#define MESSAGE_CHAT_MAX (64 * 1024)        /* chosen: no phone shows more */

const MessageKind *message_kind_get  (KindMessage kind);
const MessagePart *message_kind_find (const MessageKind *self, const char *name); /* NULL: it has none of that name */
GVariant          *message_kind_describe (const MessageKind *self); /* the parts, as App1.AccountKinds; floating */

/* --- the texts of one message --- */

typedef struct MessageParts MessageParts;

MessageParts *message_parts_new  (const MessageKind *kind); /* (transfer full), all empty */
void          message_parts_free (MessageParts *self);      /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MessageParts, message_parts_free)

const MessageKind *message_parts_get_kind (const MessageParts *self);
const char *message_parts_get   (const MessageParts *self, const char *name); /* borrowed until it is set; "": empty, or this kind has no such part */
void        message_parts_set   (MessageParts *self, const char *name, const char *text); /* NULL is ""; the kind has it, else nothing happens */
const char *message_parts_get_first (const MessageParts *self); /* the text of the kind's first part */

/* Takes those that `dict` (a{ss} or a{sv}) names and that have all of `marks`; other keys are left alone. *out_any: was any there? (may be NULL)
 * Errors: FAULT_USAGE (not empty, and a part that only another kind of message has), FAULT_DATA (too long). */
gboolean message_parts_take     (MessageParts *self, GVariant *dict, guint marks, gboolean *out_any, GError **error);
/* The same of a dict that has nothing but parts. Errors: also FAULT_USAGE for any other key. */
gboolean message_parts_take_all (MessageParts *self, GVariant *dict, guint marks, GError **error);
/* Is all there that must be? Returns: FALSE with FAULT_USAGE. */
gboolean message_parts_check    (const MessageParts *self, GError **error);

/* Each part, also an empty one: added as a string; a floating a{ss}. */
void      message_parts_describe   (const MessageParts *self, GVariantDict *dict);
GVariant *message_parts_to_variant (const MessageParts *self);
