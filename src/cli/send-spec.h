/* send-spec.h - what `send` was told, as the spec and files of App1.CampaignPrepare. Used in: cli (send). */
#pragma once
#include "send-files.h"
#include "session.h"

typedef struct {
  char    *account, *from, *title, *subject, *html, *text, *template, *reply_to, *per, *rate, *once, *give_up, *test_to, *output;
  char   **lists, **exclude_lists, **where, **attach, **unsubscribe;
  guint64  except, refused_of, pause_after, connections, preview;
  OptionCount limit;
  gboolean is_dry_run, is_detached, is_yes;
} SendOptions;

extern const Option send_options[];

/* Looks at the words alone. Returns: FALSE with FAULT_USAGE. */
gboolean send_spec_check (const SendOptions *options, GError **error);

/* Reads files and the saved template, asks core which pictures the HTML part wants, opens them and the attachments.
 * Returns: (transfer full) the a{sv}, `files` filled; or NULL with FAULT_*. */
GVariant *send_spec_build (Session *session, const SendOptions *options, SendFiles *files, GError **error);
