/* list.h - lists of people: finding, making, paging, removing.
 * Used in: core/store/merge, core/campaign, core/app. Errors: FAULT_NO_INPUT (no such list; names near ones), FAULT_IO. */
#pragma once
#include "database.h"
#include "frame.h"

gboolean list_find   (Database *database, const char *name, gint64 *out_id, GError **error); /* compares without case */
gboolean list_ensure (Database *database, const char *name, gint64 id, GError **error); /* makes it when it is not there; id: of import_watermark_open() */

/* Field names behind those that the list has; what it has in another case is left alone. */
gboolean list_add_fields (Database *database, gint64 list, const char *const *names, GError **error);
GStrv    list_get_fields (Database *database, gint64 list, GError **error); /* (transfer full), in order; NULL with `error` */

/* Headers under which files had name, email and phone: "Full Name", "name", … in pairs (may be NULL). Said again, the later meaning stands. */
gboolean list_set_aliases (Database *database, gint64 list, const char *const *aliases, GError **error);
GStrv    list_get_aliases (Database *database, gint64 list, GError **error); /* (transfer full) pairs; NULL with `error` */
const char *list_find_alias (const char *const *aliases, const char *name); /* (borrowed) the column that `name` stands for, or NULL; as text_fold() */

/* Appends people behind `after`, by id, into `frame` (PEOPLE: name, email, phone, then `fields`): at most max_rows, and about 4 MiB. */
gboolean list_page (Database *database, gint64 list, const char *const *fields, guint64 after, guint max_rows, FrameWriter *frame, GError **error);

typedef struct {
  gint64      list, offset; /* so many are passed over */
  const char *text;         /* part of name, address or number; "": all */
  const char *order;        /* name, email, phone, a field; "": by id */
  gboolean    is_down;
  guint       max_rows;
} ListSearch;
/* The same, sorted; what has no value comes last. *out_total: how many there are. Each page looks at all people of the list. */
gboolean list_search (Database *database, const ListSearch *what, const char *const *fields, guint64 *out_total, FrameWriter *frame, GError **error);
void     list_register_functions (Database *database); /* SQL for it */

/* The list goes, with people who are in no other list and in no campaign. *out_people: how many went. Own transaction. */
/* How many are on it, and how many of them list_remove() would take away. */
gboolean list_count (Database *database, gint64 list, gint64 *out_people, gint64 *out_leaving, GError **error);
gboolean list_remove (Database *database, gint64 list, const char *name, guint64 *out_people, GError **error);
