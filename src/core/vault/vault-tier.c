/* vault-tier.c - what people read of how the vault is kept: each way in that it has, the weakest first, and what that is worth. */
#include "vault-private.h"

#include <string.h>

/* From the weakest to the strongest: the first that is there says how well the vault is kept. */
static const VaultSlotKind by_strength[] = { VAULT_SLOT_KEY_FILE, VAULT_SLOT_CREDENTIALS, VAULT_SLOT_KEYRING, VAULT_SLOT_PASSPHRASE };

VaultSlotKind
vault_get_tier (Vault *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (by_strength); i++)
    if (vault_has_slot (self, by_strength[i]))
      return by_strength[i];
  return VAULT_SLOT_NONE; /* there is no vault without a slot */
}

VaultSlotKind
vault_get_opener (Vault *self)
{
  return vault_get_state (self) == VAULT_OPEN ? self->opened_by : VAULT_SLOT_NONE;
}

GStrv
vault_list_slots (Vault *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < self->file->slot_count; i++)
    g_strv_builder_add (names, vault_slot_to_word (self->file->slots[i].kind));
  return g_strv_builder_end (names);
}

/* --- locked --- */

static const char *
explain_slot (Vault *self, VaultSlotKind kind)
{
  if (kind == VAULT_SLOT_PASSPHRASE)
    return self->file->slot_count == 1 ? "it needs its passphrase: postrider vault unlock" : "its passphrase opens it: postrider vault unlock";
  if (self->why[kind] != NULL)
    return self->why[kind];
  return kind == VAULT_SLOT_KEYRING ? "your keyring has not answered yet" : "nothing has opened it yet";
}

char *
vault_describe_why (Vault *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->file->slot_count; i++)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", explain_slot (self, self->file->slots[i].kind));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- open --- */

/* A copy of the data folder should not bring the key along. */
static gboolean
is_key_inside_home (Vault *self)
{
  gsize len = strlen (self->home);

  return strncmp (self->state, self->home, len) == 0 && self->state[len] == '/';
}

static char *
describe_key_file (Vault *self)
{
  const char *inside = is_key_inside_home (self) ? ", and a copy of the data folder has the key in it" : "";

  if (self->file->slot_count == 1)
    return g_strdup_printf ("open, protected by the key file %s alone: who can read all your files can read the passwords%s; "
                            "a passphrase is stronger: postrider vault protect", self->key_path, inside);
  return g_strdup_printf ("open, and the key file %s opens it whatever else does: who can read all your files can read the passwords%s; "
                          "to take that way in away: postrider vault remove key-file", self->key_path, inside);
}

static const char *
describe_tier (VaultSlotKind tier)
{
  switch (tier) {
  case VAULT_SLOT_CREDENTIALS:
    return "open, protected by the credential that systemd gives the service: as well kept as the place where systemd has it from";
  case VAULT_SLOT_KEYRING:
    return "open, protected by your keyring: a copy of this machine's files opens nothing without the keyring's password, but while it is unlocked each program of yours can read it";
  default:
    return "open, protected by a passphrase: a copy of this machine's files opens nothing without it";
  }
}

/* What opens it when the keyring, or systemd's credential, is lost. */
static const char *
describe_recovery (Vault *self, VaultSlotKind tier)
{
  if (tier != VAULT_SLOT_KEYRING && tier != VAULT_SLOT_CREDENTIALS)
    return "";
  if (vault_has_slot (self, VAULT_SLOT_PASSPHRASE))
    return "; a passphrase opens it too";
  return tier == VAULT_SLOT_KEYRING || !vault_has_slot (self, VAULT_SLOT_KEYRING)
             ? "; nothing else opens it: if that is lost the passwords are too, and a recovery passphrase helps: postrider vault add passphrase"
             : "; your keyring opens it too";
}

char *
vault_describe_tier (Vault *self)
{
  VaultSlotKind tier = vault_get_tier (self);

  if (vault_get_state (self) == VAULT_LOCKED) {
    g_autofree char *why = vault_describe_why (self);

    return g_strdup_printf ("locked: %s", why);
  }
  if (tier == VAULT_SLOT_KEY_FILE)
    return describe_key_file (self);
  return g_strconcat (describe_tier (tier), describe_recovery (self, tier), NULL);
}
