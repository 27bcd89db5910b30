/* stand-in.h - stands in for src/shared/peer/process.c: no process is started, the other end of the socketpair is served in this one
 * by somebody who speaks each contract and lies as the fuzzer's octets say. All of peer.c and guard.c is the real thing.
 * Used in: tests/fuzz/core, tests/unit/core/app, tests/unit/core/campaign. */
#pragma once
#include "bytes.h"

/* lies: borrowed until the next call; an octet of 0, or none left, is the honest answer. program: who lies ("smtp", "import", "dial",
 * "sink"; NULL: each). port: where honest connections go. */
void     stand_in_set   (Bytes *lies, const char *program, guint16 port);
void     stand_in_leave (void);  /* all that there are, and nobody starts any more until stand_in_set() */
guint    stand_in_count (void);  /* that have not left */
gboolean stand_in_lied  (void);  /* since stand_in_set(): then nobody may count on an answer */
