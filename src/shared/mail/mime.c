#include "mime.h"

#include <errno.h>
#include <gmime/gmime.h>
#include <string.h>
#include <sys/random.h>

#define RANDOM_OCTETS 16
#define NAME_MAX_OCTETS 255 /* of a file's name, as in most file systems */
#define EXTENSION_MAX_OCTETS 16 /* chosen: a longer one is no extension */

/* GMime has no g_autoptr of its own: a plain GObject is held, and cast where it is used.
 *
 * A word that stands for a piece in what GMime writes: no encoding changes it, no header is folded by it. */
typedef struct {
  char mark[2 * RANDOM_OCTETS + 4];
} Marks;

static const char *const header_names[PIECE_COUNT] = {
  [PIECE_FROM] = "From", [PIECE_TO] = "To", [PIECE_REPLY_TO] = "Reply-To", [PIECE_SUBJECT] = "Subject", [PIECE_DATE] = "Date",
  [PIECE_MESSAGE_ID] = "Message-ID", [PIECE_UNSUBSCRIBE] = "List-Unsubscribe",
};

static char *
random_hex (void)
{
  GString *hex = g_string_new (NULL);
  guint8 octets[RANDOM_OCTETS];

  /* Up to 256 octets come whole or not at all (getrandom(2)); without them no message is safe, so this must not go on. */
  while (getrandom (octets, sizeof octets, 0) != sizeof octets)
    if (errno != EINTR)
      g_error ("getrandom: %s", g_strerror (errno));
  for (guint i = 0; i < RANDOM_OCTETS; i++)
    g_string_append_printf (hex, "%02x", octets[i]);
  return g_string_free (hex, FALSE);
}

char *
mime_boundary_new (void)
{
  g_autofree char *hex = random_hex ();

  return g_strconcat ("=_", hex, NULL);
}

static char *
mark_for (const Marks *marks, PieceKind kind)
{
  return g_strdup_printf ("%s%c", marks->mark, 'a' + (int) kind);
}

static void
add_header (GMimeMessage *message, const char *name, const char *value)
{
  GMimeHeaderList *headers = g_mime_object_get_header_list (GMIME_OBJECT (message));
  g_autofree char *raw = g_strdup_printf (" %s\n", value);

  g_mime_header_list_append (headers, name, value, NULL);
  g_mime_header_set_raw_value (g_mime_header_list_get_header_at (headers, g_mime_header_list_get_count (headers) - 1), raw);
}

