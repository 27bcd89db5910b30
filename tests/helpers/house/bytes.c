#include "bytes.h"

#include "frame.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEPTH_MAX 4
#define CHILDREN_MAX 4

/* What the contract's prose names, and what stands in the house (house.c). */
static const char *const words[] = {
  "", "a", "people", "ann@example.org", "ben@example.org", "#1", "#2", "Ann", "kiel", "all", "from:ann@example.org", "list:people", "resend", "sent",
  "person", "address", "attach", "inline", "a.png", "image/png", "text/plain", "Hello {{name}}", "{{city|there}}", "{{#city}}x{{/city}}", "{{", "<p>{{name}}</p>",
  "<img src='a.png'>", "localhost", "127.0.0.1", "smtp.example.org", "starttls", "implicit", "none", "auto", "csv", "xlsx", "text", "utf-8", "utf-16le",
  "IN", "DE", "yes", "no", "1", "email", "phone", "+4915112345678", "mailto:off@example.org", "https://example.org/{{name}}", "Ann <ann@example.org>",
  "key", "login", "network", "quota", "busy", "certificate", "journal", "suppress", "slow", "size", "data", "250 2.0.0 fine", "451 4.3.0 later",
  "0000000000000000000000000000000000000000000000000000000000000000", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "a\nb", "\x1b[2J", "TXT", "MX", "TLSv1.3",
};

static const struct { const char *key, *type; } keys[] = {
  { "account", "s" }, { "lists", "as" }, { "exclude_lists", "as" }, { "where", "a{ss}" }, { "except", "t" }, { "limit", "t" }, { "per", "s" }, { "from", "s" },
  { "reply_to", "s" }, { "subject", "s" }, { "html", "s" }, { "text", "s" }, { "unsubscribe", "s" }, { "per_hour", "u" }, { "connections", "u" }, { "once", "s" },
  { "test_to", "s" }, { "test_who", "t" }, { "lifetime_s", "u" }, { "again", "b" }, { "restored", "b" }, { "address", "s" }, { "host", "s" }, { "port", "q" }, { "tls", "s" },
  { "kind", "s" }, { "user", "s" }, { "pin", "s" }, { "insecure", "b" }, { "per_minute", "u" }, { "per_day", "u" }, { "keep", "b" }, { "has_password", "b" }, { "format", "s" },
  { "encoding", "s" }, { "region", "s" }, { "sheet", "s" }, { "header", "s" }, { "map", "a{ss}" }, { "consent", "s" }, { "dry_run", "b" }, { "name", "s" },
  { "auth_user", "s" }, { "auth_password", "s" }, { "greeting", "s" }, { "fingerprint", "s" }, { "subject", "s" }, { "issuer", "s" }, { "expires", "x" },
  { "verified", "b" }, { "verify_error", "s" }, { "extensions", "as" }, { "mechanisms", "as" }, { "size", "t" }, { "logged_in", "b" }, { "reply", "s" },
  { "problem", "s" }, { "reason", "s" }, { "several", "s" }, { "left", "s" },
};

Bytes
bytes_new (const guint8 *data, gsize len)
{
  return (Bytes){ data, len > 0 ? data + len : data };
}

gboolean
bytes_is_over (const Bytes *self)
{
  return self->at == self->end;
}

guint
bytes_take (Bytes *self, guint n)
{
  return self->at < self->end ? *self->at++ % n : 0;
}

static gsize
take_length (Bytes *self, gsize max)
{
  return MIN (MIN (bytes_take (self, 256), max), (gsize) (self->end - self->at));
}

Bytes
bytes_split (Bytes *self)
{
  gsize share = bytes_take (self, 256), left = (gsize) (self->end - self->at), behind = left * share / 256;
  Bytes part = { self->end - behind, self->end };

  self->end -= behind;
  return part;
}

