/* house.h - a whole core in this process, in a folder of its own in memory, and a client of it. What is true of every run is asserted
 * here: each error is one of the contract's, with honest peers each call is answered, and what is left behind is whole: the store, the
 * tallies, the descriptors.
 * Used in: tests/fuzz/core, tests/unit/core/app, tests/unit/core/campaign. */
#pragma once
#include "bytes.h"
#include "core.h"

typedef struct {
  Core             core;
  gboolean         is_open;
  GDBusConnection *client;
  Bytes           *lies;
  const char      *liar;
  guint            pending; /* calls without an answer */
  int              code;    /* of the last answer: 0, a Fault, or -1 for an error of D-Bus itself */
  guint            fds;     /* that were open before */
} House;

void house_init (void); /* once a process: the folder, and in it what house_open() lays out */

/* is_furnished: with the account "a", two people in the list "people"; else empty. lies: as stand_in_set(). */
void house_open  (House *self, gboolean is_furnished, Bytes *lies, const char *liar);
void house_open_with (House *self, const guint8 *lies, gsize len); /* furnished; its transport does these things, from its greeting on; borrowed; none: it is honest */
void house_close (House *self);

/* Takes `body` and `fds` (NULL: none). Waits for the answer if asked to, as long as it must come. */
void house_call (House *self, const char *method, GVariant *body, GUnixFDList *fds, gboolean waits);
void house_call_text (House *self, const char *method, const char *body); /* body: as g_variant_new_parsed(); every `h 0` is an empty file */
int  house_ask (House *self, const char *method, const char *body); /* house_call_text(), and waits. Returns: the answer's code */
void house_settle (House *self);  /* until all calls are answered, or nobody needs to answer */
void house_await (House *self);   /* until all calls are answered, whoever lied */
void house_hang_up (House *self); /* and comes again */
void house_restart (House *self); /* core leaves in the middle of it all, and comes again */
const char *house_get_socket (void);
void house_fail (const char *what, const char *of) G_GNUC_NORETURN;
