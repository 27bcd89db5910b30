#include "authorization.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What the address for the browser has behind KEY=, up to the next parameter. */
static char *
cut_parameter (const char *url, const char *key)
{
  const char *at = strstr (url, key) + strlen (key);

  return g_strndup (at, strcspn (at, "&"));
}

/* {state} in the input stands for the right one: without it nothing is granted, and with it the wait is over once. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  AuthorizationSpec spec = { .provider = provider_find (size > 0 && data[0] % 2 ? "google" : "microsoft"), .use = PROVIDER_USE_SMTP, .tenant = "common", .client_id = "c", .port = 49152 };
  g_autoptr (Authorization) authorization = authorization_new (&spec, NULL);
  g_autofree char *state = cut_parameter (authorization_get_url (authorization), "&state="), *host = NULL, *pasted = NULL;
  g_autoptr (GString) query = g_string_new_len (size > 0 ? (const char *) data + 1 : "", size > 0 ? (gssize) size - 1 : 0);
  g_autoptr (SecretBytes) code = NULL;
  g_autoptr (GError) error = NULL;
  SignInReason reason = SIGN_IN_NONE;
  gboolean has_state = g_string_replace (query, "{state}", state, 0) > 0;
  AuthorizationAnswer answer;

  host = g_strdup_printf ("%s:49152", spec.provider->is_localhost ? "localhost" : "127.0.0.1");
  pasted = g_strconcat (authorization_get_redirect (authorization), "?", query->str, NULL);
  if (size > 0 && data[0] % 4 >= 2)
    answer = authorization_take_pasted (authorization, pasted, &code, &reason, &error);
  else
    answer = authorization_take (authorization, authorization_get_path (authorization), host, query->str, &code, &reason, &error);
  g_assert (answer == AUTHORIZATION_FOREIGN || has_state);
  g_assert ((answer == AUTHORIZATION_GRANTED) == (code != NULL) && (answer == AUTHORIZATION_FAILED) == (error != NULL) && (answer == AUTHORIZATION_FAILED) == (reason != SIGN_IN_NONE));
  g_assert (error == NULL || (g_utf8_validate (error->message, -1, NULL) && strpbrk (error->message, "\n\x1b") == NULL));
  g_clear_error (&error);
  g_clear_pointer (&code, secret_bytes_free);
  if (answer != AUTHORIZATION_FOREIGN)
    g_assert (authorization_take (authorization, authorization_get_path (authorization), host, query->str, &code, &reason, &error) == AUTHORIZATION_FOREIGN);
  return 0;
}
