#include "sasl.h"

#include "fault.h"
#include "leftover.h"
#include <gsasl.h>
#include <string.h>
#include <sys/wait.h>

/* Each login is led against libgsasl's own server side, or against one that keeps a password as the octets it was given. */
typedef struct {
  const char *name, *offered, *password;
  const char *mechanism; /* NULL: none can be had */
  gboolean    is_raw;    /* the server prepares nothing (SCRAM): it keeps what PBKDF2 makes of the octets */
  gboolean    is_refused; /* by the server */
} Case;

static const Case cases[] = {
  { "the strongest", "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256", "secret", "SCRAM-SHA-256" },
  { "SCRAM-SHA-1", "PLAIN SCRAM-SHA-1", "secret", "SCRAM-SHA-1" },
  { "CRAM-MD5", "PLAIN CRAM-MD5", "secret", "CRAM-MD5" },
  { "PLAIN", "LOGIN PLAIN", "secret", "PLAIN" },
  { "LOGIN", "LOGIN", "secret", "LOGIN" },
  { "nothing in common", "GSSAPI", "secret", NULL },
  { "a wrong password", "SCRAM-SHA-256", "wrong", "SCRAM-SHA-256", FALSE, TRUE },

  /* SASLprep changes these: both sides must come to the same octets */
  { "umlauts by SCRAM", "PLAIN SCRAM-SHA-256", "p\xc3\xa4ssw\xc3\xb6rd \xe2\x98\x83", "SCRAM-SHA-256" },
  { "umlauts by CRAM-MD5", "CRAM-MD5", "p\xc3\xa4ssw\xc3\xb6rd", "CRAM-MD5" },
  { "umlauts by PLAIN", "PLAIN", "p\xc3\xa4ssw\xc3\xb6rd", "PLAIN" },
  { "composed by SCRAM", "SCRAM-SHA-256", "pa\xcc\x88ss", "SCRAM-SHA-256" }, /* a + diaeresis becomes ä */
  { "a smile", "PLAIN CRAM-MD5 SCRAM-SHA-256", "p\xf0\x9f\x99\x82w", "SCRAM-SHA-256", TRUE }, /* younger than Unicode 3.2:
    libgsasl's own server refuses it, others keep it as it is */

  /* SASLprep refuses these: PLAIN and LOGIN carry the octets as they are */
  { "a tab", "LOGIN SCRAM-SHA-1", "p\tw", "LOGIN" },
  { "not UTF-8", "LOGIN CRAM-MD5", "p\xe4w", "LOGIN" },
  { "a tab, SCRAM alone", "SCRAM-SHA-1", "p\tw", "SCRAM-SHA-1", TRUE },
  { "not UTF-8, SCRAM-SHA-256 alone", "SCRAM-SHA-256", "p\xe4w", "SCRAM-SHA-256", TRUE },
};

/* The server's stored keys for a password that libgsasl would not prepare. */
static int
give_raw_keys (const Case *c, Gsasl_session *session, Gsasl_property property)
{
  gboolean is_256 = strcmp (c->mechanism, "SCRAM-SHA-256") == 0;
  Gsasl_hash hash = is_256 ? GSASL_HASH_SHA256 : GSASL_HASH_SHA1;
  GChecksumType type = is_256 ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA1;
  guint8 salted[32], block[32];
  char client[32], server[32], stored[32];
  gsize size = is_256 ? 32 : 20, len, salt_len = 0;
  g_autofree guint8 *salt = g_base64_decode (gsasl_property_fast (session, GSASL_SCRAM_SALT), &salt_len);
  g_autofree char *encoded = NULL;

  /* PBKDF2 of one block, four rounds, by GHmac: another hand than the one that is tested */
  for (guint round = 0; round < 4; round++) {
    g_autoptr (GHmac) hmac = g_hmac_new (type, (const guchar *) c->password, strlen (c->password));

    if (round == 0) {
      g_hmac_update (hmac, salt, (gssize) salt_len);
      g_hmac_update (hmac, (const guchar *) "\0\0\0\1", 4);
    } else {
      g_hmac_update (hmac, block, (gssize) size);
    }
    len = sizeof block;
    g_hmac_get_digest (hmac, block, &len);
    for (gsize i = 0; i < size; i++)
      salted[i] = round == 0 ? block[i] : salted[i] ^ block[i];
  }
  g_assert_cmpint (gsasl_scram_secrets_from_salted_password (hash, (char *) salted, client, server, stored), ==, GSASL_OK);
  encoded = g_base64_encode ((guchar *) (property == GSASL_SCRAM_SERVERKEY ? server : stored), size);
  return gsasl_property_set (session, property, encoded);
}

