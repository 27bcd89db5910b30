#include "account-settings.h"

#include "address.h"
#include "address-idna.h"
#include "contract-keys.h"
#include "fault.h"
#include "loopback.h"
#include <string.h>

#define PIN_LEN 64

/* What every account has, besides the settings of its kind. */
static const struct { const char *key, *type; } common[] = {
  { "kind", "s" }, { "address", "s" }, { "keep", "b" }, { "has_password", "b" }, { "check", "b" },
};

/* may_fix: what is said when an account is made, too. */
static gboolean
is_known (const AccountKind *kind, const char *key, GVariant *value, gboolean may_fix)
{
  const KindSetting *row = kind_find_setting (kind, key);

  for (gsize i = 0; i < G_N_ELEMENTS (common); i++)
    if (strcmp (common[i].key, key) == 0)
      return g_variant_is_of_type (value, G_VARIANT_TYPE (common[i].type));
  return row != NULL && (may_fix || (row->marks & (SETTING_FIXED | SETTING_OWN)) == 0) && g_variant_is_of_type (value, G_VARIANT_TYPE (row->type));
}

static gboolean
check_keys (const AccountKind *kind, GVariant *settings, gboolean may_fix, GError **error)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, settings);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value)) {
    if (is_known (kind, key, value, may_fix))
      continue;
    g_set_error_literal (error, FAULT, FAULT_USAGE, "an account was given a setting that does not exist, or of the wrong type");
    g_variant_unref (value);
    return FALSE;
  }
  return TRUE;
}

static gboolean
lookup_boolean (GVariant *settings, const char *key)
{
  gboolean value = FALSE;

  return g_variant_lookup (settings, key, "b", &value) && value;
}

static gboolean
has_controls (const char *text, gboolean is_file)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text) && !(is_file && strchr ("\n\r\t", *text) != NULL))
      return TRUE;
  return FALSE;
}

static gboolean
check_name (const char *name, GError **error)
{
  if (*name != '\0' && *name != '-' && strlen (name) <= ACCOUNT_NAME_MAX && g_utf8_validate (name, -1, NULL) && !has_controls (name, FALSE))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "an account's name has 1 to %d octets on one line and does not begin with -", ACCOUNT_NAME_MAX);
  return FALSE;
}

static const AccountKind *
find_kind (GVariant *settings, GError **error)
{
  const char *word = kinds[0]->word;
  const AccountKind *kind;

  g_variant_lookup (settings, KEY_ACCOUNT_KIND, "&s", &word);
  kind = kind_find (word);
  if (kind == NULL)
    g_set_error (error, FAULT, FAULT_USAGE, "there is no kind of account “%s”", word);
  return kind;
}

static gboolean
take_address (Account *self, GVariant *settings, GError **error)
{
  const char *given = "";
  g_autofree char *text = NULL;
  AddressFlaw flaw = ADDRESS_FINE;

  g_variant_lookup (settings, KEY_ACCOUNT_ADDRESS, "&s", &given);
  text = g_strstrip (g_strdup (given));
  if (self->kind->address == KIND_ADDRESS_EMAIL)
    self->address = address_canonical (text, strlen (text), &flaw);
  else if (phone_is_e164 (text, strlen (text)))
    self->address = g_steal_pointer (&text);
  if (self->address == NULL && self->kind->address == KIND_ADDRESS_EMAIL)
    g_set_error (error, FAULT, FAULT_DATA, "the account's address is not one: %s", address_flaw_to_sentence (flaw));
  else if (self->address == NULL)
    g_set_error_literal (error, FAULT, FAULT_DATA, "the account's number is not one: write it as +49301234567");
  return self->address != NULL;
}

gboolean
account_settings_is_loopback_host (const char *host)
{
  return strcmp (host, "localhost") == 0 || is_loopback_literal (host);
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

/* --- the settings of its kind --- */

static char *
to_option (const KindSetting *row)
{
  g_autofree char *key = g_strdup (row->key);

  return g_strdup_printf ("--%s", g_strdelimit (key, "_", '-'));
}

static gboolean
check_text (const KindSetting *row, const char *text, GError **error)
{
  guint most = row->most > 0 ? row->most : SETTING_TEXT_MAX;
  g_autofree char *option = to_option (row);

  if (strlen (text) <= most && g_utf8_validate (text, -1, NULL) && !has_controls (text, (row->marks & SETTING_FILE) != 0))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "%s has at most %u octets on one line", option, most);
  return FALSE;
}

