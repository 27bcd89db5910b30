/* core-link.h - the way to core: the socket on fd 3, calls with descriptors, signals. The shell is a client like the command line.
 * Trust:  core started us and is the same user; its answers are checked against the contract all the same, since the page gets them.
 * Used in: shell. */
#pragma once
#include <gio/gio.h>
#include <gio/gunixfdlist.h>

typedef struct CoreLink CoreLink;

typedef struct {
  void (*told) (const char *member, GVariant *arguments, gpointer data); /* a signal of App1 that passed the contract */
  void (*lost) (gpointer data);                                          /* once: core has gone */
} CoreLinkFuncs;

/* Connects fd 3. Returns: (transfer full), or NULL with FAULT_UNAVAILABLE. */
CoreLink *core_link_new  (const CoreLinkFuncs *funcs, gpointer data, GError **error);
void      core_link_free (CoreLink *self);
gboolean  core_link_is_lost (CoreLink *self);

/* member: of App1; arguments: its tuple (kept; NULL: none); fds: kept, or NULL. The call takes as long as it takes. */
void      core_link_call_async  (CoreLink *self, const char *member, GVariant *arguments, GUnixFDList *fds, GAsyncReadyCallback callback, gpointer data);
/* Returns: (transfer full) the checked reply, or NULL with FAULT_*. out_fds: (transfer full) or NULL; may itself be NULL. */
GVariant *core_link_call_finish (CoreLink *self, GAsyncResult *result, GUnixFDList **out_fds, GError **error);

/* The same from a thread of its own, which waits. */
GVariant *core_link_call_sync (CoreLink *self, const char *member, GVariant *arguments, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoreLink, core_link_free)
