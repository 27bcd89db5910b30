/* desk.h - postrider-desk as core sees it: started, asked, started again when it dies. Its answers are looked at before they go on.
 * Trust:  desk talks to foreign programs on the session bus: what it says is checked by shared/peer, its files by this file.
 * Used in: core/window. */
#pragma once
#include "core.h"
#include "environment.h"

typedef struct Desk Desk;

typedef struct {
  /* once; accessibility: "" when there is no bus for screen readers, or no desk; has_reader: one is on */
  void (*ready)        (const char *accessibility, gboolean has_reader, gpointer data);
  void (*look_changed) (GVariant *look, gpointer data);
  void (*activated)    (const char *id, gpointer data);
} DeskFuncs;

/* funcs, environment: kept by pointer. Returns: (transfer full), never NULL. */
Desk *desk_start (Core *core, Environment *environment, const DeskFuncs *funcs, gpointer data);
void  desk_free  (Desk *self); /* running calls end with FAULT_UNAVAILABLE; NULL is a no-op */

/* Each calls `done` once, later. error: borrowed FAULT_*, or NULL. */
typedef void (*DeskDoneFunc) (GVariant *answer, GUnixFDList *fds, const GError *error, gpointer data); /* answer, fds: borrowed, as Desk1 has them */

void desk_choose (Desk *self, const char *title, const char *const *patterns, gboolean is_multiple, DeskDoneFunc done, gpointer data);
void desk_save   (Desk *self, const char *title, const char *name, DeskDoneFunc done, gpointer data);
/* paths: desk_is_path() has said yes to each. The person is asked first. */
void desk_dropped (Desk *self, const char *const *paths, DeskDoneFunc done, gpointer data);
void desk_show   (Desk *self, const char *address, DeskDoneFunc done, gpointer data);
void desk_look   (Desk *self, DeskDoneFunc done, gpointer data);

/* Best effort: what fails is a line in the log. */
void desk_notify  (Desk *self, const char *id, const char *title, const char *body);
void desk_inhibit (Desk *self, gboolean is_on, const char *why);

/* Checks what a dialog gave: plain files of the right mode, names without a slash. Returns: FALSE: desk lies. */
gboolean desk_check_chosen (GVariant *answer, GUnixFDList *fds);
gboolean desk_check_saved  (GVariant *answer, GUnixFDList *fds);
/* Absolute, of a length that a system takes, nothing in it that goes elsewhere than it says (., .., //). */
gboolean desk_is_path (const char *path);
/* http, https or mailto, printable ASCII. */
gboolean desk_is_address (const char *address);
