/* Property: an address that was accepted holds no control character, is short enough and valid UTF-8. */
#include "command.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  SinkCommand command;

  if (!sink_command_parse ((const char *) data, size, &command, &error)) {
    g_assert (error != NULL);
    return 0;
  }
  g_assert (command.verb < VERB_COUNT && strlen (command.address) <= SINK_COMMAND_ADDRESS_MAX);
  g_assert (command.local_len <= strlen (command.address) && g_utf8_validate (command.address, -1, NULL));
  for (const char *c = command.address; *c != '\0'; c++)
    g_assert (!g_ascii_iscntrl (*c));
  return 0;
}
