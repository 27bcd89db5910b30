/* send-summary.h - what would happen, in words, before anybody is asked. Used in: cli (send). */
#pragma once
#include "send-spec.h"

/* How many people would get a message: those who are not skipped already. */
guint64 send_summary_count (GVariant *summary);
/* subject: as written, NULL: there is none; summary: of App1.CampaignPrepare. On standard error: standard output is for results. */
void send_summary_print (const SendOptions *options, const char *subject, GVariant *summary);
/* {"campaign":ID,"schema":1,…} on one line of standard output. */
void send_summary_json (guint64 campaign, const char *subject, GVariant *summary);
/* {"campaign":ID,"already":true,"state":…}: --once met a campaign that has the key. */
void send_summary_already_json (guint64 campaign, const char *state);
