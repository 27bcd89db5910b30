/* drive.h - for tests alone: a channel on fd 4, or to a socket "drive" beside the program, on which a test runs scripts in the page's own world, takes
 * pictures and asks what is.
 * Compiled into the tests' own programs only. A request is a line of JSON {"id":n,"do":"script|picture|words|go|size|close|dark|state","text":…},
 * an answer a line {"id":n,"value":…} or {"id":n,"error":…}. words: what the shell's own dialogs say, a label a line. */
#pragma once
#include "shell.h"

/* --weaken LIST: takes protections away (weaken.h). */
void drive_take_arguments (int *argc, char *argv[]);
void drive_begin (Shell *shell); /* when the page is being loaded; does nothing without a channel */
