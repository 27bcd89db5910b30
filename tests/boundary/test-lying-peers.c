/* Peers that lie, against shared/peer: each must lose its life with a reason, and the next honest one must find us well. */
#include "contract-dial1.h"
#include "contract-transport2.h"
#include "fault.h"
#include "peer.h"
#include <gio/gunixfdlist.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define CALL_TIMEOUT_MS 700 /* a liar may let it pass */
#define CALL_PATIENCE_MS 20000 /* of who tells the truth, on a busy machine */
#define TRANSPORT "org.postrider.Transport2"
#define DIAL "org.postrider.Dial1"
#ifdef POSTRIDER_SANITIZED
#define GROWTH_MAX_KIB (1024 * 1024) /* freed memory waits in quarantine there: 256 MiB, and what stands around each piece */
#else
#define GROWTH_MAX_KIB (160 * 1024) /* the flood limit of 64 MiB, twice while GDBus turns octets into values */
#endif

typedef enum { HONEST, VIOLATED, ENDED, UNSTARTED } Result;

typedef struct {
  const char *mode, *interface;
  Result      result;
  const char *why; /* a part of the reason */
  const char *shows;
  gsize       flood_bytes; /* 0: the limit that peers have */
} Row;

static const Row rows[] = {
  { "honest", TRANSPORT, HONEST, "", "the control: all of this works when nobody lies" },
  { "honest", DIAL, HONEST, "", "the control, with a descriptor" },
  { "reply-type", TRANSPORT, VIOLATED, "Recall: wrong types", "wrong type" },
  { "signal-type", TRANSPORT, VIOLATED, "NeedConnection: wrong types", "wrong type" },
  { "unasked-reply", TRANSPORT, VIOLATED, "nobody asked", "wrong state: an answer without a question" },
  { "second-reply", TRANSPORT, VIOLATED, "nobody asked", "wrong state: two answers to one question" },
  { "unknown-signal", TRANSPORT, VIOLATED, "does not have", "a message that the contract does not have" },
  { "lies-and-answers", TRANSPORT, VIOLATED, "does not have", "an honest answer right behind the lie" },
  { "other-interface", TRANSPORT, VIOLATED, "nobody asked", "another boundary's message" },
  { "properties", TRANSPORT, VIOLATED, "nobody asked", "D-Bus's own interfaces are none of its business" },
  { "call", TRANSPORT, VIOLATED, "nobody asked", "it gives orders to core" },
  { "reply-count", TRANSPORT, VIOLATED, "Recall: argument 1", "wrong count: 100,001 ids" },
  { "reason-form", TRANSPORT, VIOLATED, "Paused: argument 1", "a word that is none" },
  { "text-control", TRANSPORT, VIOLATED, "Paused: argument 2", "a terminal escape" },
  { "text-long", TRANSPORT, VIOLATED, "Paused: argument 2", "one octet too long" },
  { "handle-index", DIAL, VIOLATED, "descriptors", "a handle that points nowhere" },
  { "no-descriptor", DIAL, VIOLATED, "descriptors", "a handle without a descriptor" },
  { "reply-descriptors", DIAL, VIOLATED, "descriptors", "more descriptors than handles" },
  { "signal-descriptors", TRANSPORT, VIOLATED, "descriptors", "descriptors to use up ours" },
  { "error-name", TRANSPORT, VIOLATED, "error that the contract", "an error that would become one of GLib's: 'cancelled'" },
  { "error-long", TRANSPORT, VIOLATED, "error that the contract", "an error of a megabyte" },
  { "error-descriptors", TRANSPORT, VIOLATED, "error that the contract", "an error that brings a descriptor" },
  { "bad-utf8", TRANSPORT, VIOLATED, "no D-Bus", "bad UTF-8" },
  { "too-large", TRANSPORT, VIOLATED, "no D-Bus", "a message of 255 MiB" },
  { "nonsense", TRANSPORT, VIOLATED, "no D-Bus", "octets that are no message" },
  { "flood", TRANSPORT, VIOLATED, "too many messages", "flood of small messages" },
  /* no words: now and then the liar's own GDBus writes in between its octets, and then it is no D-Bus before it is a flood */
  { "flood-bytes", TRANSPORT, VIOLATED, "", "flood of the biggest messages" },
  { "stall", TRANSPORT, VIOLATED, "did not answer", "stall" },
  { "half", TRANSPORT, VIOLATED, "did not answer", "half a message, then silence" },
  { "half-exit", TRANSPORT, ENDED, "", "half a message, then gone" },
  { "exit", TRANSPORT, ENDED, "status 3", "exit instead of an answer" },
  { "crash", TRANSPORT, ENDED, "signal 9", "killed instead of an answer" },
  { "chatter", TRANSPORT, HONEST, "", "a flood on stderr costs a capped log, no more" },
  { "exit-at-start", TRANSPORT, UNSTARTED, "status 3", "gone before the first word" },
  { "garbage-at-start", TRANSPORT, UNSTARTED, "did not start", "another protocol" },
  { "cookie-at-start", TRANSPORT, UNSTARTED, "did not start", "a login that would write into our home" },
  { "linger", TRANSPORT, ENDED, "did not leave", "hangs up and stays: killed after a while" },
  { "silent-at-start", TRANSPORT, UNSTARTED, "did not answer in time", "never says a word: killed after a while" },
};

