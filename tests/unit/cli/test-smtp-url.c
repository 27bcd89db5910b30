#include "fault.h"
#include "smtp-url.h"

static const struct {
  const char *url, *host, *user, *tls; /* host NULL: refused */
  guint       port;
  const char *said;
} cases[] = {
  { "smtp://ann@mail.example.org:2525", "mail.example.org", "ann", "starttls", 2525 },
  { "smtps://mail.example.org", "mail.example.org", NULL, "implicit", 0 },
  { "SMTPS://mail.example.org/", "mail.example.org", NULL, "implicit", 0 },
  { "smtp://ann%40example.org@mail.example.org", "mail.example.org", "ann@example.org", "starttls", 0 }, /* an address as user */
  { "smtp://[::1]:25", "::1", NULL, "starttls", 25 },
  { "smtp://ann:secret@mail.example.org", NULL, .said = "password" }, /* read by all, kept by the shell */
  { "smtp://ann:@mail.example.org", NULL, .said = "password" },       /* even an empty one */
  { "smtp://", NULL, .said = "smtp://USER@HOST" },
  { "smtp://mail.example.org:0", NULL, .said = "smtp://USER@HOST" },
  { "smtp://mail.example.org:99999", NULL, .said = "smtp://USER@HOST" },
  { "smtp://mail.example.org/inbox", NULL, .said = "smtp://USER@HOST" },
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    SmtpUrl url = { 0 };
    gboolean is_ok = smtp_url_parse (cases[i].url, &url, &error);

    g_assert_true (smtp_url_is (cases[i].url));
    if (cases[i].host == NULL) {
      g_assert_error (error, FAULT, FAULT_USAGE);
      g_assert_nonnull (strstr (error->message, cases[i].said));
      g_assert_null (strstr (error->message, "secret")); /* the refusal does not repeat it */
      continue;
    }
    g_assert_no_error (error);
    g_assert_true (is_ok);
    g_assert_cmpstr (url.host, ==, cases[i].host);
    g_assert_cmpstr (url.user, ==, cases[i].user);
    g_assert_cmpstr (url.tls, ==, cases[i].tls);
    g_assert_cmpuint (url.port, ==, cases[i].port);
    smtp_url_clear (&url);
  }
  g_assert_false (smtp_url_is ("ann@example.org"));
  g_assert_false (smtp_url_is ("http://example.org"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/smtp-url/parse", test_parse);
  return g_test_run ();
}
