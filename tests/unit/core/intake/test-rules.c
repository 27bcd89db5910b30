/* What the import worker may say, limit by limit: the last value that is taken and the first that is not. */
#include "rules.h"

#include "fault.h"
#include "hidden-columns.h"
#include <string.h>

#define REASONS_MAX 64
#define LEFT_OUT_MAX (4 * (guint64) IMPORT_ROWS_MAX)
#define CELL_MAX (4 * (gsize) IMPORT_VALUE_MAX)

/* Octets of 'x' for slices and strings: as long as anything that is tried. */
static char *much = NULL;

static Slice
text (gsize len)
{
  return (Slice){ much, len };
}

static Slice
word (const char *words)
{
  return (Slice){ words, strlen (words) };
}

static void
assert_result (gboolean is_taken, const GError *error, gboolean is_good, const char *name)
{
  if (is_taken != is_good)
    g_test_message ("%s: %s", name, error != NULL ? error->message : "taken");
  g_assert_cmpint (is_taken, ==, is_good);
  if (is_good)
    g_assert_no_error (error);
  else
    g_assert_error (error, FAULT, FAULT_PROTOCOL);
}

/* --- contacts --- */

static const char *const city[] = { "city", NULL };

/* One person with one further field. */
static gboolean
take_contact (RulesState *state, guint64 key, Slice name, Slice email, Slice phone, Slice value, guint n_fields, GError **error)
{
  g_autofree FrameRow *row = g_new0 (FrameRow, 1);
  g_autoptr (GByteArray) blob = g_byte_array_new ();
  gboolean seen[2] = { FALSE, FALSE };
  MergeRow out;

  *row = (FrameRow){ .key = key, .n_fields = n_fields, .fields = { name, email, phone, value, value } };
  return rules_take_contact (state, row, city, blob, seen, &out, error);
}

static void
test_contact (void)
{
  const Slice none = { "", 0 }, ann = word ("ann@example.org"), number = word ("+4930123456");
  const struct { const char *name; Slice person, email, phone, value; guint n_fields; gboolean is_good; } rows[] = {
    { "plain", word ("Ann"), ann, none, word ("Kiel"), 4, TRUE },
    { "number alone", none, none, number, none, 4, TRUE },
    { "neither", word ("Ann"), none, none, none, 4, FALSE },
    { "longest name", text (IMPORT_NAME_MAX), ann, none, none, 4, TRUE },
    { "name too long", text (IMPORT_NAME_MAX + 1), ann, none, none, 4, FALSE },
    { "name of two lines", word ("Ann\nBcc: x@example.org"), ann, none, none, 4, FALSE },
    { "name with a vertical tab", word ("Ann\vLee"), ann, none, none, 4, FALSE },
    { "name with NEL", word ("Ann\xc2\x85Lee"), ann, none, none, 4, FALSE },
    { "name with a no-break space", word ("Ann\xc2\xa0Lee"), ann, none, none, 4, TRUE },
    { "longest value", none, ann, none, text (IMPORT_VALUE_MAX), 4, TRUE },
    { "value too long", none, ann, none, text (IMPORT_VALUE_MAX + 1), 4, FALSE },
    { "value of two lines", none, ann, none, word ("a\nb"), 4, TRUE },
    { "escape in a value", none, ann, none, word ("a\033[2J"), 4, FALSE },
    { "address in capitals of its domain", none, word ("ann@EXAMPLE.org"), none, none, 4, FALSE }, /* not canonical: two of it would be two people */
    { "number without country", none, none, word ("030123456"), none, 4, FALSE },
    { "a field too few", none, ann, none, none, 3, FALSE },
    { "a field too many", none, ann, none, none, 5, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    RulesState state = { .n_fields = 1 };
    g_autoptr (GError) error = NULL;
    gboolean is_taken = take_contact (&state, 1, rows[i].person, rows[i].email, rows[i].phone, rows[i].value, rows[i].n_fields, &error);

    assert_result (is_taken, error, rows[i].is_good, rows[i].name);
  }
}

/* What was taken comes out whole: where it came from and which fields had a value. */
static void
test_contact_comes_out (void)
{
  static const char *const fields[] = { "city", "plan", NULL };
  RulesState state = { .n_fields = 2 };
  g_autofree FrameRow *row = g_new0 (FrameRow, 1);
  g_autoptr (GByteArray) blob = g_byte_array_new ();
  gboolean seen[2] = { FALSE, FALSE };
  static const guint8 wanted[] = { 4, 0, 'p', 'l', 'a', 'n', 1, 0, 0, 0, 'A' }; /* fields.h */
  MergeRow out;

  g_byte_array_append (blob, (const guint8 *) "of the last row", 15);
  *row = (FrameRow){ .key = 7, .n_fields = 5, .fields = { word ("Ann"), word ("ann@example.org"), word ("+4930123456"), word (""), word ("A") } };
  g_assert_true (rules_take_contact (&state, row, fields, blob, seen, &out, NULL));
  g_assert_cmpmem (out.name.data, out.name.len, "Ann", 3);
  g_assert_cmpmem (out.email.data, out.email.len, "ann@example.org", 15);
  g_assert_cmpmem (out.phone.data, out.phone.len, "+4930123456", 11);
  g_assert_cmpmem (blob->data, blob->len, wanted, sizeof wanted);
  g_assert_false (seen[0]);
  g_assert_true (seen[1]);
}

/* --- rejected rows --- */

typedef struct {
  guint64     key;
  guint32     aux; /* 0 rejected, 1 left out, 2 hint */
  Slice       field, value, reason, sentence;
  guint       n_cells; /* a column's name and its cell are two */
  Slice       column, cell;
} Reject;

static const Reject plain = { .key = 1, .field = { "email", 5 }, .value = { "ann", 3 }, .reason = { "no-domain", 9 }, .sentence = { "It has no domain.", 17 },
                              .column = { "E-mail", 6 }, .cell = { "ann", 3 } };

typedef struct {
  RulesState  state;
  RulesCounts counts;
} Rejects;

static void
set_up (Rejects *self, gconstpointer unused)
{
  memset (&self->state, 0, sizeof self->state);
  self->counts = (RulesCounts){ g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free), g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
                                g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };
}

