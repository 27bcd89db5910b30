/* gmail-report.h - what a test of the account is told as: Transport2.Test's report.
 * Used in: gmail-channel. Source: contract/ (Transport2.Test); https://developers.google.com/workspace/gmail/api/reference/rest/v1/users/getProfile. */
#pragma once
#include "gmail-account.h"
#include "gmail-answer.h"

/* http: the answer to users.getProfile. A sign-in that may only send may not read it: that refusal shows as well that the token holds and the API is
 * there. answer: what it would mean to a message; NULL: nothing was asked. Returns: a floating a{sv}. */
GVariant *gmail_report_new (const GmailAccount *account, const HttpAnswer *http, const GmailAnswer *answer);
