/* app-people.h - the parts of app_contact_connect(), a file each. Used in: core/app. */
#pragma once
#include "app.h"

void app_list_connect     (AppClient *client); /* Lists, List* */
void app_template_connect (AppClient *client); /* TemplateSave, -Show, -List, -Rename, -Remove, LetterFiles */
void app_draft_connect    (AppClient *client); /* DraftKeep, -Show, -Drop */
void app_suppress_connect (AppClient *client); /* Suppress* */

void app_settings_connect (AppClient *client); /* AuditList, Settings*, DeleteAll */

#define APP_PAGE_ROWS_MAX 10000 /* contract: rows of a page */
