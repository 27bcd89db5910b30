/* account-settings.h - what a person says of an account, checked by the rows of its kind and completed by the provider's preset.
 * Trust:  the words come over App1; each one is checked here. Used in: core/app. */
#pragma once
#include "account.h"
#include "preset.h"

#define ACCOUNT_NAME_MAX 64        /* contract */
#define ACCOUNT_DISPLAY_NAME_MAX 256 /* octets; chosen: a From of one or two folded lines */
#define ACCOUNT_USER_MAX 320       /* octets; an address at most, and then some */
#define ACCOUNT_CONNECTIONS_MAX 50 /* chosen: providers close beyond ten or twenty; NOFILE of a transport is 64 */

/* settings: as AccountAdd says. Returns: (transfer full) an account without id; *out_preset is static or NULL.
 * No login at all by SMTP: user is "", or there is neither user nor password and the server is this machine's, without TLS (a capture server).
 * Errors: FAULT_USAGE, FAULT_DATA (the address). */
Account  *account_settings_parse (const char *name, GVariant *settings, const Preset **out_preset, GError **error);

/* own: a{ss}, as AccountAddOwn says: settings with SETTING_OWN. Errors: the same. */
Account  *account_settings_parse_own (const char *name, GVariant *settings, GVariant *own, const Preset **out_preset, GError **error);

/* changes: as AccountSet says; what they do not name stays as it is in `before`. Returns: (transfer full) an account with the id of `before`.
 * Errors: as account_settings_parse(). */
Account  *account_settings_change (const Account *before, GVariant *changes, const Preset **out_preset, GError **error);

/* settings_used of AccountAdd: a floating a{sv}. */
GVariant *account_settings_describe (const Account *self, const Preset *preset);

/* 64 hex digits, with or without colons, or "". Returns: (transfer full) lower case, or NULL with FAULT_USAGE. */
char     *account_settings_parse_pin (const char *pin, GError **error);

/* "localhost", 127.0.0.0/8, ::1 */
gboolean  account_settings_is_loopback_host (const char *host);