typedef struct {
  const Row *row;
  Peer      *peer;
  GObject   *proxy;
  gboolean   is_ready, is_over, is_answered, is_believed, is_told;
  Result     result;
  char      *why;
} Trial;

static gboolean
is_flood (const Row *row)
{
  return g_str_has_prefix (row->mode, "flood");
}

static guint running = 0;
static gsize heard_bytes = 0; /* of what peers say on stderr, as it gets into the log */

static GLogWriterOutput
count_words (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer unused)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0 && strstr (fields[i].value, " says: ") != NULL)
      heard_bytes += strlen (fields[i].value);
  return g_log_writer_default (level, fields, n, unused);
}

static void
trial_over (Trial *trial, Result result, const char *why)
{
  g_assert_false (trial->is_over); /* told once */
  trial->is_over = TRUE;
  trial->result = result;
  trial->why = g_strdup (why);
  running--;
}

/* Not killed, whether reaped or not: proc(5), the letter behind the name. */
static gboolean
is_alive (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid), *text = NULL;
  const char *name_end = g_file_get_contents (path, &text, NULL, NULL) ? strrchr (text, ')') : NULL;

  return name_end != NULL && name_end[1] == ' ' && strchr ("ZX", name_end[2]) == NULL;
}

/* Here core writes down that it lied: nobody has been killed yet. */
static void
violated_cb (Peer *peer, gpointer data)
{
  Trial *trial = data;

  g_assert_false (trial->is_told);
  g_assert_false (trial->is_over);
  trial->is_told = TRUE;
  g_usleep (20000); /* SIGKILL would have come */
  if (strcmp (trial->row->mode, "unknown-signal") == 0) /* which stays where it is; others leave by themselves */
    g_assert_true (is_alive (peer_get_pid (peer)));
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  g_assert_cmpint (((Trial *) data)->is_told, ==, end == PEER_VIOLATED && strstr (why, "did not answer") == NULL); /* that was peer_drop() */
  trial_over (data, end == PEER_VIOLATED ? VIOLATED : ENDED, why);
}

static void
answered (Trial *trial, gboolean is_fine, const GError *error)
{
  trial->is_answered = TRUE;
  trial->is_believed = is_fine;
  if (error != NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    peer_drop (trial->peer, "it did not answer");
  else if ((is_fine && trial->row->result == HONEST) || (error != NULL && g_dbus_error_is_remote_error (error)))
    trial_over (trial, HONEST, ""); /* an error that was let in counts as said in earnest */
}

static void
recalled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GVariant) ids = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_fine = pr_transport2_call_recall_finish (PR_TRANSPORT2 (source), &ids, result, &error);

  answered (data, is_fine && g_variant_n_children (ids) == 2, error);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GVariant) handle = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autofree char *address = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_fine = pr_dial1_call_connect_finish (PR_DIAL1 (source), &handle, &address, &fds, result, &error);

  answered (data, is_fine && fds != NULL && g_unix_fd_list_get_length (fds) == 1, error);
}