static guint64
take_number (Bytes *self)
{
  static const guint64 edges[] = { 0, 1, 2, 3, 10, 255, 256, G_MAXINT16, G_MAXUINT16, G_MAXINT32, G_MAXUINT32, G_MAXINT64, G_MAXUINT64, G_MAXUINT64 - 1 };
  guint choice = bytes_take (self, 256);

  return choice < 224 ? choice % 8 : edges[choice % G_N_ELEMENTS (edges)];
}

static char *
take_string (Bytes *self)
{
  guint choice = bytes_take (self, 256);
  gsize len;
  char *text;

  if (choice < 224)
    return g_strdup (words[choice % G_N_ELEMENTS (words)]);
  len = take_length (self, choice == 255 ? 64 : 16);
  text = g_utf8_make_valid ((const char *) self->at, (gssize) len);
  self->at += len;
  return text;
}

/* A file, with words or with any octets in it; or the end of a pipe, already closed behind. */
static int
take_file (Bytes *self)
{
  static const char csv[] = "name,email,city\nAnn,ann@example.org,Kiel\nBen,ben@example.org,\n";
  gboolean is_pipe = bytes_take (self, 8) == 1;
  gsize len = take_length (self, 255);
  const void *data = len > 0 ? (const void *) self->at : csv;
  int fds[2] = { -1, -1 };

  if (len == 0)
    len = sizeof csv - 1;
  else
    self->at += len;
  if (is_pipe)
    g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  else
    fds[0] = fds[1] = memfd_create ("fuzz", MFD_CLOEXEC);
  g_assert_cmpint (write (fds[1], data, len), ==, len);
  if (is_pipe)
    close (fds[1]);
  else
    lseek (fds[0], 0, SEEK_SET);
  return fds[0];
}

static GVariant *
take_handle (Bytes *self, GUnixFDList *fds)
{
  int index = -1, fd;

  if (bytes_take (self, 16) == 15) /* names none */
    return g_variant_new_handle ((gint32) take_number (self));
  fd = take_file (self);
  index = g_unix_fd_list_append (fds, fd, NULL);
  close (fd);
  return g_variant_new_handle (index);
}

/* Rows as the contract says for outcomes, with the odd one missing; else as many strings as the octets say. */
static void
write_row (Bytes *self, FrameWriter *frame, FrameKind kind)
{
  guint n = kind == FRAME_OUTCOMES && bytes_take (self, 16) > 0 ? 4 : kind == FRAME_CONTACTS ? 3 + bytes_take (self, 3) : 4;
  guint64 campaign = GUINT64_TO_LE (take_number (self));
  guint8 outcome = (guint8) bytes_take (self, 8);

  frame_writer_row (frame, take_number (self), (guint32) take_number (self), n);
  for (guint i = 0; i < n; i++) {
    g_autofree char *text = take_string (self);

    if (kind == FRAME_OUTCOMES && i == 0)
      frame_writer_field (frame, &outcome, 1);
    else if (kind == FRAME_OUTCOMES && i == 3)
      frame_writer_field (frame, &campaign, sizeof campaign);
    else
      frame_writer_string (frame, text);
  }
}

static GVariant *
take_octets (Bytes *self)
{
  static const FrameKind kinds[] = { FRAME_OUTCOMES, FRAME_CONTACTS, FRAME_REJECTS, FRAME_MESSAGES, FRAME_RECIPIENTS, FRAME_EVENTS, FRAME_STATE };
  guint choice = bytes_take (self, 8);
  gsize len;

  if (choice < G_N_ELEMENTS (kinds)) {
    g_autoptr (FrameWriter) frame = frame_writer_new (kinds[choice]);

    for (guint n = bytes_take (self, CHILDREN_MAX); n > 0; n--)
      write_row (self, frame, kinds[choice]);
    return frame_writer_finish (frame);
  }
  len = take_length (self, 255);
  self->at += len;
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, self->at - len, len, 1);
}

static GVariant *take_value (Bytes *self, const GVariantType *type, GUnixFDList *fds, guint depth);

