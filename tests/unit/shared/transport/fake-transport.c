/* fake-transport - a whole transport whose channel is the fake one. Started by test-transport-service as core starts a real one; it locks nothing. */
#include "fake-channel.h"

#include "fault.h"
#include "serve.h"
#include "transport-service.h"

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = serve_connect (&error);
  g_autoptr (TransportService) service = transport_service_new (&fake_channel, fake_channel_new (NULL, FALSE));

  if (connection == NULL || !serve_export (connection, transport_service_get_skeleton (service), &error))
    return fault_leave (error);
  serve_run (connection, transport_service_is_done, 1000, service);
  return 0;
}
