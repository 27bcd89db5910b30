/* app-doctor.h - Doctor of App1: what is locked, which layers hold, what is missing and what to do about it.
 * Trust:  the lines of `postrider-NAME --layers` come from our own programs before any foreign byte; capped and made printable anyway.
 * Used in: core/app. */
#pragma once
#include "app.h"

void app_doctor_connect (AppClient *client);
