/* shell.h - what the parts of the window share. Used in: shell. */
#pragma once
#include "core-link.h"
#include "file-table.h"
#include "mail-store.h"
#include "page-signals.h"
#include "view.h"

typedef struct Rejects Rejects;

typedef struct {
  CoreLink    *core;
  FileTable   *files;
  MailStore   *mails;
  View        *view;
  PageSignals *signals;
  Rejects     *rejects; /* of the last import */
  GtkWindow   *window;
  GtkWindow   *notice;  /* shown by window_say(); NULL: none */
  GMainLoop   *loop;
  GVariant    *look;      /* a{sv} as Window1.Look; NULL: not asked yet */
  guint        in_flight; /* calls of the page without an answer */
  gboolean     is_dialog_open; /* one at a time: choosing, saving, a password, an address */
  gboolean     is_close_asked; /* the page, or our own dialog, is to say what closing means */
  gint64       closed_us[2];   /* when the person closed the window, the last times; 0: never */
  gboolean     is_leaving;     /* with nothing running the page has its last words, and the window goes whatever they are */
  guint        close_timer;
  int          status;    /* of the process */
} Shell;
