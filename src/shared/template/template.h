/* template.h - "Dear {{first name|friend}}": a template to a flat program of literals, holes and sections.
 * Trust:  the template is the user's own, yet any text must end in a program or an error. Used in: shared/mail. Pure.
 * Form:   {{field}}  {{field|fallback}}  {{#field}}there{{/field}}  {{^field}}missing{{/field}}  {{! remark }}
 *         Names ignore case; white space in them is one space. A fallback is a value: it is escaped as one. A section's tag alone on
 *         a line takes the line with it. Missing is what base/text.h text_is_missing() says. */
#pragma once
#include "escape.h"
#include "field-name.h"

#define TEMPLATE_MAX (4 * 1024 * 1024) /* octets; chosen: forty times the mail at which Gmail cuts */
#define TEMPLATE_OPS_MAX 20000         /* chosen: holes and sections of one template */
#define TEMPLATE_DEPTH_MAX 16          /* chosen: sections inside sections; people lose track at three */
#define TEMPLATE_NAME_MAX 255          /* octets of a field's name */
#define TEMPLATE_URL_MAX 900           /* octets; a URL cannot be folded, a line has 998 (RFC 5322 §2.1.1) */
#define TEMPLATE_UNSUBSCRIBE (-2)      /* as a field: the unsubscribe address */

#define TEMPLATE_ERROR (template_error_quark ())
GQuark template_error_quark (void);
typedef enum {
  TEMPLATE_ERROR_FORM,  /* "subject: line 1 column 9: …": mend the template */
  TEMPLATE_ERROR_FIELD, /* a required field that no column has: mend the template or map the column */
  TEMPLATE_ERROR_VALUE, /* this row cannot be rendered: a required value is missing, or does not fit where it must go */
} TemplateError;

typedef enum { TEMPLATE_LITERAL, TEMPLATE_HOLE, TEMPLATE_SECTION, TEMPLATE_INVERTED } TemplateKind;

typedef struct {
  TemplateKind kind;
  Place    place;       /* HOLE: PLACE_PLAIN until someone who knows the text sets it */
  gboolean is_required; /* HOLE: without fallback and outside sections */
  guint    name;        /* index into names; not for LITERAL */
  int      field;       /* index of the row's field, once bound; FIELD_NAME_NONE: always missing */
  guint    end;         /* SECTION, INVERTED: index of the operation behind it */
  guint    line, column;
  char    *text;        /* LITERAL: its octets, LF only; HOLE: the fallback, or NULL; owned */
  gsize    len;
} TemplateOp;

typedef struct Template Template;
struct Template {
  char      *label;  /* "subject", "html"…: what the errors call it */
  GArray    *ops;    /* TemplateOp */
  GPtrArray *names;  /* char *, as first written */
  const Template *unsubscribe; /* the address that {{unsubscribe}} stands for, bound, without such a hole itself; borrowed; NULL: none */
};

/* Returns: (transfer full), or NULL with TEMPLATE_ERROR_FORM "label: line L column C: what". */
Template   *template_parse (const char *label, const char *source, GError **error);
Template   *template_new   (const char *label); /* empty */
void        template_free  (Template *self);
TemplateOp *template_get   (const Template *self, guint index); /* borrowed until operations are added */
const char *template_get_name (const Template *self, const TemplateOp *op);

/* Adds an operation; takes `text`. Returns: its index. */
guint template_add (Template *self, TemplateKind kind, guint name, char *text, gsize len);
guint template_add_name (Template *self, const char *name); /* index; the same for another spelling of the same name */

/* An error at `offset` octets into operation `op`. Returns: FALSE. */
gboolean template_fail (const Template *self, const TemplateOp *op, gsize offset, GError **error, const char *what);
/* Where that is: both from 1, columns count characters. */
void     template_locate (const TemplateOp *op, gsize offset, guint *out_line, guint *out_column);

/* TRUE for a name of the unsubscribe address. */
gboolean template_is_unsubscribe (const char *name);

/* Gives each operation its field, as field_name_find(), or TEMPLATE_UNSUBSCRIBE where there is such an address.
 * Returns: FALSE with TEMPLATE_ERROR_FIELD: a required field is in no column (near spellings are named). */
gboolean template_bind (Template *self, const char *const *columns, const char *const *aliases, GError **error);

typedef struct { /* where a template is written to */
  void (*put_literal) (void *sink, const TemplateOp *op, guint index);
  EscapeSink        put_value; /* escaped */
  void             *sink;
  const GByteArray *bytes;     /* the array that grows, or NULL */
  gsize             bytes_max; /* end there: the caller sees it by the length */
} TemplateOutput;

/* Writes the bound template with the row's values. Returns: NULL, or (borrowed) the name of the required field that is missing. */
const char *template_run (const Template *self, const FrameRow *row, const TemplateOutput *output);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Template, template_free)
