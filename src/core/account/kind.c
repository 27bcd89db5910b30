#include "kind.h"

#include "contract-keys.h"
#include "provider-client.h"
#include "provider.h"
#include "suppression-words.h"
#include <string.h>

/* In the order of the enums. */
static const char *const secret_words[] = { "none", "password", "oauth", "token", "state" };
static const char *const trait_words[] = { "receipts", "incoming", "stops-with-core", "needs-consent", "risky" };
static const char *const unit_words[] = { "message", "person" };
static const char *const pool_words[] = { "account", "address", "portfolio" };

const char *
kind_unit_to_word (KindUnit unit)
{
  return unit_words[unit];
}

const char *
kind_secret_to_word (KindSecret secret)
{
  return secret_words[secret];
}

const char *
kind_secret_to_reason (KindSecret secret)
{
  return secret == KIND_SECRET_OAUTH ? "sign-in" : "password";
}

const AccountKind *
kind_find (const char *word)
{
  for (const AccountKind *const *kind = kinds; *kind != NULL; kind++)
    if (strcmp ((*kind)->word, word) == 0)
      return *kind;
  return NULL;
}

const KindSetting *
kind_find_setting (const AccountKind *self, const char *key)
{
  for (const KindSetting *row = self->settings; row->key != NULL; row++)
    if (strcmp (row->key, key) == 0)
      return row;
  return NULL;
}

char *
setting_to_text (const KindSetting *self, GVariant *value)
{
  guint number;

  if (*self->type == 's')
    return g_strstrip (g_variant_dup_string (value, NULL));
  if (*self->type == 'b')
    return g_strdup (g_variant_get_boolean (value) ? "yes" : "");
  number = *self->type == 'q' ? g_variant_get_uint16 (value) : g_variant_get_uint32 (value);
  return number > 0 ? g_strdup_printf ("%u", number) : g_strdup ("");
}

GVariant *
setting_to_value (const KindSetting *self, const char *text)
{
  guint64 number = 0;

  if (*self->type == 's')
    return g_variant_new_string (text);
  if (*self->type == 'b')
    return g_variant_new_boolean (*text != '\0');
  g_ascii_string_to_unsigned (text, 10, 0, *self->type == 'q' ? G_MAXUINT16 : G_MAXUINT32, &number, NULL);
  return *self->type == 'q' ? g_variant_new_uint16 ((guint16) number) : g_variant_new_uint32 ((guint32) number);
}

/* --- as App1 hands them out --- */

static void
add_text (GVariantBuilder *builder, const char *key, const char *text)
{
  g_variant_builder_add (builder, "{sv}", key, g_variant_new_string (text != NULL ? text : ""));
}

static void
add_choices (GVariantBuilder *builder, const SettingChoice *choices)
{
  GVariantBuilder words, labels;

  g_variant_builder_init (&words, G_VARIANT_TYPE_STRING_ARRAY);
  g_variant_builder_init (&labels, G_VARIANT_TYPE_STRING_ARRAY);
  for (; choices != NULL && choices->word != NULL; choices++) {
    g_variant_builder_add (&words, "s", choices->word);
    g_variant_builder_add (&labels, "s", choices->label);
  }
  g_variant_builder_add (builder, "{sv}", KEY_KIND_SETTINGS_WORDS, g_variant_builder_end (&words));
  g_variant_builder_add (builder, "{sv}", KEY_KIND_SETTINGS_LABELS, g_variant_builder_end (&labels));
}

