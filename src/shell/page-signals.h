/* page-signals.h - what the page is told, one thing after the other: a page that does not listen costs a bounded amount of memory.
 * Trust:  the web process may never say that it took one. Numbers of a campaign that wait are replaced by newer ones.
 * Used in: shell. */
#pragma once
#include <webkit/webkit.h>

typedef struct PageSignals PageSignals;

PageSignals *page_signals_new   (WebKitWebView *view); /* borrowed, outlives it */
void         page_signals_free  (PageSignals *self);
void         page_signals_tell  (PageSignals *self, const char *member, GVariant *arguments); /* arguments: its tuple, floating is sunk; NULL: none */
void         page_signals_reset (PageSignals *self); /* another document: it is told nothing of before */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PageSignals, page_signals_free)
