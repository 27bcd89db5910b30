/* bytes.h - the fuzzer's octets as a stream of choices, and values of any D-Bus type made of them: of the right type, with the words
 * that core knows more often than not, at the edges of what a number holds.
 * Used in: tests/fuzz/core, tests/unit/core/app. */
#pragma once
#include <gio/gio.h>
#include <gio/gunixfdlist.h>

typedef struct {
  const guint8 *at, *end;
} Bytes;

Bytes    bytes_new    (const guint8 *data, gsize len); /* borrowed */
gboolean bytes_is_over (const Bytes *self);
guint    bytes_take   (Bytes *self, guint n); /* 0..n-1; 0 when they are over */
Bytes    bytes_split  (Bytes *self);          /* the part behind, as long as the first octet says */

/* A floating value of `type`. fds: gets a descriptor for each handle. */
GVariant *bytes_value (Bytes *self, const GVariantType *type, GUnixFDList *fds);
/* A tuple of what the arguments' signatures say; args: NULL-terminated, or NULL. */
GVariant *bytes_arguments (Bytes *self, GDBusArgInfo **args, GUnixFDList *fds);
