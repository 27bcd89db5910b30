/* gate-lock.h - what gate may ask of the system: the table is lock.c. Used in: confined/gate (main), tests/boundary. */
#pragma once
#include "lock.h"

extern const LockTable gate_lock;
