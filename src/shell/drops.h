/* drops.h - files that are dropped on the window: core has them opened, the page gets numbers. What is not taken is said in a window of ours, so that the page
 * learns neither path nor name of a file that it does not get.
 * Trust:  what is dropped is named by any program on the screen. Used in: shell. */
#pragma once
#include "shell.h"

void drops_catch (Shell *shell); /* on shell->window */
