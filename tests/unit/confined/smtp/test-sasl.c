#include "sasl.h"

#include "fault.h"
#include <gsasl.h>
#include <string.h>

/* Each login is led against libgsasl's own server side, or against one that keeps a password as the octets it was given. */
typedef struct {
  const char *name, *offered, *forced, *password;
  const char *mechanism; /* NULL: none can be had */
  gboolean    is_raw;    /* the server prepares nothing (SCRAM): it keeps what PBKDF2 makes of the octets */
  gboolean    is_refused; /* by the server */
} Case;

static const Case cases[] = {
  { "the strongest", "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256", NULL, "secret", "SCRAM-SHA-256" },
  { "SCRAM-SHA-1", "PLAIN SCRAM-SHA-1", NULL, "secret", "SCRAM-SHA-1" },
  { "CRAM-MD5", "PLAIN CRAM-MD5", NULL, "secret", "CRAM-MD5" },
  { "PLAIN", "LOGIN PLAIN", NULL, "secret", "PLAIN" },
  { "LOGIN", "LOGIN", NULL, "secret", "LOGIN" },
  { "forced", "PLAIN SCRAM-SHA-256", "plain", "secret", "PLAIN" },
  { "forced, not offered", "PLAIN", "SCRAM-SHA-256", "secret", NULL },
  { "nothing in common", "GSSAPI", NULL, "secret", NULL },
  { "a wrong password", "SCRAM-SHA-256", NULL, "wrong", "SCRAM-SHA-256", FALSE, TRUE },

  /* SASLprep changes these: both sides must come to the same octets */
  { "umlauts by SCRAM", "PLAIN SCRAM-SHA-256", NULL, "p\xc3\xa4ssw\xc3\xb6rd \xe2\x98\x83", "SCRAM-SHA-256" },
  { "umlauts by CRAM-MD5", "CRAM-MD5", NULL, "p\xc3\xa4ssw\xc3\xb6rd", "CRAM-MD5" },
  { "umlauts by PLAIN", "PLAIN", NULL, "p\xc3\xa4ssw\xc3\xb6rd", "PLAIN" },
  { "composed by SCRAM", "SCRAM-SHA-256", NULL, "pa\xcc\x88ss", "SCRAM-SHA-256" }, /* a + diaeresis becomes ä */
  { "a smile", "PLAIN CRAM-MD5 SCRAM-SHA-256", NULL, "p\xf0\x9f\x99\x82w", "SCRAM-SHA-256", TRUE }, /* younger than Unicode 3.2:
    libgsasl's own server refuses it, others keep it as it is */

  /* SASLprep refuses these: PLAIN and LOGIN carry the octets as they are */
  { "a tab", "LOGIN SCRAM-SHA-1", NULL, "p\tw", "LOGIN" },
  { "not UTF-8", "LOGIN CRAM-MD5", NULL, "p\xe4w", "LOGIN" },
  { "a tab, SCRAM alone", "SCRAM-SHA-1", NULL, "p\tw", "SCRAM-SHA-1", TRUE },
  { "not UTF-8, SCRAM forced", "PLAIN SCRAM-SHA-256", "SCRAM-SHA-256", "p\xe4w", "SCRAM-SHA-256", TRUE },
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
  g_autoptr (Sasl) sasl = sasl_new ((const char *const *) offered, c->forced, "ann", secret, "mx.example.org", &error);

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
    sasl = sasl_new (offered, NULL, "ann", secret, "mx.example.org", &error);
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
  g_autoptr (Sasl) sasl = sasl_new (offered, NULL, "ann", secret, "mx.example.org", &error);

  g_assert_no_error (error);
  g_assert_null (sasl_step (sasl, "?", &error));
  g_assert_error (error, FAULT, FAULT_PROTOCOL);
}

#ifdef __SANITIZE_ADDRESS__

/* LLVM, include/sanitizer/allocator_interface.h: GCC has the functions and not the header. */
extern int __sanitizer_install_malloc_and_free_hooks (void (*allocated) (const volatile void *, size_t), void (*freed) (const volatile void *));
extern size_t __sanitizer_get_allocated_size (const volatile void *block);

#define PASSWORD "open sesame 4711"

