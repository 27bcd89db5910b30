#include "skeleton.h"

#include "body.h"
#include "header.h"
#include "html-template.h"
#include "letter-notes.h"
#include "hidden-columns.h"
#include "mime.h"
#include "text.h"
#include "unsubscribe.h"

#include <gmime/gmime.h>
#include <string.h>

#define MESSAGE_MAX (256 * 1024 * 1024) /* octets; chosen: five times the largest SIZE that providers offer */
#define MESSAGE_ID_MAX 320              /* octets; chosen: 40, a domain of 253 and what stands around them */
#define FILES_MAX 64                    /* chosen; contract: 40 */

struct Skeleton {
  GArray     *pieces;      /* Piece */
  Template   *subject;
  GPtrArray  *unsubscribe; /* Template, none to two: https first (RFC 8058 §3.1, RFC 2369 §2: from left to right) */
  Body       *text, *html; /* either may be NULL */
  GByteArray *from, *reply_to;
  char       *sender;
  int         message_id;  /* the row's field that is its Message-ID, or HIDDEN_NONE */
  gboolean    is_smtputf8; /* From or Reply-To already asks for it */
  GPtrArray  *fields, *required, *images, *notes; /* char *, NULL-terminated */
  gsize       overhead;
};

typedef struct { /* skeleton_compile() at work */
  const SkeletonSpec *spec;
  Skeleton   *self;
  Template   *subject, *html, *text;
  char      **content_ids; /* one for each file; NULL for an attachment */
} Compile;

void
skeleton_warm_up (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  const SkeletonFile files[] = { { TRUE, "a.png", "image/png", bytes }, { FALSE, "ä.txt", "text/plain", bytes } };
  const char *const columns[] = { NULL };
  SkeletonSpec spec = { .subject = "ä {{name}}", .html = "<img src=\"a.png\">", .from = "Ann <ann@example.org>",
                        .columns = columns, .files = files, .n_files = G_N_ELEMENTS (files) };

  g_mime_init ();
  skeleton_free (skeleton_compile (&spec, NULL)); /* types, charset tables, casefold data: all that is loaded on first use */
}

static gboolean
is_given (const char *text)
{
  return text != NULL && text[0] != '\0';
}

static gboolean
skeleton_refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
skeleton_refuse (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (TEMPLATE_ERROR, TEMPLATE_ERROR_FORM, format, args));
  va_end (args);
  return FALSE;
}

/* "Ann <ann@example.org>", "\"Ann B.\" <…>" or a bare address. */
static gboolean
split_mailbox (const char *label, const char *raw, HeaderText *out_name, char **out_address, GError **error)
{
  const char *open = strrchr (raw, '<');
  g_autofree char *address = NULL, *name = g_strndup (raw, open != NULL ? (gsize) (open - raw) : 0);
  gsize len;

  address = g_strstrip (g_strdup (open != NULL ? open + 1 : raw));
  len = strlen (address);
  if (open != NULL && len > 0 && address[len - 1] == '>')
    address[--len] = '\0';
  else if (open != NULL)
    len = 0;
  if (!header_is_address ((Slice){ address, len }))
    return skeleton_refuse (error, "%s: line 1 column 1: write one address, as in: Ann <ann@example.org>", label);
  g_strstrip (name);
  len = strlen (name);
  if (len >= 2 && name[0] == '"' && name[len - 1] == '"') {
    g_autofree char *inner = g_strndup (name + 1, len - 2);

    g_free (name);
    name = g_strcompress (inner);
  }
  escape_value (PLACE_HEADER, (Slice){ name, strlen (name) }, header_text_put, out_name);
  header_text_end (out_name, HEADER_NAME_MAX);
  *out_address = g_steal_pointer (&address);
  return TRUE;
}

static GByteArray *
compile_mailbox (Compile *compile, const char *label, const char *raw, guint column, char **out_address, GError **error)
{
  g_autoptr (GByteArray) line = g_byte_array_new ();
  HeaderText name = { 0 };

  if (!split_mailbox (label, raw, &name, out_address, error))
    return NULL;
  /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): split_mailbox() is FALSE wherever it gives no address */
  header_put_mailbox (line, column, &name, (Slice){ *out_address, strlen (*out_address) });
  compile->self->is_smtputf8 |= !header_is_ascii ((Slice){ *out_address, strlen (*out_address) });
  return g_steal_pointer (&line);
}

