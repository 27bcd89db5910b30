#include "warm-up.h"

#include "sasl.h"
#include "skeleton.h"
#include <time.h>

void
warm_up (void)
{
  tzset ();
  sasl_warm_up ();
  skeleton_warm_up (); /* converters, MIME tables */
}
