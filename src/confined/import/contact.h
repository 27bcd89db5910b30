/* contact.h - one row of cells to a contact, or to the reasons why not.
 * Trust:  cells are hostile; what leaves is valid UTF-8, a canonical address, an E.164 number. Used in: confined/import.
 * Source: contract/org.postrider.Import1.xml (frames CONTACTS and REJECTS). */
#pragma once
#include "address-cell.h"
#include "plan.h"

#define CONTACT_NAME_MAX 512        /* octets; chosen: longer is no name but a slipped column */
#define CONTACT_REJECT_VALUE_MAX 256 /* octets of a rejected value; the contract */

typedef enum { CONTACT_BLANK, CONTACT_KEPT, CONTACT_REJECTED } ContactFate;

typedef enum { SEVERAL_LISTED, SEVERAL_FIRST, SEVERAL_EACH } ContactSeveral; /* addresses in one cell */

typedef struct {
  const char    *region;     /* "" or one that libphonenumber knows */
  gboolean       is_grid;    /* as in Table */
  ContactSeveral several;
  gboolean       takes_left; /* people of whom a column says that they left, too */
} ContactRules;

/* Writes a row as what it is: empty, a header or a title; people; none. out_n: contacts, or 1 for a rejected row. Appends to both frames. */
ContactFate contact_write (const Plan *plan, const ContactRules *rules, const CsvRow *row, FrameWriter *contacts, FrameWriter *rejects, guint *out_n);