/* What no block of memory may hold as it is given back: the password, what PLAIN and LOGIN say of it, what SCRAM salts (in hex). */
static char needles[][2 * 32 + 1] = { PASSWORD, "AGFubgBvcGVuIHNlc2FtZSA0NzEx", "b3BlbiBzZXNhbWUgNDcxMQ==", "" };
static gboolean is_watching = FALSE;
static guint found_count = 0;

static void
pass_over (const volatile void *block, size_t len)
{
}

static void
look_at_freed (const volatile void *block)
{
  gsize len = is_watching && block != NULL ? __sanitizer_get_allocated_size (block) : 0;

  for (gsize i = 0; i < G_N_ELEMENTS (needles); i++)
    found_count += *needles[i] != '\0' && len > 0 && memmem ((const void *) block, len, needles[i], strlen (needles[i])) != NULL;
}

/* PBKDF2 (RFC 8018) of one round: HMAC of the salt and a one. */
static void
salt_once (GChecksumType type, gsize size, char out_hex[2 * 32 + 1])
{
  g_autoptr (GHmac) hmac = g_hmac_new (type, (const guchar *) PASSWORD, strlen (PASSWORD));
  guint8 digest[32];
  gsize len = sizeof digest;

  g_hmac_update (hmac, (const guchar *) "salt\0\0\0\1", 8);
  g_hmac_get_digest (hmac, digest, &len);
  g_assert_cmpuint (len, ==, size);
  for (gsize i = 0; i < size; i++)
    g_snprintf (out_hex + 2 * i, 3, "%02x", digest[i]);
}

/* Returns: (transfer full) what a SCRAM server says to `said`, with the salt "salt" and one round. */
static char *
salt_challenge (const char *said)
{
  gsize len;
  g_autofree guchar *first = g_base64_decode (said, &len);
  g_autofree char *text = g_strndup ((char *) first, len), *challenge = g_strdup_printf ("%sx,s=c2FsdA==,i=1", strstr (text, "r="));

  return g_base64_encode ((guchar *) challenge, strlen (challenge));
}

static void
log_in (const char *mechanism)
{
  const char *offered[] = { mechanism, NULL };
  SecretBytes *secret = secret_bytes_new (PASSWORD, strlen (PASSWORD));
  g_autoptr (GError) error = NULL;
  Sasl *sasl = sasl_new (offered, NULL, "ann", secret, "mx.example.org", &error);
  g_autofree char *challenge = NULL;
  char *said;

  g_assert_no_error (error);
  said = sasl_step (sasl, sasl_is_client_first (sasl) ? "" : "VXNlcm5hbWU6", &error);
  challenge = g_str_has_prefix (mechanism, "SCRAM") ? salt_challenge (said) : g_strdup ("UGFzc3dvcmQ6");
  sasl_wipe (said);
  if (strcmp (mechanism, "PLAIN") != 0)
    sasl_wipe (sasl_step (sasl, challenge, &error));
  g_assert_no_error (error);
  sasl_free (sasl);
  secret_bytes_free (secret);
}

/* By the sanitizer's hook, so in its builds alone. CRAM-MD5 copies inside libgsasl, out of our reach. */
static void
test_wiped (void)
{
  static const char *const mechanisms[] = { "PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1" };
  char *control = g_strdup (PASSWORD);

  g_assert_true (__sanitizer_install_malloc_and_free_hooks (pass_over, look_at_freed) > 0);
  is_watching = TRUE;
  g_free (control);
  g_assert_cmpuint (found_count, ==, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++) {
    is_watching = FALSE;
    if (i >= 2)
      salt_once (i == 2 ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA1, i == 2 ? 32 : 20, needles[3]);
    is_watching = TRUE;
    log_in (mechanisms[i]);
    g_test_message ("%s", mechanisms[i]);
    g_assert_cmpuint (found_count, ==, 1);
  }
  is_watching = FALSE;
}

#endif

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/smtp/sasl/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/smtp/sasl/hostile", test_hostile);
  g_test_add_func ("/smtp/sasl/not-base64", test_not_base64);
#ifdef __SANITIZE_ADDRESS__
  g_test_add_func ("/smtp/sasl/wiped", test_wiped);
#endif
  return g_test_run ();
}
