/* account.h - one sending account: of which kind, what its settings are, how fast. Its secret is in the vault, or in memory while core lives.
 * Used in: core. */
#pragma once
#include "account-limit.h"
#include "account-values.h"
#include "core.h"
#include "kind.h"
#include "secret-bytes.h"

struct Account {
  gint64   id;
  char    *name, *address; /* address: the bare From address, or number */
  const AccountKind *kind;
  AccountValues *values;  /* of the kind's settings, but its limits */
  AccountLimit limits[ACCOUNT_LIMITS_MAX];
  guint    n_limits;
  char    *trouble, *trouble_text; /* why the last attempt to reach it failed (a reason of Transport2), in its words; "": it did not */
  gint64   worked_utc;    /* when it was first known to work with these settings; 0: never */
  gboolean keeps_password, needs_password;
  guint64  server_size;   /* SIZE last said, 0 unknown */
  gint64   agreed_utc;    /* when a person agreed to where it sends, 0: nobody was asked (docs/decisions/what-the-person-is-asked.md) */
};

Account *account_new (const AccountKind *kind); /* (transfer full); nothing is set */
void     account_free (Account *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Account, account_free)

/* One setting of its kind. Text: borrowed until it is set again; what is not set is "", 0, no. */
const char *account_get_text   (const Account *self, const char *key);
guint       account_get_number (const Account *self, const char *key);
gboolean    account_get_flag   (const Account *self, const char *key);
void        account_set_text   (Account *self, const char *key, const char *text);
void        account_set_number (Account *self, const char *key, guint number);
GVariant   *account_get_value  (const Account *self, const KindSetting *row); /* floating; as App1 has it, limits too */
/* Adds kind, address and all settings and limits, as App1 has them. */
void        account_describe_settings (const Account *self, GVariantBuilder *builder);

KindWay account_get_way (const Account *self); /* the one that SETTING_VIA names, else the usual one */
guint   account_get_units (const Account *self);    /* that its provider counts for a message */
guint64 account_get_size_max (const Account *self); /* octets of a message that its server takes; 0: not known */

/* What its transport may ask to be connected to. endpoint: row of the kind's table. host: borrowed. FALSE: there is no such row, or nothing is set for it. */
gboolean account_get_endpoint (const Account *self, guint endpoint, const char **out_host, guint16 *out_port);

gboolean account_has_own_endpoints (const Account *self); /* it reaches something else than its kind's or its file's provider */
char    *account_describe_place (const Account *self); /* (transfer full) for people: "the server “…” (port 587), encrypted" */
gboolean account_is_asked (const Account *before, const Account *self); /* a person has to agree to this change first */

/* (transfer full), or NULL with FAULT_NO_USER that names the accounts there are; FAULT_CONFIG: its kind is one that this version does not have. */
Account *account_load    (Core *core, const char *name, GError **error);
Account *account_load_id (Core *core, gint64 id, GError **error);
GPtrArray *account_load_all (Core *core, GError **error); /* of Account; owns them; without those of an unknown kind */

/* The password: from memory (AccountSecret), else the vault. (transfer full); an account that needs none gives an empty one.
 * Errors: FAULT_NO_PERM, "the password of account X is not kept…" / "the vault is locked…". */
SecretBytes *account_get_secret  (Core *core, const Account *self, GError **error);
/* What an account keeps in the vault. what: NULL: the password. Returns: (transfer full) its name there. */
#define ACCOUNT_SECRET_CLIENT "client"   /* the client's, at the provider of a sign-in */
#define ACCOUNT_SECRET_REFRESH "refresh" /* a sign-in's, sealed with where it goes (core/grant) */
char        *account_format_secret_name (gint64 id, const char *what);
gboolean     account_set_server_size (Core *core, gint64 id, guint64 size, GError **error);

/* What an attempt to reach its server came to; only a change is written, and what cannot be is warned of. Reasons that say nothing of the server
 * (a limit, a letter, this machine) are passed over. */
void         account_note_worked  (Core *core, gint64 id);
void         account_note_trouble (Core *core, gint64 id, const char *reason, const char *text);

/* Settings for Transport2.OpenAccount. own_name: what this machine calls itself where the account names nothing; "": the address literal. Returns: a floating a{sv}. */
GVariant *account_to_transport_settings (const Account *self, const char *own_name);

/* The transport is not told what this machine calls itself, and the server is another one. */
gboolean  account_wants_own_name (const Account *self);

/* --- additions: adding, removing, what is used --- */

/* A new row with its secret: in the vault when it keeps one, else in memory (secret NULL or empty: none given yet). Of a kind with a sign-in it is
 * the client's, and is kept in the vault. Sets self->id.
 * Errors: FAULT_USAGE (the name is in use, an empty password to keep), FAULT_NO_PERM (the vault is locked), FAULT_IO. */
gboolean account_is_new (Core *core, const Account *self, GError **error); /* FALSE: FAULT_USAGE: its name is taken */
gboolean account_add (Core *core, Account *self, const SecretBytes *secret, GError **error);
/* Writes `self` over the account of its id. Where another place (host, port, user) or a lesser TLS would take the password elsewhere, it is erased first and has to be
 * entered again (*out_is_forgotten). A campaign that sends goes on by the old settings until its sending process ends. */
gboolean account_save (Core *core, const Account *self, gboolean *out_is_forgotten, GError **error);
/* Returns: (transfer full) "Name <address>", or the address alone. */
char    *account_format_sender (const Account *self);
gboolean account_may_remove (Core *core, const Account *self, GError **error); /* FALSE: FAULT_USAGE: a campaign of it is open */
/* Takes its secrets away too. A row stays behind for what refers to it; its name is free. Errors: as account_may_remove(). */
gboolean account_remove (Core *core, const Account *self, GError **error);
gboolean account_set_agreed (Core *core, const Account *self, GError **error);
gboolean account_set_pin (Core *core, const Account *self, const char *pin, GError **error);
/* The password was entered again: into the vault when the account keeps it, else into memory. */
gboolean account_set_secret (Core *core, const Account *self, const SecretBytes *secret, GError **error);

/* A From that does not belong to the account. sender_address: bare. Returns: (transfer full) a warning sentence, or NULL: all is well, or the kind has no
 * mail server of which that can be said. */
char *account_check_sender (const Account *self, const char *sender_address);
