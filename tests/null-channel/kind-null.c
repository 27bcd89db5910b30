#include "kind-null.h"

static const SettingChoice lies[] = {
  { "no", "None" },
  { "stranger", "Somebody whom it was not given" },
  { "campaign", "A campaign that it was not given" },
  { "attempt", "An attempt that was not made" },
  { "outcome", "A state that is not its own to give" },
  { "twice", "Two outcomes of one message" },
  { "record", "A record that its kind does not have" },
  { "endpoint", "A connection to nowhere" },
  { "status", "A status that does not exist" },
  { "word", "A word that the contract does not have" },
  { NULL, NULL },
};

static const KindSetting settings[] = {
  { .key = "delay_ms", .type = "u", .fallback = "1", .least = 1, .most = 1000, .marks = SETTING_TOLD, .group = "server", .label = "Rest behind each message",
    .value = "N", .help = "milliseconds from one message to the next" },
  { .key = "lie", .type = "s", .fallback = "no", .choices = lies, .marks = SETTING_TOLD, .group = "server", .label = "Lie", .value = "WORD",
    .help = "what it tells core that is not so" },
  { .key = "per_day", .type = "u", .group = "limits", .label = "At most a day", .seconds = 86400, .value = "N", .help = "messages in any 24 hours, at most" },
  { .key = NULL },
};

static const KindRecord records[] = {
  { .word = "count", .is_first = TRUE },
  { .word = NULL },
};

const AccountKind kind_null = {
  .word = "null", .title = "A file (for tests)", .program = "null",
  .address = KIND_ADDRESS_EMAIL, .message = KIND_MESSAGE_MAIL, .secret = KIND_SECRET_NONE,
  .traits = KIND_CAN_RECEIPTS, .settings = settings, .records = records,
};

const AccountKind kind_null_phone = {
  .word = "null-phone", .title = "A file, to numbers (for tests)", .program = "null",
  .address = KIND_ADDRESS_PHONE, .message = KIND_MESSAGE_CHAT, .secret = KIND_SECRET_NONE,
  .traits = KIND_CAN_RECEIPTS, .settings = settings, .records = records,
};