/* "{sv}" with a key that somebody knows, and the value that it has to have: mostly. */
static GVariant *
take_entry (Bytes *self, const GVariantType *type, GUnixFDList *fds, guint depth)
{
  guint choice = bytes_take (self, 256);
  gboolean is_named = choice < 240 && g_variant_type_equal (type, G_VARIANT_TYPE ("{sv}"));

  if (is_named) {
    const char *key = keys[choice % G_N_ELEMENTS (keys)].key, *value = keys[choice % G_N_ELEMENTS (keys)].type;

    return g_variant_new_dict_entry (g_variant_new_string (key), g_variant_new_variant (take_value (self, G_VARIANT_TYPE (value), fds, depth + 1)));
  }
  return g_variant_new_dict_entry (take_value (self, g_variant_type_key (type), fds, depth + 1), take_value (self, g_variant_type_value (type), fds, depth + 1));
}

static GVariant *
take_array (Bytes *self, const GVariantType *type, GUnixFDList *fds, guint depth)
{
  const GVariantType *element = g_variant_type_element (type);
  GVariantBuilder builder;

  if (g_variant_type_equal (element, G_VARIANT_TYPE_BYTE))
    return take_octets (self);
  g_variant_builder_init (&builder, type);
  for (guint n = depth < DEPTH_MAX ? bytes_take (self, CHILDREN_MAX * 2) : 0; n > 0; n--)
    g_variant_builder_add_value (&builder, take_value (self, element, fds, depth + 1));
  return g_variant_builder_end (&builder);
}

static GVariant *
take_tuple (Bytes *self, const GVariantType *type, GUnixFDList *fds, guint depth)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, type);
  for (const GVariantType *item = g_variant_type_first (type); item != NULL; item = g_variant_type_next (item))
    g_variant_builder_add_value (&builder, take_value (self, item, fds, depth + 1));
  return g_variant_builder_end (&builder);
}

static GVariant *
take_any (Bytes *self, GUnixFDList *fds, guint depth)
{
  static const char *const types[] = { "s", "u", "b", "t", "x", "d", "as", "a{ss}", "a{sv}", "h", "ay", "(sb)" };

  return g_variant_new_variant (take_value (self, G_VARIANT_TYPE (types[bytes_take (self, depth < DEPTH_MAX ? G_N_ELEMENTS (types) : 6)]), fds, depth + 1));
}

static GVariant *
take_value (Bytes *self, const GVariantType *type, GUnixFDList *fds, guint depth)
{
  switch (*g_variant_type_peek_string (type)) {
  case 's': return g_variant_new_take_string (take_string (self));
  case 'b': return g_variant_new_boolean (bytes_take (self, 2) == 1);
  case 'y': return g_variant_new_byte ((guint8) take_number (self));
  case 'q': return g_variant_new_uint16 ((guint16) take_number (self));
  case 'i': return g_variant_new_int32 ((gint32) take_number (self));
  case 'u': return g_variant_new_uint32 ((guint32) take_number (self));
  case 'x': return g_variant_new_int64 ((gint64) take_number (self));
  case 't': return g_variant_new_uint64 (take_number (self));
  case 'd': return g_variant_new_double ((double) (gint64) take_number (self));
  case 'h': return take_handle (self, fds);
  case 'v': return take_any (self, fds, depth);
  case 'a': return take_array (self, type, fds, depth);
  case '{': return take_entry (self, type, fds, depth);
  case '(': return take_tuple (self, type, fds, depth);
  default: g_assert_not_reached ();
  }
}

GVariant *
bytes_value (Bytes *self, const GVariantType *type, GUnixFDList *fds)
{
  return take_value (self, type, fds, 0);
}

GVariant *
bytes_arguments (Bytes *self, GDBusArgInfo **args, GUnixFDList *fds)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_TUPLE);
  for (; args != NULL && *args != NULL; args++)
    g_variant_builder_add_value (&builder, take_value (self, G_VARIANT_TYPE ((*args)->signature), fds, 0));
  return g_variant_builder_end (&builder);
}
