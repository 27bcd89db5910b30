/* second-copies.h - the rules that keep a second copy of a message from a person, and the questions that are asked before one goes out:
 *   here      who came through an earlier list is not written down again
 *   except    not who got that campaign, or may have; one message an address: nor who shares it with somebody who did
 *   refused   only whom that campaign could not reach
 *   shared    several people have this address: one message an address goes to the first of them, else each gets their own
 *   recent    this person got the same message within a day: a person is asked
 *   repeated  the same lists got the same message within a day: a person is asked
 *   once      a key is used up by the campaign that first had it
 * Used in: core/campaign (snapshot), core/control (prepare). Errors: FAULT_IO. */
#pragma once
#include "address-kind.h"
#include "database.h"

typedef struct { /* all borrowed while it is at work */
  guint64     campaign;       /* the one that is being prepared */
  KindAddress address;        /* what its people are written to by */
  const char *subject, *text; /* its message is the same as another one by its subject, or, where it has none, by its text */
  guint64     except;         /* campaign, 0 none */
  guint64     refused_of;     /* campaign, 0 none */
  gboolean    is_per_address; /* one message for all who share an address */
} CopyRules;

typedef struct { /* borrowed until the call returns */
  gint64      contact;
  const char *address_key;
  gboolean    has_sharers; /* SECOND_COPIES_SHARERS_SQL */
} CopyPerson;

typedef struct {
  gboolean is_here, is_excluded, is_shared, is_recent; /* is_shared: with somebody who is written down already */
} CopyFindings;

typedef struct SecondCopies SecondCopies;

SecondCopies *second_copies_new  (Database *database, const CopyRules *rules, GError **error); /* (transfer full), or NULL */
void          second_copies_free (SecondCopies *self);                                   /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SecondCopies, second_copies_free)

/* Does anybody among the contacts share an address? Once before the first person. Returns: 1 there is more to look through, 0 done, -1 error. */
int      second_copies_look        (SecondCopies *self, GError **error);
gboolean second_copies_has_sharers (const SecondCopies *self);

/* SQL: has another contact the address of contact c? key: its column, "email_key" or "phone". */
#define SECOND_COPIES_SHARERS_SQL(key) \
  "EXISTS (SELECT 1 FROM known k CROSS JOIN contact o ON o.id=k.contact WHERE k.hash=key_hash(c." key ") AND k.contact<>c.id AND o." key "=c." key ")"

/* is_first_list: nobody can have come through an earlier one. */
gboolean second_copies_find (const SecondCopies *self, const CopyPerson *person, gboolean is_first_list, CopyFindings *out, GError **error);

/* lists: names as a campaign keeps them. *out_campaign: the newest that is meant, 0 none. */
gboolean second_copies_find_repeated (Database *database, const CopyRules *rules, const char *lists, gint64 *out_campaign, GError **error);
gboolean second_copies_find_once     (Database *database, const char *key, gint64 *out_campaign, GError **error);
/* Two campaigns of one key. *out_what: what differs ("letter"), static; NULL: it is the same wish. */
gboolean second_copies_compare       (Database *database, guint64 campaign, gint64 earlier, const char **out_what, GError **error);
