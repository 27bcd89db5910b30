/* form-body.h - application/x-www-form-urlencoded: names and values, some of them secret, as the body of a POST.
 * Trust:  none of its own. The octets stay in locked memory and are wiped. Pure. Used in: confined/oauth.
 * Source: RFC 6749 Appendix B; WHATWG URL Standard, "application/x-www-form-urlencoded serializing". */
#pragma once
#include "secret-bytes.h"

typedef struct { /* borrowed; ends with a NULL name */
  const char *name;
  const char *value; /* NULL: left out */
} FormField;

SecretBytes *form_body_build (const FormField *fields); /* (transfer full), never NULL */