static void
add_headers (GMimeMessage *message, const MimeSpec *spec, const Marks *marks)
{
  for (PieceKind kind = PIECE_FROM; kind <= PIECE_UNSUBSCRIBE; kind++) {
    g_autofree char *mark = mark_for (marks, kind);

    if ((kind != PIECE_REPLY_TO || spec->has_reply_to) && (kind != PIECE_MESSAGE_ID || spec->has_message_id) &&
        (kind != PIECE_UNSUBSCRIBE || spec->has_unsubscribe))
      add_header (message, header_names[kind], mark);
  }
  if (spec->is_one_click)
    add_header (message, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"); /* RFC 8058 §3.1 */
}

/* A part whose content is said to be encoded already, so that GMime writes the mark as it is. */
static GMimeObject *
text_part (const Marks *marks, PieceKind kind, EncoderKind encoding)
{
  GMimeContentEncoding how = encoding == ENCODER_QP ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE : GMIME_CONTENT_ENCODING_BASE64;
  g_autofree char *mark = mark_for (marks, kind);
  g_autoptr (GObject) stream = G_OBJECT (g_mime_stream_mem_new_with_buffer (mark, strlen (mark)));
  g_autoptr (GObject) content = G_OBJECT (g_mime_data_wrapper_new_with_stream (GMIME_STREAM (stream), how));
  GMimePart *part = g_mime_part_new_with_type ("text", kind == PIECE_HTML ? "html" : "plain");

  g_mime_object_set_content_type_parameter (GMIME_OBJECT (part), "charset", "utf-8");
  g_mime_part_set_content (part, GMIME_DATA_WRAPPER (content));
  g_mime_part_set_content_encoding (part, how);
  return GMIME_OBJECT (part);
}

static GMimeMultipart *
mime_multipart (const char *subtype)
{
  GMimeMultipart *self = g_mime_multipart_new_with_subtype (subtype);
  g_autofree char *boundary = mime_boundary_new ();

  g_mime_multipart_set_boundary (self, boundary);
  return self;
}

/* Swallows both. */
static GMimeObject *
add_part (GMimeMultipart *parent, GMimeObject *child)
{
  g_mime_multipart_add (parent, child);
  g_object_unref (child);
  return GMIME_OBJECT (parent);
}

/* Cuts in front of the extension, between characters, and not in front of a mark that belongs to the one before. */
static void
shorten_file_name (GString *name)
{
  const char *dot = strrchr (name->str, '.');
  g_autofree char *extension = g_strdup (dot != NULL && strlen (dot) <= EXTENSION_MAX_OCTETS ? dot : "");
  gsize len = NAME_MAX_OCTETS - strlen (extension);

  if (name->len <= NAME_MAX_OCTETS)
    return;
  while (len > 0 && (((guchar) name->str[len] & 0xc0) == 0x80 || g_unichar_ismark (g_utf8_get_char (name->str + len))))
    len--;
  g_string_truncate (name, len);
  g_string_append (name, extension);
}

/* The last component, without what moves a cursor or a line; never empty. */
static char *
tidy_file_name (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name != NULL ? name : "", -1);
  const char *base = strrchr (valid, '/');
  GString *tidy = g_string_new (NULL);

  for (const char *p = base != NULL ? base + 1 : valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (!g_unichar_iscntrl (c) && g_unichar_type (c) != G_UNICODE_FORMAT && c != 0x2028 && c != 0x2029)
      g_string_append_unichar (tidy, c);
  }
  if (tidy->len == 0)
    g_string_append (tidy, "file");
  shorten_file_name (tidy);
  return g_string_free (tidy, FALSE);
}

static gboolean
is_token (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("!#$&-^_.+", text[i]) == NULL)
      return FALSE;
  return len > 0 && len <= 127; /* RFC 6838 §4.2 */
}

/* "image/png"; what is no type, or one that must not be base64 (RFC 2046 §5.2.1), is just octets. */
static GMimePart *
part_of_type (const char *media_type)
{
  const char *slash = media_type != NULL ? strchr (media_type, '/') : NULL;
  g_autofree char *type = NULL;

  if (slash == NULL || !is_token (media_type, (gsize) (slash - media_type)) || !is_token (slash + 1, strlen (slash + 1)) ||
      g_ascii_strncasecmp (media_type, "message/", 8) == 0 || g_ascii_strncasecmp (media_type, "multipart/", 10) == 0)
    return g_mime_part_new_with_type ("application", "octet-stream");
  type = g_strndup (media_type, (gsize) (slash - media_type));
  return g_mime_part_new_with_type (type, slash + 1);
}

/* GMime would look for a charset by iconv, which opens files. */
static void
say_utf8 (GMimeParamList *parameters)
{
  for (int i = 0; i < g_mime_param_list_length (parameters); i++)
    g_mime_param_set_charset (g_mime_param_list_get_parameter_at (parameters, i), "utf-8");
}

/* Text without a charset is US-ASCII (RFC 2046 §4.1.2), so that its reader spoils all else: UTF-8 is said; what is not UTF-8 is in a charset that nobody
 * knows, and goes as octets, which a mail program hands on as they are. */
static GMimePart *
part_of_file (const SkeletonFile *file, const char *data, gsize len)
{
  gboolean is_text = file->media_type != NULL && g_ascii_strncasecmp (file->media_type, "text/", 5) == 0;
  gboolean is_utf8 = is_text && g_utf8_validate (data, (gssize) len, NULL);
  GMimePart *part = part_of_type (is_text && !is_utf8 ? NULL : file->media_type);

  if (is_utf8)
    g_mime_object_set_content_type_parameter (GMIME_OBJECT (part), "charset", "utf-8");
  return part;
}

