/* What is shown before anything is sent: which questions are refused with which code, and what is answered when the composing transport, which stands in
 * (helpers/fixture), fails or leaves. */
#include "database.h"
#include "fault.h"
#include "fixture.h"
#include "outcome.h"

static Fixture fixture;

#define PREPARE "({'account': <'a'>, 'lists': <['people']>, 'subject': <'s'>, 'text': <'t'>}, @a(sssh) [])"
#define NO_FILES ", @a(sssh) [])"

/* The stand-in's choices: two at its start, two for CampaignPrepare's questions, then those of the row. 9 answers with a fault, 11 dies. */
static const struct {
  const char *name, *method, *body;
  int         code;
  guint8      lies[3];
} rows[] = {
  { "samples", "CampaignPreview", "(uint64 1, uint64 0, uint32 6, true)", 0, { 0 } },
  { "page", "CampaignPreview", "(uint64 1, uint64 0, uint32 6, false)", 0, { 0 } },
  { "page-behind-all", "CampaignPreview", "(uint64 1, uint64 9, uint32 6, false)", 0, { 0 } },
  { "no-campaign", "CampaignPreview", "(uint64 7, uint64 0, uint32 6, true)", FAULT_NO_INPUT, { 0 } },
  { "no-campaign-page", "CampaignPreview", "(uint64 7, uint64 0, uint32 6, false)", FAULT_NO_INPUT, { 0 } },
  { "samples-unread", "CampaignPreview", "(uint64 1, uint64 0, uint32 6, true)", FAULT_DATA, { 9, 0 } },
  { "samples-unbuilt", "CampaignPreview", "(uint64 1, uint64 0, uint32 6, true)", FAULT_DATA, { 0, 9 } },
  { "page-unbuilt", "CampaignPreview", "(uint64 1, uint64 0, uint32 6, false)", FAULT_DATA, { 9 } },
  { "page-dies", "CampaignPreview", "(uint64 1, uint64 0, uint32 6, false)", FAULT_TEMP, { 11 } },
  { "corrected", "CampaignCorrected", "(uint64 1, {'subject': <'x'>}, uint64 0, uint32 6)", 0, { 0 } },
  { "corrected-nothing", "CampaignCorrected", "(uint64 1, @a{sv} {}, uint64 0, uint32 6)", 0, { 0 } },
  { "corrected-no-campaign", "CampaignCorrected", "(uint64 7, {'subject': <'x'>}, uint64 0, uint32 6)", FAULT_NO_INPUT, { 0 } },
  { "corrected-unread", "CampaignCorrected", "(uint64 1, {'text': <'x'>}, uint64 0, uint32 6)", FAULT_DATA, { 9 } },
  { "message", "MessagePreview", "({'subject': 's', 'text': 't'}, ''" NO_FILES, 0, { 0 } },
  { "message-of-one", "MessagePreview", "({'subject': 's', 'html': '<p>t'}, 'ann@example.org'" NO_FILES, 0, { 0 } },
  { "message-of-nobody", "MessagePreview", "({'subject': 's', 'text': 't'}, 'zoe@example.org'" NO_FILES, FAULT_NO_USER, { 0 } },
  { "message-other-part", "MessagePreview", "({'subject': 's', 'sms': 't'}, ''" NO_FILES, FAULT_USAGE, { 0 } },
  { "message-from", "MessagePreview", "({'from': 'Ann <ann@example.org>', 'text': 't'}, ''" NO_FILES, 0, { 0 } },
  { "message-from-nobody", "MessagePreview", "({'from': 'Ann', 'text': 't'}, ''" NO_FILES, FAULT_DATA, { 0 } },
  { "message-unread", "MessagePreview", "({'subject': 's', 'text': 't'}, ''" NO_FILES, FAULT_DATA, { 9 } },
  { "message-unbuilt", "MessagePreview", "({'subject': 's', 'text': 't'}, ''" NO_FILES, FAULT_DATA, { 0, 0, 9 } },
  { "inspect", "TemplateInspect", "('s', '', 't')", 0, { 0 } },
  { "inspect-unread", "TemplateInspect", "('s', '', 't')", FAULT_DATA, { 9 } },
};

static gint64
ask (const char *sql)
{
  gint64 value = -1;

  g_assert_cmpint (database_get_int (fixture.core.database, &value, NULL, sql, ""), ==, 1);
  return value;
}

static gboolean
has_lied (const guint8 lies[3])
{
  return lies[0] != 0 || lies[1] != 0 || lies[2] != 0;
}

static void
test_row (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  guint8 lies[16] = { 0 };

  /* its start, then BeginCampaign and two Previews of the wish, which are honest */
  for (gsize at = 0; at < sizeof rows[i].lies; at++)
    lies[5 + at] = rows[i].lies[at];
  fixture_open_with (&fixture, lies, sizeof lies);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignPrepare", PREPARE), ==, 0);
  g_assert_cmpint (fixture_ask (&fixture, rows[i].method, rows[i].body), ==, rows[i].code);
  g_assert_cmpint (ask ("SELECT count(*) FROM campaign WHERE state=1 AND version=1 AND subject='s'"), ==, 1); /* to look at it changes nothing */
  g_assert_cmpint (ask ("SELECT count(*) FROM campaign_version"), ==, 1);
  g_assert_cmpint (fixture_ask (&fixture, rows[i].method, rows[i].body), ==, has_lied (rows[i].lies) ? 0 : rows[i].code); /* the next one is asked anew */
  fixture_close (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("/core/app/app-preview/", rows[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_row);
  }
  return g_test_run ();
}
