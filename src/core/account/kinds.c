/* kinds.c - which kinds of account there are: a row each. A test that wants another one links a table of its own in place of this. */
#include "kind-oauth.h"
#include "kind-smtp.h"

const AccountKind *const kinds[] = {
  &kind_smtp,
  &kind_gmail,
  &kind_outlook,
  &kind_oauth,
  NULL,
};
