#include "id-token.h"

#include <string.h>

/* claims: JSON, as a provider would sign it. Returns: (transfer full) */
static char *
make_token (const char *claims)
{
  g_autofree char *part = g_base64_encode ((const guchar *) claims, strlen (claims));

  g_strdelimit (part, "+", '-');
  g_strdelimit (part, "/", '_');
  part[strcspn (part, "=")] = '\0';
  return g_strconcat ("eyJhbGciOiJSUzI1NiJ9.", part, ".c2lnbmF0dXJl", NULL);
}

static void
test_claims (void)
{
  static const struct { const char *claims, *address; } rows[] = {
    { "{\"sub\":\"1\",\"email\":\"ann@example.org\",\"email_verified\":true}", "ann@example.org" },
    { "{\"email\":\"ann@example.org\"}", "ann@example.org" },                             /* Microsoft's have no email_verified */
    { "{\"email\":\"ann@example.org\",\"email_verified\":false}", NULL },
    { "{\"email\":\"a\\u00e4@b\"}", "aä@b" },
    { "{\"email\":\"ann@example.org \"}", NULL },
    { "{\"email\":\"ann\\n@example.org\"}", NULL },
    { "{\"email\":\"ann\"}", NULL },
    { "{\"email\":\"@example.org\"}", NULL },
    { "{\"email\":\"ann@\"}", NULL },
    { "{\"email\":[\"ann@example.org\"]}", NULL },
    { "{\"email\":\"a@b\",\"email\":\"c@d\"}", NULL },                                   /* RFC 7515 §4: no name twice */
    { "{\"preferred_username\":\"ann@example.org\"}", NULL },                             /* its owner can choose it: OpenID Connect Core §5.7 */
    { "[\"ann@example.org\"]", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *token = make_token (rows[i].claims), *address = id_token_dup_address (token);

    g_assert_cmpstr (address, ==, rows[i].address);
  }
}

static void
test_form (void)
{
  g_autofree char *token = make_token ("{\"email\":\"ann@example.org\"}"), *cut = g_strndup (token, strlen (token) - 1), *four = g_strconcat (token, ".x", NULL);
  g_autofree char *local = g_strnfill (ID_TOKEN_ADDRESS_MAX, 'a'), *claims = g_strdup_printf ("{\"email\":\"%s@b\"}", local), *long_address = make_token (claims);
  g_autofree char *filler = g_strnfill (ID_TOKEN_MAX, 'a'), *big = g_strconcat (filler, token, NULL);
  const char *const bad[] = { NULL, "", ".", "..", "a.b", "a.b.c", "a.bcdef.c", "a.b*cd.c", "a.b=cd.c", four, long_address, big };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *address = id_token_dup_address (bad[i]);

    g_assert_null (address);
  }
  for (char *end = cut + strlen (cut); end > cut; *--end = '\0') { /* it is never more than what was sent */
    g_autofree char *address = id_token_dup_address (cut);

    g_assert_true (address == NULL || strcmp (address, "ann@example.org") == 0);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/oauth/id-token/claims", test_claims);
  g_test_add_func ("/confined/oauth/id-token/form", test_form);
  return g_test_run ();
}
