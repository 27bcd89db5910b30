/* link-fixture.h - a link to the made-up transport (fake-transport.h), a store with a campaign behind it, and what the link has told.
 * Used in: tests of core/worker. */
#pragma once
#include "fake-transport.h"
#include "transport-link.h"

#define PEOPLE 3
#define PATIENCE_US (120 * (gint64) G_USEC_PER_SEC) /* a busy machine under sanitizers; nothing here takes a hundredth of it */

typedef struct {
  FakePart       part;
  Core           core;
  char          *home;
  int            listener;
  Account        *account;
  TransportLink *link;
  GString       *told; /* "opened begun:1 …": the events, in order */
  GArray        *rows; /* of LedgerHanded: what was sent */
  GError        *error; /* of opened or begun */
  gpointer       tag;
  gboolean       frees_itself; /* in the first event */
  gint64         dropped_at_kill, dropped_at_close; /* what the store said then of the journal; -1: it has none, or nobody asked */
} LinkFixture;

#define WAIT_FOR(condition)                                                          \
  for (gint64 until_us = g_get_monotonic_time () + PATIENCE_US;;) {                  \
    if (condition)                                                                   \
      break;                                                                         \
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);                          \
    if (!g_main_context_iteration (NULL, FALSE))                                     \
      g_usleep (1000);                                                               \
  }

typedef struct {
  const char *path; /* NULL: the end */
  void      (*func) (LinkFixture *self, gconstpointer data);
  gconstpointer data;
} LinkTest;

int  link_fixture_main      (int argc, char *argv[], const LinkTest *tests); /* of a program whose tests all stand on this */
void link_fixture_set_up    (LinkFixture *self, gconstpointer data);
void link_fixture_tear_down (LinkFixture *self, gconstpointer data);
void link_fixture_renew     (LinkFixture *self, TransportPurpose purpose); /* another link, as another core makes it */
void link_fixture_reopen_as (LinkFixture *self, TransportPurpose purpose); /* and open; for one that does not send: it has no journal */
void link_fixture_open      (LinkFixture *self);               /* and waits until it is */
void link_fixture_send_all  (LinkFixture *self);               /* as a lane does: committed under the link's serial, then sent */
void link_fixture_begin     (LinkFixture *self, gpointer tag);
void link_fixture_settle    (LinkFixture *self);               /* what a lane does when its transport has gone */
void link_fixture_calm_down (void);                            /* what would come by now has come */

gboolean            link_fixture_has_told (LinkFixture *self, const char *event);
const LedgerHanded *link_fixture_row      (LinkFixture *self, guint i);       /* that was sent */
gint64              link_fixture_count    (LinkFixture *self, State state);   /* of the campaign's people */
gint64              link_fixture_get      (LinkFixture *self, const char *sql); /* -1: nothing */
void                link_fixture_run      (LinkFixture *self, const char *sql);
