/* Who is looked at before sending: by what the message uses of a person, each once, none of whom is skipped; and pages of them in order. */
#include "database-open.h"
#include "samples.h"

#include "database.h"
#include "frame.h"
#include "little-endian.h"
#include "outcome.h"
#include <string.h>

static const struct { /* recipients 1, 2, 3…; of columns "phone" and "Town" */
  const char *address, *name, *town;
  State       state;
} people[] = {
  { "a@example.org", "Ann Miller", "Bonn", STATE_QUEUED },
  { "b@example.org", "Bob", "", STATE_QUEUED },
  { "a.very.long.address.indeed@example.org", "Cy", "Ulm", STATE_QUEUED },
  { "d@example.org", "Дора", "Kiel", STATE_QUEUED },
  { "e@example.org", "Eve with the longest name of all, but she is skipped", "A town with a long name", STATE_SKIPPED },
  { "f@example.org", "Flo", "Bad Münstereifel", STATE_ACCEPTED },
};

static void
append_value (GByteArray *values, const char *text)
{
  le_append (values, strlen (text), 4);
  g_byte_array_append (values, (const guint8 *) text, (guint) strlen (text));
}

static void
open_core (Core *core)
{
  core->database = database_open (":memory:", NULL);
  g_assert_true (database_run (core->database, NULL, "INSERT INTO account(id,name,address,created_utc) VALUES(1,'a','a@example.org',1)", ""));
  g_assert_true (database_run (core->database, NULL, "INSERT INTO campaign(id,identity,account,state,sender,subject,created_utc) VALUES(1,x'00',1,1,'a@example.org','s',1)", ""));
  for (gsize i = 0; i < G_N_ELEMENTS (people); i++) {
    g_autoptr (GByteArray) values = g_byte_array_new ();

    append_value (values, "");
    append_value (values, people[i].town);
    g_assert_true (database_run (core->database, NULL, "INSERT INTO snapshot(campaign,id,contact,address,address_key,name,fields) VALUES(1,?1,?1,?2,?2,?3,?4)", "issb",
                                 (gint64) i + 1, people[i].address, people[i].name, values->data, (gsize) values->len));
    if (people[i].state != STATE_QUEUED)
      g_assert_true (database_run (core->database, NULL, "INSERT INTO recipient(campaign,id,state) VALUES(1,?,?)", "ii", (gint64) i + 1, (gint64) people[i].state));
  }
}

static const Sample *
get (GPtrArray *samples, guint at)
{
  g_assert_cmpuint (at, <, samples->len);
  return g_ptr_array_index (samples, at);
}

/* Each row: what the message uses (as bound: 0 address, 1 name, 3 the town; -1 none), and who is the longest and the emptiest of it. */
static const struct {
  const char *name;
  int         bound[3];
  gsize       n;
  guint64     longest, emptiest, non_latin; /* 0: nobody, or who is there already */
} uses[] = {
  { "name", { 1 }, 1, 1, 3, 4 },
  { "town", { 3 }, 1, 6, 2, 0 },
  { "address", { 0 }, 1, 3, 1, 0 },
  { "address-and-town", { 0, 3 }, 2, 3, 2, 0 },
  { "nothing", { -1 }, 1, 1, 3, 4 },           /* the name */
  { "far-column", { 99, 1 }, 2, 1, 3, 4 },     /* one that these rows do not have */
};

static void
assert_who (GPtrArray *samples, guint64 recipient, const char *why)
{
  for (guint i = 0; i < samples->len; i++)
    if (get (samples, i)->recipient == recipient) {
      g_assert_cmpstr (get (samples, i)->why, ==, why);
      return;
    }
  g_error ("%" G_GUINT64_FORMAT " is not shown", recipient);
}

static void
test_choose (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GPtrArray) samples = NULL;
  Core core = { 0 };

  open_core (&core);
  samples = samples_choose (&core, 1, uses[i].bound, uses[i].n, 10, NULL);
  g_assert_cmpuint (samples->len, ==, 5); /* all but Eve, each once */
  g_assert_cmpuint (get (samples, 0)->recipient, ==, uses[i].longest);
  assert_who (samples, uses[i].longest, "longest");
  assert_who (samples, uses[i].emptiest, "emptiest");
  if (uses[i].non_latin != 0)
    assert_who (samples, uses[i].non_latin, "non-latin");
  database_close (core.database);
}

static void
test_few (void)
{
  static const int bound[] = { 1 };
  Core core = { 0 };

  open_core (&core);
  for (guint max = 0; max <= 3; max++) {
    g_autoptr (GPtrArray) samples = samples_choose (&core, 1, bound, 1, max, NULL);

    g_assert_cmpuint (samples->len, ==, max);
  }
  database_close (core.database);
}

static void
test_page (void)
{
  static const struct {
    guint64  after;
    guint    max;
    gboolean is_waiting;
    guint64  ids[6]; /* 0 ends them */
  } pages[] = {
    { 0, 3, FALSE, { 1, 2, 3 } },
    { 3, 3, FALSE, { 4, 6 } },
    { 3, 3, TRUE, { 4 } },     /* Flo has got hers */
    { 6, 3, FALSE, { 0 } },
    { G_MAXUINT64, 3, FALSE, { 0 } },
  };
  Core core = { 0 };

  open_core (&core);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++) {
    g_autoptr (GPtrArray) samples = samples_page (&core, 1, pages[i].after, pages[i].max, pages[i].is_waiting, NULL);
    guint n = 0;

    for (; pages[i].ids[n] != 0; n++)
      g_assert_cmpuint (get (samples, n)->recipient, ==, pages[i].ids[n]);
    g_assert_cmpuint (samples->len, ==, n);
  }
  database_close (core.database);
}

/* As they go to the transport that builds them. */
static void
test_frame (void)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GPtrArray) samples = NULL;
  g_autoptr (Campaign) campaign = NULL;
  g_autoptr (GVariant) frame = NULL;
  guint64 four = 4, five = 5;
  FrameReader reader;
  Core core = { 0 };

  open_core (&core);
  g_array_append_val (ids, four);
  g_array_append_val (ids, five); /* skipped: nobody builds hers */
  samples = samples_load (&core, 1, ids, NULL);
  campaign = campaign_load (&core, 1, NULL);
  frame = g_variant_ref_sink (samples_to_frame (samples, campaign));
  g_assert_true (frame_open (&reader, FRAME_RECIPIENTS, g_variant_get_data (frame), g_variant_get_size (frame), NULL));
  g_assert_true (frame_next (&reader, row, NULL));
  g_assert_cmpuint (row->key, ==, 4);
  g_assert_cmpuint (row->aux, ==, 0);
  g_assert_cmpuint (row->n_fields, ==, 5); /* with what core makes */
  g_assert_cmpmem (row->fields[0].data, row->fields[0].len, "d@example.org", 13);
  g_assert_cmpmem (row->fields[3].data, row->fields[3].len, "Kiel", 4);
  g_assert_cmpmem (row->fields[4].data, 1, "<", 1);
  g_assert_false (frame_next (&reader, row, NULL));
  database_close (core.database);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (uses); i++) {
    g_autofree char *path = g_strconcat ("/core/campaign/samples/choose/", uses[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_choose);
  }
  g_test_add_func ("/core/campaign/samples/few", test_few);
  g_test_add_func ("/core/campaign/samples/page", test_page);
  g_test_add_func ("/core/campaign/samples/frame", test_frame);
  return g_test_run ();
}
