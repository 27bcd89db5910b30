/* connectors.h - the handlers of App1, a file each: what each connects of a client's skeleton. The table of all of them is in parts.c.
 * Used in: core/app, core/parts. */
#pragma once
#include "client.h"

void app_account_connect     (AppClient *client); /* Account*, but for what stands below */
void app_campaign_connect    (AppClient *client); /* Campaign*, but for what stands below */
void app_contact_connect     (AppClient *client); /* Contact*, but for ContactAdd, -Consent, -Merge */
void app_contact_add_connect (AppClient *client); /* ContactAdd, -Consent, -Merge */
void app_doctor_connect      (AppClient *client); /* Doctor */
void app_draft_connect       (AppClient *client); /* DraftKeep, -Show, -Drop */
void app_import_connect      (AppClient *client); /* Import* */
void app_leave_connect       (AppClient *client); /* Leave */
void app_list_connect        (AppClient *client); /* Lists, ListRows, ListRemove */
void app_list_edit_connect   (AppClient *client); /* the other List* */
void app_look_back_connect   (AppClient *client); /* CampaignSent, -History, -Archive */
void app_preview_connect     (AppClient *client); /* TemplateInspect, CampaignPreview, -Corrected, MessagePreview */
void app_question_connect    (AppClient *client); /* Question, AccountAgree */
void app_rows_connect        (AppClient *client); /* CampaignRows, -Find, -Message */
void app_settings_connect    (AppClient *client); /* AuditList, Settings*, DeleteAll */
void app_sign_in_connect     (AppClient *client); /* AccountSignIn*, AccountSignOut, AccountRemove */
void app_sink_connect        (AppClient *client); /* Sink* */
void app_suppress_connect    (AppClient *client); /* Suppress* */
void app_template_connect    (AppClient *client); /* TemplateSave, -Show, -List, -Rename, -Remove, LetterFiles */
void app_vault_connect       (AppClient *client); /* Vault* */
void app_window_connect      (AppClient *client); /* WindowOpen, Desk* */

/* The vault was opened by nobody's call: what waited for it goes on. */
void app_vault_note_opened (Core *core);
