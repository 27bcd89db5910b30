/* calls.h - what the page asks, checked again and led to core or to the window itself.
 * Trust:  each message may come from an owned web process: any name, any tuple, at any rate. Only rows marked for the page pass.
 * Used in: shell. Contract: App1, Window1. */
#pragma once
#include "bridge-call.h"
#include "shell.h"

/* One question without an answer yet. page_call_answer() or page_call_fail() ends it. */
typedef struct {
  Shell             *shell;
  WebKitUserMessage *message;
  const ContractRow *row;
  GVariant          *arguments; /* owned; the contract's form, checked; files are handles of `fds` */
  GUnixFDList       *fds;
} PageCall;

/* The bridge's message. Returns: TRUE: it is taken care of. */
gboolean calls_take (Shell *shell, WebKitUserMessage *message);

void page_call_answer (PageCall *self, GVariant *reply); /* floating is sunk; NULL: nothing to say */
void page_call_fail   (PageCall *self, GError *error);   /* takes it */
void page_call_busy   (PageCall *self);                  /* another dialog is open */
