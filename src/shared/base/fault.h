/* fault.h - what went wrong, as one of the statuses of sysexits(3): one code per thing a caller does differently.
 * Trust:  texts are one sentence for people: what, where, what to do. Never a secret or a message body.
 * Used in: everywhere; crosses D-Bus as org.postrider.Fault.<Name> and becomes the exit status of the command line. */
#pragma once
#include <gio/gio.h>

#define FAULT (fault_quark ())
GQuark fault_quark (void); /* registers the D-Bus names on first use: call it once early in main */

typedef enum {
  FAULT_USAGE = 64,       /* the command was wrong: ask again, differently */
  FAULT_DATA = 65,        /* the input is wrong: mend the file, the template, the value */
  FAULT_NO_INPUT = 66,    /* the file, list, campaign… that was named is not there */
  FAULT_NO_USER = 67,     /* no such person or account */
  FAULT_NO_HOST = 68,     /* no such host name */
  FAULT_UNAVAILABLE = 69, /* a service said no or is not there */
  FAULT_SOFTWARE = 70,    /* our bug */
  FAULT_OS = 71,          /* the system refused: fork, lock, memory */
  FAULT_OS_FILE = 72,
  FAULT_CANT_CREATE = 73, /* an output file could not be made */
  FAULT_IO = 74,          /* disk full, read error */
  FAULT_TEMP = 75,        /* try again later; nothing is lost */
  FAULT_PROTOCOL = 76,    /* the other side spoke nonsense */
  FAULT_NO_PERM = 77,     /* locked, wrong password, not allowed */
  FAULT_CONFIG = 78,
} Fault;

/* The exit status for any error: its Fault code; the nearest one for G_IO_ERROR; else 70. */
int fault_exit_status (const GError *error);

/* For main(): says it on stderr, as one line. Returns: its exit status. */
int fault_leave (const GError *error);

/* The error that a confined program answered with: its code if it is one of ours, else FAULT_PROTOCOL; its words are
 * foreign: one line, capped. An error of the way there (closed, timed out) stays what it is. Takes `error`. Returns: (transfer full). */
GError *fault_of_peer (GError *error);

/* Turns an error that came over D-Bus back into FAULT with its plain text (in place; NULL is a no-op). */
void fault_strip_remote (GError *error);
