/* kind-oauth.h - accounts of people who sign in at their provider (OAuth 2.0) and send by its SMTP server: Gmail, Outlook, and any other by a file.
 * Used in: core/account. */
#pragma once
#include "kind.h"

extern const AccountKind kind_gmail, kind_outlook, kind_oauth;
