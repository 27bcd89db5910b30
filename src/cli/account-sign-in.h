/* account-sign-in.h - a person signs in at their account's provider: the browser, the wait, the end. Used in: cli. */
#pragma once
#include "session.h"

typedef struct {
  gboolean has_no_browser, is_in_window;
} SignInOptions;

extern const Option sign_in_options[];

/* Returns: the exit status, or -1 with `error` set. With --jsonl the end is an event, and its status is returned. */
int account_sign_in_run (Session *session, const SignInOptions *options, const char *name, GError **error);
