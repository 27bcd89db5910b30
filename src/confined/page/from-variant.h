/* from-variant.h - what core and the shell say, as JavaScript values. By way of JSON text that JavaScriptCore itself parses: no function of the
 * page is called, and a key such as __proto__ is a property like any other.
 * Trust:  types were checked by the shell; frames are decoded here, and a broken one is refused. Pure but for the values made.
 * Used in: confined/page. Form: 64-bit integers are decimal strings; octets a Uint8Array; a frame an array of { key, aux, fields }. */
#pragma once
#include "contract.h"
#include <jsc/jsc.h>

/* Appends `value` as JSON. is_frame: an ay holds a frame of rows. Returns: FALSE with FAULT_PROTOCOL: a broken frame. */
gboolean from_variant_append (GString *json, GVariant *value, gboolean is_frame, GError **error);

/* Returns: (transfer full) argument `index` of `tuple`, or NULL with FAULT_PROTOCOL. */
JSCValue *from_variant_argument (JSCContext *context, const ContractRow *row, GVariant *tuple, guint index, GError **error);

/* The value that a call resolves with: undefined, the one argument, or an object with one property (lowerCamel) for each. */
JSCValue *from_variant_result (JSCContext *context, const ContractRow *row, GVariant *tuple, GError **error);

char *from_variant_camel (const char *name); /* (transfer full) "settings_used" → "settingsUsed" */
