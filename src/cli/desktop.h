/* desktop.h - what the programs that core starts on the desktop have to know of it. Used in: cli. */
#pragma once
#include <glib.h>

GVariant *desktop_read_environment (void); /* as App1.WindowOpen takes it; floating */