static void
tear_down (Rejects *self, gconstpointer unused)
{
  g_hash_table_unref (self->counts.rejected);
  g_hash_table_unref (self->counts.left_out);
  g_hash_table_unref (self->counts.hints);
}

static gboolean
take_reject (Rejects *self, const Reject *reject, GError **error)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_REJECTS);
  g_autoptr (GVariant) finished = NULL;

  frame_writer_row (frame, reject->key, reject->aux, 4 + reject->n_cells);
  frame_writer_field (frame, reject->field.data, reject->field.len);
  frame_writer_field (frame, reject->value.data, reject->value.len);
  frame_writer_field (frame, reject->reason.data, reject->reason.len);
  frame_writer_field (frame, reject->sentence.data, reject->sentence.len);
  for (guint i = 0; i < reject->n_cells; i++) {
    const Slice *cell = i % 2 == 0 ? &reject->column : &reject->cell;

    frame_writer_field (frame, cell->data, cell->len);
  }
  finished = g_variant_ref_sink (frame_writer_finish (frame));
  return rules_take_rejects (&self->state, finished, &self->counts, error);
}

/* One member of a plain rejection is another one. */
static void
test_reject (Rejects *self, gconstpointer unused)
{
#define MEMBER(name) G_STRUCT_OFFSET (Reject, name)
  const struct { const char *name; gsize member; Slice is; guint n_cells; guint32 aux; gboolean is_good; } rows[] = {
    { "rejected", MEMBER (field), word ("email"), 0, 0, TRUE },
    { "left out", MEMBER (field), word ("email"), 0, 1, TRUE },
    { "hint", MEMBER (field), word ("email"), 0, 2, TRUE },
    { "no such fate", MEMBER (field), word ("email"), 0, 3, FALSE },
    { "longest field", MEMBER (field), text (IMPORT_FIELD_NAME_MAX), 0, 0, TRUE },
    { "field too long", MEMBER (field), text (IMPORT_FIELD_NAME_MAX + 1), 0, 0, FALSE },
    { "field of two lines", MEMBER (field), word ("a\nb"), 0, 0, FALSE },
    { "longest value", MEMBER (value), text (300), 0, 0, TRUE },
    { "value too long", MEMBER (value), text (301), 0, 0, FALSE },
    { "escape in a value", MEMBER (value), word ("\033[2J"), 0, 0, FALSE },
    { "longest reason", MEMBER (reason), text (64), 0, 0, TRUE },
    { "reason too long", MEMBER (reason), text (65), 0, 0, FALSE },
    { "no reason", MEMBER (reason), word (""), 0, 0, FALSE },
    { "reason of two words", MEMBER (reason), word ("two words"), 0, 0, FALSE },
    { "longest sentence", MEMBER (sentence), text (1024), 0, 0, TRUE },
    { "sentence too long", MEMBER (sentence), text (1025), 0, 0, FALSE },
    { "sentence of two lines", MEMBER (sentence), word ("a\nb"), 0, 0, FALSE },
    { "a cell without a column", MEMBER (column), word (""), 2, 0, TRUE },
    { "a column without its cell", MEMBER (column), word ("E-mail"), 3, 0, FALSE },
    { "most cells", MEMBER (column), word ("E-mail"), 2 * IMPORT_COLUMNS_MAX, 0, TRUE },
    { "too many cells", MEMBER (column), word ("E-mail"), 2 * IMPORT_COLUMNS_MAX + 2, 0, FALSE },
    { "longest column", MEMBER (column), text (IMPORT_FIELD_NAME_MAX), 2, 0, TRUE },
    { "column too long", MEMBER (column), text (IMPORT_FIELD_NAME_MAX + 1), 2, 0, FALSE },
    { "escape in a column", MEMBER (column), word ("\033[2J"), 2, 0, FALSE },
    { "longest cell", MEMBER (cell), text (CELL_MAX), 2, 0, TRUE },
    { "cell too long", MEMBER (cell), text (CELL_MAX + 1), 2, 0, FALSE },
    { "escape in a cell", MEMBER (cell), word ("\033[2J"), 2, 0, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Reject reject = plain;
    g_autoptr (GError) error = NULL;
    gboolean is_taken;

    G_STRUCT_MEMBER (Slice, &reject, rows[i].member) = rows[i].is;
    reject.n_cells = rows[i].n_cells;
    reject.aux = rows[i].aux;
    is_taken = take_reject (self, &reject, &error);
    assert_result (is_taken, error, rows[i].is_good, rows[i].name);
  }
}

/* Too short for a rejection: no field of it is read. */
static void
test_reject_cut (Rejects *self, gconstpointer unused)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_REJECTS);
  g_autoptr (GVariant) finished = NULL;
  g_autoptr (GError) error = NULL;

  frame_writer_row (frame, 1, 0, 2);
  frame_writer_string (frame, "email");
  frame_writer_string (frame, "ann");
  finished = g_variant_ref_sink (frame_writer_finish (frame));
  g_assert_false (rules_take_rejects (&self->state, finished, &self->counts, &error));
  g_assert_error (error, FAULT, FAULT_PROTOCOL);
}

