/* account-report.h - the report of App1.AccountTest in words. Used in: cli. */
#pragma once
#include <glib.h>

void account_report_print  (const char *name, GVariant *report); /* on standard output */
int  account_report_status (GVariant *report);                   /* 0: all is well; FAULT_NO_PERM: login; else FAULT_UNAVAILABLE */
