/* address-cell.h - the addresses in a cell: ann@example.org | Ann <ann@example.org> | mailto:… | 'ann@example.org' | a@example.org; b@example.org
 * Trust:  cells are hostile. Used in: confined/import/contact. Does no I/O. */
#pragma once
#include "address.h"
#include "frame.h"

#define ADDRESS_CELL_MAX 50 /* chosen: more in one cell are a list of their own */

typedef struct { /* borrows from the cell, but for the addresses */
  char       *addresses[ADDRESS_CELL_MAX]; /* canonical */
  Slice       names[ADDRESS_CELL_MAX];     /* as they stand beside each, or empty */
  guint       n;
  gboolean    has_several; /* two or more stand there, fine or not; then n may be anything */
  AddressFlaw flaw;        /* of the first that is none; with n == 0: why there is none */
} AddressCell;

void address_cell_read  (AddressCell *self, Slice cell);
void address_cell_clear (AddressCell *self);

/* "gmail.com" for gmial.com and gmail.con: a well-known domain that this one is a typing error of, or NULL. domain: in A-labels. Static. */
const char *address_cell_find_typo (const char *domain);
