/* base-table.c - the system calls that every confined program shares, each with its reason.
 * Source: measured (docs/sandbox.md); names as libseccomp 2.5.4 knows them. Order matters within one name only. */
#include "layers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define INT G_MAXUINT32 /* the kernel looks at the lower half of an int only */
#define NEW_NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

#define ALLOW(name, why) { name, LOCK_ALLOW, 0, -1, 0, 0, why }
#define ALLOW_IF(name, argument, mask, value, why) { name, LOCK_ALLOW, 0, argument, mask, value, why }
#define REFUSE(name, number, why) { name, LOCK_ERRNO, number, -1, 0, 0, why }
#define REFUSE_IF(name, number, argument, mask, value, why) { name, LOCK_ERRNO, number, argument, mask, value, why }
#define TRAP(name, why) { name, LOCK_TRAP, 0, -1, 0, 0, why }
#define KILL(name, why) { name, LOCK_KILL, 0, -1, 0, 0, why }

const LockSyscall lock_base_table[] = {
  /* descriptors that it was given */
  ALLOW ("read", "given descriptors"),
  ALLOW ("write", "given descriptors"),
  ALLOW ("readv", "given descriptors"),
  ALLOW ("writev", "given descriptors"),
  ALLOW ("pread64", "given descriptors"),
  ALLOW ("lseek", "given descriptors"),
  ALLOW ("close", "given descriptors"),
  ALLOW ("fstat", "given descriptors"),
  REFUSE_IF ("newfstatat", EACCES, 3, 0x1000, 0, "the stat of a name: without AT_EMPTY_PATH it is not fstat"),
#ifdef LOCK_HAS_FSTAT_TRAP
  TRAP ("newfstatat", "fstat of glibc before 2.39: done again as fstat, which takes no path (fstat-trap.c)"),
#else
  ALLOW ("newfstatat", "fstat of glibc before 2.39. A path given with AT_EMPTY_PATH is still a question about a name, which Landlock allows"),
#endif
  REFUSE ("statx", EACCES, "the stat of a name; nothing here takes it for fstat"),
  ALLOW ("dup", "GUnixFDList"),
  ALLOW_IF ("fcntl", 1, INT, F_GETFD, "GLib looks at close-on-exec"),
  ALLOW_IF ("fcntl", 1, INT, F_SETFD, "GLib sets close-on-exec"),
  ALLOW_IF ("fcntl", 1, INT, F_GETFL, "is it non-blocking?"),
  ALLOW_IF ("fcntl", 1, INT, F_SETFL, "non-blocking. It can take O_APPEND off a journal: hence its checked records"),
  ALLOW_IF ("fcntl", 1, INT, F_DUPFD_CLOEXEC, "GUnixFDList"),

  /* memory; nothing executable */
  ALLOW_IF ("mmap", 2, PROT_EXEC, 0, "memory, files to read"),
  REFUSE ("mmap", EACCES, "no code after the lock: a JIT or a plug-in falls back"),
  ALLOW_IF ("mprotect", 2, PROT_EXEC, 0, "stacks of threads, malloc"),
  REFUSE ("mprotect", EACCES, "no code after the lock"),
  ALLOW ("munmap", "memory"),
  ALLOW ("mremap", "realloc of large blocks"),
  ALLOW ("brk", "malloc"),
  ALLOW ("madvise", "malloc gives memory back"),

  /* threads and signals of its own */
  ALLOW ("futex", "mutexes"),
  ALLOW ("rseq", "glibc registers each thread"),
  ALLOW ("set_robust_list", "glibc registers each thread"),
  ALLOW ("rt_sigprocmask", "threads"),
  ALLOW ("rt_sigaction", "abort()"),
  ALLOW ("rt_sigreturn", "the end of a signal handler"),
  ALLOW ("sigaltstack", "threads"),
  ALLOW ("restart_syscall", "the kernel's own continuation"),
  ALLOW_IF ("clone", 0, CLONE_THREAD | NEW_NAMESPACES, CLONE_THREAD, "GDBus has a thread; workers. Until lock_refuse_threads()"),
#ifdef POSTRIDER_SANITIZED
  REFUSE ("clone", EPERM, "the sanitizer's report starts a symbolizer: let it print without"),
  REFUSE ("pipe", EPERM, "the same"),
  REFUSE ("pipe2", EPERM, "the same"),
  ALLOW ("prlimit64", "a sanitizer asks for the size of each stack"),
  ALLOW ("getrusage", "a sanitizer's memory statistics"),
#else
  KILL ("clone", "a process or a namespace"),
#endif
  REFUSE_IF ("seccomp", EACCES, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER, SECCOMP_FILTER_FLAG_NEW_LISTENER, "a descriptor that answers calls"),
  ALLOW_IF ("seccomp", 0, INT, SECCOMP_SET_MODE_FILTER, "lock_refuse_threads(): a further filter only takes away"),
  REFUSE ("clone3", ENOSYS, "its flags lie in memory, unseen from here: glibc falls back to clone"),
  ALLOW_IF ("tgkill", 0, INT, LOCK_VALUE_SELF, "raise(), abort()"),
  KILL ("tgkill", "a signal to another process"),
  ALLOW ("exit", "threads end"),
  ALLOW ("exit_group", "the process ends"),

  /* waiting, time, chance */
  ALLOW ("poll", "main loop"),
  ALLOW ("ppoll", "main loop"),
  ALLOW ("eventfd2", "GWakeup"),
  ALLOW ("clock_gettime", "time where the vDSO does not answer"),
  ALLOW ("clock_getres", "time"),
  ALLOW ("gettimeofday", "time"),
  ALLOW ("time", "time"),
  ALLOW ("nanosleep", "g_usleep"),
  ALLOW ("clock_nanosleep", "g_usleep"),
  ALLOW ("getrandom", "hash seeds, boundaries, TLS"),

  /* a process's own numbers and names */
  ALLOW ("getpid", "log lines"),
  ALLOW ("gettid", "threads"),
  ALLOW ("getppid", "is core still there?"),
  ALLOW ("getuid", "GDBus EXTERNAL"),
  ALLOW ("geteuid", "GDBus EXTERNAL"),
  ALLOW ("getgid", "GDBus credentials"),
  ALLOW ("getegid", "GDBus credentials"),
  ALLOW ("getrlimit", "glibc"),
  ALLOW ("sched_yield", "spinning locks"),
  ALLOW ("sched_getaffinity", "how many workers"),
  ALLOW ("sched_getattr", "GLib copies it to each thread"),
  REFUSE ("sched_setattr", 0, "success without effect: GLib copies its own to each thread and complains when refused; it reaches other processes"),
  ALLOW_IF ("prctl", 0, INT, PR_SET_NAME, "names of threads"),

  /* sockets that it was given */
  ALLOW ("recvmsg", "D-Bus, with descriptors"),
  REFUSE_IF ("sendmsg", EACCES, 2, MSG_FASTOPEN, MSG_FASTOPEN, "connects without connect(), past Landlock's ports"),
  ALLOW ("sendmsg", "D-Bus, with descriptors"),
  ALLOW ("recvfrom", "given sockets"),
  REFUSE_IF ("sendto", EACCES, 3, MSG_FASTOPEN, MSG_FASTOPEN, "as sendmsg"),
  ALLOW ("sendto", "given sockets"),
  REFUSE_IF ("getsockopt", EACCES, 2, INT, SO_PEERPIDFD, "a handle on core's process"),
  ALLOW ("getsockopt", "GSocket looks at a given socket"),
  ALLOW ("getsockname", "GSocket looks at a given socket"),
  ALLOW ("getpeername", "GSocket looks at a given socket"),
  ALLOW ("shutdown", "the end of a connection"),

  /* refused quietly: libraries try and cope */
  REFUSE ("open", EACCES, "GLib probes files: must fail, not kill"),
  REFUSE ("openat", EACCES, "GLib probes files: must fail, not kill"),
  REFUSE ("creat", EACCES, "as open"),
  REFUSE ("access", EACCES, "GLib probes files"),
  REFUSE ("faccessat", EACCES, "GLib probes files"),
  REFUSE ("faccessat2", EACCES, "GLib probes files"),
  REFUSE ("stat", EACCES, "GLib probes files"),
  REFUSE ("lstat", EACCES, "GLib probes files"),
  REFUSE ("readlink", EACCES, "GLib probes /etc/localtime"),
  REFUSE ("readlinkat", EACCES, "GLib probes /etc/localtime"),
  REFUSE ("getcwd", EACCES, "GLib"),
  REFUSE ("statfs", EACCES, "GLib"),
  REFUSE ("fstatfs", EACCES, "glibc's pathconf"),
  REFUSE ("getdents64", EACCES, "no listing of folders"),
  REFUSE ("socket", EACCES, "syslog, NSS: must fail, not kill"),
  REFUSE ("connect", EACCES, "as socket"),
  REFUSE ("socketpair", EACCES, "as socket"),
  REFUSE ("setsockopt", EACCES, "dial has set what is needed"),
  REFUSE ("sysinfo", EACCES, "qsort asks for the size of memory"),
  REFUSE ("uname", EACCES, "TLS libraries ask for the kernel"),
#ifndef POSTRIDER_SANITIZED
  REFUSE ("prlimit64", EACCES, "glibc's getrlimit; copes"),
#endif
  REFUSE ("ioctl", ENOTTY, "isatty()"),

  /* never, in release too: nobody does this by accident */
  KILL ("execve", "another program"),
  KILL ("execveat", "another program"),
  KILL ("fork", "another process"),
  KILL ("vfork", "another process"),
  KILL ("ptrace", "another process's memory"),
  KILL ("process_vm_readv", "another process's memory"),
  KILL ("process_vm_writev", "another process's memory"),
  KILL ("process_madvise", "another process's memory"),
  KILL ("kcmp", "another process's secrets by comparison"),
  KILL ("kill", "signals"),
  KILL ("tkill", "signals"),
  KILL ("rt_sigqueueinfo", "signals"),
  KILL ("rt_tgsigqueueinfo", "signals"),
  KILL ("pidfd_open", "another process"),
  KILL ("pidfd_getfd", "another process's descriptors"),
  KILL ("pidfd_send_signal", "signals"),
  KILL ("mount", "file systems"),
  KILL ("umount2", "file systems"),
  KILL ("pivot_root", "file systems"),
  KILL ("chroot", "file systems"),
  KILL ("move_mount", "file systems"),
  KILL ("open_tree", "file systems"),
  KILL ("fsopen", "file systems"),
  KILL ("fsmount", "file systems"),
  KILL ("fsconfig", "file systems"),
  KILL ("fspick", "file systems"),
  KILL ("mount_setattr", "file systems"),
  KILL ("name_to_handle_at", "files behind Landlock's back"),
  KILL ("open_by_handle_at", "files behind Landlock's back"),
  KILL ("setns", "namespaces"),
  KILL ("unshare", "namespaces"),
  KILL ("bpf", "kernel surface"),
  KILL ("perf_event_open", "kernel surface"),
  KILL ("userfaultfd", "kernel surface"),
  KILL ("io_uring_setup", "system calls that no filter sees"),
  KILL ("io_uring_enter", "system calls that no filter sees"),
  KILL ("io_uring_register", "system calls that no filter sees"),
  KILL ("keyctl", "other programs' keys"),
  KILL ("add_key", "other programs' keys"),
  KILL ("request_key", "other programs' keys"),
  KILL ("init_module", "kernel code"),
  KILL ("finit_module", "kernel code"),
  KILL ("delete_module", "kernel code"),
  KILL ("kexec_load", "kernel code"),
  KILL ("kexec_file_load", "kernel code"),
  KILL ("memfd_create", "executable files without a file"),
  KILL ("personality", "executable pages by default"),
  KILL ("capset", "rights"),
  KILL ("setuid", "another user"),
  KILL ("setgid", "another user"),
  KILL ("setreuid", "another user"),
  KILL ("setregid", "another user"),
  KILL ("setresuid", "another user"),
  KILL ("setresgid", "another user"),
  KILL ("setfsuid", "another user"),
  KILL ("setfsgid", "another user"),
  KILL ("setgroups", "another user"),
  KILL ("link", "names of files"),
  KILL ("linkat", "names of files"),
  KILL ("symlink", "names of files"),
  KILL ("symlinkat", "names of files"),
  KILL ("unlink", "names of files"),
  KILL ("unlinkat", "names of files"),
  KILL ("rename", "names of files"),
  KILL ("renameat", "names of files"),
  KILL ("renameat2", "names of files"),
  KILL ("mkdir", "names of files"),
  KILL ("mkdirat", "names of files"),
  KILL ("rmdir", "names of files"),
  KILL ("mknod", "names of files"),
  KILL ("mknodat", "names of files"),
  KILL ("truncate", "contents of files"),
  KILL ("chmod", "rights of files: Landlock does not see them"),
  KILL ("fchmod", "rights of files"),
  KILL ("fchmodat", "rights of files"),
  KILL ("chown", "owners of files"),
  KILL ("fchown", "owners of files"),
  KILL ("lchown", "owners of files"),
  KILL ("fchownat", "owners of files"),
  { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};
