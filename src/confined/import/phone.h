/* phone.h - a phone number as people write it to E.164; a C face for libphonenumber.
 * Trust:  input is hostile. Used in: confined/import. Does no I/O after phone_warm_up(): the metadata is compiled in.
 * Source: ITU-T E.164; github.com/google/libphonenumber 8.12. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

#define PHONE_E164_LEN 17 /* "+", 15 digits, NUL */
#define PHONE_RAW_MAX 64  /* octets; chosen: a number with an extension and its decorations */

typedef enum { PHONE_FINE, PHONE_BAD, PHONE_AMBIGUOUS, PHONE_ROUNDED, PHONE_DATE, PHONE_CODE } PhoneFlaw;

void        phone_warm_up (void); /* before the lock: makes the instance and its tables */
gboolean    phone_is_region (const char *region); /* ISO 3166, two capital letters */
const char *phone_flaw_to_sentence (PhoneFlaw flaw); /* static, for people */

/* region: "" or one for which phone_is_region() is true. out_e164 is filled only when PHONE_FINE is returned.
 * PHONE_AMBIGUOUS: no + in front and no region. PHONE_ROUNDED: "3.1E+09", a spreadsheet has cut it. PHONE_DATE: "2026-05-03".
 * PHONE_CODE: it begins with the region's own code, and the + in front of it may be missing or not. What a telephone's letters or an
 * extension add ("App. 12") is no part of the number. */
PhoneFlaw phone_parse (const char *text, gsize len, const char *region, char out_e164[PHONE_E164_LEN]);

G_END_DECLS
