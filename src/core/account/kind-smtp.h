/* kind-smtp.h - accounts that send mail by a server of their provider's. Used in: core/account. */
#pragma once
#include "kind.h"

extern const AccountKind kind_smtp;
