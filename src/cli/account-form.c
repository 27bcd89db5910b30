#include "account-form.h"

#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include <string.h>

#define KIND "kind"

typedef union {
  gboolean    flag;
  char       *text; /* owned, as options_clear() has it */
  guint64     amount;
  OptionCount count;
} Slot;

struct AccountForm {
  GVariant  *kinds;
  GPtrArray *rows;    /* of GVariant: a setting each, in the order of `options`; --kind is the last, and has none */
  GPtrArray *names;   /* of char *: of the options */
  GArray    *options; /* of Option, ends with an empty one */
  Slot      *values;
};

/* A setting that several kinds have is one option: what it may be says core, by the kind. */
static gboolean
has_row (const AccountForm *self, const char *key)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (strcmp (dict_text (self->rows->pdata[i], KEY_KIND_SETTINGS_KEY), key) == 0)
      return TRUE;
  return FALSE;
}

static OptionKind
get_kind (GVariant *row)
{
  switch (*dict_text (row, KEY_KIND_SETTINGS_TYPE)) {
  case 'b': return OPTION_FLAG;
  case 's': return OPTION_TEXT;
  default: return dict_number (row, KEY_KIND_SETTINGS_LEAST) > 0 ? OPTION_AMOUNT : OPTION_COUNT; /* 0 is said, too: it lifts what was set before */
  }
}

static void
add_option (AccountForm *self, const char *key, OptionKind kind, const char *value, const char *help)
{
  char *name = g_strdelimit (g_strdup (key), "_", '-');
  Option option = { name, '\0', kind, self->options->len * sizeof (Slot), value, help };

  g_ptr_array_add (self->names, name);
  g_array_append_val (self->options, option);
}

static void
add_rows (AccountForm *self, GVariant *kind)
{
  g_autoptr (GVariant) rows = dict_child (kind, KEY_KIND_SETTINGS, "aa{sv}");

  for (gsize i = 0; rows != NULL && i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
    const char *key = dict_text (row, KEY_KIND_SETTINGS_KEY);
    OptionKind type = get_kind (row);

    if (*key == '\0' || has_row (self, key))
      continue;
    add_option (self, key, type, type != OPTION_FLAG ? dict_text (row, KEY_KIND_SETTINGS_VALUE) : NULL, dict_text (row, KEY_KIND_SETTINGS_HELP));
    g_ptr_array_add (self->rows, g_steal_pointer (&row));
  }
}

/* "smtp | whatsapp" */
static char *
join_words (GVariant *kinds)
{
  g_autoptr (GString) words = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (kinds); i++) {
    g_autoptr (GVariant) kind = g_variant_get_child_value (kinds, i);

    g_string_append_printf (words, "%s%s", i > 0 ? " | " : "", dict_text (kind, KEY_KIND_WORD));
  }
  return g_string_free (g_steal_pointer (&words), FALSE);
}

AccountForm *
account_form_new (GVariant *kinds, gboolean has_kind)
{
  AccountForm *self = g_new0 (AccountForm, 1);

  self->kinds = g_variant_ref_sink (kinds);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->options = g_array_new (TRUE, TRUE, sizeof (Option));
  for (gsize i = 0; i < g_variant_n_children (kinds); i++) {
    g_autoptr (GVariant) kind = g_variant_get_child_value (kinds, i);

    add_rows (self, kind);
  }
  if (has_kind && g_variant_n_children (kinds) > 1) {
    char *help = join_words (kinds);

    add_option (self, KIND, OPTION_TEXT, "WORD", help);
    g_ptr_array_add (self->names, help);
  }
  self->values = g_new0 (Slot, self->options->len + 1);
  return self;
}

void
account_form_free (AccountForm *self)
{
  if (self == NULL)
    return;
  options_clear ((const Option *) self->options->data, self->values);
  g_free (self->values);
  g_array_unref (self->options);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->rows);
  g_variant_unref (self->kinds);
  g_free (self);
}

OptionSet
account_form_get_set (AccountForm *self)
{
  return (OptionSet){ (const Option *) self->options->data, self->values };
}

/* word: "": the first one. Returns: (transfer full), or NULL. */
static GVariant *
find_kind (const AccountForm *self, const char *word)
{
  for (gsize i = 0; i < g_variant_n_children (self->kinds); i++) {
    g_autoptr (GVariant) kind = g_variant_get_child_value (self->kinds, i);

    if (*word == '\0' || strcmp (dict_text (kind, KEY_KIND_WORD), word) == 0)
      return g_steal_pointer (&kind);
  }
  return NULL;
}

gboolean
account_form_has_endpoints (const AccountForm *self, const char *word)
{
  g_autoptr (GVariant) kind = find_kind (self, word), endpoints = kind != NULL ? dict_child (kind, KEY_KIND_ENDPOINTS, "as") : NULL;

  return endpoints != NULL && g_variant_n_children (endpoints) > 0;
}

gboolean
account_form_has_sign_in (const AccountForm *self, const char *word)
{
  g_autoptr (GVariant) kind = find_kind (self, word);

  return kind != NULL && strcmp (dict_text (kind, KEY_KIND_SECRET), "oauth") == 0;
}

