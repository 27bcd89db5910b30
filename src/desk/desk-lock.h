/* desk-lock.h - the tables of desk and of its dialog. Used in: desk, tests/boundary. */
#pragma once
#include "lock.h"

/* needs_abstract: the session bus listens on an abstract socket, so the network namespace and Landlock's scope stay open for those. */
const LockTable *desk_lock (gboolean needs_abstract);
extern const LockTable dialog_lock;
