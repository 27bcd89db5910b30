#include "token-answer.h"

#include "token-request.h"
#include <string.h>

static HttpAnswer
make_answer (guint status, const char *body)
{
  return (HttpAnswer){ HTTP_ANSWERED, "", TRUE, status, "application/json", body, strlen (body) };
}

/* Further rows, over the wire: token-endpoint.py. */
static void
test_grant (void)
{
  static const struct { guint status; const char *body; const char *word, *text; guint expires_s; const char *scope; } rows[] = {
    { 200, "{\"access_token\":\"a\",\"token_type\":\"BEARER\"}", "done", "", 0, "" },
    { 200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":1,\"scope\":\"x\"}", "done", "", 1, "x" },
    { 200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":\"0060\"}", "done", "", 60, "" },
    { 200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"id_token\":\"e30.eyJlbWFpbCI6ImFAYiJ9.\"}", "done", "", 0, "" },
    { 200, "{\"access_token\":\"a b\",\"token_type\":\"Bearer\"}", "out_of_order", NULL, 0, "" },
    { 200, "{\"access_token\":\"\\u00e4\",\"token_type\":\"Bearer\"}", "out_of_order", NULL, 0, "" },
    { 200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":\"6 0\"}", "out_of_order", NULL, 0, "" },
    { 200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":\"\"}", "out_of_order", NULL, 0, "" },
    { 200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":31622401}", "out_of_order", NULL, 0, "" },
    { 200, "{\"error\":\"invalid_grant\"}", "invalid_grant", "invalid_grant", 0, "" },
    { 400, "{\"error\":\"invalid_grant\",\"error_description\":\"Bad Request\"}", "invalid_grant", "invalid_grant: Bad Request", 0, "" },
    { 400, "{\"error\":\"invalid_grant\",\"error_description\":5}", "invalid_grant", "invalid_grant", 0, "" },
    { 400, "{\"error\":\"INVALID_GRANT\"}", "refused", "INVALID_GRANT", 0, "" }, /* case counts (RFC 6749 §5.2) */
    { 400, "{\"error\":{\"code\":400}}", "out_of_order", NULL, 0, "" },           /* an API's form, not a token endpoint's */
    { 200, "{\"error\":\"\"}", "out_of_order", "the provider's answer is not one that it should give: its error has no name", 0, "" },
    { 400, "{\"error\":\"\",\"error_description\":\"x\"}", "out_of_order", "the provider's answer is not one that it should give: its error has no name", 0, "" },
    { 401, "{\"error\":\"unauthorized_client\"}", "invalid_client", "unauthorized_client", 0, "" },
    { 500, "{\"error\":\"invalid_grant\"}", "out_of_order", NULL, 0, "" },        /* who is out of order is not believed */
    { 302, "{\"access_token\":\"a\",\"token_type\":\"Bearer\"}", "out_of_order", NULL, 0, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    HttpAnswer answer = make_answer (rows[i].status, rows[i].body);
    g_autoptr (TokenAnswer) token = token_answer_of_grant (&answer);

    g_assert_cmpstr (token_outcome_to_word (token->outcome), ==, rows[i].word);
    if (rows[i].text != NULL)
      g_assert_cmpstr (token->text, ==, rows[i].text);
    g_assert_cmpuint (token->expires_s, ==, rows[i].expires_s);
    g_assert_cmpstr (token->scope, ==, rows[i].scope);
    g_assert_cmpstr (token->address, ==, strstr (rows[i].body, "id_token") != NULL ? "a@b" : "");
    g_assert_true ((token->outcome == TOKEN_DONE) == (token->access_token != NULL));
  }
}

static void
test_transfer (void)
{
  static const struct { HttpEnd end; const char *word; } rows[] = {
    { HTTP_LOST, "network" }, { HTTP_UNTRUSTED, "certificate" }, { HTTP_NONSENSE, "out_of_order" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    HttpAnswer answer = { rows[i].end, "why", TRUE, 200, "application/json", "{}", 2, "" };
    g_autoptr (TokenAnswer) granted = token_answer_of_grant (&answer), revoked = token_answer_of_revocation (&answer);

    g_assert_cmpstr (token_outcome_to_word (granted->outcome), ==, rows[i].word);
    g_assert_cmpstr (token_outcome_to_word (revoked->outcome), ==, rows[i].word);
    g_assert_cmpstr (granted->text, ==, "why");
  }
}

static void
test_hide (void)
{
  g_autoptr (SecretBytes) told = secret_bytes_new ("a-long-secret", 13), other = secret_bytes_new ("another-secret", 14), tiny = secret_bytes_new ("is", 2);
  HttpAnswer answer = make_answer (400, "{\"error\":\"invalid_grant\",\"error_description\":\"a-long-secret is used\"}");
  g_autoptr (TokenAnswer) token = token_answer_of_grant (&answer);

  token_answer_hide (token, NULL);
  token_answer_hide (token, tiny);
  token_answer_hide (token, other);
  g_assert_nonnull (strstr (token->text, "a-long-secret"));
  token_answer_hide (token, told);
  g_assert_null (strstr (token->text, "a-long-secret"));
  g_assert_cmpint (token->outcome, ==, TOKEN_INVALID_GRANT);
}

static void
test_request (void)
{
  g_autoptr (SecretBytes) code = secret_bytes_new ("c&d", 3), verifier = secret_bytes_new ("v", 1), token = secret_bytes_new ("t", 1), none = secret_bytes_new ("", 0);
  const TokenRequest request = { "id", "http://localhost:1", "", none, code, verifier, token };
  g_autoptr (SecretBytes) exchange = token_request_build_exchange (&request), refresh = token_request_build_refresh (&request),
                          revoke = token_request_build_revoke (&request);

  g_assert_cmpstr (secret_bytes_peek (exchange), ==,
                   "grant_type=authorization_code&code=c%26d&redirect_uri=http%3A%2F%2Flocalhost%3A1&code_verifier=v&client_id=id");
  g_assert_cmpstr (secret_bytes_peek (refresh), ==, "grant_type=refresh_token&refresh_token=t&client_id=id");
  g_assert_cmpstr (secret_bytes_peek (revoke), ==, "token=t&token_type_hint=refresh_token&client_id=id");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/oauth/token-answer/grant", test_grant);
  g_test_add_func ("/confined/oauth/token-answer/transfer", test_transfer);
  g_test_add_func ("/confined/oauth/token-answer/hide", test_hide);
  g_test_add_func ("/confined/oauth/token-answer/request", test_request);
  return g_test_run ();
}