static gboolean
compile_sender (Compile *compile, GError **error)
{
  Skeleton *self = compile->self;
  g_autofree char *reply_to = NULL;

  self->from = compile_mailbox (compile, "from", compile->spec->from != NULL ? compile->spec->from : "", strlen ("From:"),
                                &self->sender, error);
  if (self->from == NULL)
    return FALSE;
  if (is_given (compile->spec->reply_to)) {
    self->reply_to = compile_mailbox (compile, "reply-to", compile->spec->reply_to, strlen ("Reply-To:"), &reply_to, error);
    return self->reply_to != NULL;
  }
  return TRUE;
}

static void
set_places (Template *template, Place place)
{
  for (guint i = 0; i < template->ops->len; i++)
    template_get (template, i)->place = place;
}

static gboolean
parse_all (Compile *compile, GError **error)
{
  const SkeletonSpec *spec = compile->spec;

  if (!is_given (spec->html) && !is_given (spec->text))
    return skeleton_refuse (error, "text: line 1 column 1: the message is empty: give it HTML or text");
  compile->subject = template_parse ("subject", spec->subject != NULL ? spec->subject : "", error);
  if (compile->subject == NULL)
    return FALSE;
  set_places (compile->subject, PLACE_HEADER);
  if (is_given (spec->html) && ((compile->html = template_parse ("html", spec->html, error)) == NULL ||
                                !html_template_place (compile->html, error)))
    return FALSE;
  if (is_given (spec->text) && (compile->text = template_parse ("text", spec->text, error)) == NULL)
    return FALSE;
  compile->self->unsubscribe = unsubscribe_parse (spec->unsubscribe, error);
  return compile->self->unsubscribe != NULL;
}

static gboolean
link_files (Compile *compile, GError **error)
{
  const SkeletonSpec *spec = compile->spec;
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  gsize total = 0;

  if (spec->n_files > FILES_MAX)
    return skeleton_refuse (error, "attachments: line 1 column 1: more than %d files", FILES_MAX);
  compile->content_ids = g_new0 (char *, spec->n_files + 1);
  for (gsize i = 0; i < spec->n_files; i++) {
    total += spec->files[i].bytes != NULL ? g_bytes_get_size (spec->files[i].bytes) : 0;
    if (total > MESSAGE_MAX / 2)
      return skeleton_refuse (error, "attachments: line 1 column 1: more than %d MiB together", MESSAGE_MAX / 2 >> 20);
    if (!spec->files[i].is_inline || compile->html == NULL || spec->files[i].name == NULL)
      continue;
    g_autofree char *token = mime_boundary_new ();

    compile->content_ids[i] = g_strdup_printf ("%s@postrider.invalid", token + 2);
    g_hash_table_insert (ids, (char *) spec->files[i].name, compile->content_ids[i]);
  }
  if (compile->html != NULL)
    html_template_link_images (compile->html, ids, compile->self->images);
  return TRUE;
}

static void
skeleton_collect (Template *names, Template *required, const Template *template)
{
  for (guint i = 0; template != NULL && i < template->ops->len; i++) {
    const TemplateOp *op = template_get (template, i);

    if (op->kind == TEMPLATE_LITERAL || op->field == TEMPLATE_UNSUBSCRIBE)
      continue;
    template_add_name (names, template_get_name (template, op));
    if (op->is_required)
      template_add_name (required, template_get_name (template, op));
  }
}

static Letter
letter_of (const Compile *compile)
{
  return (Letter){ compile->subject, compile->html, compile->text };
}

/* {{unsubscribe}} in the letter is the first address: https, if there is one. */
static void
set_unsubscribe (Compile *compile)
{
  const Template *first = compile->self->unsubscribe->len > 0 ? g_ptr_array_index (compile->self->unsubscribe, 0) : NULL;
  Template *letter[] = { compile->subject, compile->html, compile->text };

  for (gsize i = 0; i < G_N_ELEMENTS (letter); i++)
    if (letter[i] != NULL)
      letter[i]->unsubscribe = first;
}

/* Takes the names over, as a NULL-terminated array. */
static GPtrArray *
steal_names (Template *template)
{
  GPtrArray *names = g_steal_pointer (&template->names);

  template->names = g_ptr_array_new ();
  g_ptr_array_add (names, NULL);
  return names;
}

