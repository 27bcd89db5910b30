/* transport-link-private.h - the inside of a link to a transport that is a child of this process, shared by transport-link.c (its life, what it says),
 * transport-opening.c (from its start to an account that is open), transport-connections.c (its sockets) and transport-calls.c (what it is asked). */
#pragma once
#include "contract-transport2.h"
#include "outcomes.h"
#include "peer.h"
#include "transport-journals.h"
#include "transport-state.h"
#include "transport-link.h"

typedef enum {
  LINK_CLOSED,
  LINK_OPENING, /* until OpenAccount is answered */
  LINK_OPEN,
  LINK_CLOSING, /* draining, or found lying, then gone */
} LinkPhase;

struct TransportLink {
  Core                  *core;
  TransportPurpose       purpose;
  const TransportEvents *events;
  gpointer               data;
  gint64                 account_id; /* 0 but for TRANSPORT_SENDS */
  const Account         *account; /* borrowed; NULL: none, or it is closed */

  LinkPhase     phase;
  char         *own_name; /* what this machine calls itself to the server; while it is opened, and after */
  Peer         *peer;
  PrTransport2 *proxy;
  GCancellable *open; /* cancelled when the transport goes: late answers are then ignored */
  gboolean      is_violated; /* it lied: nothing that it still says counts */

  guint    connections;
  guint    dialing[KIND_ENDPOINTS_MAX];
  gboolean is_held; /* no connection is made */

  gboolean        needs_secret; /* it asked, and there was none to give */
  gboolean        is_fetching;  /* an access token is on its way */
  guint64         token_number; /* of the access token that it has (access-tokens.h); 0: none */
  gint64          renew_utc;    /* when it asks for the next one by itself; 0: not known */
  gboolean        is_proved;    /* the secret that it has: a letter was accepted since it was given, or it let us in */
  TransportState *state;        /* NULL: its kind keeps none */
  GPtrArray      *heard;        /* of GArray (transport-events.c), a frame each: waits for the outcomes before it */

  TransportJournals *journals; /* NULL but for TRANSPORT_SENDS */
  Outstanding *outstanding;
  guint        sent_count; /* rows in this journal */
  GArray      *outcomes;   /* of LedgerOutcome */
  GArray      *recalled;   /* of TransportRow */
};

typedef struct { /* a call on its way */
  TransportLink *link; /* valid while `open` is not cancelled */
  GCancellable  *open;
  guint64        campaign;
  gpointer       tag;
} TransportCall;
TransportCall *transport_call_new (TransportLink *link, guint64 campaign, gpointer tag);
/* Returns: the link, or NULL when its transport has gone meanwhile. Frees the call. The other two may be NULL. */
TransportLink *transport_call_end (TransportCall *self, guint64 *out_campaign, gpointer *out_tag);
gboolean       transport_call_is_stalling (const GError *error); /* it neither answers nor dies */
gboolean       transport_call_is_gone     (const GError *error); /* it died with our question open: no lie, and its journal stays good; `closed` tells the rest */
GError        *transport_call_translate   (GError *error); /* (transfer full) what it answered instead: FAULT_UNAVAILABLE in its words; others as they are */

/* transport-link.c */
void transport_link_listen (TransportLink *self);                      /* to its signals */
void transport_link_fail   (TransportLink *self, const GError *error); /* it does not come to be open */

/* transport-opening.c */
void transport_link_ready_cb (Peer *peer, const GError *failed, gpointer link);

/* transport-connections.c */
void transport_link_need_connection_cb (PrTransport2 *proxy, guint endpoint, guint count, gpointer link);

/* transport-events.c */
void transport_link_events_cb    (PrTransport2 *proxy, GVariant *rows, gpointer link);
void transport_link_write_events (TransportLink *self); /* those whose messages have their outcomes in the store */

/* transport-secret.c: secret: borrowed; renew_utc: when the next one is to be asked for, 0: not known. error: there is none */
typedef void (*TransportSecretFunc) (TransportLink *link, const SecretBytes *secret, gint64 renew_utc, const GError *error);
void transport_link_fetch_secret   (TransportLink *self, TransportSecretFunc done); /* done: at once or later; not when the transport goes before that */
int  transport_link_append_secret  (GUnixFDList *fds, const SecretBytes *secret, GError **error); /* Returns: its number in `fds`, or -1 */
void transport_link_need_secret_cb (PrTransport2 *proxy, const char *text, gpointer link);
void transport_link_renew_secret   (TransportLink *self); /* a no-op unless it needs one */