static int
server_cb (Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
  const Case *c = gsasl_callback_hook_get (library);
  const char *password = c->is_refused ? "right" : c->password;

  switch (property) {
  case GSASL_SCRAM_ITER:
    return gsasl_property_set (session, property, "4");
  case GSASL_SCRAM_SERVERKEY:
  case GSASL_SCRAM_STOREDKEY:
    return c->is_raw ? give_raw_keys (c, session, property) : GSASL_NO_CALLBACK;
  case GSASL_PASSWORD:
    return gsasl_property_set (session, property, password);
  case GSASL_VALIDATE_SIMPLE:
    return strcmp (gsasl_property_fast (session, GSASL_AUTHID), "ann") == 0 &&
             strcmp (gsasl_property_fast (session, GSASL_PASSWORD), password) == 0 ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
  default:
    return GSASL_NO_CALLBACK;
  }
}

/* Returns: did the server let it in? */
static gboolean
lead (const Case *c, Sasl *sasl)
{
  Gsasl *library = NULL;
  Gsasl_session *session = NULL;
  g_autoptr (GError) error = NULL;
  char *said = NULL;
  int result = GSASL_NEEDS_MORE;

  g_assert_cmpint (gsasl_init (&library), ==, GSASL_OK);
  gsasl_callback_hook_set (library, (void *) c);
  gsasl_callback_set (library, server_cb);
  g_assert_cmpint (gsasl_server_start (library, sasl_get_mechanism (sasl), &session), ==, GSASL_OK);
  if (sasl_is_client_first (sasl))
    said = sasl_step (sasl, "", &error);
  for (guint i = 0; i < 5 && result == GSASL_NEEDS_MORE; i++) {
    char *challenge = NULL;
    gboolean has_words;

    g_assert_no_error (error);
    result = gsasl_step64 (session, said, &challenge);
    has_words = challenge != NULL && *challenge != '\0';
    sasl_wipe (g_steal_pointer (&said));
    if (result == GSASL_NEEDS_MORE || (result == GSASL_OK && has_words))
      said = sasl_step (sasl, challenge != NULL ? challenge : "", &error);
    gsasl_free (challenge);
  }
  g_assert_no_error (error);
  sasl_wipe (said);
  gsasl_finish (session);
  gsasl_done (library);
  return result == GSASL_OK;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_auto (GStrv) offered = g_strsplit (c->offered, " ", -1);
  g_autoptr (SecretBytes) secret = secret_bytes_new (c->password, strlen (c->password));
  g_autoptr (GError) error = NULL;
  g_autoptr (Sasl) sasl = sasl_new ((const char *const *) offered, &(SaslLogin){ "ann", secret, FALSE, "mx.example.org", 0 }, &error);

  if (c->mechanism == NULL) {
    g_assert_error (error, FAULT, FAULT_UNAVAILABLE);
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpstr (sasl_get_mechanism (sasl), ==, c->mechanism);
  g_assert_cmpint (lead (c, sasl), ==, !c->is_refused);
  g_assert_cmpint (sasl_is_complete (sasl), ==, !c->is_refused);
}

/* What a hostile server may say. Each ends the login with a sentence, and soon. */
static void
test_hostile (void)
{
  static const struct {
    const char *mechanism, *challenge, *message; /* "%s" in the challenge: our nonce */
  } rows[] = {
    { "SCRAM-SHA-256", "r=%sx,s=c2FsdA==,i=4294967295", "rounds" }, /* hours of hashing in the one loop */
    { "SCRAM-SHA-256", "r=%sx,s=c2FsdA==,i=0", "broke off" },
    { "SCRAM-SHA-1", "r=%sx,s=!,i=1", "broke off" },
    { "SCRAM-SHA-1", "r=other,s=c2FsdA==,i=1", "broke off" }, /* somebody else's conversation */
    { "SCRAM-SHA-256", "", "broke off" },
  };
  const char *offered[] = { NULL, NULL };
  g_autoptr (SecretBytes) secret = secret_bytes_new ("secret", 6);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Sasl) sasl = NULL;
    g_auto (GStrv) words = NULL, parts = NULL;
    g_autofree char *first = NULL, *text = NULL, *challenge = NULL, *encoded = NULL;
    g_autofree guchar *said = NULL;
    gsize len;

    offered[0] = rows[i].mechanism;
    sasl = sasl_new (offered, &(SaslLogin){ "ann", secret, FALSE, "mx.example.org", 0 }, &error);
    first = sasl_step (sasl, "", &error);
    g_assert_no_error (error);
    said = g_base64_decode (first, &len);
    text = g_strndup ((char *) said, len);
    words = g_strsplit (strstr (text, "r=") + 2, ",", 2);
    parts = g_strsplit (rows[i].challenge, "%s", 2);
    challenge = g_strjoinv (words[0], parts);
    encoded = g_base64_encode ((guchar *) challenge, strlen (challenge));
    g_assert_null (sasl_step (sasl, encoded, &error));
    g_test_message ("%s", error != NULL ? error->message : "no error");
    g_assert_error (error, FAULT, FAULT_PROTOCOL);
    g_assert_nonnull (strstr (error->message, rows[i].message));
  }
}

