/* smtp-place.h - where an account hands in mail by SMTP, whatever it logs in with: host, port and protection, what EHLO says, how fast.
 * Used in: core/account (the kinds that send by SMTP). */
#pragma once
#include "account-settings.h"

#define SMTP_PLACE_HELO "helo"
#define SMTP_PLACE_HOST_MAX 253 /* RFC 1035 §2.3.4 */

extern const SettingChoice smtp_place_tls_choices[];
extern const KindEndpoint  smtp_place_endpoints[];

/* Of a KindSetting. */
char *smtp_place_check_host (const char *text, GError **error); /* a name in A-labels or an address without brackets, in lower case */
char *smtp_place_check_helo (const char *text, GError **error);

const Preset *smtp_place_find_preset        (const Account *account); /* by the domain of its address and its host; NULL: nothing is known */
gboolean      smtp_place_is_encrypted       (const Account *account);
gboolean      smtp_place_is_on_this_machine (const Account *account);

/* What was not said follows from what was: 465 means implicit TLS and the other way round. preset: NULL: nothing is known. */
void smtp_place_complete_port_and_tls (Account *account, gboolean has_port, const Preset *preset);
/* Takes out what follows from a change: of a port and a TLS word that fit no more, and of limits that another server's provider has. */
void smtp_place_merge (const Account *before, GVariant *changes, GVariantDict *merged);

/* Of an AccountKind. */
char    *smtp_place_describe     (const Account *account);
gboolean smtp_place_is_less_safe (const Account *before, const Account *account);
KindPool smtp_place_find_pool    (const Account *account, const KindSetting *limit);

/* What each of them has beside its place. */
#define SMTP_PLACE_ROWS \
  { .key = SETTING_CONNECTIONS, .type = "u", .least = 1, .most = ACCOUNT_CONNECTIONS_MAX, .value = "N", .help = "at the same time, at most" }, \
  { .key = "per_minute", .type = "u", .group = "limits", .label = "At most a minute", .seconds = 60, \
    .value = "N", .help = "messages in any minute, at most (0: as the provider has it)" }, \
  { .key = "per_hour", .type = "u", .group = "limits", .label = "At most an hour", .seconds = 3600, \
    .value = "N", .help = "messages in any hour, at most (0: as the provider has it)" }, \
  { .key = "per_day", .type = "u", .group = "limits", .label = "At most a day", .seconds = 86400, \
    .value = "N", .help = "messages in any 24 hours, at most (0: as the provider has it)" }, \
  { .key = SMTP_PLACE_HELO, .type = "s", .check = smtp_place_check_helo, .marks = SETTING_TOLD, \
    .value = "NAME", .help = "what EHLO says; without it this machine's full name if DNS has it, else [ADDRESS]" }, \
  { .key = SETTING_DISPLAY_NAME, .type = "s", .most = ACCOUNT_DISPLAY_NAME_MAX, \
    .value = "NAME", .help = "the name beside the address, where send has no --from" }
