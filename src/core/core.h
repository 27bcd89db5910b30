/* core.h - what the parts of the main process share: one of each, made in main.c, handed on by pointer. No globals.
 * Used in: core. */
#pragma once
#include <gio/gio.h>

typedef struct Database Database; /* store/database.h */
typedef struct Vault Vault; /* vault/vault.h */
typedef struct KeyringSlot KeyringSlot; /* keyring/keyring-slot.h: the vault's slot in the user's keyring */
typedef struct Dialer Dialer; /* dial/dialer.h: names to connected sockets */
typedef struct AccessTokens AccessTokens; /* grant/access-tokens.h */
typedef struct SignIns SignIns; /* grant/sign-ins.h: people who are signing in */
typedef struct Lanes Lanes; /* dispatch/lanes.h: one lane an account */
typedef struct App App; /* client/app.h: clients */
typedef struct Progress Progress; /* progress/progress.h */
typedef struct Retention Retention; /* campaign/retention.h */
typedef struct Composer Composer; /* campaign/composer.h: compiles and previews */
typedef struct IsolatedSignIn IsolatedSignIn; /* app/isolated-sign-in.h: one that is shown in a window of its own */
typedef struct AppWindow AppWindow; /* window/window.h: the window, seen from here */

typedef struct {
  const char *home;  /* absolute; 0700 */
  const char *state; /* absolute; another folder than home: the ledger's mark, the vault's key file */
  Database *database;
  Vault *vault;
  KeyringSlot *keyring_slot;
  Dialer *dialer;
  AccessTokens *access_tokens;
  SignIns *sign_ins;
  Lanes *lanes;
  App *app;
  Progress *progress;
  Composer *composer;
  Retention *retention;
  IsolatedSignIn *isolated; /* NULL: none is */
  AppWindow *window; /* NULL in tests of other parts, and when core is leaving */
  guint    holds;      /* app_hold(): kept here, since a call may end after `app` has */
  gboolean is_leaving; /* lanes_drain() was called: nothing is started any more */
  void  (*note_clock) (gpointer data); /* main.c: a clock that was set and a night asleep are seen before anything is judged by the time; NULL in tests */
  gpointer note_clock_data;
  GSList *corrections; /* control/campaigns.c: resumptions whose new text is being compiled */
} Core;
