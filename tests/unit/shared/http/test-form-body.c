#include "form-body.h"

static void
test_build (void)
{
  static const FormField fields[] = {
    { "grant_type", "authorization_code" },
    { "left out", NULL },
    { "empty", "" },
    { "code", "4/0A+b=&%\xc3\xbc ~*-._\r\n" }, /* nothing in a value ends it */
    { NULL, NULL },
  };
  static const FormField none[] = { { NULL, NULL } };
  g_autoptr (SecretBytes) body = form_body_build (fields), nothing = form_body_build (none);

  g_assert_cmpstr (secret_bytes_peek (body), ==, "grant_type=authorization_code&empty=&code=4%2F0A%2Bb%3D%26%25%C3%BC+%7E*-._%0D%0A");
  g_assert_cmpuint (secret_bytes_get_length (nothing), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/http/form-body/build", test_build);
  return g_test_run ();
}