static gboolean
skeleton_bind (Template *template, const SkeletonSpec *spec, GError **error)
{
  if (!spec->any_field)
    return template_bind (template, spec->columns, spec->aliases, error);
  for (guint i = 0; i < template->ops->len; i++) {
    TemplateOp *op = template_get (template, i);

    op->field = op->kind != TEMPLATE_LITERAL && template_is_unsubscribe (template_get_name (template, op)) ? TEMPLATE_UNSUBSCRIBE : FIELD_NAME_NONE;
  }
  return TRUE;
}

static gboolean
bind_all (Compile *compile, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (Template) names = template_new (""), required = template_new ("");

  set_unsubscribe (compile);
  g_ptr_array_add (all, compile->subject);
  g_ptr_array_add (all, compile->html);
  g_ptr_array_add (all, compile->text);
  g_ptr_array_extend (all, compile->self->unsubscribe, NULL, NULL);
  for (guint i = 0; i < all->len; i++) {
    Template *template = g_ptr_array_index (all, i);

    if (template != NULL && !skeleton_bind (template, compile->spec, error))
      return FALSE;
    skeleton_collect (names, required, template);
  }
  letter_notes_add_own_names (compile->spec, letter_of (compile), compile->self->notes);
  if (compile->text == NULL)
    compile->text = html_template_to_text (compile->html);
  set_unsubscribe (compile); /* for the text that was made */
  compile->self->fields = steal_names (names);
  compile->self->required = steal_names (required);
  g_ptr_array_add (compile->self->images, NULL);
  return TRUE;
}

static gsize
skeleton_measure (const Skeleton *self)
{
  gsize n = strlen (" Thu, 01 Jan 1970 00:00:00 +0000") + self->from->len;

  n += self->reply_to != NULL ? self->reply_to->len : 0;
  n += self->text != NULL ? body_get_overhead (self->text) : 0;
  n += self->html != NULL ? body_get_overhead (self->html) : 0;
  for (guint i = 0; i < self->pieces->len; i++) {
    const Piece *piece = &g_array_index (self->pieces, Piece, i);

    n += piece->literal != NULL ? piece->literal->len : 0;
  }
  return n;
}

static gboolean
skeleton_assemble (Compile *compile, GError **error)
{
  Skeleton *self = compile->self;
  MimeSpec spec = { .files = compile->spec->files, .n_files = compile->spec->n_files,
                    .content_ids = (const char *const *) compile->content_ids };

  self->subject = g_steal_pointer (&compile->subject);
  self->text = body_new (g_steal_pointer (&compile->text));
  self->html = compile->html != NULL ? body_new (g_steal_pointer (&compile->html)) : NULL;
  spec.has_text = TRUE;
  spec.has_html = self->html != NULL;
  spec.has_message_id = self->message_id != HIDDEN_NONE;
  spec.has_reply_to = self->reply_to != NULL;
  spec.has_unsubscribe = self->unsubscribe->len > 0;
  spec.is_one_click = spec.has_unsubscribe && unsubscribe_is_https (g_ptr_array_index (self->unsubscribe, 0));
  spec.text_encoding = body_get_encoding (self->text);
  spec.html_encoding = self->html != NULL ? body_get_encoding (self->html) : ENCODER_QP;
  self->pieces = mime_build (&spec, error);
  if (self->pieces == NULL)
    return FALSE;
  self->overhead = skeleton_measure (self);
  return TRUE;
}

static void
compile_clear (Compile *compile)
{
  skeleton_free (compile->self);
  template_free (compile->subject);
  template_free (compile->html);
  template_free (compile->text);
  for (gsize i = 0; compile->content_ids != NULL && i < compile->spec->n_files; i++)
    g_free (compile->content_ids[i]);
  g_free (compile->content_ids);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Compile, compile_clear)