/* A challenge that is not base64 is an error too. */
static void
test_not_base64 (void)
{
  const char *offered[] = { "CRAM-MD5", NULL };
  g_autoptr (SecretBytes) secret = secret_bytes_new ("secret", 6);
  g_autoptr (GError) error = NULL;
  g_autoptr (Sasl) sasl = sasl_new (offered, &(SaslLogin){ "ann", secret, FALSE, "mx.example.org", 0 }, &error);

  g_assert_no_error (error);
  g_assert_null (sasl_step (sasl, "?", &error));
  g_assert_error (error, FAULT, FAULT_PROTOCOL);
}

/* --- access tokens --- */

/* RFC 7628 §3.1 and §4.1; Google's and Microsoft's pages on XOAUTH2. */
static void
test_token (void)
{
  static const struct {
    const char *offered, *user, *token;
    guint       port;
    const char *mechanism, *said; /* said: decoded, ^A as "|"; NULL: it cannot be */
  } rows[] = {
    { "XOAUTH2", "ann@example.org", "vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==", 587, "XOAUTH2", "user=ann@example.org|auth=Bearer vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==||" },
    { "XOAUTH2 OAUTHBEARER", "ann@example.org", "a.b-c_d~e+f/g", 587, "OAUTHBEARER", "n,a=ann@example.org,|host=mx.example.org|port=587|auth=Bearer a.b-c_d~e+f/g||" },
    { "OAUTHBEARER", "ann@example.org", "t", 0, "OAUTHBEARER", "n,a=ann@example.org,|host=mx.example.org|auth=Bearer t||" },
    { "OAUTHBEARER", "a,b=c@example.org", "t", 25, "OAUTHBEARER", "n,a=a=2Cb=3Dc@example.org,|host=mx.example.org|port=25|auth=Bearer t||" }, /* RFC 5801 §4 */
    { "XOAUTH2", "a,b=c@example.org", "t", 25, "XOAUTH2", "user=a,b=c@example.org|auth=Bearer t||" },
    { "XOAUTH2", "ann\1auth=Bearer x", "t", 0, "XOAUTH2", NULL }, /* a field of its own */
    { "OAUTHBEARER", "ann\1", "t", 0, "OAUTHBEARER", NULL },
    { "XOAUTH2", "ann", "t\1auth=x", 0, "XOAUTH2", NULL },
    { "OAUTHBEARER", "ann", "two words", 0, "OAUTHBEARER", NULL }, /* RFC 6750 §2.1 */
    { "OAUTHBEARER", "ann", "t=t", 0, "OAUTHBEARER", NULL },
    { "XOAUTH2", "ann", "", 0, "XOAUTH2", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (GStrv) offered = g_strsplit (rows[i].offered, " ", -1);
    g_autoptr (SecretBytes) secret = secret_bytes_new (rows[i].token, strlen (rows[i].token));
    g_autoptr (GError) error = NULL;
    g_autoptr (Sasl) sasl = sasl_new ((const char *const *) offered, &(SaslLogin){ rows[i].user, secret, TRUE, "mx.example.org", rows[i].port }, &error);
    g_autofree char *said = NULL, *text = NULL;
    gsize len = 0;

    g_test_message ("row %" G_GSIZE_FORMAT, i);
    g_assert_no_error (error);
    g_assert_cmpstr (sasl_get_mechanism (sasl), ==, rows[i].mechanism);
    g_assert_true (sasl_is_client_first (sasl));
    said = sasl_step (sasl, "", &error);
    if (rows[i].said == NULL) {
      g_assert_error (error, FAULT, FAULT_DATA);
      continue;
    }
    g_assert_no_error (error);
    text = (char *) g_base64_decode (said, &len);
    text = g_realloc (text, len + 1);
    text[len] = '\0';
    g_assert_cmpstr (g_strdelimit (text, "\1", '|'), ==, rows[i].said);
    g_assert_null (sasl_get_refusal (sasl));
  }
}

/* Neither a token by a password's mechanism nor the other way round; what is told names both sides. */
static void
test_token_nothing_in_common (void)
{
  static const char *const passwords[] = { "PLAIN", "SCRAM-SHA-256", NULL }, *const tokens[] = { "XOAUTH2", "OAUTHBEARER", NULL };
  g_autoptr (SecretBytes) secret = secret_bytes_new ("secret", 6);
  g_autoptr (GError) no_token = NULL, no_password = NULL;

  g_assert_null (sasl_new (passwords, &(SaslLogin){ "ann", secret, TRUE, "mx", 0 }, &no_token));
  g_assert_error (no_token, FAULT, FAULT_UNAVAILABLE);
  g_assert_nonnull (strstr (no_token->message, "\"PLAIN SCRAM-SHA-256\", we speak OAUTHBEARER and XOAUTH2"));
  g_assert_null (sasl_new (tokens, &(SaslLogin){ "ann", secret, FALSE, "mx", 0 }, &no_password));
  g_assert_error (no_password, FAULT, FAULT_UNAVAILABLE);
}

/* The 334 behind a refused token: answered once, its words kept. */
static void
test_token_refused (void)
{
  static const struct {
    const char *mechanism, *answer;
  } rows[] = { { "XOAUTH2", "" }, { "OAUTHBEARER", "AQ==" } };
  g_autoptr (SecretBytes) secret = secret_bytes_new ("secret", 6);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *offered[] = { rows[i].mechanism, NULL };
    g_autoptr (GError) error = NULL;
    g_autoptr (Sasl) sasl = sasl_new (offered, &(SaslLogin){ "ann", secret, TRUE, "mx", 0 }, &error);
    g_autofree char *answer = NULL;

    sasl_wipe (sasl_step (sasl, "", &error));
    answer = sasl_step (sasl, "eyJzdGF0dXMiOiI0MDEifQ==", &error); /* {"status":"401"} */
    g_assert_no_error (error);
    g_assert_cmpstr (answer, ==, rows[i].answer);
    g_assert_cmpstr (sasl_get_refusal (sasl), ==, "{\"status\":\"401\"}");
    g_assert_null (sasl_step (sasl, "", &error));
    g_assert_error (error, FAULT, FAULT_PROTOCOL);
  }
}

