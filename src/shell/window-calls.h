/* window-calls.h - Window1: what the window itself does for the page. Used in: shell (calls.c). Contract: Window1. */
#pragma once
#include "calls.h"

void window_calls_take (PageCall *call); /* ends it, now or later */

/* files: a(sth) as DeskChoose gives them, with their descriptors. Returns: floating aa{sv} with their numbers, or NULL with FAULT_TEMP. */
GVariant *window_calls_number_files (Shell *shell, GVariant *files, GUnixFDList *fds, GError **error);

/* Asks core how the desktop looks, and remembers it. */
void window_calls_ask_look (Shell *shell);
GVariant *window_calls_build_look (GVariant *desk_look); /* a{sv} of DeskLook (NULL: none came) → floating a{sv} of Window1.Look */
