/* confirm.h - what leaves the machine or cannot be undone (org.postrider.Effect) is asked by a window of ours, whatever the page asked. What it
 * says are core's own facts (App1.Question), and it takes no answer of the first moments.
 * Trust:  the page may be somebody else's by now; its own question proves nothing, and its words are none of ours. Used in: shell. */
#pragma once
#include "contract.h"
#include "shell.h"

/* TRUE when the person is to be asked, unless core says that nothing new leaves the machine by this call and nothing is lost. */
gboolean confirm_is_due (const ContractRow *row);

/* secret_fd: borrowed; what was typed, or empty; -1 where the row wants none. error: (transfer full) why it is not to be done; NULL: it is. */
typedef void (*ConfirmedFunc) (int secret_fd, GError *error, gpointer data);

/* call: the page's tuple, checked. `func` is called once, later. Set shell->is_dialog_open first; it is FALSE again by then. */
void confirm_ask (Shell *shell, const ContractRow *row, GVariant *call, ConfirmedFunc func, gpointer data);
