#include "account-settings.h"

#include "address-idna.h"
#include "contract-keys.h"
#include "fault.h"
#include "full-name.h"
#include <arpa/inet.h>
#include <string.h>

#define HOST_MAX 253 /* RFC 1035 §2.3.4 */
#define PIN_LEN 64

static const struct { const char *key, *type; } known[] = {
  { KEY_ACCOUNT_ADDRESS, "s" }, { KEY_ACCOUNT_HOST, "s" }, { KEY_ACCOUNT_PORT, "q" }, { KEY_ACCOUNT_TLS, "s" },
  { KEY_ACCOUNT_USER, "s" }, { KEY_ACCOUNT_PIN, "s" }, { KEY_ACCOUNT_INSECURE, "b" }, { KEY_ACCOUNT_CONNECTIONS, "u" },
  { KEY_ACCOUNT_PER_MINUTE, "u" }, { KEY_ACCOUNT_PER_HOUR, "u" }, { KEY_ACCOUNT_PER_DAY, "u" }, { KEY_ACCOUNT_KEEP, "b" },
  { KEY_ACCOUNT_HAS_PASSWORD, "b" }, { KEY_ACCOUNT_HELO, "s" }, { KEY_ACCOUNT_DISPLAY_NAME, "s" }, { KEY_ACCOUNT_CHECK, "b" },
};

static gboolean
check_keys (GVariant *settings, GError **error)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, settings);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value)) {
    gboolean is_known = FALSE;

    for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
      is_known |= strcmp (known[i].key, key) == 0 && g_variant_is_of_type (value, G_VARIANT_TYPE (known[i].type));
    if (is_known)
      continue;
    g_set_error_literal (error, FAULT, FAULT_USAGE, "an account was given a setting that does not exist, or of the wrong type");
    g_variant_unref (value);
    return FALSE;
  }
  return TRUE;
}

static char *
lookup_string (GVariant *settings, const char *key)
{
  const char *value = "";

  g_variant_lookup (settings, key, "&s", &value);
  return g_strstrip (g_strdup (value));
}

static guint
lookup_uint (GVariant *settings, const char *key, guint otherwise)
{
  guint value = 0;

  return g_variant_lookup (settings, key, "u", &value) && value > 0 ? value : otherwise;
}

static gboolean
lookup_boolean (GVariant *settings, const char *key)
{
  gboolean value = FALSE;

  return g_variant_lookup (settings, key, "b", &value) && value;
}

static gboolean
has_controls (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return TRUE;
  return FALSE;
}

static gboolean
check_name (const char *name, GError **error)
{
  if (*name != '\0' && *name != '-' && strlen (name) <= ACCOUNT_NAME_MAX && g_utf8_validate (name, -1, NULL) && !has_controls (name))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "an account's name has 1 to %d octets on one line and does not begin with -", ACCOUNT_NAME_MAX);
  return FALSE;
}

static gboolean
take_address (Account *self, GVariant *settings, GError **error)
{
  g_autofree char *text = lookup_string (settings, KEY_ACCOUNT_ADDRESS);
  AddressFlaw flaw = ADDRESS_FINE;

  self->address = address_canonical (text, strlen (text), &flaw);
  if (self->address == NULL)
    g_set_error (error, FAULT, FAULT_DATA, "the account's address is not one: %s", address_flaw_to_sentence (flaw));
  return self->address != NULL;
}

gboolean
account_settings_is_loopback_host (const char *host)
{
  struct in_addr in;
  struct in6_addr in6;

  if (strcmp (host, "localhost") == 0)
    return TRUE;
  if (inet_pton (AF_INET, host, &in) == 1)
    return (ntohl (in.s_addr) >> 24) == 127;
  return inet_pton (AF_INET6, host, &in6) == 1 && IN6_IS_ADDR_LOOPBACK (&in6);
}

