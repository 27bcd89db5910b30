/* sign-in-window.h - a window in which one person signs in at one provider: its walls, the browser without a network in them, and gate as its only way out.
 * Trust:  the process runs a stranger's pages: what it says is checked by the contract, and an address that it hands over is judged by who opened it.
 * Used in: core/app. Source: SignIn1, Gate1; docs/decisions/a-window-to-sign-in.md. */
#pragma once
#include "environment.h"
#include "core.h"
#include "host-list.h"

typedef struct SignInWindow SignInWindow;

typedef struct { /* all copied but hosts */
  const char *url, *redirect; /* where it begins, and where it ends: SignIn1.Open */
  const char *authorities;    /* PEM; "": the system's */
  const char *address;        /* whose sign-in it is */
  HostList   *hosts;          /* taken */
} SignInWindowSpec;

typedef struct {
  /* once: it stands; or it does not: error (borrowed) says why, and what would help. Then nothing else is told. */
  void (*opened)     (const GError *error, gpointer data);
  void (*redirected) (const char *address, gpointer data); /* the browser was led to it, and stopped */
  void (*closed)     (const char *why, gpointer data);     /* once, after opened: it is gone. why: a sentence; NULL: the person closed it */
} SignInWindowFuncs;

/* environment: of the person's desktop (borrowed). funcs: kept by pointer. Callbacks never come before this returns. Returns: (transfer full), never NULL. */
SignInWindow *sign_in_window_open (Core *core, Environment *environment, const SignInWindowSpec *spec, const SignInWindowFuncs *funcs, gpointer data);
void          sign_in_window_free (SignInWindow *self); /* closes it; no callbacks any more; NULL is a no-op */