/* "starttls, implicit or none" */
static gboolean
check_choice (const KindSetting *row, const char *text, GError **error)
{
  g_autoptr (GString) words = g_string_new (NULL);
  g_autofree char *option = to_option (row);

  for (const SettingChoice *choice = row->choices; choice->word != NULL; choice++) {
    if (strcmp (choice->word, text) == 0)
      return TRUE;
    g_string_append_printf (words, "%s%s", words->len == 0 ? "" : choice[1].word != NULL ? ", " : " or ", choice->word);
  }
  g_set_error (error, FAULT, FAULT_USAGE, "%s is %s", option, words->str);
  return FALSE;
}

static gboolean
check_number (const KindSetting *row, const char *text, GError **error)
{
  guint64 number = g_ascii_strtoull (text, NULL, 10);
  g_autofree char *option = to_option (row);

  if ((row->most == 0 || number <= row->most) && number >= row->least)
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "%s is a number from %u to %u", option, row->least, row->most);
  return FALSE;
}

static gboolean
take_setting (Account *self, const KindSetting *row, GVariant *value, GError **error)
{
  g_autofree char *text = setting_to_text (row, value), *checked = NULL;

  if (*text == '\0')
    return TRUE;
  if (!(*row->type == 's' ? check_text (row, text, error) : check_number (row, text, error)) ||
      (row->choices != NULL && !check_choice (row, text, error)))
    return FALSE;
  checked = row->check != NULL ? row->check (text, error) : g_strdup (text);
  if (checked == NULL)
    return FALSE;
  if (row->seconds > 0)
    account_set_limit (self, row, (guint) g_ascii_strtoull (checked, NULL, 10));
  else
    account_set_text (self, row->key, checked);
  return TRUE;
}

static gboolean
take_settings (Account *self, GVariant *settings, GError **error)
{
  for (const KindSetting *row = self->kind->settings; row->key != NULL; row++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (settings, row->key, G_VARIANT_TYPE (row->type));

    if (value != NULL && !take_setting (self, row, value, error))
      return FALSE;
  }
  return TRUE;
}

/* Where the kind has no rule of its own. */
static void
take_fallbacks (Account *self)
{
  for (const KindSetting *row = self->kind->settings; row->key != NULL; row++)
    if (row->seconds == 0 && row->fallback != NULL && *account_get_text (self, row->key) == '\0')
      account_set_text (self, row->key, strcmp (row->fallback, SETTING_IS_ADDRESS) == 0 ? self->address : row->fallback);
  self->needs_password = self->kind->secret != KIND_SECRET_NONE;
}

static gboolean
check_required (const Account *self, GError **error)
{
  for (const KindSetting *row = self->kind->settings; row->key != NULL; row++) {
    g_autofree char *option = to_option (row);

    if (!row->is_required || *account_get_text (self, row->key) != '\0')
      continue;
    g_set_error (error, FAULT, FAULT_USAGE, "%s is missing: an account of this kind (%s) has to have it", option, self->kind->title);
    return FALSE;
  }
  return TRUE;
}

/* What the provider publishes, and then what the kind has, stand where nobody set a limit. With whom each is shared follows from all the rest. */
static void
complete_limits (Account *self, const Preset *preset)
{
  for (const KindSetting *row = self->kind->settings; row->key != NULL; row++) {
    guint own = row->seconds > 0 ? account_get_limit (self, row->seconds) : 0, published = preset_get_limit (preset, row->seconds);

    if (row->seconds > 0)
      account_set_limit (self, row, own > 0 ? own : published > 0 ? published : row->fallback != NULL ? (guint) g_ascii_strtoull (row->fallback, NULL, 10) : 0);
  }
}

static gboolean
account_settings_complete (Account *self, GVariant *settings, const Preset **out_preset, GError **error)
{
  if (self->kind->complete == NULL)
    take_fallbacks (self);
  else if (!self->kind->complete (self, settings, out_preset, error))
    return FALSE;
  self->keeps_password = self->needs_password && lookup_boolean (settings, KEY_ACCOUNT_HAS_PASSWORD) && lookup_boolean (settings, KEY_ACCOUNT_KEEP);
  complete_limits (self, *out_preset);
  return check_required (self, error);
}