/* Each reason is counted by its fate; of different ones there are REASONS_MAX at most, or a worker fills the memory with them. */
static void
test_reasons (Rejects *self, gconstpointer unused)
{
  for (guint i = 0; i < 2 * (REASONS_MAX + 1); i++) {
    g_autofree char *reason = g_strdup_printf ("reason-%u", i / 2); /* each twice */
    Reject reject = plain;
    g_autoptr (GError) error = NULL;
    gboolean is_taken;

    reject.reason = word (reason);
    is_taken = take_reject (self, &reject, &error);
    assert_result (is_taken, error, i < 2 * REASONS_MAX, reason);
  }
  g_assert_cmpuint (*(guint64 *) g_hash_table_lookup (self->counts.rejected, "reason-0"), ==, 2);
  g_assert_cmpuint (g_hash_table_size (self->counts.rejected), ==, REASONS_MAX);
  g_assert_cmpuint (g_hash_table_size (self->counts.left_out), ==, 0);
}

/* --- all of a file --- */

static gboolean
take_ann (RulesState *state, guint64 key, GError **error)
{
  return take_contact (state, key, word ("Ann"), word ("ann@example.org"), word (""), word (""), 4, error);
}

/* Rows come in the file's order; several people of one row have its number. Contacts and rejections are two rows of numbers. */
static void
test_order (Rejects *self, gconstpointer unused)
{
  static const struct { guint64 key; gboolean is_good; } rows[] = {
    { 0, FALSE }, { 5, TRUE }, { 5, TRUE }, { 4, FALSE }, { 6, TRUE }, { (guint64) G_MAXINT64 + 1, FALSE }, { G_MAXINT64, TRUE },
  };

  self->state.n_fields = 1;
  for (guint kind = 0; kind < 2; kind++)
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
      Reject reject = plain;
      g_autoptr (GError) error = NULL;
      gboolean is_taken;

      reject.key = rows[i].key;
      is_taken = kind == 0 ? take_ann (&self->state, rows[i].key, &error) : take_reject (self, &reject, &error);
      assert_result (is_taken, error, rows[i].is_good, kind == 0 ? "contact" : "rejection");
    }
}

