/* join.h - two people who are one: lists, consent and history of both, the values of the one who stays, and one letter in each open campaign.
 * Rules:  docs/decisions/one-person-stays-one.md. Used in: core/app. Own transaction.
 * Errors: FAULT_USAGE (the same person twice), FAULT_NO_USER, FAULT_TEMP (letters to both are on the wire; a campaign is being prepared),
 *         FAULT_NO_PERM (a suppression cannot be checked: the vault is locked), FAULT_IO. */
#pragma once
#include "database.h"

/* The caller marks who is suppressed by it afterwards: campaigns_suppressed(). */
gboolean join_people (Database *database, gint64 stays, gint64 goes, GError **error);
