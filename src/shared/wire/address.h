/* address.h - e-mail addresses and phone numbers: are these bytes one, and which one is the same.
 * Trust:  input is hostile. Used in: confined/import, core/intake (checks again what the worker says), core/app. Does no I/O and
 *         needs no libidn2: what turns a domain into A-labels is address-idna.h.
 * Source: RFC 5321 §4.1.2, §4.5.3.1 (form, lengths), RFC 6531 §3.3 (UTF-8), RFC 5890 §2.3 (labels), ITU-T E.164. */
#pragma once
#include <glib.h>

#define ADDRESS_MAX 254       /* octets; RFC 5321: a path has 256, with < and > */
#define ADDRESS_LOCAL_MAX 64  /* octets; RFC 5321 §4.5.3.1.1 */
#define ADDRESS_LABEL_MAX 63  /* octets of one label of a domain */
#define PHONE_DIGITS_MAX 15   /* ITU-T E.164 */

typedef enum {
  ADDRESS_FINE,
  ADDRESS_NO_AT,
  ADDRESS_BAD_LOCAL,
  ADDRESS_BAD_DOMAIN,
  ADDRESS_LITERAL,    /* ann@[192.0.2.1]: refused, since no list of people has any use for it */
  ADDRESS_NO_DOT,
  ADDRESS_TOO_LONG,
  ADDRESS_FLAW_COUNT
} AddressFlaw;

const char *address_flaw_to_sentence (AddressFlaw flaw); /* static, for people: "there is no @" */

/* Splits `len` octets (valid UTF-8 or not) at the @ behind the local part, which is checked; the domain is only looked at for
 * emptiness and literals. Returns: ADDRESS_FINE with out_at = index of that @, or what is wrong. */
AddressFlaw address_split (const char *text, gsize len, gsize *out_at);

/* Checks a domain: lower-case A-labels with at least one dot, as a server on the net can have. */
AddressFlaw address_check_domain (const char *domain, gsize len);

/* The strict form in which the store keeps an address: good local part, domain in lower-case A-labels, lengths kept. */
gboolean address_is_canonical (const char *text, gsize len);

/* Two addresses with the same key are one (compared without case, local part too).
 * text: canonical. Returns: (transfer full) the key. */
char *address_key (const char *text);
/* The same for `len` octets at `address` (no NUL needed): appended to `out`, with a NUL. No allocation for ASCII once `out` has grown. */
void  address_key_append (GByteArray *out, const char *address, gsize len);

/* "+" and 7 to 15 digits, the first one not 0. */
gboolean phone_is_e164 (const char *text, gsize len);

/* A mailbox as people write it: ann@example.org | Ann <ann@example.org> | "Lee, Ann" <ann@example.org> | ann@example.org (Ann).
 * out_name, out_address: (transfer full); name may be "", the address is as written (its syntax is not checked further than the @).
 * Returns: FALSE with FAULT_DATA; nothing is set then. */
gboolean address_parse_mailbox (const char *text, char **out_name, char **out_address, GError **error) G_GNUC_WARN_UNUSED_RESULT;
