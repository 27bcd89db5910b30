/* contact.h - one row of cells to a contact, or to the reasons why not.
 * Trust:  cells are hostile; what leaves is valid UTF-8, a canonical address, an E.164 number. Used in: confined/import.
 * Source: contract/org.postrider.Import1.xml (frames CONTACTS and REJECTS). */
#pragma once
#include "plan.h"

#define CONTACT_NAME_MAX 512        /* octets; chosen: longer is no name but a slipped column */
#define CONTACT_REJECT_VALUE_MAX 256 /* octets of a rejected value; the contract */

typedef enum { CONTACT_BLANK, CONTACT_KEPT, CONTACT_REJECTED } ContactFate;

/* region: "" or one that libphonenumber knows. `is_grid` as in Table. Appends to both frames. */
ContactFate contact_write (const Plan *plan, const char *region, gboolean is_grid, const CsvRow *row,
                           FrameWriter *contacts, FrameWriter *rejects);