static GVariant *
describe_setting (const KindSetting *row)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add_text (&builder, KEY_KIND_SETTINGS_KEY, row->key);
  add_text (&builder, KEY_KIND_SETTINGS_TYPE, row->type);
  g_variant_builder_add (&builder, "{sv}", KEY_KIND_SETTINGS_REQUIRED, g_variant_new_boolean (row->is_required));
  add_text (&builder, KEY_KIND_SETTINGS_FALLBACK, row->fallback);
  g_variant_builder_add (&builder, "{sv}", KEY_KIND_SETTINGS_LEAST, g_variant_new_uint32 (row->least));
  g_variant_builder_add (&builder, "{sv}", KEY_KIND_SETTINGS_MOST, g_variant_new_uint32 (row->most));
  add_choices (&builder, row->choices);
  g_variant_builder_add (&builder, "{sv}", KEY_KIND_SETTINGS_PLACE, g_variant_new_boolean ((row->marks & SETTING_PLACE) != 0));
  add_text (&builder, KEY_KIND_SETTINGS_GROUP, row->group);
  add_text (&builder, KEY_KIND_SETTINGS_WHEN, row->when);
  add_text (&builder, KEY_KIND_SETTINGS_LABEL, row->label);
  add_text (&builder, KEY_KIND_SETTINGS_HINT, row->hint);
  add_text (&builder, KEY_KIND_SETTINGS_VALUE, row->value);
  add_text (&builder, KEY_KIND_SETTINGS_HELP, row->help);
  g_variant_builder_add (&builder, "{sv}", KEY_KIND_SETTINGS_SECONDS, g_variant_new_uint32 (row->seconds));
  add_text (&builder, KEY_KIND_SETTINGS_UNIT, row->seconds > 0 ? unit_words[row->unit] : "");
  add_text (&builder, KEY_KIND_SETTINGS_POOL, row->seconds > 0 ? pool_words[row->pool] : "");
  return g_variant_builder_end (&builder);
}

static GVariant *
describe_settings (const AccountKind *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (const KindSetting *row = self->settings; row->key != NULL; row++)
    if ((row->marks & (SETTING_FIXED | SETTING_OWN)) == 0)
      g_variant_builder_add_value (&builder, describe_setting (row));
  return g_variant_builder_end (&builder);
}

static GVariant *
describe_traits (const AccountKind *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < G_N_ELEMENTS (trait_words); i++)
    if ((self->traits & 1u << i) != 0)
      g_variant_builder_add (&builder, "s", trait_words[i]);
  return g_variant_builder_end (&builder);
}

static GVariant *
describe_endpoints (const AccountKind *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (const KindEndpoint *row = self->ways != NULL ? self->ways[0].endpoints : self->endpoints; row != NULL && row->word != NULL; row++)
    g_variant_builder_add (&builder, "s", row->word);
  return g_variant_builder_end (&builder);
}

/* What a person has to know of a client of their own. */
static const char *
describe_client (const AccountKind *self)
{
  if (self->secret != KIND_SECRET_OAUTH)
    return "";
  if (self->provider == NULL)
    return "file";
  if (*provider_client_get_id (self->provider) != '\0')
    return "none";
  return provider_find (self->provider)->wants_secret ? "secret" : "id";
}

GVariant *
kinds_describe (void)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (const AccountKind *const *kind = kinds; *kind != NULL; kind++) {
    g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
    add_text (&builder, KEY_KIND_WORD, (*kind)->word);
    add_text (&builder, KEY_KIND_TITLE, (*kind)->title);
    add_text (&builder, KEY_KIND_ADDRESS, address_kind_get ((*kind)->address)->word);
    add_text (&builder, KEY_KIND_MESSAGE, message_kind_get ((*kind)->message)->word);
    g_variant_builder_add (&builder, "{sv}", KEY_KIND_PARTS, message_kind_describe (message_kind_get ((*kind)->message)));
    add_text (&builder, KEY_KIND_SECRET, kind_secret_to_word ((*kind)->secret));
    add_text (&builder, KEY_KIND_CLIENT, describe_client (*kind));
    g_variant_builder_add (&builder, "{sv}", KEY_KIND_CAN, describe_traits (*kind));
    g_variant_builder_add (&builder, "{sv}", KEY_KIND_ENDPOINTS, describe_endpoints (*kind));
    g_variant_builder_add (&builder, "{sv}", KEY_KIND_SETTINGS, describe_settings (*kind));
    g_variant_builder_close (&builder);
  }
  return g_variant_builder_end (&builder);
}