/* --- what stays in memory --- */

#define WIPED_LEN 96 /* octets of the password: its base64 has it at each alignment */

static SecretBytes *
make_secret (const Leftover *leftover)
{
  char text[WIPED_LEN];
  SecretBytes *secret;

  leftover_put (leftover, text, sizeof text);
  secret = secret_bytes_new (text, sizeof text);
  explicit_bzero (text, sizeof text);
  return secret;
}

/* The password and what is said of it, by those that say it: neither stays, but in the caller's secret. */
static void
test_wiped_words (gconstpointer data)
{
  const char *offered[] = { data, NULL };
  Leftover password, words;
  g_autoptr (SecretBytes) secret = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_token = strcmp (data, "XOAUTH2") == 0 || strcmp (data, "OAUTHBEARER") == 0;
  Sasl *sasl;
  char *said;

  leftover_make (&password);
  secret = make_secret (&password);
  sasl = sasl_new (offered, &(SaslLogin){ "ann", secret, is_token, "mx.example.org", 0 }, &error);
  g_assert_no_error (error);
  said = sasl_step (sasl, sasl_is_client_first (sasl) ? "" : "VXNlcm5hbWU6", &error);
  if (!sasl_is_client_first (sasl)) {
    sasl_wipe (said);
    said = sasl_step (sasl, "UGFzc3dvcmQ6", &error);
  }
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (said), >, 64 + LEFTOVER_LEN);
  leftover_take (&words, said + 64);
  g_assert_true (leftover_is_there (&words));
  sasl_wipe (said);
  sasl_free (sasl);
  g_clear_pointer (&secret, secret_bytes_free);
  g_assert_false (leftover_is_there (&words));
  g_assert_false (leftover_is_there (&password));
}

