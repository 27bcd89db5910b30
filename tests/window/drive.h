/* drive.h - for tests alone: a channel on fd 4 on which a test runs scripts in the page's own world, takes pictures and asks what is.
 * Compiled into tests/window/postrider-shell only. A request is a line of JSON {"id":n,"do":"script|picture|wait|pids","text":…},
 * an answer a line {"id":n,"value":…} or {"id":n,"error":…}. */
#pragma once
#include "shell.h"

/* --weaken LIST: takes protections away (weaken.h). */
void drive_take_arguments (int *argc, char *argv[]);
void drive_begin (Shell *shell); /* when the page is being loaded; does nothing without fd 4 */
