/* keyring-lock.h - what postrider-keyring may do. Used in: main.c, tests/boundary. Source: docs/sandbox.md. */
#pragma once
#include "lock.h"

extern const LockTable keyring_lock;