static GMimeObject *
file_part (const SkeletonFile *file, const char *content_id)
{
  gsize len = 0;
  const char *octets = file->bytes != NULL ? g_bytes_get_data (file->bytes, &len) : NULL, *data = octets != NULL ? octets : "";
  GMimePart *part = part_of_file (file, data, len);
  g_autoptr (GObject) stream = G_OBJECT (g_mime_stream_mem_new_with_buffer (data, len));
  g_autoptr (GObject) content = G_OBJECT (g_mime_data_wrapper_new_with_stream (GMIME_STREAM (stream), GMIME_CONTENT_ENCODING_BINARY));
  g_autofree char *name = tidy_file_name (file->name);

  g_mime_object_set_disposition (GMIME_OBJECT (part), content_id != NULL ? "inline" : "attachment");
  g_mime_part_set_filename (part, name);
  say_utf8 (g_mime_content_disposition_get_parameters (g_mime_object_get_content_disposition (GMIME_OBJECT (part))));
  say_utf8 (g_mime_content_type_get_parameters (g_mime_object_get_content_type (GMIME_OBJECT (part))));
  if (content_id != NULL)
    g_mime_part_set_content_id (part, content_id);
  g_mime_part_set_content (part, GMIME_DATA_WRAPPER (content));
  g_mime_part_set_content_encoding (part, GMIME_CONTENT_ENCODING_BASE64);
  return GMIME_OBJECT (part);
}

static guint
count_files (const MimeSpec *spec, gboolean is_inline)
{
  guint n = 0;

  for (gsize i = 0; i < spec->n_files; i++)
    n += (spec->content_ids[i] != NULL) == is_inline;
  return n;
}

static GMimeObject *
add_files (GMimeObject *first, const MimeSpec *spec, gboolean is_inline)
{
  GMimeMultipart *parent;

  if (count_files (spec, is_inline) == 0)
    return first;
  parent = mime_multipart (is_inline ? "related" : "mixed");
  if (is_inline) /* RFC 2387 §3.1: what the root is */
    g_mime_object_set_content_type_parameter (GMIME_OBJECT (parent), "type", "text/html");
  add_part (parent, first);
  for (gsize i = 0; i < spec->n_files; i++)
    if ((spec->content_ids[i] != NULL) == is_inline)
      add_part (parent, file_part (&spec->files[i], spec->content_ids[i]));
  return GMIME_OBJECT (parent);
}

/* mixed (alternative (text, related (html, images)), attachments), each only where needed. */
static GMimeObject *
build_tree (const MimeSpec *spec, const Marks *marks)
{
  GMimeObject *text = spec->has_text ? text_part (marks, PIECE_TEXT, spec->text_encoding) : NULL;
  GMimeObject *html = spec->has_html ? add_files (text_part (marks, PIECE_HTML, spec->html_encoding), spec, TRUE) : NULL;
  GMimeObject *root = text != NULL ? text : html;

  if (text != NULL && html != NULL) {
    GMimeMultipart *alternative = mime_multipart ("alternative");

    add_part (alternative, text);
    root = add_part (alternative, html);
  }
  return add_files (root, spec, FALSE);
}

static GByteArray *
write_all (GMimeMessage *message)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GObject) stream = G_OBJECT (g_mime_stream_mem_new ());
  GMimeFormatOptions *options = g_mime_format_options_new ();

  g_mime_format_options_set_newline_format (options, GMIME_NEWLINE_FORMAT_DOS);
  g_mime_stream_mem_set_byte_array (GMIME_STREAM_MEM (stream), bytes); /* first: it frees what it had only as long as it is the owner */
  g_mime_stream_mem_set_owner (GMIME_STREAM_MEM (stream), FALSE);
  g_mime_object_write_to_stream (GMIME_OBJECT (message), options, GMIME_STREAM (stream));
  g_mime_format_options_free (options);
  return bytes;
}

static void
piece_clear (void *data)
{
  g_clear_pointer (&((Piece *) data)->literal, g_byte_array_unref);
}

