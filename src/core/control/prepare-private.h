/* prepare-private.h - one preparation at work, for the files prepare*.c alone. */
#pragma once
#include "account.h"
#include "composer.h"
#include "prepare.h"
#include "snapshot.h"

typedef struct {
  Core         *core;
  Account      *account;
  Campaign     *campaign;
  Composed     *composed;
  Snapshot     *snapshot;
  SnapshotSpec  spec;
  GArray       *lists, *exclude;
  GPtrArray    *where_fields, *where_values;
  char         *list_names, *once, *test_to;
  gboolean      is_again;
  GArray       *places;  /* of int: what takes values in this letter: 0 address, 1 name, 2 the first column… */
  guint64       largest; /* octets of the largest message; 0: nobody gets one */
  gint64        earlier; /* the campaign that has the key of --once; 0 none */
} Prepare;

/* What the pre-flight says: (transfer full) the a{sv} of App1.CampaignPrepare. */
GVariant *prepare_summarize (Prepare *self);

/* Tries how many octets values make in this letter, before the snapshot is taken. Finish: the snapshot knows. */
void      prepare_probe_async (Prepare *self, GAsyncReadyCallback callback, gpointer data);
void      prepare_probe_finish (Prepare *self, GAsyncResult *result);

/* Builds the messages that may be the largest. Finish: self->largest; where they cannot be built, an estimate. */
void      prepare_measure_async (Prepare *self, GAsyncReadyCallback callback, gpointer data);
void      prepare_measure_finish (Prepare *self, GAsyncResult *result);

/* What is to be sent, by the account's kind. Returns: FALSE with FAULT_USAGE (a part that this kind does not have), FAULT_DATA (a sender that is none). */
gboolean  prepare_read_message (Prepare *self, GVariant *wish, GError **error);

/* --where: taken from the wish; then, with the columns known, looked up. Returns: FALSE with FAULT_DATA: nobody on the lists has such a field. */
void      prepare_read_where  (Prepare *self, GVariantDict *spec);
gboolean  prepare_check_where (Prepare *self, GError **error);

/* --once: whose campaign the key is. Before the campaign is stored. */
gboolean  prepare_find_earlier (Prepare *self, GError **error);
/* Is it the same wish as that campaign was? This one is stored, in a transaction that is open. Returns: FALSE with FAULT_DATA: what differs. */
gboolean  prepare_is_same (Prepare *self, GError **error);
/* The summary instead of one of this wish: (transfer full), or NULL. */
GVariant *prepare_describe_earlier (Prepare *self, GError **error);
