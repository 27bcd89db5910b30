/* app-people.h - what the handlers of people share. Used in: core/app. */
#pragma once
#include "connectors.h"
#include "contact.h"

/* A value as a person types it: name, email, phone or a field. Errors: FAULT_DATA, FAULT_USAGE (a field's name). */
gboolean app_contact_set_value (Contact *contact, const char *name, const char *value, GError **error);
gboolean app_contact_is_own    (const char *name); /* name, email or phone, in any case */

const char **app_list_columns (const char *const *fields); /* (transfer container) name, email, phone, then fields */

#define APP_PAGE_ROWS_MAX 10000 /* contract: rows of a page */
