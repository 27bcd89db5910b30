/* secret-dialog.h - asks the person for a password in a window of our own: the page never has it, not even while it is typed.
 * Trust:  names in the question are the page's: shown as a quotation, capped. What is typed lives in memory that is not swapped and is wiped.
 * Used in: shell. Why so: docs/decisions/passwords-in-a-native-dialog.md. */
#pragma once
#include "shell.h"

/* fd: a sealed memfd (borrowed till the call returns), or -1 with `error` (transfer full): FAULT_TEMP: they changed their mind. */
typedef void (*SecretDialogFunc) (int fd, GError *error, gpointer data);

/* member: of App1, a row that wants a secret; call: its checked arguments (borrowed). `func` is called once, maybe before this returns. */
void secret_dialog_ask (Shell *shell, const char *member, GVariant *call, SecretDialogFunc func, gpointer data);
