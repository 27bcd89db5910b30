/* raw.h - for tests alone: window.rawBridge (name, text) sends any message to the shell, as an owned web process could. */
#pragma once
#include <webkit/webkit-web-process-extension.h>

void raw_expose (WebKitWebPage *page, JSCContext *context);
