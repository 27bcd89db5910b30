#include "transport-journals.h"

#include "account.h"
#include "journal-owner.h"

#define HELD_LONG_US (30 * (gint64) G_USEC_PER_SEC) /* chosen: a transport whose core died leaves within ten seconds; three times that, then a person is told who it is */

struct TransportJournals {
  Core    *core;
  gint64   account;
  Journal *current;       /* NULL: none */
  GArray  *unsettled;     /* of guint64: serials, oldest first */
  GArray  *liars;         /* of guint64: serials that prove nothing; the store could not be told yet */
  gboolean is_unlisted;   /* the store could not say yet which journals there are */
  gint64   busy_since_us; /* the oldest of unsettled is held by another process since then; 0: it is not */
  char    *owner;        /* words about that process; NULL: none yet */
};

/* Until this has worked, nobody knows whether a transport of an earlier core is still at work. */
static gboolean
list_unsettled (TransportJournals *self, GError **error)
{
  g_autoptr (GArray) found = recovery_list (self->core, self->account, error);

  if (found == NULL)
    return FALSE;
  g_array_append_vals (self->unsettled, found->data, found->len);
  self->is_unlisted = FALSE;
  return TRUE;
}

TransportJournals *
transport_journals_new (Core *core, gint64 account)
{
  TransportJournals *self = g_new0 (TransportJournals, 1);

  self->core = core;
  self->account = account;
  self->unsettled = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->liars = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->is_unlisted = TRUE;
  list_unsettled (self, NULL);
  return self;
}

void
transport_journals_free (TransportJournals *self)
{
  if (self == NULL)
    return;
  journal_free (self->current);
  g_array_unref (self->unsettled);
  g_array_unref (self->liars);
  g_free (self->owner);
  g_free (self);
}

gboolean
transport_journals_create (TransportJournals *self, GError **error)
{
  self->current = journal_create (self->core, self->account, error);
  return self->current != NULL;
}

int
transport_journals_get_fd (const TransportJournals *self)
{
  return journal_get_fd (self->current);
}

guint64
transport_journals_get_serial (const TransportJournals *self)
{
  return self->current != NULL ? journal_get_serial (self->current) : 0;
}

void
transport_journals_disown (TransportJournals *self)
{
  if (self->current != NULL)
    recovery_mark_dropped (self->core, journal_get_serial (self->current), NULL);
}

void
transport_journals_retire (TransportJournals *self, gboolean is_liar)
{
  g_autoptr (Journal) journal = g_steal_pointer (&self->current);
  guint64 serial;

  if (journal == NULL)
    return;
  serial = journal_get_serial (journal);
  if (is_liar && !recovery_mark_dropped (self->core, serial, NULL))
    g_array_append_val (self->liars, serial);
  g_array_append_val (self->unsettled, serial);
}

/* --- what waits to be read --- */

gboolean
transport_journals_is_settled (const TransportJournals *self)
{
  return !self->is_unlisted && self->unsettled->len == 0;
}

/* What the store could not be told when the transport lied: before its journal is read. */
static gboolean
mark_liars (TransportJournals *self, GError **error)
{
  for (; self->liars->len > 0; g_array_set_size (self->liars, self->liars->len - 1))
    if (!recovery_mark_dropped (self->core, g_array_index (self->liars, guint64, self->liars->len - 1), error))
      return FALSE;
  return TRUE;
}

/* Returns: (transfer full) the name of the account's sending process. */
static char *
get_program (TransportJournals *self)
{
  g_autoptr (Account) account = account_load_id (self->core, self->account, NULL);

  return g_strconcat ("postrider-", account != NULL ? account_get_way (account).program : kinds[0]->program, NULL); /* NULL: the account went meanwhile */
}

/* It has not left in all that time: stopped, or waiting for a disk that does not answer. We may not end it, for it may be sending. */
static void
note_journal_owner (TransportJournals *self)
{
  gint64 now_us = g_get_monotonic_time ();
  g_autofree char *program = NULL, *pids = NULL;

  if (self->busy_since_us == 0)
    self->busy_since_us = now_us;
  if (self->owner != NULL || now_us - self->busy_since_us < HELD_LONG_US)
    return;
  program = get_program (self);
  pids = journal_owner_find (program);
  self->owner = pids[0] != '\0'
                   ? g_strdup_printf ("an earlier sending process still holds its journal and does not leave (process %s). If it does nothing any more, end it: "
                                      "kill -9 %s; what it was sending then shows as unknown", pids, pids)
                   : g_strdup_printf ("an earlier sending process still holds its journal and does not leave; if it stays, end it (`pgrep %s` finds it), "
                                      "or restart the machine", program);
  g_warning ("%s", self->owner);
}

static TransportSettled
settle_oldest (TransportJournals *self, GError **error)
{
  switch (recovery_apply (self->core, g_array_index (self->unsettled, guint64, 0), NULL, error)) {
  case RECOVERY_BUSY:
    note_journal_owner (self);
    return TRANSPORT_BUSY;
  case RECOVERY_FAILED:
    return TRANSPORT_FAILED;
  case RECOVERY_DONE:
  default:
    g_array_remove_index (self->unsettled, 0);
    self->busy_since_us = 0;
    g_clear_pointer (&self->owner, g_free);
    return TRANSPORT_SETTLED;
  }
}

TransportSettled
transport_journals_settle (TransportJournals *self, GError **error)
{
  if (self->is_unlisted && !list_unsettled (self, error))
    return TRANSPORT_FAILED;
  if (!mark_liars (self, error))
    return TRANSPORT_FAILED;
  return self->unsettled->len > 0 ? settle_oldest (self, error) : TRANSPORT_SETTLED;
}

const char *
transport_journals_get_owner (const TransportJournals *self)
{
  return self->owner;
}
