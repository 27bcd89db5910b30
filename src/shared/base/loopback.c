#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

gboolean
is_loopback_address (const char *numeric_address)
{
  const char *end = strrchr (numeric_address, ':');
  g_autofree char *host = NULL;
  struct in_addr in;
  struct in6_addr in6;

  if (end == NULL)
    return FALSE;
  host = g_strndup (numeric_address, (gsize) (end - numeric_address));
  if (inet_pton (AF_INET, host, &in) == 1)
    return (ntohl (in.s_addr) >> 24) == 127;
  if (host[0] != '[' || end[-1] != ']')
    return FALSE;
  host[end - numeric_address - 1] = '\0';
  if (inet_pton (AF_INET6, host + 1, &in6) != 1)
    return FALSE;
  return IN6_IS_ADDR_LOOPBACK (&in6) || (IN6_IS_ADDR_V4MAPPED (&in6) && in6.s6_addr[12] == 127);
}

gboolean
is_loopback_literal (const char *host)
{
  struct in_addr in;
  struct in6_addr in6;

  if (inet_pton (AF_INET, host, &in) == 1)
    return (ntohl (in.s_addr) >> 24) == 127;
  return inet_pton (AF_INET6, host, &in6) == 1 && IN6_IS_ADDR_LOOPBACK (&in6);
}
