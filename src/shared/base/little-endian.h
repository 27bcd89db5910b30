/* little-endian.h - numbers in the bytes of our own formats: frames, fields, journal, vault.
 * Trust:  reads what it is told to: the caller has checked that so many octets are there. Pure. */
#pragma once
#include <glib.h>

/* `octets`: 1..8. */
static inline guint64
le_get (const guint8 *at, guint octets)
{
  guint64 value = 0;

  for (guint i = 0; i < octets; i++)
    value |= (guint64) at[i] << (8 * i);
  return value;
}

static inline void
le_put (guint8 *at, guint64 value, guint octets)
{
  for (guint i = 0; i < octets; i++)
    at[i] = (guint8) (value >> (8 * i));
}

static inline void
le_append (GByteArray *out, guint64 value, guint octets)
{
  guint8 bytes[8];

  le_put (bytes, value, octets);
  g_byte_array_append (out, bytes, octets);
}
