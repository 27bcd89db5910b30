/* export.h - what the page may have written to a file that the person chooses: core's rows go from here to the file, past the page.
 * Used in: shell. Contract: Window1.Export, App1.DeskSave. */
#pragma once
#include "calls.h"

void export_begin (PageCall *call); /* ends the call */
