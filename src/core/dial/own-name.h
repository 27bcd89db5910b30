/* own-name.h - this machine's full name, if DNS has it: what EHLO says where an account names nothing.
 * Trust:  the name server's answer is hostile; only the machine's own name, and what a search list puts behind it, is believed.
 * Used in: core/worker.
 * Source: RFC 5321 §2.3.5, §4.1.4: a name that can be resolved, else an address literal. */
#pragma once
#include "dialer.h"

/* Waits five seconds at most. */
void  own_name_find_async  (Dialer *dialer, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

/* Returns: (transfer full) a full name, or "": there is none, nobody answered, or the call was cancelled. */
char *own_name_find_finish (GAsyncResult *result);

/* The pure half: the first of `records` that is `machine` or begins with it and a dot, and is a public name. Returns: borrowed, or NULL. */
const char *own_name_choose (const char *machine, const char *const *records);
