/* doubles.h - who of the people of a campaign looks like one person written down twice: the same address and nearly the same name; the same number (or,
 * where the address is one, the same e-mail address) and nearly the same name; the same full name. For the pre-flight; nobody is left out for it.
 * Used in: core/campaign, core/control. Memory is bounded: who comes behind the first DOUBLES_PEOPLE_MAX is not compared. */
#pragma once
#include <glib.h>

#define DOUBLES_PEOPLE_MAX 100000 /* chosen: some 30 MB while a campaign is prepared */
#define DOUBLES_SHOWN_MAX 20      /* contract */

typedef struct Doubles Doubles;

Doubles *doubles_new  (void); /* (transfer full) */
void     doubles_free (Doubles *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Doubles, doubles_free)

void      doubles_add       (Doubles *self, gint64 contact, const char *name, const char *address, const char *address_key, const char *other_key);
GVariant *doubles_describe  (const Doubles *self); /* floating aa{sv}; contract: summary.alike */
/* (transfer full) the first pair with what tells them apart, and how many more there are; NULL: none */
char     *doubles_to_sentence (const Doubles *self, const char *noun); /* noun: of what each gets, "mail" */
