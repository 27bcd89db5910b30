/* The composer against a made-up transport: each question gets one answer, whatever becomes of the process that is asked. */
#include "composer.h"
#include "database-open.h"
#include "database.h"
#include "fake-transport.h"
#include "fault.h"

#include <gio/gunixfdlist.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  FakePart  part;
  Core      core;
  char     *home;
  Composer *composer;
  Campaign *campaign;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  fixture->home = g_dir_make_tmp ("composer-XXXXXX", NULL);
  path = g_build_filename (fixture->home, "store.db", NULL);
  fixture->core = (Core){ .home = fixture->home, .state = fixture->home, .database = database_open (path, &error) };
  g_assert_no_error (error);
  fake_set_up (&fixture->part, 0);
  fixture->composer = composer_new (&fixture->core);
  fixture->campaign = campaign_new_loose ();
  fixture->campaign->id = 7; /* one that it can know already */
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", fixture->home);

  composer_free (fixture->composer);
  while (fake.skeleton != NULL || g_main_context_pending (NULL))
    g_main_context_iteration (NULL, TRUE);
  fake_tear_down ();
  campaign_free (fixture->campaign);
  database_close (fixture->core.database);
  g_assert_cmpint (system (command), ==, 0);
  g_free (fixture->home);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_null (*(GAsyncResult **) data); /* one answer */
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
begin (Fixture *fixture, GAsyncResult **result)
{
  composer_begin_async (fixture->composer, fixture->campaign, result_cb, result);
}

static void
preview (Fixture *fixture, GAsyncResult **result)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);

  composer_preview_async (fixture->composer, fixture->campaign, frame_writer_finish (frame), result_cb, result);
}

static void
assert_begun (Fixture *fixture, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Composed) composed = NULL;

  wait_for (result);
  composed = composer_begin_finish (fixture->composer, *result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (composed->fields[0], ==, "name");
  g_assert_cmpint (composed->bound[0], ==, 1);
  g_assert_cmpuint (composed->overhead, ==, 100);
  g_clear_object (result);
}

static void
assert_failed (Fixture *fixture, GAsyncResult **result, int code)
{
  g_autoptr (GError) error = NULL;

  wait_for (result);
  g_assert_null (composer_begin_finish (fixture->composer, *result, &error));
  g_assert_error (error, FAULT, code);
  g_clear_object (result);
}

static void
assert_shown (Fixture *fixture, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) messages = NULL;

  wait_for (result);
  messages = composer_preview_finish (fixture->composer, *result, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_is_of_type (messages, G_VARIANT_TYPE_BYTESTRING));
  g_clear_object (result);
}

static void
test_begins (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *results[2] = { NULL, NULL };

  begin (fixture, &results[0]);
  begin (fixture, &results[1]); /* both wait for the same process */
  assert_begun (fixture, &results[0]);
  assert_begun (fixture, &results[1]);
  g_assert_cmpstr (fake.heard->str, ==, "BeginCampaign BeginCampaign");
}

/* A campaign that it knows is not compiled again; another version is. */
static void
test_previews (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *result = NULL;

  preview (fixture, &result);
  assert_shown (fixture, &result);
  preview (fixture, &result);
  assert_shown (fixture, &result);
  g_assert_cmpstr (fake.heard->str, ==, "BeginCampaign Preview Preview");
  fixture->campaign->version++;
  preview (fixture, &result);
  assert_shown (fixture, &result);
  g_assert_cmpstr (fake.heard->str, ==, "BeginCampaign Preview Preview BeginCampaign Preview");
}

static void
test_refuses (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *result = NULL;

  fixture->part.refuses = "BeginCampaign";
  begin (fixture, &result);
  assert_failed (fixture, &result, FAULT_DATA);
  fixture->part.refuses = NULL;
  preview (fixture, &result);
  assert_shown (fixture, &result); /* the same process goes on */
}

static void
test_misnames (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *result = NULL;

  fixture->part.misnames = TRUE;
  begin (fixture, &result);
  assert_failed (fixture, &result, FAULT_PROTOCOL);
}

/* Its end is told behind the failed call, as a message. */
static void
message_cb (const char *domain, GLogLevelFlags level, const char *text, gpointer data)
{
  gboolean *has_ended = data;

  *has_ended = *has_ended || g_str_has_prefix (text, "the composing process ended");
}

/* data: where it ends. What it was asked fails, and the next question has a fresh one that knows nothing. */
static void
test_ends (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean has_ended = FALSE;
  guint handler = g_log_set_handler (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, message_cb, &has_ended);

  preview (fixture, &result);
  assert_shown (fixture, &result);
  fixture->campaign->version += strcmp (data, "BeginCampaign") == 0;
  fixture->part.leaves_at = data;
  preview (fixture, &result);
  wait_for (&result);
  g_assert_null (composer_preview_finish (fixture->composer, result, &error));
  g_assert_nonnull (error);
  g_clear_object (&result);
  while (!has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_log_remove_handler (G_LOG_DOMAIN, handler);
  fixture->part.leaves_at = NULL;
  g_string_truncate (fake.heard, 0);
  preview (fixture, &result);
  assert_shown (fixture, &result);
  g_assert_cmpstr (fake.heard->str, ==, "BeginCampaign Preview");
}

static void
test_cannot_start (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *result = NULL;

  fixture->part.cannot_start = TRUE;
  begin (fixture, &result);
  assert_failed (fixture, &result, FAULT_TEMP);
  fixture->part.cannot_start = FALSE;
  begin (fixture, &result);
  assert_begun (fixture, &result);
}

/* data: what is never answered; NULL: it has not even started. */
static void
test_freed (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *result = NULL;

  fixture->part.ignores = data;
  begin (fixture, &result);
  while (data != NULL && fake.heard->len == 0)
    g_main_context_iteration (NULL, TRUE);
  composer_free (g_steal_pointer (&fixture->composer));
  assert_failed (fixture, &result, FAULT_TEMP);
}

int
main (int argc, char *argv[])
{
  fault_quark ();
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/core/campaign/composer/begins", Fixture, NULL, set_up, test_begins, tear_down);
  g_test_add ("/core/campaign/composer/previews", Fixture, NULL, set_up, test_previews, tear_down);
  g_test_add ("/core/campaign/composer/refuses", Fixture, NULL, set_up, test_refuses, tear_down);
  g_test_add ("/core/campaign/composer/misnames", Fixture, NULL, set_up, test_misnames, tear_down);
  g_test_add ("/core/campaign/composer/ends-beginning", Fixture, "BeginCampaign", set_up, test_ends, tear_down);
  g_test_add ("/core/campaign/composer/ends-previewing", Fixture, "Preview", set_up, test_ends, tear_down);
  g_test_add ("/core/campaign/composer/cannot-start", Fixture, NULL, set_up, test_cannot_start, tear_down);
  g_test_add ("/core/campaign/composer/freed-waiting", Fixture, NULL, set_up, test_freed, tear_down);
  g_test_add ("/core/campaign/composer/freed-beginning", Fixture, "BeginCampaign", set_up, test_freed, tear_down);
  return g_test_run ();
}
