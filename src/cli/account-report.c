#include "account-report.h"

#include "dict.h"
#include "fault.h"
#include "table.h"
#include "words.h"
#include <string.h>

static char *
describe_certificate (GVariant *report)
{
  g_autofree char *expires = words_time ((gint64) dict_number (report, "expires"));
  const char *problem = dict_text (report, "verify_error");

  if (*dict_text (report, "fingerprint") == '\0')
    return g_strdup ("none");
  return g_strdup_printf (
      "%s, from %s, until %s: %s%s", dict_text (report, "subject"), dict_text (report, "issuer"), expires,
      dict_flag (report, "verified") ? "trusted" : "NOT trusted: ", dict_flag (report, "verified") ? "" : problem);
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
  g_autoptr (GVariant) advice = dict_child (report, "advice", "as");
  const char *problem = dict_text (report, "problem");
  const char *fingerprint = dict_text (report, "fingerprint");

  if (*problem != '\0')
    printf ("\n%s\n", problem);
  if (*fingerprint != '\0' && !dict_flag (report, "verified"))
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
  g_autofree char *size = words_bytes (dict_number (report, "size"));
  g_autofree char *extensions = dict_join (report, "extensions", " ");
  g_autofree char *mechanisms = dict_join (report, "mechanisms", " ");

  add_row (table, "Server", dict_text (report, "address"));
  add_row (table, "Greeting", dict_text (report, "greeting"));
  add_row (table, "TLS",
           *dict_text (report, "tls") != '\0' ? dict_text (report, "tls") : "none: everybody on the way reads along");
  add_row (table, "Certificate", certificate);
  add_row (table, "Fingerprint", dict_text (report, "fingerprint"));
  add_row (table, "Extensions", extensions);
  add_row (table, "Login by", mechanisms);
  add_row (table, "Login",
           dict_flag (report, "logged_in")          ? "yes"
           : *dict_text (report, "problem") == '\0' ? "not wanted"
                                                    : "no");
  if (*dict_text (report, "problem") != '\0')
    add_row (table, "Last answer", dict_text (report, "reply"));
  add_row (table, "Largest message", dict_number (report, "size") > 0 ? size : "the server names no limit");
  add_row (table, "SPF", dict_text (report, "spf"));
  add_row (table, "DKIM", dict_text (report, "dkim"));
  add_row (table, "DMARC", dict_text (report, "dmarc"));
  table_print (table, stdout);
  print_advice (name, report);
}

int
account_report_status (GVariant *report)
{
  if (*dict_text (report, "problem") == '\0')
    return 0;
  return strcmp (dict_text (report, "reason"), "login") == 0 ? FAULT_NO_PERM : FAULT_UNAVAILABLE;
}
