/* bridge.h - window.postrider of one document: frozen, one native function for each method that the contract marks for the page.
 * Trust:  the page calls it with anything, at any rate. What leaves is checked here and again in the shell; replies to a document that has
 *         gone are dropped.
 * Used in: confined/page. Source: the page's types are made by contract/checks.py (contract.ts). */
#pragma once
#include <webkit/webkit-web-process-extension.h>

typedef struct Bridge Bridge;

/* context: of the main frame's window object while it is new. page: borrowed, outlives the bridge.
 * Returns: (transfer full), or NULL: JavaScript's own functions could not be had. */
Bridge *bridge_new  (WebKitWebPage *page, JSCContext *context);
void    bridge_free (Bridge *self); /* the document has gone: its calls are given up; NULL is a no-op */

/* A signal for the page. An unknown one, or one of wrong type, is ignored. */
void    bridge_tell (Bridge *self, const char *member, GVariant *arguments);
