/* suppression.h - who is never written to: by address, number or domain; everywhere, from one sender, or in campaigns to one list.
 * A forgotten person is here by a keyed hash alone; while the vault that holds the key is locked nobody can be cleared.
 * Rules:  docs/decisions/suppressed-by-kind.md. Trust: addresses and scopes are checked here. Used in: core. Source: docs/design.md §6.
 * Errors: FAULT_DATA (no address, no number), FAULT_USAGE (scope), FAULT_NO_INPUT (no such list), FAULT_NO_PERM (vault locked), FAULT_IO. */
#pragma once
#include "database.h"
#include "sql-words.h"
#include "vault.h"

/* Gives SQL is_suppressed(kind, key, sender_address, campaign): 0 or 1; an SQL error while hashes cannot be checked. kind: campaign.address_kind;
 * key: folded address or E.164; sender_address: bare, or with a name and < >, '' where there is none; campaign: its id.
 * And suppression_hash(key): as column hash; NULL: nobody was forgotten. */
gboolean suppression_register_functions (Database *database, Vault *vault);

/* SQL for the same, of texts that name columns or parameters: the function is asked only for addresses that stand in the table, or when
 * domains or hashes stand there. Nearly nobody is suppressed, and this is asked twice for each recipient. */
#define SUPPRESSED_SQL(kind, key, sender, campaign) \
  "(CASE WHEN NOT EXISTS (SELECT 1 FROM suppression) THEN 0 WHEN EXISTS (SELECT 1 FROM suppression u WHERE u.address=" key " AND u.address<>'') OR EXISTS (SELECT 1 FROM suppression WHERE hash<>x'')" \
  " OR EXISTS (SELECT 1 FROM suppression WHERE kind=" SQL_SUPPRESSION_KIND (DOMAIN) ")" \
  " THEN is_suppressed(" kind "," key "," sender "," campaign ") ELSE 0 END)"

/* SQL for what people are shown of the columns scope ("list:NAME") and source (the word without its id). */
#define SUPPRESSION_SCOPE_SQL \
  "iif(substr(scope,1,5)='list:','list:'||coalesce((SELECT name FROM list WHERE id=CAST(substr(scope,6) AS INTEGER))," \
  "(SELECT name FROM list_former WHERE id=CAST(substr(scope,6) AS INTEGER)),'#'||substr(scope,6)),scope)"
#define SUPPRESSION_SOURCE_SQL "substr(source,1,instr(source||':',':')-1)"

/* SQL: is there one of these that stands for good? Then one that may be lifted need not stand beside it. */
#define SUPPRESSION_STANDS_SQL(kind, key, scope) \
  "EXISTS (SELECT 1 FROM suppression u WHERE u.address=" key " AND u.kind=" kind " AND u.scope=" scope " AND instr(u.source,':')=0)"

/* Are there forgotten people? Then the vault must be open before anything is sent. Returns: 1, 0 or -1 with `error`. */
int      suppression_has_hashed (Database *database, GError **error);

/* An address, number or domain as people type it -> its key (transfer full), or NULL with FAULT_DATA. "*@Example.org" and "@example.org" (all at
 * a domain) become "@example.org", "*.example.org" (all below it, not itself) stays so. */
char    *suppression_parse_address (const char *text, GError **error);
/* all | from:ADDR | list:NAME -> as stored: all | from:ADDR | list:ID (transfer full). */
char    *suppression_parse_scope   (Database *database, const char *text, GError **error);

gboolean suppression_reason_from_word (const char *word, SuppressionReason *out_reason);

/* What caused it, column source: a word that stands for good, or a word and an id, by which it may be lifted. */
#define SUPPRESSION_SOURCE_COMMAND "command"
#define SUPPRESSION_SOURCE_IMPORT "import" /* also with the number of the import, as long as that can be undone */
#define SUPPRESSION_SOURCE_SERVER "server" /* with the tag of the campaign to which it answered */

typedef struct { /* borrowed */
  const char       *key, *scope; /* as parsed */
  SuppressionReason reason;
  const char       *words;       /* why, for people; "" none */
  const char       *source;
  gint64            since_utc;   /* 0: now */
} Suppression;

/* All inside the caller's transaction. *out_count is raised by one if it was not, or is no longer, suppressed in this scope. */
gboolean suppression_add    (Database *database, const Suppression *what, guint *out_count, GError **error);
gboolean suppression_remove (Database *database, Vault *vault, const char *key, const char *scope, guint *out_count, GError **error); /* whatever its source */
/* Is there one of this key and scope? Returns: 1, 0 or -1. */
int      suppression_find   (Database *database, const char *key, const char *scope, GError **error);

/* An import is undone: what it alone suppressed goes. */
gboolean suppression_lift_import  (Database *database, gint64 import, GError **error);
gboolean suppression_count_import (Database *database, gint64 import, guint64 *out_count, GError **error);

/* The rows of this key become keyed hashes; and there is one for everything from now on. */
gboolean suppression_forget (Database *database, Vault *vault, const char *key, GError **error);

/* Two addresses (or numbers) are one person's: who is not written to under the one is not under the other. */
gboolean suppression_copy   (Database *database, const char *from, const char *to, GError **error);

/* A person has another address (or number): what they did not want they do not want there either. What a server said of the old one (gone) does
 * not follow. */
gboolean suppression_follow (Database *database, const char *from, const char *to, GError **error);

/* What suppression_forget() made by itself for the address with this hash (of vault_hash_address()) goes, by this import; what stood there before stays. */
gboolean suppression_return      (Database *database, gint64 import, GBytes *hash, GError **error);
gboolean suppression_return_undo (Database *database, gint64 import, GError **error);
