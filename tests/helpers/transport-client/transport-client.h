/* transport-client.h - a transport driven as core drives it: a real process, its real lock, Transport2, sockets handed over. For tests. */
#pragma once
#include "contract-transport2.h"
#include "frame.h"
#include "journal.h"
#include "outcome.h"
#include "peer.h"
#include <gio/gunixfdlist.h>

typedef struct {
  Peer         *peer;
  const char   *kind;    /* of account; at first smtp */
  PrTransport2 *proxy;
  GString      *log;     /* signals in short: "1=accepted 2=refused/suppress paused(login) need-secret lost " */
  char         *text;    /* of the last Paused, NeedSecret or ConnectionLost */
  guint         outcomes, needed; /* needed: sum of NeedConnection */
  guint         endpoint;         /* that it asked for last: what is added leads there */
  guint         tally[STATE_COUNT]; /* outcomes by state */
  gboolean      has_ended, is_quiet; /* is_quiet: count, don't log outcomes */
  int           journal; /* read and write; ours */
  char         *journal_path;
  void        (*on_need) (guint count, gpointer data); /* NULL: only counted */
  gpointer      data;
} Client;

Client *client_new  (const char *program); /* as PeerSpec has it; starts it, waits till it can be spoken to */
void    client_free (Client *self);

/* settings: text of an a{sv}, e.g. "{'tls': <'none'>}"; host is added when absent. */
void client_open (Client *self, const char *settings, const char *password);
void client_renew (Client *self, const char *secret, gint64 expires_utc_s); /* NewSecret */
gboolean client_add (Client *self, int fd); /* takes fd: of this machine */
gboolean client_add_from (Client *self, int fd, const char *peer);
/* settings: a floating a{sv}; state: a frame STATE, NULL: none. */
gboolean client_open_with (Client *self, GVariant *settings, const char *password, GVariant *state, GError **error);
void client_begin (Client *self, guint64 campaign, const char *text);
/* parts: text of an a{ss}. files: a floating a(sssh) of `fds`, NULL: none. out_answer: (transfer full) BeginCampaign's, as a tuple; or NULL. */
gboolean client_begin_with (Client *self, guint64 campaign, const char *parts, gboolean is_inspection, GVariant *files, GUnixFDList *fds,
                            GVariant **out_answer, GError **error);
gboolean client_send_frame (Client *self, guint64 campaign, GVariant *frame, GError **error); /* floating is taken */
/* Rows first .. first + n - 1, addresses rN@example.net, attempt 1, one column "word". */
void client_send (Client *self, guint64 campaign, guint64 first, guint n);
void client_send_row (Client *self, guint64 campaign, guint64 key, const char *address, guint attempt);
void client_wait_outcomes (Client *self, guint n);     /* fails the test after 30 s */
void client_wait_log (Client *self, const char *word); /* until the log has it */
void client_spin (guint ms);
GVariant *client_test (Client *self);
/* The journal in short: "B1 E1=accepted ". */
char *client_read_journal (Client *self);
