/* app-people.h - the parts of app_contact_connect(), a file each. Used in: core/app. */
#pragma once
#include "app.h"
#include "contact.h"

void app_contact_add_connect (AppClient *client); /* ContactAdd, -Consent, -Merge */
void app_list_connect     (AppClient *client); /* Lists, ListRows, ListRemove */
void app_list_edit_connect (AppClient *client); /* the other List* */
void app_template_connect (AppClient *client); /* TemplateSave, -Show, -List, -Rename, -Remove, LetterFiles */
void app_draft_connect    (AppClient *client); /* DraftKeep, -Show, -Drop */
void app_suppress_connect (AppClient *client); /* Suppress* */

void app_settings_connect (AppClient *client); /* AuditList, Settings*, DeleteAll */

/* A value as a person types it: name, email, phone or a field. Errors: FAULT_DATA, FAULT_USAGE (a field's name). */
gboolean app_contact_set_value (Contact *contact, const char *name, const char *value, GError **error);
gboolean app_contact_is_own    (const char *name); /* name, email or phone, in any case */

const char **app_list_columns (const char *const *fields); /* (transfer container) name, email, phone, then fields */

#define APP_PAGE_ROWS_MAX 10000 /* contract: rows of a page */
