#include "secret-bytes.h"

#include "fault.h"
#include "leftover.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int
pipe_with (const char *data, gsize len)
{
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], data, len), ==, (gssize) len);
  close (ends[1]);
  return ends[0];
}

static const struct { const char *in; gboolean is_line; const char *secret; } lines[] = {
  { "pass", TRUE, "pass" },
  { "pass\n", TRUE, "pass" },
  { "pass\r\n", TRUE, "pass" },
  { "pass\n\n", TRUE, "pass\n" },   /* one line break, not all of them */
  { " pass \n", TRUE, " pass " },   /* blanks belong to a password */
  { "pass\n", FALSE, "pass\n" },
  { "", TRUE, "" },
};

static void
test_read (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SecretBytes) secret = NULL;
    int fd = pipe_with (lines[i].in, strlen (lines[i].in));

    secret = secret_bytes_read_fd (fd, lines[i].is_line, &error);
    close (fd);
    g_assert_no_error (error);
    g_assert_cmpstr (secret_bytes_peek (secret), ==, lines[i].secret);
    g_assert_cmpuint (secret_bytes_get_length (secret), ==, strlen (lines[i].secret));
  }
}

static void
test_limit (void)
{
  g_autofree char *text = g_strnfill (SECRET_BYTES_MAX + 1, 'x');
  g_autoptr (SecretBytes) most = NULL, more = NULL;
  g_autoptr (GError) error = NULL;
  int fd = pipe_with (text, SECRET_BYTES_MAX);

  most = secret_bytes_read_fd (fd, FALSE, &error);
  close (fd);
  g_assert_no_error (error);
  g_assert_cmpuint (secret_bytes_get_length (most), ==, SECRET_BYTES_MAX);
  fd = pipe_with (text, SECRET_BYTES_MAX + 1);
  more = secret_bytes_read_fd (fd, FALSE, &error);
  close (fd);
  g_assert_null (more);
  g_assert_error (error, FAULT, FAULT_DATA);
}

static void
test_memfd (void)
{
  g_autoptr (SecretBytes) secret = secret_bytes_new ("top\0secret", 10), back = NULL;
  g_autoptr (GError) error = NULL;
  int fd = secret_bytes_to_memfd (secret, &error);

  g_assert_no_error (error);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  g_assert_cmpint (fcntl (fd, F_GET_SEALS), ==, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
  g_assert_cmpint (write (fd, "x", 1), ==, -1); /* sealed */
  back = secret_bytes_read_fd (fd, FALSE, &error);
  close (fd);
  g_assert_cmpmem (secret_bytes_peek (back), secret_bytes_get_length (back), "top\0secret", 10);
}

static void
test_empty (void)
{
  g_autoptr (GError) error = NULL;
  int fd = secret_bytes_to_memfd (NULL, &error);

  g_assert_no_error (error);
  close (fd);
  g_assert_cmpuint (secret_bytes_get_length (NULL), ==, 0);
  g_assert_cmpstr (secret_bytes_peek (NULL), ==, "");
  secret_bytes_free (NULL);
}

/* What was freed, and what read() went through, is nowhere any more. */
static void
test_wiped (void)
{
  g_autofree char *text = g_malloc (SECRET_BYTES_MAX);
  SecretBytes *secret;
  Leftover leftover;
  int fd;

  leftover_check_control ();
  leftover_make (&leftover);
  leftover_put (&leftover, text, SECRET_BYTES_MAX);
  fd = pipe_with (text, SECRET_BYTES_MAX);
  explicit_bzero (text, SECRET_BYTES_MAX);
  secret = secret_bytes_read_fd (fd, TRUE, NULL);
  close (fd);
  g_assert_true (leftover_is_there (&leftover)); /* in `secret` */
  secret_bytes_free (secret);
  g_assert_false (leftover_is_there (&leftover));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/base/secret-bytes/read", test_read);
  g_test_add_func ("/shared/base/secret-bytes/limit", test_limit);
  g_test_add_func ("/shared/base/secret-bytes/memfd", test_memfd);
  g_test_add_func ("/shared/base/secret-bytes/empty", test_empty);
  g_test_add_func ("/shared/base/secret-bytes/wiped", test_wiped);
  return g_test_run ();
}
