/* account-settings.h - what `account add` was told, as the settings of App1.AccountAdd. Used in: cli. */
#pragma once
#include "account-form.h"
#include "options.h"
#include "secret-bytes.h"

typedef struct { /* besides those of the form */
  char    *address, *password_file, *password_command, *password, *client, *authorities, *provider;
  char   **endpoints;
  gboolean has_no_password, has_no_browser, is_in_window;
} AccountOptions;

typedef struct {
  gboolean is_removed;
} PinOptions;

extern const Option account_options[], account_set_options[];

gboolean account_options_are_given (const AccountOptions *options); /* any of them */

/* address: it may have a kind in front, gmail:ANN@GMAIL.COM. url may be NULL. *out_client: (transfer full) the client's secret, of an account with a sign-in; NULL: none.
 * Returns: (transfer full) an a{sv}, or NULL with FAULT_USAGE, FAULT_NO_INPUT, FAULT_CONFIG. */
GVariant *account_settings_build (const AccountOptions *options, const AccountForm *form, const char *address, const char *url, SecretBytes **out_client, GError **error);

/* --endpoint, --ca, --provider, as App1.AccountAddOwn takes them. Returns: (transfer full) an a{ss}, empty where nothing was given; or NULL with FAULT_USAGE, FAULT_NO_INPUT. */
GVariant *account_settings_build_own (const AccountOptions *options, GError **error);

/* kind: the account's, looked at where a --client is given. *out_client: as above. Returns: (transfer full) an a{sv} with what was given alone, or NULL with FAULT_USAGE, FAULT_NO_INPUT, FAULT_CONFIG. */
GVariant *account_settings_build_changes (const AccountOptions *options, const AccountForm *form, const char *kind, SecretBytes **out_client, GError **error);

/* checked: settings_used of AccountAdd; core says there whether an account like that has a password.
 * out_secret: (transfer full), or NULL where it has none. Returns: FALSE with an error of password_read(). */
gboolean account_settings_read_password (const AccountOptions *options, GVariant *checked, gboolean has_terminal, const char *name,
                                         SecretBytes **out_secret, GError **error);