static void
add_piece (GArray *pieces, PieceKind kind, const guint8 *data, gsize len)
{
  Piece piece = { .kind = kind };

  if (kind == PIECE_LITERAL && len == 0)
    return;
  if (kind == PIECE_LITERAL)
    piece.literal = g_byte_array_append (g_byte_array_new (), data, (guint) len);
  g_array_append_val (pieces, piece);
}

/* A header's piece brings its own space; a body that is the whole message needs no line break behind. */
static void
mime_cut (GArray *pieces, const GByteArray *whole, const Marks *marks)
{
  const guint8 *at = whole->data, *end = whole->data + whole->len, *found;
  gsize mark_len = strlen (marks->mark);

  while ((found = memmem (at, (gsize) (end - at), marks->mark, mark_len)) != NULL) {
    PieceKind kind = (PieceKind) (found[mark_len] - 'a');
    gboolean is_header = kind < PIECE_TEXT;

    add_piece (pieces, PIECE_LITERAL, at, (gsize) (found - at) - is_header);
    add_piece (pieces, kind, NULL, 0);
    at = found + mark_len + 1;
  }
  if (end - at > 2)
    add_piece (pieces, PIECE_LITERAL, at, (gsize) (end - at));
  if (end - at > 2 && !(end[-2] == '\r' && end[-1] == '\n'))
    add_piece (pieces, PIECE_LITERAL, (const guint8 *) "\r\n", 2);
}

/* The frame is whole, as everything else relies on: each mark was found once, and no line needs dot-stuffing or is too long. */
static gboolean
is_whole (const GArray *pieces, const MimeSpec *spec)
{
  guint counts[PIECE_COUNT] = { 0 };
  gsize column = 0;

  for (guint i = 0; i < pieces->len; i++) {
    const Piece *piece = &g_array_index (pieces, Piece, i);

    counts[piece->kind]++;
    for (gsize j = 0; piece->literal != NULL && j < piece->literal->len; j++) {
      guint8 c = piece->literal->data[j];

      if ((c == '.' && column == 0) || column > 900 || c >= 0x80 || c == '\0')
        return FALSE;
      column = c == '\n' ? 0 : column + 1;
    }
    column += piece->literal == NULL && piece->kind < PIECE_TEXT;
  }
  for (PieceKind kind = PIECE_FROM; kind < PIECE_COUNT; kind++) {
    gboolean is_wanted = kind == PIECE_REPLY_TO      ? spec->has_reply_to
                         : kind == PIECE_MESSAGE_ID  ? spec->has_message_id
                         : kind == PIECE_UNSUBSCRIBE ? spec->has_unsubscribe
                         : kind == PIECE_TEXT        ? spec->has_text
                         : kind == PIECE_HTML        ? spec->has_html
                                                     : TRUE;

    if (counts[kind] != (guint) is_wanted)
      return FALSE;
  }
  return TRUE;
}

GArray *
mime_build (const MimeSpec *spec, GError **error)
{
  g_autoptr (GObject) message = G_OBJECT (g_mime_message_new (FALSE));
  g_autoptr (GObject) tree = NULL;
  g_autoptr (GByteArray) whole = NULL;
  g_autoptr (GArray) pieces = g_array_new (FALSE, TRUE, sizeof (Piece));
  g_autofree char *hex = random_hex ();
  Marks marks;

  g_array_set_clear_func (pieces, piece_clear);
  g_snprintf (marks.mark, sizeof marks.mark, "pr%s", hex);
  add_headers (GMIME_MESSAGE (message), spec, &marks);
  tree = G_OBJECT (build_tree (spec, &marks));
  g_mime_message_set_mime_part (GMIME_MESSAGE (message), GMIME_OBJECT (tree));
  whole = write_all (GMIME_MESSAGE (message));
  mime_cut (pieces, whole, &marks);
  if (!is_whole (pieces, spec)) {
    g_set_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_FORM,
                 "the message could not be built: try without the attachment whose name is the most unusual");
    return NULL;
  }
  return g_steal_pointer (&pieces);
}
