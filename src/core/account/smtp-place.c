#include "smtp-place.h"

#include "account-settings.h"
#include "fault.h"
#include "full-name.h"
#include "text.h"
#include <arpa/inet.h>
#include <string.h>

#define PLACE_MAX_BYTES 400 /* all of a host: the end of a name says whose it is */

/* --- one value --- */

/* A name in A-labels or an address without brackets, in lower case. */
char *
smtp_place_check_host (const char *text, GError **error)
{
  gsize len = strlen (text);
  g_autofree char *bare = len > 2 && text[0] == '[' && text[len - 1] == ']' ? g_strndup (text + 1, len - 2) : g_strdup (text);
  g_autofree char *ascii = g_utf8_validate (bare, -1, NULL) ? g_hostname_to_ascii (bare) : NULL;
  g_autofree char *host = ascii != NULL ? g_ascii_strdown (ascii, -1) : NULL;
  struct in6_addr in6;

  if (host != NULL && *host != '\0' && strlen (host) <= SMTP_PLACE_HOST_MAX && host[0] != '-' && host[0] != '.' &&
      (strspn (host, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen (host) || inet_pton (AF_INET6, host, &in6) == 1))
    return g_steal_pointer (&host);
  g_set_error_literal (error, FAULT, FAULT_USAGE, "the host is not a host name or address; a port goes into --port");
  return NULL;
}

/* RFC 5321 §4.1.2, §4.1.3: a Domain, or an address in brackets. A bare name says nothing to a server (§2.3.5). */
static gboolean
is_helo (const char *text)
{
  gsize len = strlen (text);
  g_autofree char *inner = len > 2 && text[0] == '[' && text[len - 1] == ']' ? g_strndup (text + 1, len - 2) : NULL;
  struct in6_addr in6;
  struct in_addr in;

  if (inner != NULL)
    return g_ascii_strncasecmp (inner, "IPv6:", 5) == 0 ? inet_pton (AF_INET6, inner + 5, &in6) == 1 : inet_pton (AF_INET, inner, &in) == 1;
  return full_name_is_valid (text);
}

char *
smtp_place_check_helo (const char *text, GError **error)
{
  g_autofree char *ascii = *text != '[' && g_utf8_validate (text, -1, NULL) ? g_hostname_to_ascii (text) : NULL;
  g_autofree char *helo = ascii != NULL ? g_steal_pointer (&ascii) : g_strdup (text);

  if (is_helo (helo))
    return g_steal_pointer (&helo);
  g_set_error_literal (error, FAULT, FAULT_USAGE, "--helo is this machine's full name in DNS, such as mail.example.org, or its address in brackets: "
                                                  "[192.0.2.1], [IPv6:2001:db8::1]");
  return NULL;
}

/* --- where it sends --- */

const Preset *
smtp_place_find_preset (const Account *account)
{
  return preset_find (strrchr (account->address, '@') + 1, account_get_text (account, SETTING_HOST));
}

gboolean
smtp_place_is_encrypted (const Account *account)
{
  return strcmp (account_get_text (account, SETTING_TLS), "none") != 0;
}

gboolean
smtp_place_is_on_this_machine (const Account *account)
{
  return account_settings_is_loopback_host (account_get_text (account, SETTING_HOST));
}

char *
smtp_place_describe (const Account *account)
{
  g_autofree char *host = text_quote (account_get_text (account, SETTING_HOST), PLACE_MAX_BYTES);

  return g_strdup_printf ("the server %s (port %u), %s", host, account_get_number (account, SETTING_PORT),
                          smtp_place_is_encrypted (account)         ? "encrypted"
                          : smtp_place_is_on_this_machine (account) ? "NOT ENCRYPTED, on this machine"
                                                         : "NOT ENCRYPTED: others on the way can read it");
}

/* What went by TLS does not go in the clear. */
gboolean
smtp_place_is_less_safe (const Account *before, const Account *account)
{
  return smtp_place_is_encrypted (before) && !smtp_place_is_encrypted (account);
}

/* Google counts an address, whether it sends by SMTP or by its API. */
KindPool
smtp_place_find_pool (const Account *account, const KindSetting *limit)
{
  const Preset *preset = smtp_place_find_preset (account);

  return preset != NULL && preset->is_by_address ? KIND_POOL_ADDRESS : limit->pool;
}

/* --- what follows from what --- */

/* What was not said follows from what was: 465 means implicit TLS and the other way round. */
void
smtp_place_complete_port_and_tls (Account *account, gboolean has_port, const Preset *preset)
{
  guint port = account_get_number (account, SETTING_PORT);
  const char *tls = account_get_text (account, SETTING_TLS);

  if (*tls == '\0' && (!has_port || (preset != NULL && preset->port == port)))
    account_set_text (account, SETTING_TLS, preset != NULL ? preset->tls : "starttls");
  else if (*tls == '\0')
    account_set_text (account, SETTING_TLS, port == 465 ? "implicit" : "starttls");
  tls = account_get_text (account, SETTING_TLS);
  if (!has_port && preset != NULL && strcmp (preset->tls, tls) == 0)
    account_set_number (account, SETTING_PORT, preset->port);
  else if (!has_port)
    account_set_number (account, SETTING_PORT, strcmp (tls, "implicit") == 0 ? 465 : strcmp (tls, "none") == 0 ? 25 : 587);
}

/* A port and a TLS word go together: of two that fit no more, the one that was not named follows from the other. */
static void
merge_port_and_tls (const Account *before, GVariant *changes, GVariantDict *merged)
{
  guint16 port = 0;
  const char *tls = "";
  gboolean has_port = g_variant_lookup (changes, SETTING_PORT, "q", &port);
  gboolean has_tls = g_variant_lookup (changes, SETTING_TLS, "&s", &tls);

  if (!has_port && has_tls && strcmp (tls, account_get_text (before, SETTING_TLS)) != 0)
    g_variant_dict_remove (merged, SETTING_PORT);
  if (!has_tls && has_port && (port == 465 || port == 587))
    g_variant_dict_remove (merged, SETTING_TLS);
}

/* A limit that the provider before has is not this server's; one that was set by hand stays. */
static void
merge_limits (const Account *before, GVariant *changes, GVariantDict *merged)
{
  const Preset *preset = smtp_place_find_preset (before);
  const char *host = account_get_text (before, SETTING_HOST);

  g_variant_lookup (changes, SETTING_HOST, "&s", &host);
  for (const KindSetting *row = before->kind->settings; row->key != NULL && strcmp (host, account_get_text (before, SETTING_HOST)) != 0; row++) {
    g_autoptr (GVariant) own = g_variant_lookup_value (changes, row->key, NULL);

    if (row->seconds > 0 && own == NULL && account_get_limit (before, row->seconds) == preset_get_limit (preset, row->seconds))
      g_variant_dict_remove (merged, row->key);
  }
}

void
smtp_place_merge (const Account *before, GVariant *changes, GVariantDict *merged)
{
  merge_limits (before, changes, merged);
  merge_port_and_tls (before, changes, merged);
}

/* --- rows --- */

const SettingChoice smtp_place_tls_choices[] = {
  { "starttls", "STARTTLS (usual with port 587)" },
  { "implicit", "TLS from the start (usual with port 465)" },
  { "none", "None (only for this computer)" },
  { NULL, NULL },
};

const KindEndpoint smtp_place_endpoints[] = {
  { .word = "smtp", .host_key = SETTING_HOST, .port_key = SETTING_PORT },
  { .word = NULL },
};