/* A name in A-labels or an address without brackets, in lower case. */
static char *
parse_host (const char *text, GError **error)
{
  gsize len = strlen (text);
  g_autofree char *bare = len > 2 && text[0] == '[' && text[len - 1] == ']' ? g_strndup (text + 1, len - 2) : g_strdup (text);
  g_autofree char *ascii = g_utf8_validate (bare, -1, NULL) ? g_hostname_to_ascii (bare) : NULL;
  g_autofree char *host = ascii != NULL ? g_ascii_strdown (ascii, -1) : NULL;
  struct in6_addr in6;

  if (host != NULL && *host != '\0' && strlen (host) <= HOST_MAX && host[0] != '-' && host[0] != '.' &&
      (strspn (host, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen (host) || inet_pton (AF_INET6, host, &in6) == 1))
    return g_steal_pointer (&host);
  g_set_error_literal (error, FAULT, FAULT_USAGE, "the host is not a host name or address; a port goes into --port");
  return NULL;
}

static gboolean
take_host (Account *self, GVariant *settings, const Preset **out_preset, GError **error)
{
  g_autofree char *text = lookup_string (settings, KEY_ACCOUNT_HOST);
  const char *domain = strrchr (self->address, '@') + 1;
  const Preset *preset;

  if (*text != '\0') {
    self->host = parse_host (text, error);
    *out_preset = self->host != NULL ? preset_find (domain, self->host) : NULL;
    return self->host != NULL;
  }
  preset = preset_find (domain, NULL);
  if (preset == NULL) {
    g_set_error (error, FAULT, FAULT_USAGE,
                 "%s is not a provider that Postrider knows: give --host, and --port and --tls where they differ from 587 and starttls", domain);
    return FALSE;
  }
  self->host = g_strdup (preset->hosts[0]);
  *out_preset = preset;
  return TRUE;
}

/* What was not said follows from what was: 465 means implicit TLS and the other way round. */
static gboolean
take_port_and_tls (Account *self, GVariant *settings, const Preset *preset, GError **error)
{
  g_autofree char *tls = lookup_string (settings, KEY_ACCOUNT_TLS);
  gboolean has_port = g_variant_lookup (settings, KEY_ACCOUNT_PORT, "q", &self->port);

  if (*tls != '\0' && strcmp (tls, "starttls") != 0 && strcmp (tls, "implicit") != 0 && strcmp (tls, "none") != 0) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "--tls is starttls, implicit or none");
    return FALSE;
  }
  if (has_port && self->port == 0) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "--port is a number from 1 to 65535");
    return FALSE;
  }
  if (*tls == '\0' && (!has_port || (preset != NULL && preset->port == self->port)))
    self->tls = g_strdup (preset != NULL ? preset->tls : "starttls");
  else
    self->tls = *tls != '\0' ? g_steal_pointer (&tls) : g_strdup (self->port == 465 ? "implicit" : "starttls");
  if (!has_port && preset != NULL && strcmp (preset->tls, self->tls) == 0)
    self->port = preset->port;
  else if (!has_port)
    self->port = strcmp (self->tls, "implicit") == 0 ? 465 : strcmp (self->tls, "none") == 0 ? 25 : 587;
  if (strcmp (self->tls, "none") == 0 && !self->insecure && !account_settings_is_loopback_host (self->host)) {
    g_set_error (error, FAULT, FAULT_USAGE, "without TLS the password and all messages to %s could be read on the way: "
                 "use --tls starttls or implicit, or say --insecure", self->host);
    return FALSE;
  }
  return TRUE;
}

char *
account_settings_parse_pin (const char *pin, GError **error)
{
  g_autoptr (GString) hex = g_string_new (NULL);

  for (const char *p = pin; *p != '\0'; p++)
    if (*p != ':')
      g_string_append_c (hex, g_ascii_tolower (*p));
  if (hex->len == 0 || (hex->len == PIN_LEN && strspn (hex->str, "0123456789abcdef") == PIN_LEN))
    return g_strdup (hex->str);
  g_set_error (error, FAULT, FAULT_USAGE, "a pin is the certificate's SHA-256 fingerprint: %d hex digits, as account test shows it", PIN_LEN);
  return NULL;
}

/* A password that is not given now is asked for each time; only a server of this machine may be meant to have no login at all. */
static gboolean
is_login_wanted (const Account *self, GVariant *settings, const char *user)
{
  if (lookup_boolean (settings, KEY_ACCOUNT_HAS_PASSWORD) || *user != '\0')
    return TRUE;
  return !g_variant_lookup (settings, KEY_ACCOUNT_USER, "&s", &user) &&
         !(account_settings_is_loopback_host (self->host) && strcmp (self->tls, "none") == 0);
}

/* Who takes mail from anybody may be anybody: a person says that it is meant. */
static gboolean
check_login (const Account *self, GError **error)
{
  if (self->needs_password || self->insecure || account_settings_is_loopback_host (self->host))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "%s is not this machine, and without a login nothing says that it is your server: give --user and a password, or say "
               "--insecure if it takes your letters without", self->host);
  return FALSE;
}

