/* rules.h - what the import worker says, checked again value by value. Pure.
 * Trust:  input is hostile: the worker has read a stranger's file. Any fault is the worker's (it cleans what the file says), and
 *         ends it. Used in: core/intake/import. Source: org.postrider.Import1. */
#pragma once
#include "merge.h"

#define IMPORT_ROWS_MAX 10000000         /* chosen: 10 million rows a file (docs/design.md §12) */
#define IMPORT_COLUMNS_MAX 1000          /* chosen */
#define IMPORT_VALUE_MAX (1024 * 1024)   /* chosen: 1 MiB a field */
#define IMPORT_NAME_MAX 4096             /* chosen: octets of a person's name; contract/ and the worker cut earlier */
#define IMPORT_FIELD_NAME_MAX 1024       /* chosen: octets of a column's name */

/* Where the worker is; each frame must go on from there. Zeroed at the start. */
typedef struct {
  guint    n_fields;       /* Open's */
  guint64  rows;           /* contacts and rejected rows so far */
  guint64  left_out;       /* values left out, or doubted, so far */
  guint64  contact_key;    /* row number of the last contact */
  guint64  reject_key;
} RulesState;

/* Open's fields: not empty, apart from each other (without case). Returns: FALSE with FAULT_PROTOCOL. */
gboolean rules_check_fields (const char *const *fields, GError **error);

/* Open's aliases: pairs of a header and email, phone or name. Returns: FALSE with FAULT_PROTOCOL. */
gboolean rules_check_aliases (const char *const *aliases, GError **error);

/* One row of frame CONTACTS. out_row borrows from the frame; `blob` (emptied first) gets its further fields under `fields`' names;
 * seen[i] becomes TRUE where a value is. Returns: FALSE with FAULT_PROTOCOL. */
gboolean rules_take_contact (RulesState *self, const FrameRow *raw_row, const char *const *fields, GByteArray *blob, gboolean *seen,
                             MergeRow *out_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct { /* by what became of it: owned word -> guint64 * */
  GHashTable *rejected, *left_out, *hints;
} RulesCounts;

/* A whole frame REJECTS; counts its reasons. Returns: FALSE with FAULT_PROTOCOL. */
gboolean rules_take_rejects (RulesState *self, GVariant *frame, const RulesCounts *counts, GError **error) G_GNUC_WARN_UNUSED_RESULT;
