/* gmail-lock.h - what postrider-gmail may do. Used in: main.c, tests/boundary. Source: docs/sandbox.md. */
#pragma once
#include "lock.h"

extern const LockTable gmail_lock;