static void
trial_recall (Trial *trial)
{
  pr_transport2_call_recall (PR_TRANSPORT2 (trial->proxy), 1, g_variant_new ("at", NULL), NULL, recalled_cb, trial);
}

static void
ready_cb (Peer *peer, const GError *error, gpointer data)
{
  Trial *trial = data;
  GDBusProxyFlags flags = G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES;
  GDBusConnection *connection = peer_get_connection (peer);
  int timeout_ms = trial->row->result == VIOLATED && !is_flood (trial->row) ? CALL_TIMEOUT_MS : CALL_PATIENCE_MS;

  trial->is_ready = TRUE;
  peer_set_violated_func (peer, violated_cb);
  if (error != NULL) {
    trial_over (trial, UNSTARTED, error->message);
    return;
  }
  if (connection == NULL) /* it has already lied: closed_cb follows */
    return;
  if (strcmp (trial->row->interface, DIAL) == 0) {
    trial->proxy = G_OBJECT (pr_dial1_proxy_new_sync (connection, flags, NULL, PEER_PATH, NULL, NULL));
    g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (trial->proxy), timeout_ms);
    pr_dial1_call_connect (PR_DIAL1 (trial->proxy), "example.org", 25, 100, NULL, NULL, connected_cb, trial);
  } else {
    trial->proxy = G_OBJECT (pr_transport2_proxy_new_sync (connection, flags, NULL, PEER_PATH, NULL, NULL));
    g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (trial->proxy), timeout_ms);
    trial_recall (trial);
  }
}

static void
trial_start (Trial *trial, const Row *row)
{
  const char *arguments[] = { row->mode, NULL };
  PeerSpec spec = { .program = "liar", .arguments = arguments, .interface = row->interface, .flood_bytes = row->flood_bytes };

  *trial = (Trial){ .row = row };
  running++;
  trial->peer = peer_start (&spec, ready_cb, closed_cb, trial);
}

static void
trial_stop (Trial *trial)
{
  g_test_message ("%s (%s): %s", trial->row->mode, trial->row->shows, trial->why);
  g_assert_true (trial->is_ready);
  g_assert_cmpint (trial->result, ==, trial->row->result);
  g_assert_nonnull (strstr (trial->why, trial->row->why));
  if (strcmp (trial->row->mode, "lies-and-answers") == 0)
    g_assert_false (trial->is_believed);
  if (is_flood (trial->row))
    g_assert_true (trial->is_told); /* stopped as it came, not when its answer was overdue */
  while (trial->proxy != NULL && !trial->is_answered)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&trial->proxy);
  peer_free (trial->peer);
  g_free (trial->why);
}

static long
get_peak_kib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    count++;
  return count;
}

static void
wait_for_descriptors (guint wanted)
{
  for (guint i = 0; i < 200 && count_descriptors () > wanted; i++) {
    while (g_main_context_iteration (NULL, FALSE))
      continue;
    g_usleep (10000);
  }
  g_assert_cmpuint (count_descriptors (), <=, wanted);
}

/* Core is busy: a flood must be stopped without the main loop. A slow machine needs longer until there is one. */
static void
run_trial (const Row *row)
{
  gulong busy_us = 1500 * 1000;
  long peak_kib = get_peak_kib ();
  Trial trial;

  trial_start (&trial, row);
  while (running > 0) {
    g_main_context_iteration (NULL, TRUE);
    if (is_flood (row) && trial.is_ready && !trial.is_told && !trial.is_over) {
      g_usleep (busy_us);
      g_assert_cmpint (get_peak_kib () - peak_kib, <, GROWTH_MAX_KIB);
      busy_us *= 2;
    }
  }
  trial_stop (&trial);
}