Skeleton *
skeleton_compile (const SkeletonSpec *spec, GError **error)
{
  g_auto (Compile) compile = { .spec = spec, .self = g_new0 (Skeleton, 1) };

  compile.self->message_id = hidden_column_find (spec->columns, HIDDEN_MESSAGE_ID);
  compile.self->images = g_ptr_array_new_with_free_func (g_free);
  compile.self->notes = g_ptr_array_new_with_free_func (g_free);
  if (!compile_sender (&compile, error) || !parse_all (&compile, error))
    return NULL;
  letter_notes_add_foreign (compile.spec, letter_of (&compile), compile.self->notes);
  if (!link_files (&compile, error) || !bind_all (&compile, error))
    return NULL;
  letter_notes_add_empty_text (compile.text, compile.self->notes);
  g_ptr_array_add (compile.self->notes, NULL);
  if (!skeleton_assemble (&compile, error))
    return NULL;
  return g_steal_pointer (&compile.self);
}

void
skeleton_free (Skeleton *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->pieces, g_array_unref);
  template_free (self->subject);
  g_clear_pointer (&self->unsubscribe, g_ptr_array_unref);
  body_free (self->text);
  body_free (self->html);
  g_clear_pointer (&self->from, g_byte_array_unref);
  g_clear_pointer (&self->reply_to, g_byte_array_unref);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_clear_pointer (&self->required, g_ptr_array_unref);
  g_clear_pointer (&self->images, g_ptr_array_unref);
  g_clear_pointer (&self->notes, g_ptr_array_unref);
  g_free (self->sender);
  g_free (self);
}

const char *const *
skeleton_get_fields (const Skeleton *self)
{
  return (const char *const *) self->fields->pdata;
}

const char *const *
skeleton_get_required (const Skeleton *self)
{
  return (const char *const *) self->required->pdata;
}

const char *const *
skeleton_get_images (const Skeleton *self)
{
  return (const char *const *) self->images->pdata;
}

const char *const *
skeleton_get_notes (const Skeleton *self)
{
  return (const char *const *) self->notes->pdata;
}

gsize
skeleton_get_overhead (const Skeleton *self)
{
  return self->overhead;
}

const char *
skeleton_get_sender (const Skeleton *self)
{
  return self->sender;
}

typedef struct {
  const Skeleton *self;
  const FrameRow *row;
  gint64          date_utc_s;
  GByteArray     *out;
  GError        **error;
} SkeletonRender;

static gboolean
fail_value (const SkeletonRender *render, const char *what, const char *name)
{
  if (name != NULL)
    g_set_error (render->error, TEMPLATE_ERROR, TEMPLATE_ERROR_VALUE, "%s “%s”", what, name);
  else
    g_set_error_literal (render->error, TEMPLATE_ERROR, TEMPLATE_ERROR_VALUE, what);
  return FALSE;
}

static void
render_put (const SkeletonRender *render, const char *data, gsize len)
{
  g_byte_array_append (render->out, (const guint8 *) data, (guint) len);
}

/* A header's literal is cleaned as a value is: a line break in a subject's template is a space. */
static void
put_header_literal (void *sink, const TemplateOp *op, guint index)
{
  escape_value (PLACE_HEADER, (Slice){ op->text, op->len }, header_text_put, sink);
}

static gboolean
run_header (const SkeletonRender *render, const Template *template, HeaderText *text)
{
  TemplateOutput output = { put_header_literal, header_text_put, text, NULL, 0 };
  const char *missing = template_run (template, render->row, &output);

  if (missing != NULL)
    return fail_value (render, "this person has no value for", missing);
  if (text->is_full)
    return fail_value (render, "a header would be too long with this person's values:", template->label);
  header_text_end (text, HEADER_TEXT_MAX);
  return TRUE;
}

static gboolean
render_subject (const SkeletonRender *render)
{
  HeaderText text = { 0 };

  if (!run_header (render, render->self->subject, &text))
    return FALSE;
  header_put_text (render->out, strlen ("Subject:"), &text);
  return TRUE;
}

static gboolean
render_url (const SkeletonRender *render, const Template *template, gsize column)
{
  HeaderText text = { 0 };

  if (!run_header (render, template, &text))
    return FALSE;
  if (text.len > TEMPLATE_URL_MAX)
    return fail_value (render, "the header List-Unsubscribe: its address would be too long with this person's values", NULL);
  if (column + strlen (" <>") + text.len > 78)
    render_put (render, "\r\n", 2);
  render_put (render, " <", 2);
  render_put (render, text.data, text.len);
  render_put (render, ">", 1);
  return TRUE;
}

