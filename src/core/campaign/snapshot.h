/* snapshot.h - the people of a campaign, as they are now, written row by row into the ledger, and counted for the pre-flight.
 * Used in: core/campaign, core/control. Memory does not grow with the number of people; the main loop goes on between chunks. */
#pragma once
#include "campaign.h"
#include "doubles.h"
#include "largest.h"
#include "ledger.h"
#include "second-copies.h"

typedef struct {
  const char *sender_address;
  const char *const *columns;            /* columns[0] is the address kind's `other` */
  const char *const *where_fields, *const *where_values; /* all must hold; NULL-terminated */
  CopyRules   copies;                    /* of which campaign, too */
  guint64     limit;                     /* so many people at most, where has_limit */
  gboolean    has_limit;
  const char *test_to;                   /* one row, to this address; NULL or "" none */
  guint64     only;                      /* this contact and nobody else, 0 everybody */
} SnapshotSpec;

typedef struct {
  guint64 total, queued, sharing, recent, suppressed, no_address, excluded, largest_values;
  guint64 *missing; /* one a field of the message: of those who get it, how many have no value there */
} SnapshotCounts;

typedef struct Snapshot Snapshot;

/* lists (kept), exclude: ids. Who is on several of `lists` comes through the first. spec is borrowed until the snapshot is freed. */
Snapshot *snapshot_new  (Core *core, const SnapshotSpec *spec, GArray *lists, GArray *exclude, GError **error);
void      snapshot_free (Snapshot *self);
/* The message's fields, as Transport2.BeginCampaign says `bound` (borrowed). */
void      snapshot_set_fields (Snapshot *self, const int *bound, guint n);

/* Writes the next people. Returns: 1 more to do, 0 done, -1 error. One transaction. */
int       snapshot_step (Snapshot *self, GError **error);
/* Places of the letter that take a value: 0 address, 1 name, 2 the first column… (both borrowed). */
void      snapshot_set_places (Snapshot *self, const int *places, guint n, const LargestWeight *weights);
/* Who may get the largest message: (transfer full) ids of the snapshot, of guint64, the likeliest first. */
GArray   *snapshot_get_largest (Snapshot *self);
const SnapshotCounts *snapshot_get_counts (Snapshot *self);
const Doubles        *snapshot_get_doubles (Snapshot *self); /* borrowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Snapshot, snapshot_free)
