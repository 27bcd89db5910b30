/* import-lock.h - the rule table of postrider-import. Used in: main.c, tests/boundary. */
#pragma once
#include "lock.h"

extern const LockTable import_lock;
