/* What a transport says of recipients: each lie ends it. */
#include "outcomes.h"

#include "fault.h"
#include <string.h>

typedef struct {
  guint64     key;
  guint32     aux;
  const char *outcome, *reply, *reason;
  guint64     campaign;
  guint       fields;
  const char *remote_id; /* NULL: none */
} Said;

static const struct {
  const char *name;
  gboolean    is_fine;
  Said        said;
} cases[] = {
  { "accepted", TRUE, { 7, 1, "\2", "250 2.0.0 ok", "", 3, 6 } },
  { "unknown", TRUE, { 7, 1, "\5", "", "", 3, 6 } },
  { "suppress", TRUE, { 7, 1, "\3", "550 5.1.1 gone", "suppress", 3, 6 } },
  { "other-attempt", FALSE, { 7, 2, "\2", "", "", 3, 6 } },
  { "not-given", FALSE, { 8, 1, "\2", "", "", 3, 6 } },
  { "other-campaign", FALSE, { 7, 1, "\2", "", "", 4, 6 } },
  { "packs-onto-another", FALSE, { 7, 1, "\2", "", "", 3 + (1ull << 24), 6 } }, /* must not alias campaign 3 */
  { "recipient-overflows", FALSE, { 7 + (1ull << 40), 1, "\2", "", "", 3, 6 } },
  { "queued-is-no-outcome", FALSE, { 7, 1, "\0", "", "", 3, 6 } },
  { "no-such-outcome", FALSE, { 7, 1, "\6", "", "", 3, 6 } },
  { "no-such-reason", FALSE, { 7, 1, "\2", "", "because", 3, 6 } },
  { "remote-id", TRUE, { 7, 1, "\2", "250 ok", "", 3, 6, "18c2f0a9b7d3e4f1" } },
  { "remote-id-moves-a-cursor", FALSE, { 7, 1, "\2", "250 ok", "", 3, 6, "18c2\x1b[2J" } },
  { "remote-id-of-two-words", FALSE, { 7, 1, "\2", "250 ok", "", 3, 6, "18c2 f0a9" } },
  { "too-few-fields", FALSE, { 7, 1, "\2", "", "", 3, 5 } },
};

static GVariant *
write_frame (const Said *said, guint times)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_OUTCOMES);
  guint64 none = 0;

  for (guint i = 0; i < times; i++) {
    frame_writer_row (frame, said->key, said->aux, said->fields);
    frame_writer_field (frame, said->outcome, 1);
    frame_writer_string (frame, said->reply);
    frame_writer_string (frame, said->reason);
    frame_writer_field (frame, &said->campaign, 8);
    frame_writer_field (frame, &none, 8);
    if (said->fields > 5)
      frame_writer_string (frame, said->remote_id);
  }
  return g_variant_ref_sink (frame_writer_finish (frame));
}

static void
test_case (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (Outstanding) held = outstanding_new ();
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (LedgerOutcome));
  g_autoptr (GVariant) frame = write_frame (&cases[i].said, 1);
  g_autoptr (GError) error = NULL;

  outstanding_add (held, 3, 7, 1);
  g_assert_cmpint (outcomes_parse (frame, held, out, &error), ==, cases[i].is_fine);
  g_assert_cmpint (error == NULL, ==, cases[i].is_fine);
  g_assert_cmpuint (outstanding_count_campaign (held, 3), ==, cases[i].is_fine || i == 3 ? 0 : 1);
}

/* Fields of a length that they never have, each in a frame without an octet to spare. */
static void
test_lengths (void)
{
  static const struct { gsize outcome, campaign, not_before, remote_id; } rows[] = {
    { 1, 8, 8, 128 }, { 0, 8, 8, 0 }, { 2, 8, 8, 0 }, { 1, 7, 8, 0 }, { 1, 9, 8, 0 }, { 1, 0, 8, 0 }, { 1, 8, 7, 0 }, { 1, 8, 9, 0 }, { 1, 8, 0, 0 }, { 1, 8, 8, 129 },
  };
  static const guint8 outcome[] = { OUTCOME_ACCEPTED, 0 }, campaign[] = { 3, 0, 0, 0, 0, 0, 0, 0, 0 };
  g_autofree char *remote_id = g_strnfill (129, 'x');

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Outstanding) held = outstanding_new ();
    g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (LedgerOutcome));
    g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_OUTCOMES);
    g_autoptr (GVariant) frame = NULL;
    g_autoptr (GError) error = NULL;

    outstanding_add (held, 3, 7, 1);
    frame_writer_row (writer, 7, 1, 6);
    frame_writer_field (writer, outcome, rows[i].outcome);
    frame_writer_string (writer, "250 ok");
    frame_writer_string (writer, "");
    frame_writer_field (writer, campaign, rows[i].campaign);
    frame_writer_field (writer, campaign, rows[i].not_before);
    frame_writer_field (writer, remote_id, rows[i].remote_id);
    frame = g_variant_ref_sink (frame_writer_finish (writer));
    g_assert_cmpint (outcomes_parse (frame, held, out, &error), ==, i == 0);
    g_assert_cmpuint (outstanding_get_count (held), ==, i == 0 ? 0 : 1);
    if (i > 0)
      g_assert_error (error, FAULT, FAULT_PROTOCOL);
  }
}

