/* account-settings.h - what `account add` was told, as the settings of App1.AccountAdd. Used in: cli. */
#pragma once
#include "options.h"
#include "secret-bytes.h"

typedef struct {
  char    *host, *user, *tls, *pin, *helo, *display_name, *address, *password_file, *password_command, *password;
  guint64  port, connections;
  OptionCount per_minute, per_hour, per_day; /* 0: the provider's own limit, else none */
  gboolean is_insecure, has_no_password;
} AccountOptions;

typedef struct {
  gboolean is_removed;
} PinOptions;

extern const Option account_options[], account_set_options[];

/* url may be NULL. Returns: (transfer full) an a{sv}, or NULL with FAULT_USAGE. */
GVariant *account_settings_build (const AccountOptions *options, const char *address, const char *url, GError **error);

/* Returns: (transfer full) an a{sv} with what was given alone, or NULL with FAULT_USAGE. */
GVariant *account_settings_build_changes (const AccountOptions *options, GError **error);

/* out_secret: (transfer full), or NULL where the account keeps none. Returns: FALSE with an error of password_read(). */
gboolean account_settings_read_password (const AccountOptions *options, gboolean has_terminal, const char *name,
                                         SecretBytes **out_secret, GError **error);
