#include "test-report.h"

#include "contract-keys.h"

static GVariant *
strings_new (const GPtrArray *strings)
{
  return g_variant_new_strv ((const char *const *) strings->pdata, (gssize) strings->len);
}

static void
add_tls (GVariantBuilder *report, const TlsFacts *tls)
{
  g_variant_builder_add (report, "{sv}", KEY_ACCOUNT_TEST_TLS, g_variant_new_string (tls != NULL ? tls->version : ""));
  g_variant_builder_add (report, "{sv}", KEY_ACCOUNT_TEST_FINGERPRINT, g_variant_new_string (tls != NULL ? tls->fingerprint : ""));
  g_variant_builder_add (report, "{sv}", KEY_ACCOUNT_TEST_SUBJECT, g_variant_new_string (tls != NULL ? tls->subject : ""));
  g_variant_builder_add (report, "{sv}", KEY_ACCOUNT_TEST_ISSUER, g_variant_new_string (tls != NULL ? tls->issuer : ""));
  g_variant_builder_add (report, "{sv}", KEY_ACCOUNT_TEST_EXPIRES, g_variant_new_int64 (tls != NULL ? tls->expires_utc_s : 0));
  g_variant_builder_add (report, "{sv}", KEY_ACCOUNT_TEST_VERIFIED, g_variant_new_boolean (tls != NULL && tls->is_verified));
  g_variant_builder_add (report, "{sv}", KEY_ACCOUNT_TEST_VERIFY_ERROR, g_variant_new_string (tls != NULL ? tls->verify_error : ""));
}

GVariant *
test_report_new (const SessionFacts *facts, const TlsFacts *tls)
{
  GVariantBuilder report = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_GREETING, g_variant_new_string (facts->greeting));
  add_tls (&report, tls);
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_EXTENSIONS, strings_new (facts->extensions));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_MECHANISMS, strings_new (facts->mechanisms));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_SIZE, g_variant_new_uint64 (facts->size));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_LOGGED_IN, g_variant_new_boolean (facts->is_logged_in));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_REPLY, g_variant_new_string (facts->reply));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_PROBLEM, g_variant_new_string (facts->problem));
  g_variant_builder_add (&report, "{sv}", KEY_ACCOUNT_TEST_REASON, g_variant_new_string (facts->reason));
  return g_variant_builder_end (&report);
}
