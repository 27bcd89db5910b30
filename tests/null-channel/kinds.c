/* kinds.c - the table of the core that is built here: linked in place of core/account/kinds.c. */
#include "kind-null.h"
#include "kind-smtp.h"

const AccountKind *const kinds[] = {
  &kind_smtp,
  &kind_null,
  &kind_null_phone,
  NULL,
};
