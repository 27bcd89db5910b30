/* retention.h - names, addresses and replies of campaigns that ended long ago are taken away: as long as the person who sends said they
 * are to be kept, and not longer. States, times and numbers stay. Used in: core. Source: App1.SettingsChange; GDPR Art. 5 (1) (e). */
#pragma once
#include "core.h"

#define RETENTION_DAYS_MIN 7
#define RETENTION_DAYS_MAX 36500

typedef struct Retention Retention;

Retention *retention_new  (Core *core); /* looks soon, then every few hours */
void       retention_free (Retention *self);

guint      retention_get_days (Core *core); /* 0: kept */
/* Errors: FAULT_USAGE (out of range), FAULT_IO. What is over age goes at once, in the main loop's free time. */
gboolean   retention_set_days (Core *core, guint days, GError **error);
