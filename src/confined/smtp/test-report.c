#include "test-report.h"

static GVariant *
strings_new (const GPtrArray *strings)
{
  return g_variant_new_strv ((const char *const *) strings->pdata, (gssize) strings->len);
}

static void
add_tls (GVariantBuilder *report, const TlsFacts *tls)
{
  g_variant_builder_add (report, "{sv}", "tls", g_variant_new_string (tls != NULL ? tls->version : ""));
  g_variant_builder_add (report, "{sv}", "fingerprint", g_variant_new_string (tls != NULL ? tls->fingerprint : ""));
  g_variant_builder_add (report, "{sv}", "subject", g_variant_new_string (tls != NULL ? tls->subject : ""));
  g_variant_builder_add (report, "{sv}", "issuer", g_variant_new_string (tls != NULL ? tls->issuer : ""));
  g_variant_builder_add (report, "{sv}", "expires", g_variant_new_int64 (tls != NULL ? tls->expires_utc_s : 0));
  g_variant_builder_add (report, "{sv}", "verified", g_variant_new_boolean (tls != NULL && tls->is_verified));
  g_variant_builder_add (report, "{sv}", "verify_error", g_variant_new_string (tls != NULL ? tls->verify_error : ""));
}

GVariant *
test_report_new (const SessionFacts *facts, const TlsFacts *tls)
{
  GVariantBuilder report = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_variant_builder_add (&report, "{sv}", "greeting", g_variant_new_string (facts->greeting));
  add_tls (&report, tls);
  g_variant_builder_add (&report, "{sv}", "extensions", strings_new (facts->extensions));
  g_variant_builder_add (&report, "{sv}", "mechanisms", strings_new (facts->mechanisms));
  g_variant_builder_add (&report, "{sv}", "size", g_variant_new_uint64 (facts->size));
  g_variant_builder_add (&report, "{sv}", "logged_in", g_variant_new_boolean (facts->is_logged_in));
  g_variant_builder_add (&report, "{sv}", "reply", g_variant_new_string (facts->reply));
  g_variant_builder_add (&report, "{sv}", "problem", g_variant_new_string (facts->problem));
  g_variant_builder_add (&report, "{sv}", "reason", g_variant_new_string (facts->reason));
  return g_variant_builder_end (&report);
}
