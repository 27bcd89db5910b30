/* to-variant.h - JavaScript's values to D-Bus's, by the contract's types and by nothing else: what does not fit is refused, never bent.
 * Trust:  the values are the page's: getters, proxies and inherited properties are refused or see one read; what they throw ends the call.
 * Used in: confined/page. Form: 64-bit integers are decimal strings; a file is its number; u q i are whole numbers in range; a{sv} is an
 *          object with the keys that the contract names, undefined is missing; tuples are arrays. */
#pragma once
#include "bridge-call.h"
#include "intrinsics.h"

/* arguments: of JSCValue (borrowed). Returns: (transfer full) the tuple of bridge-call.h, checked, or NULL with FAULT_USAGE. */
GVariant *to_variant_call (const Intrinsics *intrinsics, const ContractRow *row, GPtrArray *arguments, GError **error);