static Account *
parse_all (const char *name, GVariant *settings, gboolean may_fix, const Preset **out_preset, GError **error)
{
  const AccountKind *kind = find_kind (settings, error);
  g_autoptr (Account) self = kind != NULL ? account_new (kind) : NULL;
  const Preset *preset = NULL;

  if (self == NULL)
    return NULL;
  self->name = g_strstrip (g_strdup (name));
  if (!check_keys (kind, settings, may_fix, error) || !check_name (self->name, error) || !take_address (self, settings, error) ||
      !take_settings (self, settings, error) || !account_settings_complete (self, settings, &preset, error))
    return NULL;
  *out_preset = preset;
  return g_steal_pointer (&self);
}

Account *
account_settings_parse (const char *name, GVariant *settings, const Preset **out_preset, GError **error)
{
  return parse_all (name, settings, FALSE, out_preset, error);
}

static gboolean
insert_own (GVariantDict *merged, const AccountKind *kind, const char *key, const char *text, GError **error)
{
  const KindSetting *row = kind_find_setting (kind, key);

  if (row != NULL && (row->marks & SETTING_OWN) != 0) {
    g_variant_dict_insert (merged, key, "s", text);
    return TRUE;
  }
  g_set_error (error, FAULT, FAULT_USAGE, "an account of this kind (%s) has no endpoint “%s”", kind->title, key);
  return FALSE;
}

Account *
account_settings_parse_own (const char *name, GVariant *settings, GVariant *own, const Preset **out_preset, GError **error)
{
  const AccountKind *kind = find_kind (settings, error);
  g_auto (GVariantDict) merged = G_VARIANT_DICT_INIT (settings);
  g_autoptr (GVariant) all = NULL;
  GVariantIter iter;
  const char *key, *text;

  if (kind == NULL || !check_keys (kind, settings, FALSE, error))
    return NULL;
  g_variant_iter_init (&iter, own);
  while (g_variant_iter_next (&iter, "{&s&s}", &key, &text))
    if (!insert_own (&merged, kind, key, text, error))
      return NULL;
  all = g_variant_ref_sink (g_variant_dict_end (&merged));
  return parse_all (name, all, TRUE, out_preset, error);
}

/* As it would have been added. */
static void
insert_all (GVariantDict *merged, const Account *before)
{
  g_variant_dict_insert (merged, KEY_ACCOUNT_KIND, "s", before->kind->word);
  g_variant_dict_insert (merged, KEY_ACCOUNT_ADDRESS, "s", before->address);
  g_variant_dict_insert (merged, KEY_ACCOUNT_KEEP, "b", before->keeps_password);
  g_variant_dict_insert (merged, KEY_ACCOUNT_HAS_PASSWORD, "b", before->keeps_password);
  for (const KindSetting *row = before->kind->settings; row->key != NULL; row++)
    g_variant_dict_insert_value (merged, row->key, account_get_value (before, row));
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

  if (!check_keys (before->kind, changes, FALSE, error))
    return NULL;
  insert_all (&merged, before);
  g_variant_iter_init (&iter, changes);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_dict_insert_value (&merged, key, value);
  if (before->kind->merge != NULL)
    before->kind->merge (before, changes, &merged);
  settings = g_variant_ref_sink (g_variant_dict_end (&merged));
  self = parse_all (before->name, settings, TRUE, out_preset, error);
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
  account_describe_settings (self, &builder);
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_KEEP, g_variant_new_boolean (self->keeps_password));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_HAS_PASSWORD, g_variant_new_boolean (self->needs_password));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_PRESET, g_variant_new_string (preset != NULL ? preset->name : ""));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_SURE, g_variant_new_string (preset != NULL ? preset->sure : ""));
  g_variant_builder_add (&builder, "{sv}", KEY_ACCOUNT_NOTE, g_variant_new_string (self->kind->remark != NULL ? self->kind->remark (self) : preset != NULL ? preset->note : ""));
  return g_variant_builder_end (&builder);
}
