#include "keyring-lock.h"

#include "slot-key.h"

#define ALLOW(name, why) { name, LOCK_ALLOW, 0, -1, 0, 0, why }

/* Works on what it was given: a socket that core connected to the session bus, memory to read a key from or to write one to. */
static const LockSyscall syscalls[] = {
  ALLOW ("mlock", "secrets stay out of swap: libsodium's memory and libsecret's"),
  ALLOW ("munlock", "their memory is given back"),
  { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};

static const LockLimit limits[] = {
  { RLIMIT_FSIZE, SLOT_KEY_TEXT_LEN, "a key, into the memory that core gave for it" },
  { RLIMIT_AS, (rlim_t) 1 << 30, "chosen: messages of the bus, and three threads with 8 MiB of stack and 64 MiB of addresses for malloc each" },
  { 0, 0, NULL },
};

const LockTable keyring_lock = {
  .program = "keyring",
  .syscalls = syscalls,
  .limits = limits,
  .dies_with_parent = TRUE, /* nobody is left to use a key, and a prompt that nobody waits for should go */
};
