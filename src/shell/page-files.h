/* page-files.h - what app:// answers: the page's files out of the program itself, each by its exact address, and mails that are shown.
 * Trust:  who asks is the web process. There is no path here: what the table does not name does not exist.
 * Used in: shell. Source: CSP Level 3; Fetch §3 (nosniff). */
#pragma once
#include "mail-store.h"
#include <webkit/webkit.h>

#define PAGE_FILES_ROOT "/org/postrider/page"

/* Registers the scheme on `context`; mails: borrowed, outlives it. Returns: FALSE with FAULT_SOFTWARE: the program holds no page. */
gboolean page_files_serve (WebKitWebContext *context, MailStore *mails, GError **error);
