/* choice-list.h - what a select of a page offers, as a list in the place of the page: WebKit's own pop-up could lie over the address.
 * Trust:  labels are a page's: shown as text. Used in: sign-in (provider-window). */
#pragma once
#include <webkit/webkit.h>

#define CHOICE_LIST_MAX 2000 /* chosen: the rest is not offered */

/* done: once: the list can go. Returns: a widget (floating), which holds the menu until it has chosen or is destroyed. */
GtkWidget *choice_list_new (WebKitOptionMenu *menu, void (*done) (gpointer data), gpointer data);
