#include "fault.h"

#include "text.h"
#include <stdio.h>

#define PEER_WORDS_MAX 1024 /* chosen: a sentence with a line and a column in it */

static const GDBusErrorEntry entries[] = {
  { FAULT_USAGE, "org.postrider.Fault.Usage" },
  { FAULT_DATA, "org.postrider.Fault.DataErr" },
  { FAULT_NO_INPUT, "org.postrider.Fault.NoInput" },
  { FAULT_NO_USER, "org.postrider.Fault.NoUser" },
  { FAULT_NO_HOST, "org.postrider.Fault.NoHost" },
  { FAULT_UNAVAILABLE, "org.postrider.Fault.Unavailable" },
  { FAULT_SOFTWARE, "org.postrider.Fault.Software" },
  { FAULT_OS, "org.postrider.Fault.OsErr" },
  { FAULT_OS_FILE, "org.postrider.Fault.OsFile" },
  { FAULT_CANT_CREATE, "org.postrider.Fault.CantCreat" },
  { FAULT_IO, "org.postrider.Fault.IoErr" },
  { FAULT_TEMP, "org.postrider.Fault.TempFail" },
  { FAULT_PROTOCOL, "org.postrider.Fault.Protocol" },
  { FAULT_NO_PERM, "org.postrider.Fault.NoPerm" },
  { FAULT_CONFIG, "org.postrider.Fault.Config" },
};

GQuark
fault_quark (void)
{
  static gsize quark = 0;

  g_dbus_error_register_error_domain ("postrider-fault-quark", &quark, entries, G_N_ELEMENTS (entries));
  return (GQuark) quark;
}

static const struct {
  GIOErrorEnum code;
  int          status;
} io_statuses[] = {
  { G_IO_ERROR_NOT_FOUND, FAULT_NO_INPUT },     { G_IO_ERROR_PERMISSION_DENIED, FAULT_NO_PERM },
  { G_IO_ERROR_NO_SPACE, FAULT_IO },            { G_IO_ERROR_READ_ONLY, FAULT_CANT_CREATE },
  { G_IO_ERROR_TIMED_OUT, FAULT_TEMP },         { G_IO_ERROR_CLOSED, FAULT_TEMP },
  { G_IO_ERROR_CONNECTION_REFUSED, FAULT_UNAVAILABLE }, { G_IO_ERROR_FAILED, FAULT_IO },
};

int
fault_exit_status (const GError *error)
{
  if (error != NULL && error->domain == FAULT)
    return error->code;
  if (error != NULL && error->domain == G_IO_ERROR)
    for (gsize i = 0; i < G_N_ELEMENTS (io_statuses); i++)
      if (error->code == (int) io_statuses[i].code)
        return io_statuses[i].status;
  return FAULT_SOFTWARE;
}

int
fault_leave (const GError *error)
{
  fprintf (stderr, "%s\n", error->message);
  return fault_exit_status (error);
}

void
fault_strip_remote (GError *error)
{
  if (error != NULL)
    g_dbus_error_strip_remote_error (error);
}

GError *
fault_of_peer (GError *error)
{
  g_autoptr (GError) taken = error;
  g_autofree char *words = NULL;

  if (!g_dbus_error_is_remote_error (taken))
    return g_steal_pointer (&taken);
  g_dbus_error_strip_remote_error (taken);
  words = text_printable (taken->message, -1, PEER_WORDS_MAX);
  return g_error_new_literal (FAULT, taken->domain == FAULT ? taken->code : FAULT_PROTOCOL, words);
}
