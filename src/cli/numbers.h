/* numbers.h - the numbers of a campaign (App1.CampaignShow) in words, and what they mean for the exit status. Used in: cli. */
#pragma once
#include <glib.h>

gboolean numbers_has_ended (GVariant *numbers); /* done, cancelled, or paused with nothing on the wire */
gboolean numbers_only_later (GVariant *numbers); /* none queued or on the wire, some waiting for their next try */

/* 0: all accepted (or skipped); 1: some refused or unknown; FAULT_TEMP (75): paused, or some later. */
int   numbers_status (GVariant *numbers);
char *numbers_line   (GVariant *numbers); /* transfer full: "1,200 of 10,000 · 34/s · 4 min left" */
double numbers_fraction (GVariant *numbers);
void  numbers_print  (GVariant *numbers); /* the whole, on standard output */
void  numbers_print_next_steps (GVariant *numbers); /* on standard error */
