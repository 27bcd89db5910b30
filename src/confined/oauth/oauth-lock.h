/* oauth-lock.h - what postrider-oauth may do. Used in: main.c, tests/boundary. Source: docs/sandbox.md. */
#pragma once
#include "lock.h"

extern const LockTable oauth_lock;
