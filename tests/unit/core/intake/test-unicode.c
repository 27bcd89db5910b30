/* test-unicode.c - the worker and core have one idea of clean text: whatever a file holds, what the worker makes of it core accepts. */
#include "clean.h"
#include "contact.h"
#include "rules.h"
#include "text.h"

#include <string.h>

#define BATCH 5000
#define PHONE_EACH 64 /* a number takes a hundred times as long as the rest; what leaves of it is digits */

typedef struct {
  Plan        *plan;
  FrameWriter *contacts, *rejects;
  RulesState   state;
  guint64      number, n_contacts;
} World;

static Plan *
make_plan (void)
{
  static const char *const cells[] = { "name", "email", "phone", "note" };
  static const Slice header[] = { { "name", 4 }, { "email", 5 }, { "phone", 5 }, { "note", 4 } };
  g_autoptr (GPtrArray) sample = g_ptr_array_new_with_free_func (g_free);
  PlanSpec spec = { .header = "yes" };
  CsvRow row = { 1, G_N_ELEMENTS (cells), header, CSV_QUOTES_FINE };
  g_autoptr (GError) error = NULL;
  Plan *plan;

  g_ptr_array_add (sample, kept_row_new (&row));
  plan = plan_new (sample, &spec, FALSE, &error);
  g_assert_no_error (error);
  return plan;
}

static void
check_contacts (World *self)
{
  static const char *const fields[] = { "note", NULL };
  g_autoptr (GVariant) frame = g_variant_ref_sink (frame_writer_finish (self->contacts));
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GByteArray) blob = g_byte_array_new ();
  gboolean seen[1];
  FrameReader reader;
  MergeRow out;

  g_assert_true (frame_open (&reader, FRAME_CONTACTS, g_variant_get_data (frame), g_variant_get_size (frame), NULL));
  while (frame_next (&reader, row, NULL)) {
    g_autoptr (GError) error = NULL;

    if (!rules_take_contact (&self->state, row, fields, blob, seen, &out, &error))
      g_error ("U+%04X: %s", (guint) (row->key - 2), error->message);
    self->n_contacts++;
  }
}

static void
check_rejects (World *self)
{
  g_autoptr (GVariant) frame = g_variant_ref_sink (frame_writer_finish (self->rejects));
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GError) error = NULL;

  if (!rules_take_rejects (&self->state, frame, &(RulesCounts){ counts, counts, counts }, &error))
    g_error ("before U+%04X: %s", (guint) self->number, error->message);
}

/* `c` between and behind letters: in a name, in an address every second time, now and then in a number, in a note. */
static void
add (World *self, gunichar c)
{
  ContactRules rules = { "", FALSE, SEVERAL_FIRST, FALSE };
  g_autoptr (GString) name = g_string_new ("A"), email = g_string_new ("a"), phone = g_string_new ("+49301234"), note = g_string_new ("A");
  Slice cells[4];
  CsvRow row = { ++self->number, G_N_ELEMENTS (cells), cells, CSV_QUOTES_FINE };
  guint n;

  g_string_append_unichar (name, c);
  g_string_append_c (name, 'B');
  g_string_append_unichar (note, c);
  g_string_append_unichar (note, c);
  if (self->number % 2 == 0)
    g_string_append_unichar (email, c);
  g_string_append (email, "@example.org");
  g_string_append_unichar (phone, c);
  g_string_append (phone, "56");
  cells[0] = (Slice){ name->str, name->len };
  cells[1] = (Slice){ email->str, email->len };
  cells[2] = (Slice){ phone->str, (self->number / 2) % PHONE_EACH == 0 ? phone->len : 0 };
  cells[3] = (Slice){ note->str, note->len };
  (void) contact_write (self->plan, &rules, &row, self->contacts, self->rejects, &n);
}

static void
test_all (void)
{
  World world = { .number = 1, .contacts = frame_writer_new (FRAME_CONTACTS), .rejects = frame_writer_new (FRAME_REJECTS) };

  world.plan = make_plan ();
  world.state.n_fields = 1;
  for (gunichar c = 0; c < 0x110000; c++) {
    if (c >= 0xd800 && c < 0xe000)
      continue;
    for (guint twice = 0; twice < 2; twice++)
      add (&world, c);
    if (frame_writer_get_count (world.contacts) > BATCH || c == 0x10ffff) {
      check_contacts (&world);
      check_rejects (&world);
    }
  }
  g_assert_cmpuint (world.n_contacts, >, 0x10f000); /* one of each two has a good address in any case */
  frame_writer_free (world.contacts);
  frame_writer_free (world.rejects);
  plan_free (world.plan);
}

/* The shared function itself, also against what is shown to people. */
static void
test_clean (void)
{
  char utf8[6];
  gboolean is_lost;

  for (gunichar c = 0; c < 0x110000; c++) {
    gsize len;

    if (c >= 0xd800 && c < 0xe000)
      continue;
    len = (gsize) g_unichar_to_utf8 (c, utf8);
    for (CleanForm form = CLEAN_LINE; form <= CLEAN_TEXT; form++) {
      g_autofree char *clean = clean_text ((Slice){ utf8, len }, form, &is_lost);

      g_assert_true (clean_is ((Slice){ clean, strlen (clean) }, form));
      g_assert_true (!is_lost || *clean == '\0');
      if (clean_is ((Slice){ utf8, len }, form) && !g_unichar_isspace (c))
        g_assert_cmpmem (clean, strlen (clean), utf8, len);
    }
    {
      g_autofree char *shown = text_printable (utf8, (gssize) len, 64);

      g_assert_true (clean_is ((Slice){ shown, strlen (shown) }, CLEAN_LINE));
    }
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/intake/unicode/clean", test_clean);
  g_test_add_func ("/core/intake/unicode/all", test_all);
  return g_test_run ();
}