const char *
account_form_split_address (const AccountForm *self, const char **address)
{
  const char *colon = strchr (*address, ':'), *named = account_form_get_text (self, KIND);

  for (gsize i = 0; i < g_variant_n_children (self->kinds) && colon != NULL; i++) {
    g_autoptr (GVariant) kind = g_variant_get_child_value (self->kinds, i);
    const char *word = dict_text (kind, KEY_KIND_WORD);

    if (strlen (word) != (gsize) (colon - *address) || strncmp (word, *address, strlen (word)) != 0)
      continue;
    *address = colon + 1;
    return word; /* of self->kinds, which stays */
  }
  return named != NULL ? named : "";
}

static const Slot *
find_slot (const AccountForm *self, const char *key, OptionKind *out_kind)
{
  g_autofree char *name = g_strdelimit (g_strdup (key), "_", '-');

  for (guint i = 0; i < self->options->len; i++)
    if (strcmp (g_array_index (self->options, Option, i).name, name) == 0) {
      *out_kind = g_array_index (self->options, Option, i).kind;
      return &self->values[i];
    }
  return NULL;
}

const char *
account_form_get_text (const AccountForm *self, const char *key)
{
  OptionKind kind = OPTION_FLAG;
  const Slot *slot = find_slot (self, key, &kind);

  return slot != NULL && kind == OPTION_TEXT ? slot->text : NULL;
}

static gboolean
is_given (OptionKind kind, const Slot *slot)
{
  return kind == OPTION_FLAG ? slot->flag : kind == OPTION_TEXT ? slot->text != NULL : kind == OPTION_AMOUNT ? slot->amount > 0 : slot->count.is_given;
}

gboolean
account_form_is_given (const AccountForm *self, const char *key)
{
  OptionKind kind = OPTION_FLAG;
  const Slot *slot = find_slot (self, key, &kind);

  return slot != NULL && is_given (kind, slot);
}

gboolean
account_form_is_any_given (const AccountForm *self)
{
  for (guint i = 0; i < self->options->len; i++)
    if (is_given (g_array_index (self->options, Option, i).kind, &self->values[i]))
      return TRUE;
  return FALSE;
}

/* --- what was given, as core takes it --- */

/* "starttls, implicit or none" */
static char *
join_choices (char **words)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; words[i] != NULL; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "" : words[i + 1] != NULL ? ", " : " or ", words[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* An empty text takes a setting away. */
static gboolean
put_text (GVariant *row, const char *name, const char *text, GVariantDict *out, GError **error)
{
  g_autoptr (GVariant) given = dict_child (row, KEY_KIND_SETTINGS_WORDS, "as");
  g_auto (GStrv) words = given != NULL ? g_variant_dup_strv (given, NULL) : NULL;
  g_autofree char *all = words != NULL ? join_choices (words) : NULL;

  if (words != NULL && words[0] != NULL && !g_strv_contains ((const char *const *) words, text)) {
    g_set_error (error, FAULT, FAULT_USAGE, "--%s is %s, not “%s”", name, all, text);
    return FALSE;
  }
  g_variant_dict_insert (out, dict_text (row, KEY_KIND_SETTINGS_KEY), "s", text);
  return TRUE;
}

static gboolean
put_number (GVariant *row, const char *name, guint64 number, GVariantDict *out, GError **error)
{
  gboolean is_short = *dict_text (row, KEY_KIND_SETTINGS_TYPE) == 'q';
  guint64 most = dict_number (row, KEY_KIND_SETTINGS_MOST);

  if (number > (most > 0 ? most : is_short ? G_MAXUINT16 : G_MAXUINT32)) {
    g_set_error (error, FAULT, FAULT_USAGE, "--%s is a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, name, dict_number (row, KEY_KIND_SETTINGS_LEAST), most);
    return FALSE;
  }
  g_variant_dict_insert_value (out, dict_text (row, KEY_KIND_SETTINGS_KEY), is_short ? g_variant_new_uint16 ((guint16) number) : g_variant_new_uint32 ((guint32) number));
  return TRUE;
}

static gboolean
put_row (GVariant *row, const Option *option, const Slot *slot, GVariantDict *out, GError **error)
{
  switch (option->kind) {
  case OPTION_FLAG: g_variant_dict_insert (out, dict_text (row, KEY_KIND_SETTINGS_KEY), "b", TRUE); return TRUE;
  case OPTION_TEXT: return put_text (row, option->name, slot->text, out, error);
  case OPTION_AMOUNT: return put_number (row, option->name, slot->amount, out, error);
  default: return put_number (row, option->name, slot->count.number, out, error);
  }
}

gboolean
account_form_put (const AccountForm *self, GVariantDict *out, GError **error)
{
  const char *kind = account_form_get_text (self, KIND);

  for (guint i = 0; i < self->rows->len; i++) {
    const Option *option = &g_array_index (self->options, Option, i);

    if (is_given (option->kind, &self->values[i]) && !put_row (self->rows->pdata[i], option, &self->values[i], out, error))
      return FALSE;
  }
  if (kind != NULL)
    g_variant_dict_insert (out, KIND, "s", kind);
  return TRUE;
}
