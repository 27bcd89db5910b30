/* skeleton.h - one campaign's message, compiled once: a MIME skeleton with holes, and the values that go in, escaped for their place.
 * Trust:  templates and files are the user's own; values are hostile: none can add a header, a recipient, a part or a tag.
 * Used in: transports. Pure: no I/O, safe under the lock.
 * Source: RFC 5322, 2045-2047, 2231, 8058, 6532; docs/design.md §9. */
#pragma once
#include "template.h"

typedef struct {
  gboolean    is_inline;  /* an image that html shows, named by its relative src; else an attachment */
  const char *name;
  const char *media_type;
  GBytes     *bytes;
} SkeletonFile;

typedef struct { /* all borrowed until skeleton_compile() returns */
  const char *subject, *html, *text; /* templates; html or text may be NULL or "" (not both) */
  const char *from, *reply_to;       /* "Ann <ann@example.org>"; reply_to may be NULL or "" */
  const char *unsubscribe;           /* https: or mailto: template, or one of each with a comma between, or NULL or "" */
  const char *const *columns;        /* names of the values of a row; NULL-terminated. HIDDEN_MESSAGE_ID: that is its Message-ID; without it, it has none */
  const char *const *aliases;        /* another name of a column, then the column, in pairs; or NULL */
  gboolean    any_field;             /* columns are not known yet: every name will do and means nothing; for a look at the templates */
  const SkeletonFile *files;
  gsize       n_files;
} SkeletonSpec;

typedef struct Skeleton Skeleton;

/* Loads what is loaded on first use. Call once before the lock, and before anything else here. */
void      skeleton_warm_up (void);

Skeleton *skeleton_compile (const SkeletonSpec *spec, GError **error); /* (transfer full), or NULL with TEMPLATE_ERROR_FORM or _FIELD */
void      skeleton_free    (Skeleton *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Skeleton, skeleton_free)

/* Borrowed, NULL-terminated, as first written. name, email and phone are always there and are not listed as missing. */
const char *const *skeleton_get_fields   (const Skeleton *self);
const char *const *skeleton_get_required (const Skeleton *self); /* without fallback and outside sections */
const char *const *skeleton_get_images   (const Skeleton *self); /* relative src in html that no file was given for */
const char *const *skeleton_get_notes    (const Skeleton *self); /* sentences for a person, with line and column */
gsize              skeleton_get_overhead (const Skeleton *self); /* octets that each message has at least */
const char        *skeleton_get_sender   (const Skeleton *self); /* the bare address of From: the envelope's reverse-path */

typedef enum {
  SKELETON_RAW,     /* CRLF lines: BDAT, Maildir, preview */
  SKELETON_DOTTED,  /* dot-stuffed, ends with CRLF, without the final dot: DATA (RFC 5321 §4.5.2) */
} SkeletonForm;

typedef struct {
  gboolean is_8bit;     /* needs BODY=8BITMIME */
  gboolean is_smtputf8; /* an address in a header or the envelope is not ASCII (RFC 6531) */
} SkeletonTraits;

/* row: key = recipient, fields = address, name, then one value a column (frame RECIPIENTS; borrowed).
 * date_utc_s: for Date. Appends to `out`; on failure `out` is as it was.
 * Returns: FALSE with TEMPLATE_ERROR_VALUE. No allocation in the usual case once `out` has grown. */
gboolean skeleton_render (const Skeleton *self, const FrameRow *row, SkeletonForm form, gint64 date_utc_s,
                          GByteArray *out, SkeletonTraits *out_traits, GError **error) G_GNUC_WARN_UNUSED_RESULT;
