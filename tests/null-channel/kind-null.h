/* kind-null.h - the kinds of account that postrider-null sends for: letters to addresses, texts to numbers. Used in: kinds.c. */
#pragma once
#include "kind.h"

extern const AccountKind kind_null, kind_null_phone;
