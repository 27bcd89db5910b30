#include "contract.h"

#include <string.h>

G_DEFINE_QUARK (contract-error-quark, contract_error)

#define LEAF_MAX_BYTES (8 * 1024 * 1024) /* chosen: a string inside a container with no limit of its own */
#define KEY_MAX_BYTES 64 /* chosen: of a key that the contract does not name */
#define LINE_LEAF_MAX_BYTES (64 * 1024)  /* chosen: the same, of a line or a word */

static gboolean
is_form (const char *text, ContractForm form)
{
  static const char *const extra[] = { [CONTRACT_WORD] = "-_.", [CONTRACT_HOST] = "-_.:" };

  for (const char *p = text + (form == CONTRACT_COLUMN && text[0] == 1); *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (form == CONTRACT_WORD || form == CONTRACT_HOST) {
      if (!(c < 128 && (g_ascii_isalnum ((char) c) || strchr (extra[form], (int) c) != NULL)))
        return FALSE;
    } else if (form == CONTRACT_TEXT && (c == '\n' || c == '\r' || c == '\t')) {
      continue;
    } else if (form != CONTRACT_ANY && g_unichar_iscntrl (c)) {
      return FALSE;
    }
  }
  return TRUE;
}

/* SQLite keeps signed numbers of 64 bits (sqlite.org/datatype3.html): a larger one would come to the store as a negative. */
static gboolean
are_numbers_fine (GVariant *array)
{
  gsize n;
  const guint64 *numbers = g_variant_get_fixed_array (array, &n, sizeof *numbers);

  for (gsize i = 0; i < n; i++)
    if (numbers[i] > G_MAXINT64)
      return FALSE;
  return TRUE;
}

/* Strings and numbers in any depth. D-Bus itself limits depth (64) and has checked UTF-8. */
static gboolean
is_leaf_fine (GVariant *value, ContractForm form, gsize max_bytes)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)) {
    gsize len;
    const char *text = g_variant_get_string (value, &len);

    return len <= max_bytes && is_form (text, form);
  }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    return g_variant_get_uint64 (value) <= G_MAXINT64;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("at")))
    return are_numbers_fine (value);
  if (!g_variant_is_container (value) ||
      (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY) &&
       g_variant_type_is_basic (g_variant_type_element (g_variant_get_type (value))) &&
       !g_variant_type_equal (g_variant_type_element (g_variant_get_type (value)), G_VARIANT_TYPE_STRING)))
    return TRUE; /* smaller numbers, ay */
  for (gsize i = 0, n = g_variant_n_children (value); i < n; i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

    if (!is_leaf_fine (child, form, max_bytes))
      return FALSE;
  }
  return TRUE;
}

/* A key that is not named still reads as one. */
static gboolean
is_further (const char *name)
{
  return g_ascii_islower (*name) && strlen (name) <= KEY_MAX_BYTES && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen (name);
}

const ContractKey *
contract_find_key (const ContractKey *keys, const char *name)
{
  const ContractKey *further = NULL;

  for (const ContractKey *key = keys; key != NULL && key->name != NULL; key++)
    if (strcmp (key->name, CONTRACT_FURTHER) == 0)
      further = key;
    else if (strcmp (key->name, name) == 0)
      return key;
  return is_further (name) ? further : NULL;
}

static gboolean
has_type (const ContractKey *key, GVariant *value)
{
  const char *type = g_variant_get_type_string (value);

  if (strcmp (key->name, CONTRACT_FURTHER) == 0)
    return strlen (type) == 1 && strchr (key->type, *type) != NULL;
  return strcmp (type, key->type) == 0;
}

/* An a{sv} has each key that the contract does not call optional. */
static gboolean
has_all_keys (GVariant *dict, const ContractKey *keys)
{
  for (const ContractKey *key = keys; key->name != NULL; key++) {
    gboolean may_be_missing = key->is_optional || strcmp (key->name, CONTRACT_FURTHER) == 0;
    g_autoptr (GVariant) value = may_be_missing ? NULL : g_variant_lookup_value (dict, key->name, NULL);

    if (value == NULL && !may_be_missing)
      return FALSE;
  }
  return TRUE;
}