/* PBKDF2 of one block (RFC 8018 §5.2), one round: what may be used in place of the password for ever, in hex. (Its octets stay on the
 * stack of libgsasl.) */
static void
take_salted (const SecretBytes *secret, Leftover *out_hex)
{
  int ends[2], status;
  pid_t pid;

  g_assert_cmpint (pipe (ends), ==, 0);
  pid = fork (); /* GHmac leaves copies behind: not in this process */
  if (pid == 0) {
    g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *) secret_bytes_peek (secret), secret_bytes_get_length (secret));
    guint8 raw[32];
    char hex[65];
    gsize len = sizeof raw;

    g_hmac_update (hmac, (const guchar *) "salt\0\0\0\1", 8);
    g_hmac_get_digest (hmac, raw, &len);
    for (guint i = 0; i < 32; i++)
      g_snprintf (hex + 2 * i, 3, "%02x", raw[i]);
    leftover_take (out_hex, hex + 40);
    _exit (write (ends[1], out_hex, sizeof *out_hex) != sizeof *out_hex);
  }
  close (ends[1]);
  g_assert_cmpint (read (ends[0], out_hex, sizeof *out_hex), ==, sizeof *out_hex);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  close (ends[0]);
}

typedef struct {
  Sasl       *sasl;
  const char *challenge;
} Step;

static void
step_and_wipe (gpointer data)
{
  const Step *step = data;
  g_autoptr (GError) error = NULL;

  sasl_wipe (sasl_step (step->sasl, step->challenge, &error));
  g_assert_no_error (error);
}

static void
test_wiped_scram (void)
{
  const char *offered[] = { "SCRAM-SHA-256", NULL };
  Leftover password, hex;
  g_autoptr (SecretBytes) secret = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL, *challenge = NULL, *encoded = NULL;
  g_autofree guchar *raw = NULL;
  gsize len;
  Sasl *sasl;

  leftover_make (&password);
  secret = make_secret (&password);
  take_salted (secret, &hex);
  g_assert_false (leftover_is_there (&hex));
  sasl = sasl_new (offered, &(SaslLogin){ "ann", secret, FALSE, "mx.example.org", 0 }, &error);
  first = sasl_step (sasl, "", &error);
  g_assert_no_error (error);
  raw = g_base64_decode (first, &len);
  challenge = g_strdup_printf ("r=%sx,s=c2FsdA==,i=1", strstr ((char *) raw, "r=") + 2);
  encoded = g_base64_encode ((guchar *) challenge, strlen (challenge));
  leftover_call_deep (step_and_wipe, &(Step){ sasl, encoded });
  g_assert_true (leftover_is_there (&hex)); /* the session's: the same is looked for that is there */
  sasl_free (sasl);
  g_clear_pointer (&secret, secret_bytes_free);
  g_assert_false (leftover_is_there (&hex));
  g_assert_false (leftover_is_there (&password));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/confined/smtp/sasl/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/confined/smtp/sasl/hostile", test_hostile);
  g_test_add_func ("/confined/smtp/sasl/not-base64", test_not_base64);
  g_test_add_func ("/confined/smtp/sasl/token/said", test_token);
  g_test_add_func ("/confined/smtp/sasl/token/nothing-in-common", test_token_nothing_in_common);
  g_test_add_func ("/confined/smtp/sasl/token/refused", test_token_refused);
  g_test_add_func ("/confined/smtp/sasl/wiped/control", leftover_check_control);
  g_test_add_data_func ("/confined/smtp/sasl/wiped/PLAIN", "PLAIN", test_wiped_words);
  g_test_add_data_func ("/confined/smtp/sasl/wiped/LOGIN", "LOGIN", test_wiped_words);
  g_test_add_data_func ("/confined/smtp/sasl/wiped/XOAUTH2", "XOAUTH2", test_wiped_words);
  g_test_add_data_func ("/confined/smtp/sasl/wiped/OAUTHBEARER", "OAUTHBEARER", test_wiped_words);
  g_test_add_func ("/confined/smtp/sasl/wiped/SCRAM", test_wiped_scram);
  return g_test_run ();
}
