/* fake-transport.h - stands in for src/shared/peer/process.c: no process is started. The other end of the socketpair is served in this one by a transport
 * (or a dial) that does what the test says. All of peer.c and guard.c is the real thing.
 * Used in: tests of core/worker, core/campaign (the composer). */
#pragma once
#include "contract-transport2.h"
#include "ledger.h"

typedef struct { /* the transport that runs, or the last one */
  PrTransport2 *skeleton; /* borrowed; for its signals. NULL: none runs */
  GString      *heard;    /* "OpenAccount Send …": what it was asked, in order */
  GVariant     *settings; /* of OpenAccount */
  int           journal;  /* its duplicate; the test may close it */
  GArray       *rows;     /* of LedgerHanded: what Send gave it */
  guint         dials;    /* how often a connection was asked of dial */
  char         *peer;     /* what the last AddConnection said */
  guint         endpoint;
  GString      *state;    /* "opened:KEY=VALUE kept:SERIAL given:SERIAL:KEY=VALUE": what core said of records */
} FakeTransport;
extern FakeTransport fake;

typedef struct { /* how it behaves; zero: well */
  gboolean    cannot_start;
  const char *refuses;   /* a method that it answers with an error */
  const char *ignores;   /* a method that it never answers */
  const char *leaves_at; /* a method at which it leaves */
  gboolean    cannot_dial;
  gboolean    misnames; /* BeginCampaign: a column that is not there */
  gboolean    keeps_journal; /* its journal stays locked when it has left, as that of a process that does not die */
  void      (*killed) (gpointer data); /* called when core kills it, before anything else */
  gpointer    data;
} FakePart;

void fake_set_up    (const FakePart *part, guint16 port); /* part: borrowed. port: where dial connects to */
void fake_tear_down (void);
void fake_leave     (void); /* by itself, as a crash */
void fake_write     (JournalKind kind, guint64 campaign, const LedgerHanded *row); /* into its journal; ENDED: accepted */
void fake_tell      (guint64 campaign, const LedgerHanded *rows, guint count);     /* Outcomes: accepted */