/* No key that the contract does not name, none of another type, and in an answer none missing; an a{sv} or aa{sv}, in any depth that the contract has. */
static gboolean
are_keys_fine (GVariant *value, const ContractKey *keys, gboolean is_answer)
{
  GVariantIter iter;
  const char *name;
  GVariant *child;

  g_variant_iter_init (&iter, value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("aa{sv}"))) {
    while ((child = g_variant_iter_next_value (&iter)) != NULL) {
      g_autoptr (GVariant) owned = child;

      if (!are_keys_fine (owned, keys, is_answer))
        return FALSE;
    }
    return TRUE;
  }
  while (g_variant_iter_next (&iter, "{&sv}", &name, &child)) {
    g_autoptr (GVariant) owned = child;
    const ContractKey *key = contract_find_key (keys, name);

    if (key == NULL || !has_type (key, owned) || (key->keys != NULL && !are_keys_fine (owned, key->keys, is_answer)))
      return FALSE;
  }
  return !is_answer || has_all_keys (value, keys);
}

static gboolean
is_argument_fine (GVariant *value, const ContractCheck *check, gboolean is_answer)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return is_leaf_fine (value, check->form, check->max > 0 ? check->max : LEAF_MAX_BYTES);
  if (g_variant_is_container (value) && check->max > 0 && g_variant_n_children (value) > check->max)
    return FALSE;
  if (check->keys != NULL && !are_keys_fine (value, check->keys, is_answer))
    return FALSE;
  return is_leaf_fine (value, check->form, check->form == CONTRACT_LINE || check->form == CONTRACT_COLUMN || check->form == CONTRACT_WORD ? LINE_LEAF_MAX_BYTES : LEAF_MAX_BYTES);
}

const ContractRow *
contract_find (const char *interface, const char *member, ContractSide side)
{
  for (const ContractRow *row = contract_rows; row->interface != NULL; row++)
    if (row->side == side && g_strcmp0 (row->member, member) == 0 && g_strcmp0 (row->interface, interface) == 0)
      return row;
  return NULL;
}

gboolean
contract_check (const char *interface, const char *member, ContractSide side, GVariant *arguments, GError **error)
{
  const ContractRow *row = contract_find (interface, member, side);

  if (row == NULL) {
    g_set_error (error, CONTRACT_ERROR, CONTRACT_ERROR_UNKNOWN, "a message that the contract does not have");
    return FALSE;
  }
  if (g_strcmp0 (arguments != NULL ? g_variant_get_type_string (arguments) : "()", row->signature) != 0) {
    g_set_error (error, CONTRACT_ERROR, CONTRACT_ERROR_TYPE, "%s: wrong types", row->member);
    return FALSE;
  }
  for (gsize i = 0, n = arguments != NULL ? g_variant_n_children (arguments) : 0; i < n; i++) {
    g_autoptr (GVariant) value = g_variant_get_child_value (arguments, i);

    if (!is_argument_fine (value, &row->args[i], side != CONTRACT_CALL)) {
      g_set_error (error, CONTRACT_ERROR, CONTRACT_ERROR_VALUE, "%s: argument %" G_GSIZE_FORMAT " is too long, too large, too many, malformed, or lacks a key or has an unknown one",
                   row->member, i + 1);
      return FALSE;
    }
  }
  return TRUE;
}

int
contract_count_handles (GVariant *value, GUnixFDList *fds)
{
  int n = 0;

  if (value == NULL || strpbrk (g_variant_get_type_string (value), "hv") == NULL)
    return 0;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_HANDLE)) {
    gint32 handle = g_variant_get_handle (value);

    return handle >= 0 && fds != NULL && handle < g_unix_fd_list_get_length (fds) ? 1 : -1;
  }
  for (gsize i = 0, children = g_variant_n_children (value); i < children; i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
    int found = contract_count_handles (child, fds);

    if (found < 0)
      return -1;
    n += found;
  }
  return n;
}
