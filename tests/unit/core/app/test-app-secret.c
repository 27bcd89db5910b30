/* A password that a client hands over: what is taken, what is refused, and that nothing of it stays where it was read. */
#include "app-secret.h"

#include "fault.h"
#include "leftover.h"
#include <string.h>

typedef struct {
  SecretBytes *secret;
  GError      *error;
  gboolean     is_done;
} Answer;

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->secret = app_secret_read_finish (result, &answer->error);
  answer->is_done = TRUE;
}

/* fd: taken; -1: the call comes without one. */
static Answer
read_secret (int fd, gint32 handle)
{
  g_autoptr (GUnixFDList) fds = fd >= 0 ? g_unix_fd_list_new_from_array (&fd, 1) : NULL;
  g_autoptr (GVariant) argument = g_variant_ref_sink (g_variant_new_handle (handle));
  Answer answer = { 0 };

  app_secret_read_async (fds, argument, SECRET_BYTES_MAX, NULL, read_cb, &answer);
  while (!answer.is_done)
    g_main_context_iteration (NULL, TRUE);
  return answer;
}

/* Returns: the end to read; the other one is closed behind `len` octets. */
static int
pipe_with (const Leftover *leftover, gsize len)
{
  g_autofree char *text = g_malloc (len);
  int ends[2];

  leftover_put (leftover, text, len);
  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  g_assert_cmpint (write (ends[1], text, len), ==, (gssize) len);
  explicit_bzero (text, len);
  close (ends[1]);
  return ends[0];
}

static void
test_limit (void)
{
  static const struct { gsize len; int code; } rows[] = { { 1, 0 }, { SECRET_BYTES_MAX, 0 }, { SECRET_BYTES_MAX + 1, FAULT_DATA } };
  Leftover leftover;

  leftover_make (&leftover);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Answer answer = read_secret (pipe_with (&leftover, rows[i].len), 0);

    if (rows[i].code == 0)
      g_assert_cmpuint (secret_bytes_get_length (answer.secret), ==, rows[i].len);
    else
      g_assert_error (answer.error, FAULT, rows[i].code);
    secret_bytes_free (answer.secret);
    g_clear_error (&answer.error);
  }
}

static void
test_descriptors (void)
{
  int ends[2];
  struct { int fd; gint32 handle; int code; } rows[] = { { -1, 0, FAULT_USAGE }, { -1, 1, FAULT_USAGE }, { -1, -1, FAULT_USAGE }, { -1, 0, FAULT_NO_INPUT } };

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  rows[1].fd = dup (ends[0]);
  rows[2].fd = dup (ends[0]);
  rows[3].fd = ends[1]; /* not opened to be read */
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Answer answer = read_secret (rows[i].fd, rows[i].handle);

    g_assert_null (answer.secret);
    g_assert_error (answer.error, FAULT, rows[i].code);
    g_clear_error (&answer.error);
  }
  close (ends[0]);
}

static void
test_wiped (void)
{
  Leftover leftover;
  Answer answer;

  leftover_check_control ();
  leftover_make (&leftover);
  answer = read_secret (pipe_with (&leftover, SECRET_BYTES_MAX), 0);
  g_assert_no_error (answer.error);
  g_assert_true (leftover_is_there (&leftover)); /* in the secret */
  secret_bytes_free (answer.secret);
  g_assert_false (leftover_is_there (&leftover)); /* nor on the thread's stack */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/app/app-secret/limit", test_limit);
  g_test_add_func ("/core/app/app-secret/descriptors", test_descriptors);
  g_test_add_func ("/core/app/app-secret/wiped", test_wiped);
  return g_test_run ();
}
