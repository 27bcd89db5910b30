/* environment.h - what the caller of WindowOpen says of its desktop: an allow-list of names, each value checked for its form.
 * Trust:  the caller is the same user, but the values go into arguments and environments of other programs. Pure. Used in: core/window. */
#pragma once
#include <glib.h>

typedef struct Environment Environment;

/* values: a{ss} (borrowed). Returns: (transfer full), or NULL with FAULT_USAGE: it names the variable, never the value. */
Environment *environment_parse (GVariant *values, GError **error);
void         environment_free  (Environment *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Environment, environment_free)

const char  *environment_get   (Environment *self, const char *name); /* borrowed; NULL: not set */
/* NAME=VALUE of all that the programs outside the box may know. Returns: (transfer full) */
char       **environment_list  (Environment *self);
/* The same of language, time zone and looks, which alone go inside. */
char       **environment_list_inside (Environment *self);
