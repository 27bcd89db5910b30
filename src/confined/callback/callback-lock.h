/* callback-lock.h - what callback may ask of the system: the table is lock.c. Used in: confined/callback (main), tests/boundary. */
#pragma once
#include "lock.h"

extern const LockTable callback_lock;
