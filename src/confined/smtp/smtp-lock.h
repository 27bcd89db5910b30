/* smtp-lock.h - this program's rule table. Used in: main, tests/boundary. */
#pragma once
#include "lock.h"

extern const LockTable smtp_lock;
