/* address-kind.h - what the people of a campaign are written to by: a row a kind. Who finds, compares, counts or checks an address of a recipient asks it.
 * Used in: core. */
#pragma once
#include "outcome.h"

typedef enum { KIND_ADDRESS_EMAIL, KIND_ADDRESS_PHONE } KindAddress; /* of the account and of its recipients */

typedef struct {
  const char   *word;    /* App1's, what templates call it, and of which columns of a contact it is made: contact.email, contact.email_key */
  const char   *other;   /* the other one that a contact has: the first of a recipient's columns (shared/wire/field-name) */
  const char   *article, *noun, *long_noun; /* for people: "an", "address", "e-mail address" */
  const char   *example, *erased; /* nobody's: in a message that is looked at, and in place of one that is not kept any more */
  OutcomeReason lacking; /* why who has none is skipped */
  char       *(*parse) (const char *typed); /* Returns: (transfer full) the form in which contacts have it; NULL: it is none */
  char       *(*key)   (const char *typed); /* (transfer full) by which two are one; of what is none, too */
} AddressKind;

const AddressKind *address_kind_get (KindAddress kind);