/* A row has six fields; the one before it lends it none. */
static void
test_number_of_fields (void)
{
  static const guint8 accepted = OUTCOME_ACCEPTED, campaign[8] = { 3 };

  for (guint n = 5; n <= 7; n++) {
    g_autoptr (Outstanding) held = outstanding_new ();
    g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (LedgerOutcome));
    g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_OUTCOMES);
    g_autoptr (GVariant) frame = NULL;
    g_autoptr (GError) error = NULL;

    for (guint64 recipient = 7; recipient <= 8; recipient++) {
      guint fields = recipient == 7 ? 6 : n;

      outstanding_add (held, 3, recipient, 1);
      frame_writer_row (writer, recipient, 1, fields);
      frame_writer_field (writer, &accepted, 1);
      for (guint i = 1; i < fields; i++)
        frame_writer_field (writer, campaign, i == 3 || i == 4 ? 8 : 0);
    }
    frame = g_variant_ref_sink (frame_writer_finish (writer));
    g_assert_cmpint (outcomes_parse (frame, held, out, &error), ==, n == 6);
  }
}

static void
test_twice (void)
{
  g_autoptr (Outstanding) held = outstanding_new ();
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (LedgerOutcome));
  g_autoptr (GVariant) frame = write_frame (&cases[0].said, 2);
  g_autoptr (GError) error = NULL;

  outstanding_add (held, 3, 7, 1);
  g_assert_false (outcomes_parse (frame, held, out, &error)); /* one recipient, two outcomes in one breath */
}

/* A reply is shown on terminals: nothing in it may move a cursor, and its length is ours. */
static void
test_reply (void)
{
  g_autoptr (Outstanding) held = outstanding_new ();
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (LedgerOutcome));
  g_autofree char *reply = g_strnfill (100000, 'x');
  Said said = cases[0].said;
  g_autoptr (GVariant) frame = NULL;

  reply[3] = 0x1b;
  said.reply = reply;
  frame = write_frame (&said, 1);
  outstanding_add (held, 3, 7, 1);
  g_assert_true (outcomes_parse (frame, held, out, NULL));
  g_assert_cmpuint (strlen (g_array_index (out, LedgerOutcome, 0).reply), <=, 515);
  g_assert_cmpint (g_array_index (out, LedgerOutcome, 0).reply[3], ==, '?');
}

static void
test_recalled (void)
{
  static const guint64 ids[] = { 7, 8 };
  g_autoptr (Outstanding) held = outstanding_new ();
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (LedgerHanded));
  g_autoptr (GVariant) one = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, ids, 1, 8));
  g_autoptr (GVariant) two = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, ids, 2, 8));
  g_autoptr (GError) error = NULL;

  outstanding_add (held, 3, 7, 5);
  g_assert_true (outcomes_parse_recalled (one, 3, held, out, NULL));
  g_assert_cmpuint (g_array_index (out, LedgerHanded, 0).attempt, ==, 5);
  g_assert_false (outcomes_parse_recalled (two, 3, held, out, &error)); /* gives back what it does not hold any more */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/core/intake/outcomes/outcomes/", cases[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_case);
  }
  g_test_add_func ("/core/intake/outcomes/lengths", test_lengths);
  g_test_add_func ("/core/intake/outcomes/number-of-fields", test_number_of_fields);
  g_test_add_func ("/core/intake/outcomes/twice", test_twice);
  g_test_add_func ("/core/intake/outcomes/reply", test_reply);
  g_test_add_func ("/core/intake/outcomes/recalled", test_recalled);
  return g_test_run ();
}