static void
test_row (gconstpointer data)
{
  long peak_kib;
  guint descriptors;

  run_trial (&rows[0]); /* the first one warms GDBus up */
  peak_kib = get_peak_kib ();
  descriptors = count_descriptors ();

  heard_bytes = 0;
  run_trial (data);
  wait_for_descriptors (descriptors); /* its last words are in */
  g_assert_cmpuint (heard_bytes, <, 40000); /* of chatter's 240,000: 16 KiB, and who says it in front of each piece */
  g_assert_cmpint (get_peak_kib () - peak_kib, <, GROWTH_MAX_KIB);
  run_trial (&rows[0]); /* and we go on */
  wait_for_descriptors (descriptors);
}

/* What was handled counts no more: many times the flood limit, one answer at a time. */
static void
test_honest_for_long (void)
{
  static const Row row = { "honest", TRANSPORT, ENDED, "", "answers in a long life", 64 * 1024 };
  Trial trial;

  trial_start (&trial, &row);
  for (guint i = 0; i < 100; i++) {
    while (!trial.is_answered)
      g_main_context_iteration (NULL, TRUE);
    g_assert_true (trial.is_believed);
    trial.is_answered = FALSE;
    trial_recall (&trial);
  }
  while (!trial.is_answered)
    g_main_context_iteration (NULL, TRUE);
  peer_close (trial.peer);
  while (running > 0)
    g_main_context_iteration (NULL, TRUE);
  trial_stop (&trial);
}

/* Freed while it starts, speaks, or lies: no callback, no process left behind. */
static void
test_freed_early (void)
{
  static const char *const modes[] = { "honest", "stall", "flood", "silent-at-start", "exit-at-start", "garbage-at-start" };
  guint descriptors;

  run_trial (&rows[0]);
  descriptors = count_descriptors ();
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    for (guint wait_ms = 0; wait_ms <= 40; wait_ms += 20) {
      Row row = { modes[i], TRANSPORT, HONEST, "", "" };
      Trial trial;
      GPid pid;

      trial_start (&trial, &row);
      for (gint64 until = g_get_monotonic_time () + 1000 * wait_ms; g_get_monotonic_time () < until;)
        g_main_context_iteration (NULL, FALSE);
      pid = peer_get_pid (trial.peer);
      peer_free (trial.peer);
      trial.peer = NULL;
      while (trial.proxy != NULL && !trial.is_answered && !trial.is_over)
        g_main_context_iteration (NULL, TRUE);
      g_clear_object (&trial.proxy);
      g_free (trial.why);
      running = 0;
      for (guint tries = 0; pid != 0 && kill (pid, 0) == 0 && tries < 2000; tries++) {
        while (g_main_context_iteration (NULL, FALSE))
          continue;
        g_usleep (10000);
      }
      g_assert_true (pid == 0 || kill (pid, 0) != 0);
    }
  wait_for_descriptors (descriptors);
}

static void
test_absent (void)
{
  static const Row row = { "", TRANSPORT, UNSTARTED, "postrider-nowhere", "a program that is not installed" };
  PeerSpec spec = { .program = "nowhere", .interface = TRANSPORT };
  Trial trial = { .row = &row };

  running++;
  trial.peer = peer_start (&spec, ready_cb, closed_cb, &trial);
  g_assert_false (trial.is_ready); /* never before peer_start() returns */
  while (running > 0)
    g_main_context_iteration (NULL, TRUE);
  trial_stop (&trial);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL); /* GDBus warns of what it cannot read, rightly */
  fault_quark ();
  g_setenv ("LIAR_SHOULD_NOT_SEE", "a password", TRUE);
  g_log_set_writer_func (count_words, NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/peer/%s/%s", rows[i].mode, rows[i].interface);

    g_test_add_data_func (path, &rows[i], test_row);
  }
  g_test_add_func ("/peer/honest-for-long", test_honest_for_long);
  g_test_add_func ("/peer/freed-early", test_freed_early);
  g_test_add_func ("/peer/absent", test_absent);
  return g_test_run ();
}
