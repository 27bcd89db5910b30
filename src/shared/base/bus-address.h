/* bus-address.h - where a D-Bus bus listens, of its address: a Unix socket or nothing.
 * Trust:  the address comes from an environment, or from a bus by way of desk: hostile. "unixexec:" would run a program, "tcp:" leave the machine.
 * Used in: core/window, core/keyring. Source: D-Bus specification 0.41, server addresses. */
#pragma once
#include <glib.h>

/* The first way of raw_address: "unix:path=/run/…,guid=…" → its path; "unix:abstract=…" → its name, and *out_is_abstract. Returns: (transfer full); NULL: it is neither. */
char *bus_address_parse (const char *raw_address, gboolean *out_is_abstract);
