/* secret-dialog.h - asks the person for a password in a window of our own: the page never has it, not even while it is typed.
 * Trust:  what it says is core's. What is typed lives in memory that is not swapped and is wiped.
 * Used in: shell. Why so: docs/decisions/passwords-in-a-native-dialog.md. */
#pragma once
#include "shell.h"

/* fd: a sealed memfd (borrowed till the call returns), or -1 with `error` (transfer full): FAULT_TEMP: they changed their mind. */
typedef void (*SecretDialogFunc) (int fd, GError *error, gpointer data);

/* member: of App1, a row that wants a secret; text: what it is for (App1.Question), "" of VaultUnlock. `func` is called once, later. */
void secret_dialog_ask (Shell *shell, const char *member, const char *text, SecretDialogFunc func, gpointer data);
