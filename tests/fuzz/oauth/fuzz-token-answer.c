#include "token-answer.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
is_visible (const char *text, char least)
{
  for (const char *p = text; *p != '\0'; p++)
    if (*p < least || *p > 0x7e)
      return FALSE;
  return TRUE;
}

/* First octet: the status. What is said for people fits on a line, and what counts as a token can be one. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const guint statuses[] = { 200, 400, 401, 403, 201, 302, 429, 503 };
  g_autofree char *body = size > 0 ? g_strndup ((const char *) data + 1, size - 1) : NULL;
  HttpAnswer answer = { HTTP_ANSWERED, "", TRUE, size > 0 ? statuses[data[0] % G_N_ELEMENTS (statuses)] : 200, "application/json", body, size - 1, "" };
  g_autoptr (TokenAnswer) granted = NULL, revoked = NULL;

  if (size == 0)
    return 0;
  granted = token_answer_of_grant (&answer);
  revoked = token_answer_of_revocation (&answer);
  g_assert (g_utf8_validate (granted->text, -1, NULL) && strchr (granted->text, '\n') == NULL && strchr (granted->text, '\x1b') == NULL);
  g_assert (strlen (granted->text) <= 1024 && strlen (revoked->text) <= 1024 && strlen (granted->scope) <= 4096); /* contract OAuth1 */
  g_assert ((granted->outcome == TOKEN_DONE) == (*granted->text == '\0') && (revoked->outcome == TOKEN_DONE) == (*revoked->text == '\0'));
  g_assert ((granted->outcome == TOKEN_DONE) == (secret_bytes_get_length (granted->access_token) > 0));
  g_assert (is_visible (secret_bytes_peek (granted->access_token), 0x21) && is_visible (secret_bytes_peek (granted->refresh_token), 0x21) &&
            is_visible (granted->scope, 0x20));
  g_assert (granted->expires_s <= TOKEN_EXPIRES_MAX_S && granted->refresh_expires_s <= TOKEN_REFRESH_EXPIRES_MAX_S && revoked->access_token == NULL);
  return 0;
}
