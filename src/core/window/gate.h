/* gate.h - the only way out of the window in which somebody signs in, as core sees it: a postrider-gate of its own, a list of hosts, and dial.
 * Trust:  gate reads what a page makes a browser say: whatever it asks for is held against the list, and against where dial's socket really goes.
 * Used in: core/window. Source: Gate1, host-list.h. */
#pragma once
#include "core.h"
#include "host-list.h"

typedef struct Gate Gate;

typedef struct {
  void (*ready)  (gpointer data);                  /* once: it takes connections */
  void (*closed) (const char *why, gpointer data); /* once, with or without ready: it is of no use any more */
} GateFuncs;

/* hosts: borrowed for life; funcs: kept by pointer. Returns: (transfer full), never NULL; callbacks never come before this returns. */
Gate *gate_start (Core *core, const HostList *hosts, const GateFuncs *funcs, gpointer data);
void  gate_free  (Gate *self); /* hangs up; no callbacks any more; NULL is a no-op */

void  gate_take  (Gate *self, int fd); /* after ready; takes a browser's connection to its proxy */
