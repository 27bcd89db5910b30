/* Property: what is taken for a head names a host of harmless characters and a port, reads the same when it is said anew by these alone, is more to come without its last octet and none with one behind it;
 * and what will never be one is not waited for when more comes. */
#include "connect-head.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
assert_target (const ConnectTarget *target)
{
  gsize len = strnlen (target->host, sizeof target->host);

  g_assert (len > 0 && len <= CONNECT_HOST_MAX && target->port != 0);
  for (gsize i = 0; i < len; i++)
    g_assert (g_ascii_islower (target->host[i]) || g_ascii_isdigit (target->host[i]) || strchr ("-_.:", target->host[i]) != NULL);
}

static void
assert_same_again (const ConnectTarget *target)
{
  gboolean is_ipv6 = strchr (target->host, ':') != NULL;
  g_autofree char *text = g_strdup_printf ("CONNECT %s%s%s:%u HTTP/1.1\r\n\r\n", is_ipv6 ? "[" : "", target->host, is_ipv6 ? "]" : "", target->port);
  ConnectTarget again;

  g_assert (connect_head_read (text, strlen (text), &again) == CONNECT_HEAD_WHOLE && strcmp (again.host, target->host) == 0 && again.port == target->port);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *longer = g_malloc (size + 1);
  ConnectTarget target, ignored;
  ConnectHeadState state;

  if (size > 0)
    memcpy (longer, data, size);
  longer[size] = 'a';
  state = connect_head_read (longer, size, &target);
  if (state != CONNECT_HEAD_MORE)
    g_assert (size > 0 && connect_head_read (longer, size + 1, &ignored) == CONNECT_HEAD_MALFORMED);
  if (state == CONNECT_HEAD_MORE)
    g_assert (size < CONNECT_HEAD_MAX && memmem (longer, size, "\r\n\r\n", 4) == NULL);
  if (state != CONNECT_HEAD_WHOLE)
    return 0;
  assert_target (&target);
  assert_same_again (&target);
  g_assert (connect_head_read (longer, size - 1, &ignored) == CONNECT_HEAD_MORE);
  return 0;
}
