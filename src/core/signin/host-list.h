/* host-list.h - the hosts that a window may reach in which somebody signs in: the authorize endpoint's, and those that the provider names besides. Pure.
 * Trust:  who asks is a web page, by way of gate. The list is the table's, or a person's file.
 * Used in: core/signin, core/window, core/app. Source: RFC 1035 §2.3.4 (names); docs/decisions/a-window-to-sign-in.md. */
#pragma once
#include <glib.h>

#define HOST_LIST_MAX 64 /* chosen: Microsoft's has 13 */

typedef struct HostList HostList;

/* authorize: an https address. hosts: names between spaces, each with :PORT where that is not 443; *.NAME: all below NAME; NULL: none.
 * Names alone, since what an address means is nobody's to say; but authorize's may be a literal loopback address: a server of one's own.
 * Returns: (transfer full), or NULL with FAULT_DATA or FAULT_USAGE: which of them cannot be. */
HostList *host_list_new  (const char *authorize, const char *hosts, GError **error);
void      host_list_free (HostList *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HostList, host_list_free)

/* Could `hosts` be some? Returns: FALSE with FAULT_DATA. */
gboolean host_list_check (const char *hosts, GError **error);

/* host: in small letters, an address without brackets. */
gboolean host_list_has      (const HostList *self, const char *host, guint16 port);
/* May `host` lead to this machine? No name but localhost may: who has a name's DNS must not reach what listens here. */
gboolean host_list_is_local (const char *host);
