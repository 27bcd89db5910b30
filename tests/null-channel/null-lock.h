/* null-lock.h - this program's rule table. Used in: main. */
#pragma once
#include "lock.h"

extern const LockTable null_lock;
