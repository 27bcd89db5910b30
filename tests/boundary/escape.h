/* escape.h - attempts to get out of a lock. Each is made twice, in a fresh process each time: inside the real lock, where it must fail,
 * and outside, in namespaces of its own (apart.h), where it must work; else it shows nothing and is listed as such. */
#pragma once
#include "lock.h"
#include <sys/types.h>

typedef struct { /* what the attempts aim at; made by escape.c, the same inside and outside */
  char    folder[128];                                 /* 0700, ours */
  char    secret[160], scratch[160], made[160];        /* files in it: kept; made anew before each attempt; removed before each */
  char    socket_path[160], abstract_name[64];         /* listening Unix sockets */
  char    own_folder[160];                             /* the one that sink may write to */
  guint16 port, own_port, free_port, udp_port;         /* own_port: in dial's argv; free_port: nobody's */
  pid_t   victim;                                      /* a process of the same user */
  char   *victim_secret;                               /* an address in it */
} Target;

typedef enum { GIVEN_TERMINAL, GIVEN_SOCKET, GIVEN_FILE } Given; /* a TCP connection to own_port; the scratch file, to read and write */

#define READY (-5) /* first word of an attempt that is_orphan, on fd 3: its parent may go now */

typedef struct {
  const char *name;
  int (*run) (const Target *target); /* Returns: 0: it worked; else errno */
  const char *only;                  /* the one lock that it concerns, or NULL: all */
  gboolean    mounts;                /* run outside a lock it changes the mounts that it sees */
  Given       given;                 /* what stands on fd 0 */
  gboolean    is_orphan;             /* its parent is killed once it said READY */
} Attempt;

extern const Attempt attempts_files[], attempts_network[], attempts_process[]; /* end with name NULL */

#define RESULT(condition) ((condition) ? 0 : errno)