/* Ten million rows, taken and rejected together; values left out are counted by themselves. */
static void
test_number_of_rows (Rejects *self, gconstpointer unused)
{
  Reject reject = plain;
  g_autoptr (GError) error = NULL;

  self->state = (RulesState){ .n_fields = 1, .rows = IMPORT_ROWS_MAX - 2, .left_out = LEFT_OUT_MAX - 1 };
  g_assert_true (take_ann (&self->state, 1, NULL));
  g_assert_true (take_reject (self, &reject, NULL)); /* the last one */
  g_assert_false (take_reject (self, &reject, &error));
  g_assert_error (error, FAULT, FAULT_PROTOCOL);
  g_clear_error (&error);
  g_assert_false (take_ann (&self->state, 1, &error));
  g_assert_error (error, FAULT, FAULT_PROTOCOL);
  g_clear_error (&error);
  reject.aux = 1;
  g_assert_true (take_reject (self, &reject, NULL));
  reject.aux = 2;
  g_assert_false (take_reject (self, &reject, &error));
  g_assert_error (error, FAULT, FAULT_PROTOCOL);
}

/* --- Open's words --- */

static GStrv
make_columns (guint n)
{
  GStrv columns = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    columns[i] = g_strdup_printf ("column %u", i);
  return columns;
}

static void
assert_columns (GStrv columns, gboolean is_good, const char *name)
{
  g_autoptr (GError) error = NULL;
  gboolean is_taken = rules_check_fields ((const char *const *) columns, &error);

  assert_result (is_taken, error, is_good, name);
  g_strfreev (columns);
}

static void
assert_column (char *column, gboolean is_good, const char *name)
{
  GStrv columns = make_columns (2);

  g_free (columns[1]);
  columns[1] = column;
  assert_columns (columns, is_good, name);
}

static void
test_columns (void)
{
  assert_columns (make_columns (0), TRUE, "none");
  assert_columns (make_columns (IMPORT_COLUMNS_MAX), TRUE, "most");
  assert_columns (make_columns (IMPORT_COLUMNS_MAX + 1), FALSE, "too many");
  assert_column (g_strdup ("City"), TRUE, "plain");
  assert_column (g_strdup (""), FALSE, "empty");
  assert_column (g_strnfill (IMPORT_FIELD_NAME_MAX, 'x'), TRUE, "longest");
  assert_column (g_strnfill (IMPORT_FIELD_NAME_MAX + 1, 'x'), FALSE, "too long");
  assert_column (g_strdup ("ci\nty"), FALSE, "two lines");
  assert_column (g_strdup (HIDDEN_MARK "leave"), FALSE, "hidden");
  assert_column (g_strdup (HIDDEN_MESSAGE_ID), FALSE, "hidden, and there");
  assert_column (g_strdup ("COLUMN 0"), FALSE, "twice, without case");
}

static void
test_aliases (void)
{
  g_autofree char *longest = g_strnfill (IMPORT_FIELD_NAME_MAX, 'x'), *too_long = g_strnfill (IMPORT_FIELD_NAME_MAX + 1, 'x');
  const struct { const char *pairs[5]; gboolean is_good; } rows[] = {
    { { NULL }, TRUE },
    { { "Your Name", "name", "Your Mail", "email", NULL }, TRUE },
    { { "Tel", "phone", NULL }, TRUE },
    { { "Tel", "city", NULL }, FALSE },
    { { "Tel", NULL }, FALSE }, /* half a pair */
    { { "", "name", NULL }, FALSE },
    { { longest, "name", NULL }, TRUE },
    { { too_long, "name", NULL }, FALSE },
    { { "Your\nName", "name", NULL }, FALSE },
    { { HIDDEN_MARK "leave", "name", NULL }, FALSE },
    { { "Your Name", "name", "Tel", "fax", NULL }, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    gboolean is_taken = rules_check_aliases (rows[i].pairs, &error);

    assert_result (is_taken, error, rows[i].is_good, rows[i].pairs[0] != NULL ? rows[i].pairs[0] : "none");
  }
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  much = g_strnfill (CELL_MAX + 1, 'x');
  g_test_add_func ("/core/intake/rules/contact", test_contact);
  g_test_add_func ("/core/intake/rules/contact-comes-out", test_contact_comes_out);
  g_test_add ("/core/intake/rules/reject", Rejects, NULL, set_up, test_reject, tear_down);
  g_test_add ("/core/intake/rules/reject-cut", Rejects, NULL, set_up, test_reject_cut, tear_down);
  g_test_add ("/core/intake/rules/reasons", Rejects, NULL, set_up, test_reasons, tear_down);
  g_test_add ("/core/intake/rules/order", Rejects, NULL, set_up, test_order, tear_down);
  g_test_add ("/core/intake/rules/number-of-rows", Rejects, NULL, set_up, test_number_of_rows, tear_down);
  g_test_add_func ("/core/intake/rules/columns", test_columns);
  g_test_add_func ("/core/intake/rules/aliases", test_aliases);
  result = g_test_run ();
  g_free (much);
  return result;
}
