/* refusals.h - what no page of ours or of a stranger's is given, whatever it asks for: permissions, files, other windows, dialogs, prints, notifications, log-ins, the whole screen.
 * Used in: shell (view), sign-in (provider-view). Source: webkitgtk-6.0, signals of WebKitWebView. */
#pragma once
#include <webkit/webkit.h>

/* For as long as the view lives. */
void refusals_connect (WebKitWebView *view);
