/* transport-client.h - a transport driven as core drives it: a real process, its real lock, Transport2, sockets handed over. For tests. */
#pragma once
#include "contract-transport2.h"
#include "frame.h"
#include "journal.h"
#include "outcome.h"
#include "peer.h"

typedef struct {
  Peer         *peer;
  PrTransport2 *proxy;
  GString      *log;     /* signals in short: "1=accepted 2=refused/suppress paused(login) lost " */
  char         *text;    /* of the last Paused or ConnectionLost */
  guint         outcomes, needed; /* needed: sum of NeedConnection */
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
gboolean client_add (Client *self, int fd); /* takes fd: of this machine */
gboolean client_add_from (Client *self, int fd, gboolean is_loopback);
void client_begin (Client *self, guint64 campaign, const char *text);
/* Rows first .. first + n - 1, addresses rN@example.net, attempt 1, one column "word". */
void client_send (Client *self, guint64 campaign, guint64 first, guint n);
void client_send_row (Client *self, guint64 campaign, guint64 key, const char *address, guint attempt);
void client_wait_outcomes (Client *self, guint n);     /* fails the test after 30 s */
void client_wait_log (Client *self, const char *word); /* until the log has it */
void client_spin (guint ms);
GVariant *client_test (Client *self);
/* The journal in short: "B1 E1=accepted ". */
char *client_read_journal (Client *self);
