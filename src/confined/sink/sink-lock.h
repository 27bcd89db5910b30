/* sink-lock.h - what the sink may ask of the system: the table is lock.c. Used in: confined/sink (main), tests/boundary. */
#pragma once
#include "lock.h"

extern const LockTable sink_lock; /* no folder at all */

/* The same with `folder` (absolute, borrowed, must outlive it): files may be made beneath it. Returns: static. */
const LockTable *sink_lock_for (const char *folder);
