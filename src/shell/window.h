/* window.h - the one window: its view, how it looks, how it closes, what it says and asks by itself.
 * Trust:  it acts on what the person does (close, a button of ours), never on the page's word alone.
 * Used in: shell. */
#pragma once
#include "shell.h"

typedef enum { WINDOW_CLOSE_STAY, WINDOW_CLOSE_BACKGROUND, WINDOW_CLOSE_PAUSE } WindowClose;

void window_build (Shell *shell); /* sets shell->window; the view is put into it */
void window_take_look (Shell *shell, GVariant *desk_look); /* a{sv} of DeskLook: GTK and the page follow */
void window_close_taken (Shell *shell); /* the page asks; who insists on closing is asked by us all the same */
void window_close_answered (Shell *shell, WindowClose answer);
void window_page_ended (Shell *shell); /* the web process has gone: loads the page again, or says so when that happens again and again */
void window_core_lost (Shell *shell);

/* A sentence of our own that the person closes: what happened, and what to do. Text of others in it: printable already. */
void window_say (Shell *shell, const char *title, const char *text);

/* A question of our own. agreed: called once. */
typedef void (*WindowAgreedFunc) (gboolean is_yes, gpointer data);
void window_ask (Shell *shell, const char *title, const char *text, const char *yes, WindowAgreedFunc agreed, gpointer data);
