/* layers.h - the parts of the lock, and what is said about each of them.
 * Used in: shared/lock only. One process locks itself once, so the notes are static. */
#pragma once
#include "lock.h"

typedef enum { LAYER_NOT_NEEDED, LAYER_HOLDS, LAYER_MISSING } LayerState;

/* name and why are copied; a second note about the same name replaces the first. */
void layer_note (const char *name, LayerState state, const char *format, ...) G_GNUC_PRINTF (3, 4);

gboolean limits_set     (const LockTable *table, GError **error);
gboolean process_harden (const LockTable *table, GError **error); /* after namespaces_enter(): a new user namespace brings rights back */
void     namespaces_enter (const LockTable *table);               /* never fails: what is not allowed is noted */
gboolean landlock_seal  (const LockTable *table, GError **error);
gboolean filter_seal    (const LockTable *table, GError **error);
gboolean fstat_trap_set (GError **error);

#if defined (__x86_64__) || defined (__aarch64__) /* where trapped_read() knows the registers */
#define LOCK_HAS_FSTAT_TRAP 1
#endif

extern const LockSyscall lock_base_table[];

/* The filter's instructions, apart from installing them so that a test can walk through them.
 * Returns: (transfer full) struct sock_filter[]; or NULL with FAULT_SOFTWARE: a row names a call that does not exist. */
struct sock_filter *filter_compile (const LockTable *table, gsize *out_len, GError **error);
