#include "dial-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define INT G_MAXUINT32
#define ALLOW(name, why) { name, LOCK_ALLOW, 0, -1, 0, 0, why }
#define ALLOW_IF(name, argument, mask, value, why) { name, LOCK_ALLOW, 0, argument, mask, value, why }
#define REFUSE_IF(name, number, argument, mask, value, why) { name, LOCK_ERRNO, number, argument, mask, value, why }

static const LockSyscall connect_calls[] = {
  /* types and protocols first, families behind: one row compares one argument */
  REFUSE_IF ("socket", EACCES, 1, 0xf, SOCK_RAW, "packets of any form"),
  REFUSE_IF ("socket", EACCES, 1, 0x4, 0x4, "RDM, SEQPACKET, DCCP: past Landlock's TCP ports"),
  REFUSE_IF ("socket", EACCES, 1, 0x8, 0x8, "PACKET and whatever comes"),
  REFUSE_IF ("socket", EACCES, 2, 0x100, 0x100, "MPTCP and SMC: past Landlock's TCP ports"),
  REFUSE_IF ("socket", EACCES, 2, 0x80, 0x80, "SCTP, UDP-Lite: past Landlock's TCP ports"),
  ALLOW_IF ("socket", 0, INT, AF_INET, "TCP to the server, UDP to the name server"),
  ALLOW_IF ("socket", 0, INT, AF_INET6, "the same"),
  REFUSE_IF ("socket", EAFNOSUPPORT, 0, INT, AF_NETLINK, "getaddrinfo asks for interfaces; copes"),
  REFUSE_IF ("socket", EAFNOSUPPORT, 0, INT, AF_UNIX, "glibc asks for nscd; copes"),
  ALLOW ("connect", "the ports of its argv: Landlock decides which"),
  REFUSE_IF ("setsockopt", EACCES, 2, INT, SO_PASSPIDFD, "handles on core's process"),
  ALLOW_IF ("setsockopt", 1, INT, SOL_SOCKET, "keepalive"),
  ALLOW_IF ("setsockopt", 1, INT, IPPROTO_TCP, "no delay, keepalive times"),
  ALLOW_IF ("setsockopt", 1, INT, IPPROTO_IP, "the resolver wants to hear ICMP errors"),
  ALLOW_IF ("setsockopt", 1, INT, IPPROTO_IPV6, "the same"),
  REFUSE_IF ("sendmmsg", EACCES, 3, MSG_FASTOPEN, MSG_FASTOPEN, "connects without connect(), past Landlock's ports"),
  ALLOW ("sendmmsg", "the resolver asks for A and AAAA at once"),
  ALLOW_IF ("ioctl", 1, INT, FIONREAD, "the resolver measures an answer"),
  ALLOW_IF ("openat", 2, O_ACCMODE | O_CREAT | O_TRUNC | O_TMPFILE, O_RDONLY, "the resolver's files: Landlock decides which"),
  ALLOW ("newfstatat", "has /etc/resolv.conf changed?"),
  ALLOW ("stat", "has /etc/resolv.conf changed?"),
  ALLOW ("access", "NSS"),
  { NULL, LOCK_KILL, 0, -1, 0, 0, NULL },
};

static const LockLimit limits[] = {
  { RLIMIT_FSIZE, 0, "it writes no file" },
  { RLIMIT_AS, (rlim_t) 1 << 30, "nine threads with 8 MiB of stack and 64 MiB of addresses for malloc each: 0.6 GiB from the start, next to nothing of it touched" },
  { 0, 0, NULL },
};

static const LockPath resolver_files[] = {
  { "/etc/resolv.conf", FALSE, "name servers" },
  { "/run/systemd/resolve", FALSE, "where /etc/resolv.conf may point" },
  { "/run/NetworkManager", FALSE, "where /etc/resolv.conf may point" },
  { "/run/resolvconf", FALSE, "where /etc/resolv.conf may point" },
  { "/etc/hosts", FALSE, "names of this machine" },
  { "/etc/host.conf", FALSE, "resolver's settings" },
  { "/etc/gai.conf", FALSE, "order of addresses" },
  { "/etc/nsswitch.conf", FALSE, "order of sources" },
  { "/etc/services", FALSE, "NSS" },
  { NULL, FALSE, NULL },
};

const LockTable *
dial_lock_for_connect (const guint16 *ports, gsize n_ports)
{
  static LockPort allowed[DIAL_PORTS_MAX + 2];
  static const LockTable table = { .program = "dial", .syscalls = connect_calls, .limits = limits, .paths = resolver_files,
                                   .ports = allowed, .dies_with_parent = TRUE, .keeps_network = TRUE };
  gsize n = MIN (n_ports, DIAL_PORTS_MAX);

  for (gsize i = 0; i < n; i++)
    allowed[i] = (LockPort){ ports[i], FALSE, "core named it: an account uses it" };
  allowed[n] = (LockPort){ DIAL_PORT_DNS, FALSE, "DNS over TCP" };
  allowed[n + 1] = (LockPort){ 0, FALSE, NULL };
  return &table;
}

const LockTable dial_lock_for_listen = { .program = "dial", .limits = limits, .dies_with_parent = TRUE, .keeps_network = TRUE };