static gboolean
take_login (Account *self, GVariant *settings, GError **error)
{
  g_autofree char *user = lookup_string (settings, KEY_ACCOUNT_USER);
  g_autofree char *pin = lookup_string (settings, KEY_ACCOUNT_PIN);

  self->needs_password = is_login_wanted (self, settings, user);
  self->keeps_password = lookup_boolean (settings, KEY_ACCOUNT_HAS_PASSWORD) && lookup_boolean (settings, KEY_ACCOUNT_KEEP);
  if (strlen (user) > ACCOUNT_USER_MAX || !g_utf8_validate (user, -1, NULL) || has_controls (user)) {
    g_set_error (error, FAULT, FAULT_USAGE, "the user's name has at most %d octets on one line", ACCOUNT_USER_MAX);
    return FALSE;
  }
  self->user = !self->needs_password ? g_strdup ("") : *user != '\0' ? g_steal_pointer (&user) : g_strdup (self->address);
  self->pin = account_settings_parse_pin (pin, error);
  return self->pin != NULL && check_login (self, error);
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

static gboolean
take_helo (Account *self, GVariant *settings, GError **error)
{
  g_autofree char *text = lookup_string (settings, KEY_ACCOUNT_HELO);
  g_autofree char *ascii = *text != '\0' && *text != '[' && g_utf8_validate (text, -1, NULL) ? g_hostname_to_ascii (text) : NULL;

  self->helo = ascii != NULL ? g_steal_pointer (&ascii) : g_steal_pointer (&text);
  if (*self->helo == '\0' || is_helo (self->helo))
    return TRUE;
  g_set_error_literal (error, FAULT, FAULT_USAGE, "--helo is this machine's full name in DNS, such as mail.example.org, or its address in brackets: "
                                                  "[192.0.2.1], [IPv6:2001:db8::1]");
  return FALSE;
}

static gboolean
take_display_name (Account *self, GVariant *settings, GError **error)
{
  self->display_name = lookup_string (settings, KEY_ACCOUNT_DISPLAY_NAME);
  if (strlen (self->display_name) <= ACCOUNT_DISPLAY_NAME_MAX && g_utf8_validate (self->display_name, -1, NULL) && !has_controls (self->display_name))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "--display-name has at most %d octets on one line", ACCOUNT_DISPLAY_NAME_MAX);
  return FALSE;
}

Account *
account_settings_parse (const char *name, GVariant *settings, const Preset **out_preset, GError **error)
{
  g_autoptr (Account) self = g_new0 (Account, 1);
  const Preset *preset = NULL;

  self->name = g_strstrip (g_strdup (name));
  self->insecure = lookup_boolean (settings, KEY_ACCOUNT_INSECURE);
  if (!check_keys (settings, error) || !check_name (self->name, error) || !take_address (self, settings, error) ||
      !take_host (self, settings, &preset, error) || !take_port_and_tls (self, settings, preset, error) || !take_login (self, settings, error) ||
      !take_helo (self, settings, error) || !take_display_name (self, settings, error))
    return NULL;
  self->connections = lookup_uint (settings, KEY_ACCOUNT_CONNECTIONS, 0);
  if (self->connections > ACCOUNT_CONNECTIONS_MAX) {
    g_set_error (error, FAULT, FAULT_USAGE, "--connections is a number from 1 to %d", ACCOUNT_CONNECTIONS_MAX);
    return NULL;
  }
  self->per_minute = lookup_uint (settings, KEY_ACCOUNT_PER_MINUTE, preset != NULL ? preset->per_minute : 0);
  self->per_hour = lookup_uint (settings, KEY_ACCOUNT_PER_HOUR, preset != NULL ? preset->per_hour : 0);
  self->per_day = lookup_uint (settings, KEY_ACCOUNT_PER_DAY, preset != NULL ? preset->per_day : 0);
  *out_preset = preset;
  return g_steal_pointer (&self);
}

/* A port and a TLS word go together: of two that fit no more, the one that was not named follows from the other. */
static void
merge_port_and_tls (GVariantDict *merged, const Account *before, GVariant *changes)
{
  guint16 port = 0;
  const char *tls = "";
  gboolean has_port = g_variant_lookup (changes, KEY_ACCOUNT_PORT, "q", &port);
  gboolean has_tls = g_variant_lookup (changes, KEY_ACCOUNT_TLS, "&s", &tls) && strcmp (tls, before->tls) != 0;

  if (!has_port && !has_tls)
    g_variant_dict_insert (merged, KEY_ACCOUNT_PORT, "q", before->port);
  if (!has_tls && !(has_port && (port == 465 || port == 587)))
    g_variant_dict_insert (merged, KEY_ACCOUNT_TLS, "s", before->tls);
}

