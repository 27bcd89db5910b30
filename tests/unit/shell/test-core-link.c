/* Core's answers and signals reach the page: whatever core says is held against the contract (contract/org.postrider.App1.xml) first. A process that
 * is no core sits on the other end of fd 3 and answers as the table says. */
#include "core-link.h"

#include "bridge-call.h"
#include "fault.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH "/org/postrider"

static const struct {
  const char *member, *answer; /* answer NULL: an error with a fault of core's */
  int         code;            /* 0: it is taken */
} answers[] = {
  { "Hello", "('0.1.0', uint32 1)", 0 },
  { "Hello", "(uint32 1, '0.1.0')", FAULT_PROTOCOL },
  { "Hello", "('0.1.0',)", FAULT_PROTOCOL },
  { "Lists", "(@aa{sv} [],)", 0 },
  { "Lists", "('none',)", FAULT_PROTOCOL },
  { "Lists", "([{'name': <7>}],)", FAULT_PROTOCOL },       /* the kind of a value */
  { "Lists", "([{'\\u001b[2J': <'x'>}],)", FAULT_PROTOCOL }, /* a key that the contract does not have */
  { "Lists", NULL, FAULT_IO },
  { "DeskChoose", "([('a.csv', uint64 1, handle 0)],)", FAULT_PROTOCOL }, /* names a file that did not come */
};

static guint told = 0;
static gboolean is_lost = FALSE;

/* --- the other end --- */

static void
emit (GDBusConnection *connection, const char *arguments)
{
  g_dbus_connection_emit_signal (connection, NULL, PATH, BRIDGE_APP, "CampaignChanged", g_variant_new_parsed (arguments), NULL);
}

static GDBusMessage *
answer_cb (GDBusConnection *connection, GDBusMessage *message, gboolean is_incoming, gpointer data)
{
  static const char numbers[] =
    "(uint64 7, {'id': <@t 7>, 'state': <'sending'>, 'reason': <''>, 'text': <''>, 'title': <''>, 'subject': <''>, 'account': <''>, 'lists': <@as []>, 'created': <@x 0>,"
    " 'started': <@x 0>, 'ended': <@x 0>, 'version': <@u 1>, 'total': <@t 0>, 'queued': <@t 0>, 'handed': <@t 0>, 'accepted': <@t 0>, 'refused': <@t 0>,"
    " 'later': <@t 0>, 'unknown': <@t 0>, 'skipped': <@t 0>, 'per_second': <0.0>, 'seconds_left': <@t 0>, 'next': <@x 0>, 'archived': <false>, 'test': <false>})";
  static guint count = 0;
  g_autoptr (GDBusMessage) reply = NULL;
  const char *answer;

  if (!is_incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  answer = answers[count++ % G_N_ELEMENTS (answers)].answer;
  if (count == 1) { /* the first is taken, of the others nobody hears */
    emit (connection, numbers);
    emit (connection, "(uint64 7, @a{sv} {})"); /* it lacks them all */
    emit (connection, "(uint32 7, @a{sv} {})");
    emit (connection, "(uint64 7, {'state': <7>})");
  }
  reply = answer != NULL ? g_dbus_message_new_method_reply (message) : g_dbus_message_new_method_error (message, "org.postrider.Fault.IoErr", "%s", "the disk is full");
  if (answer != NULL)
    g_dbus_message_set_body (reply, g_variant_new_parsed (answer));
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (message);
  return NULL;
}

static void G_GNUC_NORETURN
serve (int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  g_autofree char *guid = g_dbus_generate_guid ();
  GDBusConnection *connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), guid,
                                                            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING, NULL, NULL, NULL);

  g_dbus_connection_add_filter (connection, answer_cb, NULL, NULL);
  g_dbus_connection_start_message_processing (connection);
  g_main_loop_run (g_main_loop_new (NULL, FALSE));
  _exit (0);
}

/* Returns: who serves; our end is fd 3. */
static pid_t
start (void)
{
  int ends[2];
  pid_t child;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  child = fork ();
  if (child == 0) {
    int mine = fcntl (ends[1], F_DUPFD_CLOEXEC, 10);

    prctl (PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind, for whose end its caller would wait */
    close_range (3, 9, 0);
    serve (mine);
  }
  if (ends[0] != 3) {
    g_assert_cmpint (dup2 (ends[0], 3), ==, 3);
    close (ends[0]);
  }
  if (ends[1] != 3)
    close (ends[1]);
  return child;
}

/* --- ours --- */

static void
told_cb (const char *member, GVariant *arguments, gpointer data)
{
  g_assert_cmpstr (member, ==, "CampaignChanged");
  told++;
}

static void
lost_cb (gpointer data)
{
  g_assert_false (is_lost);
  is_lost = TRUE;
}

typedef struct {
  CoreLink *link;
  int       code;
  gboolean  is_done;
} Asked;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Asked *asked = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = core_link_call_finish (asked->link, result, NULL, &error);

  g_assert_true ((reply == NULL) == (error != NULL));
  asked->code = error == NULL ? 0 : error->domain == FAULT ? error->code : -1;
  asked->is_done = TRUE;
}

static int
ask (CoreLink *link, const char *member)
{
  Asked asked = { link, 0, FALSE };

  core_link_call_async (link, member, NULL, NULL, answered_cb, &asked);
  while (!asked.is_done)
    g_main_context_iteration (NULL, TRUE);
  return asked.code;
}

static CoreLink *link_to_core = NULL;
static pid_t core = 0;

static void
test_answers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_test_message ("%s %s", answers[i].member, answers[i].answer);
    g_assert_cmpint (ask (link_to_core, answers[i].member), ==, answers[i].code);
  }
}

static void
test_signals (void)
{
  g_assert_cmpuint (told, ==, 1);
}

/* The same questions, asked by a thread that waits (an export); no descriptor comes that way, and none is looked for. */
static void
test_waiting (void)
{
  for (gsize i = 0; i + 1 < G_N_ELEMENTS (answers); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) reply = core_link_call_sync (link_to_core, answers[i].member, NULL, &error);

    g_assert_cmpint (reply != NULL, ==, answers[i].code == 0);
    if (answers[i].code != 0)
      g_assert_error (error, FAULT, answers[i].code);
  }
}

static void
test_lost (void)
{
  kill (core, SIGKILL);
  g_assert_cmpint (waitpid (core, NULL, 0), ==, core);
  while (!is_lost)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (core_link_is_lost (link_to_core));
  g_assert_cmpint (ask (link_to_core, "Lists"), ==, FAULT_UNAVAILABLE);
  g_clear_pointer (&link_to_core, core_link_free);
}

int
main (int argc, char *argv[])
{
  static const CoreLinkFuncs funcs = { told_cb, lost_cb };

  core = start ();
  g_test_init (&argc, &argv, NULL);
  fault_quark ();
  link_to_core = core_link_new (&funcs, NULL, NULL);
  g_assert_nonnull (link_to_core);
  g_test_add_func ("/shell/core-link/answers", test_answers); /* in this order */
  g_test_add_func ("/shell/core-link/signals", test_signals);
  g_test_add_func ("/shell/core-link/waiting", test_waiting);
  g_test_add_func ("/shell/core-link/lost", test_lost);
  return g_test_run ();
}
