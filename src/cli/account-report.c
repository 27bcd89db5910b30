#include "account-report.h"

#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "table.h"
#include "words.h"
#include <string.h>

static char *
describe_certificate (GVariant *report)
{
  g_autofree char *expires = words_time ((gint64) dict_number (report, KEY_ACCOUNT_TEST_EXPIRES));
  const char *problem = dict_text (report, KEY_ACCOUNT_TEST_VERIFY_ERROR);

  if (*dict_text (report, KEY_ACCOUNT_TEST_FINGERPRINT) == '\0')
    return g_strdup ("none");
  return g_strdup_printf (
      "%s, from %s, until %s: %s%s", dict_text (report, KEY_ACCOUNT_TEST_SUBJECT), dict_text (report, KEY_ACCOUNT_TEST_ISSUER), expires,
      dict_flag (report, KEY_ACCOUNT_TEST_VERIFIED) ? "trusted" : "NOT trusted: ", dict_flag (report, KEY_ACCOUNT_TEST_VERIFIED) ? "" : problem);
}

static void
add_row (Table *table, const char *what, const char *value)
{
  if (*value != '\0')
    table_row (table, what, value, NULL);
}

static void
print_advice (const char *name, GVariant *report)
{
  g_autoptr (GVariant) advice = dict_child (report, KEY_ACCOUNT_TEST_ADVICE, "as");
  const char *problem = dict_text (report, KEY_ACCOUNT_TEST_PROBLEM);
  const char *fingerprint = dict_text (report, KEY_ACCOUNT_TEST_FINGERPRINT);

  if (*problem != '\0')
    printf ("\n%s\n", problem);
  if (*fingerprint != '\0' && !dict_flag (report, KEY_ACCOUNT_TEST_VERIFIED))
    printf ("\nIf you know that this certificate is the server's own (ask who runs it for the fingerprint):\n"
            "  postrider account pin %s %s\n", name, fingerprint);
  for (gsize i = 0; advice != NULL && i < g_variant_n_children (advice); i++) {
    const char *sentence;

    g_variant_get_child (advice, i, "&s", &sentence);
    printf ("%s- %s\n", i == 0 ? "\n" : "", sentence);
  }
}

void
account_report_print (const char *name, GVariant *report)
{
  g_autoptr (Table) table = table_new ("", "", NULL);
  g_autofree char *certificate = describe_certificate (report);
  g_autofree char *size = words_bytes (dict_number (report, KEY_ACCOUNT_TEST_SIZE));
  g_autofree char *extensions = dict_join (report, KEY_ACCOUNT_TEST_EXTENSIONS, " ");
  g_autofree char *mechanisms = dict_join (report, KEY_ACCOUNT_TEST_MECHANISMS, " ");

  add_row (table, "Server", dict_text (report, KEY_ACCOUNT_TEST_ADDRESS));
  add_row (table, "Greeting", dict_text (report, KEY_ACCOUNT_TEST_GREETING));
  add_row (table, "TLS",
           *dict_text (report, KEY_ACCOUNT_TEST_TLS) != '\0' ? dict_text (report, KEY_ACCOUNT_TEST_TLS) : "none: everybody on the way reads along");
  add_row (table, "Certificate", certificate);
  add_row (table, "Fingerprint", dict_text (report, KEY_ACCOUNT_TEST_FINGERPRINT));
  add_row (table, "Extensions", extensions);
  add_row (table, "Login by", mechanisms);
  add_row (table, "Login",
           dict_flag (report, KEY_ACCOUNT_TEST_LOGGED_IN)          ? "yes"
           : *dict_text (report, KEY_ACCOUNT_TEST_PROBLEM) == '\0' ? "not wanted"
                                                    : "no");
  if (*dict_text (report, KEY_ACCOUNT_TEST_PROBLEM) != '\0')
    add_row (table, "Last answer", dict_text (report, KEY_ACCOUNT_TEST_REPLY));
  add_row (table, "Largest message", dict_number (report, KEY_ACCOUNT_TEST_SIZE) > 0 ? size : "the server names no limit");
  add_row (table, "SPF", dict_text (report, KEY_ACCOUNT_TEST_SPF));
  add_row (table, "DKIM", dict_text (report, KEY_ACCOUNT_TEST_DKIM));
  add_row (table, "DMARC", dict_text (report, KEY_ACCOUNT_TEST_DMARC));
  table_print (table, stdout);
  print_advice (name, report);
}

int
account_report_status (GVariant *report)
{
  if (*dict_text (report, KEY_ACCOUNT_TEST_PROBLEM) == '\0')
    return 0;
  return strcmp (dict_text (report, KEY_ACCOUNT_TEST_REASON), "login") == 0 ? FAULT_NO_PERM : FAULT_UNAVAILABLE;
}