/* What it would have been added with; a password is kept where one was, or where a login is new. */
static void
merge_login (GVariantDict *merged, const Account *before, GVariant *changes)
{
  const char *user = before->needs_password ? before->user : "";
  gboolean keeps;

  g_variant_lookup (changes, KEY_ACCOUNT_USER, "&s", &user);
  keeps = *user != '\0' && (before->keeps_password || !before->needs_password);
  g_variant_dict_insert (merged, KEY_ACCOUNT_USER, "s", user);
  g_variant_dict_insert (merged, KEY_ACCOUNT_KEEP, "b", keeps);
  g_variant_dict_insert (merged, KEY_ACCOUNT_HAS_PASSWORD, "b", keeps);
}

/* A limit that the provider before has is not this server's; one that was set by hand stays. */
static void
merge_limits (GVariantDict *merged, const Account *before, GVariant *changes)
{
  const Preset *preset = preset_find (strrchr (before->address, '@') + 1, before->host);
  const struct { const char *key; guint own, preset; } rows[] = {
    { KEY_ACCOUNT_PER_MINUTE, before->per_minute, preset != NULL ? preset->per_minute : 0 },
    { KEY_ACCOUNT_PER_HOUR, before->per_hour, preset != NULL ? preset->per_hour : 0 },
    { KEY_ACCOUNT_PER_DAY, before->per_day, preset != NULL ? preset->per_day : 0 },
  };
  const char *host = before->host;

  g_variant_lookup (changes, KEY_ACCOUNT_HOST, "&s", &host);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (host, before->host) == 0 || rows[i].own != rows[i].preset)
      g_variant_dict_insert (merged, rows[i].key, "u", rows[i].own);
}

Account *
account_settings_change (const Account *before, GVariant *changes, const Preset **out_preset, GError **error)
{
  g_auto (GVariantDict) merged = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) settings = NULL;
  Account *self;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_dict_insert (&merged, KEY_ACCOUNT_ADDRESS, "s", before->address);
  g_variant_dict_insert (&merged, KEY_ACCOUNT_HOST, "s", before->host);
  g_variant_dict_insert (&merged, KEY_ACCOUNT_PIN, "s", before->pin);
  g_variant_dict_insert (&merged, KEY_ACCOUNT_HELO, "s", before->helo);
  g_variant_dict_insert (&merged, KEY_ACCOUNT_DISPLAY_NAME, "s", before->display_name);
  g_variant_dict_insert (&merged, KEY_ACCOUNT_INSECURE, "b", before->insecure);
  g_variant_dict_insert (&merged, KEY_ACCOUNT_CONNECTIONS, "u", before->connections);
  merge_limits (&merged, before, changes);
  merge_port_and_tls (&merged, before, changes);
  g_variant_iter_init (&iter, changes);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_dict_insert_value (&merged, key, value);
  merge_login (&merged, before, changes);
  settings = g_variant_ref_sink (g_variant_dict_end (&merged));
  self = account_settings_parse (before->name, settings, out_preset, error);
  if (self == NULL)
    return NULL;
  self->id = before->id;
  self->keeps_password = self->needs_password && (before->keeps_password || !before->needs_password);
  return self;
}

GVariant *
account_settings_describe (const Account *self, const Preset *preset)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_NAME, g_variant_new_string (self->name));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_ADDRESS, g_variant_new_string (self->address));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_HOST, g_variant_new_string (self->host));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_PORT, g_variant_new_uint16 (self->port));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_TLS, g_variant_new_string (self->tls));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_USER, g_variant_new_string (self->user));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_PIN, g_variant_new_string (self->pin));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_HELO, g_variant_new_string (self->helo));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_DISPLAY_NAME, g_variant_new_string (self->display_name));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_INSECURE, g_variant_new_boolean (self->insecure));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_CONNECTIONS, g_variant_new_uint32 (self->connections));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_PER_MINUTE, g_variant_new_uint32 (self->per_minute));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_PER_HOUR, g_variant_new_uint32 (self->per_hour));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_PER_DAY, g_variant_new_uint32 (self->per_day));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_KEEP, g_variant_new_boolean (self->keeps_password));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_HAS_PASSWORD, g_variant_new_boolean (self->needs_password));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_PRESET, g_variant_new_string (preset != NULL ? preset->name : ""));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_SURE, g_variant_new_string (preset != NULL ? preset->sure : ""));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_NOTE, g_variant_new_string (preset != NULL ? preset->note : ""));
  return g_variant_builder_end (&builder);
}
