/* samples.h - rows to look at before sending: those at the edges, where templates break, and some at random.
 * Used in: core/app, core/control. */
#pragma once
#include "campaign.h"

typedef struct {
  guint64     recipient;
  char       *address, *name;
  GBytes     *values; /* in frame form */
  const char *why;    /* longest | emptiest | non-latin | random | "" */
} Sample;

/* The longest, the emptiest, a non-Latin and random ones, `max` in all, by what the message uses of them. bound: of each of its n fields, as
 * Transport2.BeginCampaign says. Skipped people are not shown. Returns: (transfer full) of Sample; NULL with `error`. */
GPtrArray *samples_choose (Core *core, guint64 campaign, const int *bound, gsize n, guint max, GError **error);

/* `max` rows behind `after`, in order. is_waiting: only who got nothing yet. Returns: as samples_choose(). */
GPtrArray *samples_page (Core *core, guint64 campaign, guint64 after, guint max, gboolean is_waiting, GError **error);

/* These people, as they are. */
GPtrArray *samples_load (Core *core, guint64 campaign, GArray *ids, GError **error);

/* As its campaign's transport has them. Returns: floating: frame RECIPIENTS, attempt 0. */
GVariant  *samples_to_frame (GPtrArray *samples, const Campaign *campaign);
