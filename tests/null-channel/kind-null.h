/* kind-null.h - the kind of account that postrider-null sends for. Used in: kinds.c. */
#pragma once
#include "kind.h"

extern const AccountKind kind_null;
