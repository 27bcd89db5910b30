/* intrinsics.h - JavaScript's own functions as they were before any script of the page ran: the page may replace them afterwards, these stay.
 * Trust:  taken while the window object is new; nothing of the page is called. Used in: confined/page. Source: ECMA-262 §20, §28. */
#pragma once
#include <jsc/jsc.h>

typedef struct {
  JSCContext *context; /* owned, as the rest */
  JSCValue   *own_keys, *descriptor, *has_own, *freeze, *is_well_formed, *error;
} Intrinsics;

/* Returns: FALSE: something was not a function; then there is no bridge. */
gboolean intrinsics_take  (Intrinsics *self, JSCContext *context);
void     intrinsics_clear (Intrinsics *self);

JSCValue *intrinsics_freeze (const Intrinsics *self, JSCValue *object); /* (transfer full) the same */
/* Returns: (transfer full) an Error with `fault`, frozen. Its text is ours or core's. */
JSCValue *intrinsics_fault  (const Intrinsics *self, const char *fault, const char *text);
