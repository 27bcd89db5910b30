/* records.h - TXT and MX records of a name, as text; its full name, if it has an address. Blocks: for worker threads.
 * Trust:  the answer is hostile; glibc's ns_* functions walk it, what they give is made printable. Used in: service.c.
 * Source: RFC 1035 §3.3.9, §3.3.14, §3.4.1, RFC 3596; resolver(3). */
#pragma once
#include <glib.h>

#define RECORDS_MAX 64 /* contract */

/* RECORDS_HOST: A, else AAAA records; of a bare name too, with what the resolver's search list puts behind it. Gives the one name that has them. */
typedef enum { RECORDS_TXT, RECORDS_MX, RECORDS_HOST } RecordsType;

/* Returns: (transfer full) a NULL-terminated list, empty when there is no such name or record; or NULL with FAULT_TEMP. */
char **records_lookup (const char *name, RecordsType type, GError **error);

/* The pure half: an answer of `len` octets becomes text. Appends to `out` (owning its strings); what is broken is left out. */
void records_parse (const guint8 *answer, gsize len, RecordsType type, GPtrArray *out);
