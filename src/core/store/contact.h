/* contact.h - one person: the row in the store; finding, changing, forgetting.
 * Trust:  values were checked by core/intake or core/app. Used in: core/store/merge, core/app.
 * Errors: FAULT_NO_USER (nobody), FAULT_DATA (several, or a value that cannot be), FAULT_IO. */
#pragma once
#include "database.h"
#include "frame.h"

#define CONTACT_FIELDS_MAX (6 * 1024 * 1024) /* octets of all further fields; chosen: one person must fit a frame of 8 MiB (contract) */

typedef struct {
  gint64      id;
  char       *name, *email, *phone; /* "" when missing; email canonical, phone E.164 */
  GByteArray *fields;               /* shared/wire/fields */
} Contact;

Contact *contact_new  (void); /* (transfer full) nobody yet: id 0, all of it empty */
Contact *contact_load (Database *database, gint64 id, GError **error); /* (transfer full), or NULL with FAULT_NO_USER */
void     contact_free (Contact *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Contact, contact_free)

/* Writes name, email, phone, fields and their keys. Errors: FAULT_DATA: another person has this address and name. */
gboolean contact_save (Database *database, const Contact *self, GError **error);

/* Sets a field; an empty value removes it. Returns: whether anything changed. */
gboolean contact_set_field (Contact *self, const char *name, const char *value);

/* New values win, old ones stay. Returns: whether anything changed. What would pass CONTACT_FIELDS_MAX is left as it was. */
gboolean contact_merge_fields (Contact *self, const void *fields, gsize len);

/* Old values win: only fields that the contact lacks are taken. */
gboolean contact_fill_fields (Contact *self, const void *fields, gsize len);

/* The people whom WHO means: address, number, name (now, or else once) or #id -> ids, ascending, at most `max` (array of gint64, transfer full); an empty array: nobody. */
GArray *contact_match (Database *database, const char *who, guint max, GError **error);

/* The one whom WHO means. Errors: FAULT_NO_USER, FAULT_DATA (several: names their #ids). */
gboolean contact_find_one (Database *database, const char *who, gint64 *out_id, GError **error);
