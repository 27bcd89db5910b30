#include "intrinsics.h"

#include <string.h>

/* Runs in the page's world, before the page: an array of what is needed. isWellFormed takes its string as an argument. */
static const char script[] =
    "[Reflect.ownKeys, Reflect.getOwnPropertyDescriptor, Object.hasOwn, Object.freeze,"
    " Function.prototype.call.bind(String.prototype.isWellFormed), Error]";

gboolean
intrinsics_take (Intrinsics *self, JSCContext *context)
{
  JSCValue **const places[] = { &self->own_keys, &self->descriptor, &self->has_own, &self->freeze, &self->is_well_formed, &self->error };
  g_autoptr (JSCValue) found = jsc_context_evaluate (context, script, -1);

  memset (self, 0, sizeof *self);
  self->context = g_object_ref (context);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    *places[i] = jsc_value_object_get_property_at_index (found, i);
    if (jsc_context_get_exception (context) != NULL || !jsc_value_is_function (*places[i])) {
      jsc_context_clear_exception (context);
      intrinsics_clear (self);
      return FALSE;
    }
  }
  return TRUE;
}

void
intrinsics_clear (Intrinsics *self)
{
  g_clear_object (&self->own_keys);
  g_clear_object (&self->descriptor);
  g_clear_object (&self->has_own);
  g_clear_object (&self->freeze);
  g_clear_object (&self->is_well_formed);
  g_clear_object (&self->error);
  g_clear_object (&self->context);
}

JSCValue *
intrinsics_freeze (const Intrinsics *self, JSCValue *object)
{
  return jsc_value_function_call (self->freeze, JSC_TYPE_VALUE, object, G_TYPE_NONE);
}

JSCValue *
intrinsics_fault (const Intrinsics *self, const char *fault, const char *text)
{
  g_autoptr (JSCValue) error = jsc_value_constructor_call (self->error, G_TYPE_STRING, text, G_TYPE_NONE);
  g_autoptr (JSCValue) word = jsc_value_new_string (self->context, fault);

  jsc_value_object_define_property_data (error, "fault", JSC_VALUE_PROPERTY_ENUMERABLE, word);
  return g_steal_pointer (&error);
}
