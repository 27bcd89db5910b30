#include "layers.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Own structures: Debian 12's headers end at ABI 2. Source: landlock(7), Linux 6.18 include/uapi/linux/landlock.h. */
typedef struct {
  guint64 access_fs;
  guint64 access_net; /* ABI 4 */
  guint64 scoped;     /* ABI 6 */
} Ruleset;

typedef struct {
  guint64 allowed_access;
  gint32  parent_fd;
} __attribute__ ((packed)) PathRule;

typedef struct {
  guint64 allowed_access;
  guint64 port;
} PortRule;

enum { RULE_PATH = 1, RULE_PORT = 2 };
enum { NET_BIND_TCP = 1 << 0, NET_CONNECT_TCP = 1 << 1 };
enum { SCOPE_ABSTRACT_UNIX = 1 << 0, SCOPE_SIGNAL = 1 << 1 };
enum {
  FS_EXECUTE = 1 << 0,
  FS_WRITE_FILE = 1 << 1,
  FS_READ_FILE = 1 << 2,
  FS_READ_DIR = 1 << 3,
  FS_REMOVE_DIR = 1 << 4,
  FS_REMOVE_FILE = 1 << 5,
  FS_MAKE_DIR = 1 << 7,
  FS_MAKE_REG = 1 << 8,
  FS_REFER = 1 << 13,    /* ABI 2 */
  FS_TRUNCATE = 1 << 14, /* ABI 3 */
};
#define FS_ON_A_FILE (FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE) /* any other right on a rule for a file gives EINVAL */
#define FS_FOR_READING (FS_READ_FILE | FS_READ_DIR)
#define FS_FOR_SAVING (FS_FOR_READING | FS_WRITE_FILE | FS_MAKE_REG | FS_TRUNCATE)
#define FS_FOR_CHANGING (FS_FOR_READING | FS_WRITE_FILE | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | FS_REFER | FS_TRUNCATE)

static int
get_abi (void)
{
  return (int) syscall (SYS_landlock_create_ruleset, NULL, 0, 1u);
}

static guint64
get_fs_rights (int abi)
{
  if (abi >= 5)
    return (1u << 16) - 1; /* IOCTL_DEV */
  return abi == 4 || abi == 3 ? (1u << 15) - 1 : abi == 2 ? (1u << 14) - 1 : (1u << 13) - 1;
}

static gboolean
add_path (int ruleset, const LockPath *path, guint64 handled)
{
  static const guint64 rights[] = { [LOCK_PATH_READ] = FS_FOR_READING, [LOCK_PATH_CHANGE] = FS_FOR_CHANGING, [LOCK_PATH_SAVE] = FS_FOR_SAVING };
  int fd = open (path->path, O_PATH | O_CLOEXEC);
  PathRule rule = { rights[path->right] & handled, fd };
  struct stat about;
  gboolean is_added;

  if (fd < 0)
    return errno == ENOENT || errno == ENOTDIR || errno == EACCES; /* a path that is not there needs no rule */
  if (fstat (fd, &about) == 0 && !S_ISDIR (about.st_mode))
    rule.allowed_access &= FS_ON_A_FILE;
  is_added = syscall (SYS_landlock_add_rule, ruleset, RULE_PATH, &rule, 0u) == 0;
  close (fd);
  return is_added;
}

static gboolean
add_rules (int ruleset, const LockTable *table, guint64 handled, int abi)
{
  for (const LockPath *path = table->paths; path != NULL && path->path != NULL; path++)
    if (!add_path (ruleset, path, handled))
      return FALSE;
  for (const LockPort *port = table->ports; abi >= 4 && port != NULL && port->why != NULL; port++) {
    PortRule rule = { port->is_bind ? NET_BIND_TCP : NET_CONNECT_TCP, port->port };

    if (syscall (SYS_landlock_add_rule, ruleset, RULE_PORT, &rule, 0u) != 0)
      return FALSE;
  }
  return TRUE;
}

static void
note_layers (const LockTable *table, int abi)
{
  layer_note ("landlock files", LAYER_HOLDS, table->paths != NULL ? "only the folders of its table" : "none at all");
  if (abi >= 4)
    layer_note ("landlock ports", LAYER_HOLDS, table->ports != NULL ? "only the TCP ports of its table" : "none at all");
  else
    layer_note ("landlock ports", table->ports != NULL ? LAYER_MISSING : LAYER_NOT_NEEDED,
                "needs Linux 6.7 (this kernel has ABI %d)%s", abi, table->ports != NULL ? ": any TCP port is open to it" : "; it has no sockets");
  layer_note ("landlock scopes", abi >= 6 ? LAYER_HOLDS : LAYER_MISSING,
              abi < 6 ? "needs Linux 6.12; the system call filter refuses signals"
                      : table->reaches_abstract ? "no signals outside" : "no signals and abstract sockets outside");
}

static gboolean
landlock_missing (const LockTable *table, int reason, GError **error)
{
  const char *what = reason == EOPNOTSUPP ? "is switched off (boot with lsm=landlock,…)" : "needs Linux 5.13";

  layer_note ("landlock files", LAYER_MISSING, "Landlock %s", what);
  layer_note ("landlock ports", table->ports != NULL ? LAYER_MISSING : LAYER_NOT_NEEDED, "Landlock %s", what);
  if (table->needs_landlock)
    g_set_error (error, FAULT, FAULT_OS, "postrider-%s does not work without Landlock, which %s", table->program, what);
  return !table->needs_landlock;
}

gboolean
landlock_seal (const LockTable *table, GError **error)
{
  int abi = get_abi (), ruleset, reason = 0;
  Ruleset rights = { 0, 0, 0 };

  if (abi < 1)
    return landlock_missing (table, errno, error);
  rights.access_fs = get_fs_rights (abi);
  rights.access_net = abi >= 4 ? NET_BIND_TCP | NET_CONNECT_TCP : 0;
  rights.scoped = abi >= 6 ? (table->reaches_abstract ? 0 : SCOPE_ABSTRACT_UNIX) | SCOPE_SIGNAL : 0;
  ruleset = (int) syscall (SYS_landlock_create_ruleset, &rights, (gsize) (abi >= 6 ? 24 : abi >= 4 ? 16 : 8), 0u);
  if (ruleset < 0 || !add_rules (ruleset, table, rights.access_fs, abi) ||
      syscall (SYS_landlock_restrict_self, ruleset, 0u) != 0)
    reason = errno;
  if (ruleset >= 0)
    close (ruleset);
  if (reason != 0) {
    g_set_error (error, FAULT, FAULT_OS, "postrider-%s could not lock its files: %s", table->program, g_strerror (reason));
    return FALSE;
  }
  note_layers (table, abi);
  return TRUE;
}