static gboolean
render_unsubscribe (const SkeletonRender *render)
{
  const GPtrArray *all = render->self->unsubscribe;

  for (guint i = 0; i < all->len; i++) {
    if (i > 0)
      render_put (render, ",", 1);
    if (!render_url (render, g_ptr_array_index (all, i), i == 0 ? strlen ("List-Unsubscribe:") : 78))
      return FALSE;
  }
  return TRUE;
}

static gboolean
render_to (const SkeletonRender *render)
{
  Slice address = render->row->n_fields > 0 ? render->row->fields[0] : (Slice){ "", 0 };
  Slice name = render->row->n_fields > 1 ? render->row->fields[1] : (Slice){ "", 0 };
  HeaderText text = { 0 };

  if (!header_is_address (address))
    return fail_value (render, "the address of this person is none that can stand in a header", NULL);
  if (!text_is_missing (name.data, name.len))
    escape_value (PLACE_HEADER, name, header_text_put, &text);
  header_text_end (&text, HEADER_NAME_MAX);
  header_put_mailbox (render->out, strlen ("To:"), &text, address);
  return TRUE;
}

/* Core's own value, and nothing that could be another header. */
static gboolean
is_message_id (Slice value)
{
  if (value.len < 3 || value.len > MESSAGE_ID_MAX || value.data[0] != '<' || value.data[value.len - 1] != '>')
    return FALSE;
  for (gsize i = 1; i < value.len - 1; i++)
    if ((guchar) value.data[i] <= ' ' || (guchar) value.data[i] >= 0x7f || value.data[i] == '<' || value.data[i] == '>')
      return FALSE;
  return TRUE;
}

static gboolean
render_message_id (const SkeletonRender *render)
{
  guint field = (guint) render->self->message_id;
  Slice id = field < render->row->n_fields ? render->row->fields[field] : (Slice){ "", 0 };

  if (!is_message_id (id))
    return fail_value (render, "this message was given no Message-ID that can stand in a header", NULL);
  render_put (render, " ", 1);
  render_put (render, id.data, id.len);
  return TRUE;
}

static gboolean
render_body (const SkeletonRender *render, const Body *body, guint limit)
{
  const char *missing = body_render (body, render->row, render->out, limit);

  if (missing != NULL)
    return fail_value (render, "this person has no value for", missing);
  return render->out->len <= limit || fail_value (render, "the message would be too large with this person's values", NULL);
}

static gboolean
render_piece (const SkeletonRender *render, const Piece *piece, guint limit)
{
  const Skeleton *self = render->self;

  switch (piece->kind) {
  case PIECE_LITERAL: render_put (render, (const char *) piece->literal->data, piece->literal->len); return TRUE;
  case PIECE_FROM: render_put (render, (const char *) self->from->data, self->from->len); return TRUE;
  case PIECE_REPLY_TO: render_put (render, (const char *) self->reply_to->data, self->reply_to->len); return TRUE;
  case PIECE_TO: return render_to (render);
  case PIECE_SUBJECT: return render_subject (render);
  case PIECE_DATE: header_put_date (render->out, render->date_utc_s); return TRUE;
  case PIECE_MESSAGE_ID: return render_message_id (render);
  case PIECE_UNSUBSCRIBE: return render_unsubscribe (render);
  case PIECE_TEXT: return render_body (render, self->text, limit);
  case PIECE_HTML: return render_body (render, self->html, limit);
  case PIECE_COUNT: break;
  }
  return FALSE;
}

/* `form`: no line that we write begins with a dot (encoder.h, mime.c is_whole()), so both forms are the same octets. */
gboolean
skeleton_render (const Skeleton *self, const FrameRow *row, SkeletonForm form, gint64 date_utc_s, GByteArray *out,
                 SkeletonTraits *out_traits, GError **error)
{
  SkeletonRender render = { self, row, date_utc_s, out, error };
  guint start = out->len, limit;

  if (start > G_MAXUINT / 2)
    return fail_value (&render, "the batch is too large", NULL);
  limit = start + MESSAGE_MAX;
  for (guint i = 0; i < self->pieces->len; i++)
    if (!render_piece (&render, &g_array_index (self->pieces, Piece, i), limit)) {
      g_byte_array_set_size (out, start);
      return FALSE;
    }
  *out_traits = (SkeletonTraits){ .is_smtputf8 = self->is_smtputf8 || !header_is_ascii (row->fields[0]) };
  return TRUE;
}
