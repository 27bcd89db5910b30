/* filter.c - the rows become a BPF program. libseccomp gives the numbers; its own generator knows no order of rows with different
 * verdicts for one call, which is what lets a program open a crack in a base row and says plainly what happens to the rest. */
#include "layers.h"

#include "fault.h"
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#define X32_BIT 0x40000000u /* x86-64: the same calls under other numbers */

#ifdef POSTRIDER_LOCK_DEFAULT_KILL
#define DEFAULT_RETURN SECCOMP_RET_KILL_PROCESS
#else
#define DEFAULT_RETURN (SECCOMP_RET_ERRNO | ENOSYS)
#endif

static void
filter_emit (GArray *code, guint16 operation, guint32 operand, guint8 if_true, guint8 if_false)
{
  struct sock_filter instruction = { operation, if_true, if_false, operand };

  g_array_append_val (code, instruction);
}

static guint32
get_return (const LockSyscall *row)
{
  switch (row->verdict) {
  case LOCK_ALLOW:
    return SECCOMP_RET_ALLOW;
  case LOCK_ERRNO:
    return SECCOMP_RET_ERRNO | ((guint32) row->errno_value & SECCOMP_RET_DATA);
  case LOCK_TRAP:
    return SECCOMP_RET_TRAP;
  case LOCK_KILL:
  default:
    return SECCOMP_RET_KILL_PROCESS;
  }
}

/* Skips `rest` further instructions unless this half of the argument matches. */
static void
emit_half (GArray *code, const LockSyscall *row, gboolean is_high, guint64 value, guint8 rest)
{
  guint32 at = (guint32) (offsetof (struct seccomp_data, args) + 8 * (gsize) row->argument);

  if ((G_BYTE_ORDER == G_LITTLE_ENDIAN) == is_high)
    at += 4;
  filter_emit (code, BPF_LD | BPF_W | BPF_ABS, at, 0, 0);
  filter_emit (code, BPF_ALU | BPF_AND | BPF_K, (guint32) (row->mask >> (is_high ? 32 : 0)), 0, 0);
  filter_emit (code, BPF_JMP | BPF_JEQ | BPF_K, (guint32) (value >> (is_high ? 32 : 0)), 0, rest);
}

/* Returns: TRUE if nothing can come behind this row. */
static gboolean
emit_row (GArray *code, const LockSyscall *row)
{
  guint64 value = row->value == LOCK_VALUE_SELF ? (guint64) getpid () : row->value;
  gboolean has_high = row->mask >> 32 != 0 || value >> 32 != 0;

  if (row->argument >= 0) {
    emit_half (code, row, FALSE, value, has_high ? 4 : 1);
    if (has_high)
      emit_half (code, row, TRUE, value, 1);
  }
  filter_emit (code, BPF_RET | BPF_K, get_return (row), 0, 0);
  return row->argument < 0;
}

/* All rows of one call, the program's first. */
static void
emit_call (GArray *code, int number, const LockTable *table)
{
  const LockSyscall *const tables[] = { table->syscalls, lock_base_table };
  gboolean is_decided = FALSE;
  guint head = code->len;

  filter_emit (code, BPF_JMP | BPF_JEQ | BPF_K, (guint32) number, 0, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const LockSyscall *row = tables[i]; row != NULL && row->name != NULL && !is_decided; row++)
      if (seccomp_syscall_resolve_name (row->name) == number)
        is_decided = emit_row (code, row);
  if (!is_decided)
    filter_emit (code, BPF_RET | BPF_K, DEFAULT_RETURN, 0, 0);
  g_assert (code->len - head - 1 <= G_MAXUINT8); /* a table of ours grew too long: found by its first start */
  g_array_index (code, struct sock_filter, head).jf = (guint8) (code->len - head - 1);
}

static void
emit_head (GArray *code)
{
  filter_emit (code, BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, arch), 0, 0);
  filter_emit (code, BPF_JMP | BPF_JEQ | BPF_K, seccomp_arch_native (), 1, 0);
  filter_emit (code, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
  filter_emit (code, BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr), 0, 0);
  filter_emit (code, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
  filter_emit (code, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
}

struct sock_filter *
filter_compile (const LockTable *table, gsize *out_len, GError **error)
{
  const LockSyscall *const tables[] = { table->syscalls, lock_base_table };
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) code = g_array_new (FALSE, FALSE, sizeof (struct sock_filter));

  emit_head (code);
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const LockSyscall *row = tables[i]; row != NULL && row->name != NULL; row++) {
      int number = seccomp_syscall_resolve_name (row->name);

      if (number == __NR_SCMP_ERROR) {
        g_set_error (error, FAULT, FAULT_SOFTWARE, "postrider-%s: its lock names a system call that does not exist: %s",
                     table->program, row->name);
        return NULL;
      }
      if (number >= 0 && g_hash_table_add (seen, GINT_TO_POINTER (number))) /* negative: other architectures have it */
        emit_call (code, number, table);
    }
  filter_emit (code, BPF_RET | BPF_K, DEFAULT_RETURN, 0, 0);
  *out_len = code->len;
  return (struct sock_filter *) (void *) g_array_free (g_steal_pointer (&code), FALSE);
}

static gboolean
filter_install (struct sock_filter *code, gsize len, const char *what, GError **error)
{
  struct sock_fprog program = { (guint16) len, code };

  if (syscall (SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0)
    return TRUE;
  g_set_error (error, FAULT, FAULT_OS, "%s: %s", what, g_strerror (errno));
  return FALSE;
}

gboolean
filter_seal (const LockTable *table, GError **error)
{
  gsize len = 0;
  g_autofree struct sock_filter *code = filter_compile (table, &len, error);
  g_autofree char *what = g_strdup_printf ("postrider-%s could not lock its system calls", table->program);

  if (code == NULL || !fstat_trap_set (error))
    return FALSE;
  /* Noted before: afterwards nothing but the seal's own return may be needed. */
  layer_note ("system calls", LAYER_HOLDS, "seccomp, %" G_GSIZE_FORMAT " instructions; what is not named %s", len,
              DEFAULT_RETURN == SECCOMP_RET_KILL_PROCESS ? "kills" : "fails");
  return filter_install (code, len, what, error);
}

/* The kernel runs both filters and takes the sterner answer (seccomp(2)), so all other calls are the first one's matter. */
gboolean
lock_refuse_threads (GError **error)
{
  static struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 2, 0),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 2, 0),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };

  layer_note ("threads", LAYER_HOLDS, "none but those that it starts with");
  return filter_install (code, G_N_ELEMENTS (code), "the lock could not refuse further threads", error);
}
