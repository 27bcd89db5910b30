#include "recovery.h"

#include "clock.h"
#include "fault.h"
#include "kill-point.h"
#include "sql-words.h"
#include "superblock.h"
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct Journal {
  int     fd;
  guint64 serial;
};

static gboolean
read_boot_id (guint8 out[16])
{
  g_autofree char *text = NULL;
  guint nibbles = 0;

  memset (out, 0, 16);
  if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
    return FALSE;
  for (const char *p = text; *p != '\0' && nibbles < 32; p++)
    if (g_ascii_isxdigit (*p)) {
      out[nibbles / 2] = (guint8) (out[nibbles / 2] << 4 | g_ascii_xdigit_value (*p));
      nibbles++;
    }
  return nibbles == 32;
}

static char *
journal_path (Core *core, guint64 serial)
{
  return g_strdup_printf ("%s/journals/%" G_GUINT64_FORMAT, core->home, serial);
}

static int
open_new (const char *path, JournalHeader *header, GError **error)
{
  guint8 raw[JOURNAL_RECORD_LEN];
  int fd = open (path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

  header->witness = fd >= 0 ? superblock_get_witness (fd) : SUPERBLOCK_NONE;
  journal_header_write (header, raw);
  errno = fd >= 0 ? EIO : errno; /* a short write sets none */
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0 && write (fd, raw, sizeof raw) == sizeof raw)
    return fd;
  g_set_error (error, FAULT, errno == ENOSPC ? FAULT_IO : FAULT_CANT_CREATE, "the journal %s cannot be written: %s", path,
               errno == ENOSPC ? "the disk is full: make room, then resume" : g_strerror (errno));
  if (fd >= 0) {
    close (fd);
    unlink (path);
  }
  return -1;
}

Journal *
journal_create (Core *core, gint64 account, GError **error)
{
  g_autoptr (Journal) self = g_new0 (Journal, 1);
  g_autofree char *folder = g_build_filename (core->home, "journals", NULL), *path = NULL;
  JournalHeader header = { .account = (guint64) account };

  self->fd = -1;
  if (!read_boot_id (header.boot_id)) {
    g_set_error (error, FAULT, FAULT_OS, "/proc/sys/kernel/random/boot_id cannot be read: mount /proc");
    return NULL;
  }
  if (!database_run (core->database, error, "INSERT INTO journal(account,created_utc) VALUES(?,?)", "ii", account, clock_now_utc ()))
    return NULL;
  header.serial = self->serial = (guint64) sqlite3_last_insert_rowid (database_get_sqlite (core->database));
  g_mkdir_with_parents (folder, 0700);
  path = journal_path (core, self->serial);
  self->fd = open_new (path, &header, error);
  if (self->fd < 0) {
    database_run (core->database, NULL, "DELETE FROM journal WHERE serial=?", "i", (gint64) self->serial);
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
journal_free (Journal *self)
{
  if (self != NULL && self->fd >= 0)
    close (self->fd);
  g_free (self);
}

int
journal_get_fd (const Journal *self)
{
  return self->fd;
}

guint64
journal_get_serial (const Journal *self)
{
  return self->serial;
}

/* --- reading --- */

typedef struct {
  guint64 campaign, recipient;
  guint32 attempt;
} RecoveryKey;

static guint
key_hash (gconstpointer p)
{
  const RecoveryKey *key = p;

  return (guint) (key->campaign * 2654435761u ^ key->recipient * 40503u ^ key->attempt);
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const RecoveryKey *x = a, *y = b;

  return x->campaign == y->campaign && x->recipient == y->recipient && x->attempt == y->attempt;
}

typedef struct {
  gboolean is_proof; /* the file is ours, whole and its transport was no liar */
  gboolean is_safe;  /* since then nothing that was written can have been lost: same boot, same life of the superblock */
  gboolean is_ours;  /* its header names this journal */
  int      fd;
} Source;

typedef struct { /* what is said of one row that is handed */
  gboolean      is_first, is_given_back;
  JournalRecord said;   /* kind 0: nothing yet */
  char          parts[2][JOURNAL_TEXT_LEN + 1]; /* of the remote id */
  gboolean      has_part[2];
} RecoveryRow;

static void
row_hear (RecoveryRow *self, const JournalRecord *record)
{
  switch (record->kind) {
  case JOURNAL_BEGUN:
  case JOURNAL_ENDED:
    if (self->said.kind != JOURNAL_ENDED)
      self->said = *record;
    break;
  case JOURNAL_REMOTE_ID:
    if (self->said.kind == 0) /* a server names nothing that it was not given: its begun is lost */
      self->said.kind = JOURNAL_BEGUN;
    memcpy (self->parts[record->number - 1], record->text, sizeof record->text);
    self->has_part[0] = self->has_part[0] || record->number == 1;
    self->has_part[1] = record->number == 2;
    break;
  case JOURNAL_GIVEN_BACK:
    self->is_given_back = TRUE;
    break;
  case JOURNAL_HEADER:
  case JOURNAL_SEALED:
  default:
    break;
  }
}

/* out_id: JOURNAL_ID_MAX octets and their end; "" where a part is missing or no id comes of them. */
static void
row_get_remote_id (const RecoveryRow *self, char *out_id)
{
  gboolean is_long = strlen (self->parts[0]) == JOURNAL_TEXT_LEN;
  g_autofree char *id = g_strconcat (self->parts[0], is_long ? self->parts[1] : "", NULL);

  g_strlcpy (out_id, self->has_part[0] && self->has_part[1] == is_long && journal_id_is_valid (id) ? id : "", JOURNAL_ID_MAX + 1);
}

/* What the journal says of the rows in `handed` (RecoveryKey -> RecoveryRow). Ended beats begun, begun beats given back. A record cut short can only be the last one:
 * its octets did not leave. Returns: FALSE when more was there than could be read. *out_is_sealed: it ends with its seal. */
static gboolean
read_records (const Source *source, GHashTable *handed, gboolean *out_is_sealed)
{
  guint8 raw[JOURNAL_RECORD_LEN];
  gboolean is_whole = TRUE, is_sealed = FALSE;
  JournalRecord record;
  gssize n;

  for (off_t at = JOURNAL_RECORD_LEN; (n = pread (source->fd, raw, sizeof raw, at)) == (gssize) sizeof raw; at += JOURNAL_RECORD_LEN) {
    RecoveryRow *known;

    is_whole = is_whole && !is_sealed; /* behind a seal: it sealed nothing */
    if (!journal_record_read (raw, &record)) {
      is_whole = FALSE; /* spoiled: it may have been anybody's begun */
      continue;
    }
    is_sealed = record.kind == JOURNAL_SEALED;
    known = g_hash_table_lookup (handed, &(RecoveryKey){ record.campaign, record.recipient, record.attempt });
    if (known != NULL)
      row_hear (known, &record);
  }
  *out_is_sealed = is_sealed && is_whole && n == 0;
  return is_whole && n >= 0;
}

/* Those with a row of their own, and those of whom only the range is known: these left for the first time, and once. */
static const char handed_sql[] =
  "SELECT campaign,id,attempt,0 FROM recipient INDEXED BY recipient_handed WHERE state=" SQL_STATE (HANDED) " AND journal=?1 UNION ALL"
  " SELECT s.campaign,s.id,1,1 FROM handover h JOIN snapshot s ON s.campaign=h.campaign AND s.id BETWEEN h.first AND h.last"
  " LEFT JOIN recipient r ON r.campaign=s.campaign AND r.id=s.id WHERE h.journal=?1 AND r.id IS NULL";

static GHashTable *
load_handed (Core *core, guint64 serial, GError **error)
{
  g_autoptr (GHashTable) handed = g_hash_table_new_full (key_hash, key_equal, g_free, g_free);
  sqlite3_stmt *row = database_query (core->database, handed_sql, "i", (gint64) serial);
  int result;

  while ((result = database_step (core->database, row, error)) == 1) {
    RecoveryKey key = { (guint64) database_int (row, 0), (guint64) database_int (row, 1), (guint32) database_int (row, 2) };
    RecoveryRow *known = g_new0 (RecoveryRow, 1);

    known->is_first = database_int (row, 3) != 0;
    g_hash_table_insert (handed, g_memdup2 (&key, sizeof key), known);
  }
  return result == 0 ? g_steal_pointer (&handed) : NULL;
}

/* Why nobody knows what became of a row; NULL: somebody does. */
static const char *
find_doubt (const Source *source, const RecoveryRow *row)
{
  if (!source->is_proof)
    return "the sending program was dropped; what it did with this message is not known";
  if (row->said.kind == JOURNAL_ENDED)
    return NULL;
  if (row->said.kind == JOURNAL_BEGUN)
    return "sending stopped between the message and the server's answer";
  /* Who has a row may have been handed out again since, in another batch: what gave it back says nothing of that one. */
  if (source->is_safe || (source->is_ours && row->is_given_back && row->is_first))
    return NULL;
  return "the machine or its disk stopped while this message was handed over";
}

/* One row of the table in docs/design.md §5. */
static gboolean
recovery_settle_row (Core *core, const Source *source, const RecoveryKey *key, const RecoveryRow *row, LedgerTally *tally, GError **error)
{
  LedgerOutcome outcome = { .campaign = key->campaign, .recipient = key->recipient, .attempt = key->attempt };
  const char *doubt = find_doubt (source, row);
  g_autofree char *said = text_printable (row->said.text, -1, JOURNAL_TEXT_LEN); /* any octets may stand there */

  if (doubt == NULL && row->said.kind != JOURNAL_ENDED)
    return ledger_take_back (core->database, key->campaign, key->recipient, key->attempt, tally, error);
  outcome.outcome = doubt != NULL ? OUTCOME_UNKNOWN : row->said.outcome;
  outcome.reason = doubt != NULL ? REASON_NONE : row->said.reason;
  outcome.time_utc = doubt != NULL ? clock_now_utc () : row->said.time_utc_ms / 1000;
  outcome.not_before_utc_s = row->said.not_before_utc_s;
  g_strlcpy (outcome.reply, doubt != NULL ? doubt : said, sizeof outcome.reply);
  if (source->is_proof)
    row_get_remote_id (row, outcome.remote_id);
  return ledger_record (core->database, &outcome, tally, error);
}

static gboolean
settle_all (Core *core, guint64 serial, Source *source, GError **error)
{
  g_autoptr (GHashTable) handed = load_handed (core, serial, error);
  g_autoptr (LedgerTally) tally = ledger_tally_new ();
  gboolean is_sealed = FALSE;
  GHashTableIter iter;
  gpointer key, row;
  gint64 turn;

  if (handed == NULL)
    return FALSE;
  if (source->fd >= 0 && g_hash_table_size (handed) > 0 && !read_records (source, handed, &is_sealed))
    source->is_safe = FALSE;
  if (is_sealed) /* all in front of it is there, and no more was begun: whatever life the disk had since */
    source->is_safe = source->is_ours;
  g_hash_table_iter_init (&iter, handed);
  while (g_hash_table_iter_next (&iter, &key, &row))
    if (!recovery_settle_row (core, source, key, row, tally, error))
      return FALSE;
  return ledger_write_tally (core->database, tally, error) &&
         (g_hash_table_size (handed) == 0 || ledger_count_turn (core->database, &turn, error)) &&
         database_run (core->database, error, "DELETE FROM handover WHERE journal=?", "i", (gint64) serial) &&
         database_run (core->database, error, "DELETE FROM journal WHERE serial=?", "i", (gint64) serial);
}

/* What was written and not synced is still there while the same kernel has the same superblock; else the disk's word counts alone. */
static gboolean
is_life_unbroken (const JournalHeader *header, int fd)
{
  guint8 boot_id[16];

  return read_boot_id (boot_id) && memcmp (boot_id, header->boot_id, 16) == 0 && header->witness != SUPERBLOCK_NONE &&
         header->witness == superblock_get_witness (fd);
}

static void
source_weigh (Core *core, guint64 serial, int fd, Source *out_source)
{
  guint8 raw[JOURNAL_RECORD_LEN];
  JournalHeader header;
  gint64 is_dropped = 1;

  *out_source = (Source){ .fd = fd };
  database_get_int (core->database, &is_dropped, NULL, "SELECT is_dropped FROM journal WHERE serial=?", "i", (gint64) serial);
  if (is_dropped)
    return;
  out_source->is_proof = TRUE;
  /* A missing or foreign header is no lie, but no proof that nothing left either: as another boot. */
  out_source->is_ours = fd >= 0 && pread (fd, raw, sizeof raw, 0) == (gssize) sizeof raw && journal_header_read (raw, &header) && header.serial == serial;
  out_source->is_safe = out_source->is_ours && is_life_unbroken (&header, fd);
}

RecoveryResult
recovery_apply (Core *core, guint64 serial, Journal *journal, GError **error)
{
  g_autofree char *path = journal_path (core, serial);
  int own = journal == NULL ? open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  Source source;
  gboolean is_settled;

  if (journal == NULL && own < 0 && errno != ENOENT) { /* it may be there, and locked */
    g_set_error (error, FAULT, FAULT_IO, "the journal %s cannot be opened: %s", path, g_strerror (errno));
    return RECOVERY_FAILED;
  }
  if (own >= 0 && flock (own, LOCK_EX | LOCK_NB) != 0) {
    close (own);
    return RECOVERY_BUSY;
  }
  source_weigh (core, serial, journal != NULL ? journal->fd : own, &source);
  is_settled = database_begin (core->database, error);
  if (is_settled && !settle_all (core, serial, &source, error)) {
    database_rollback (core->database);
    is_settled = FALSE;
  }
  KILL_POINT ("core-recovering");
  is_settled = is_settled && database_commit (core->database, error);
  KILL_POINT ("core-recovered");
  if (is_settled)
    unlink (path);
  if (own >= 0)
    close (own);
  return is_settled ? RECOVERY_DONE : RECOVERY_FAILED;
}

/* Core ended between the commit and the unlink: all that such a file said is in the store. */
void
recovery_sweep (Core *core)
{
  g_autofree char *folder = g_build_filename (core->home, "journals", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    guint64 serial;
    gint64 known;

    if (g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT64, &serial, NULL) &&
        database_get_int (core->database, &known, NULL, "SELECT 1 FROM journal WHERE serial=?", "i", (gint64) serial) == 0)
      unlink (path);
  }
}

gboolean
recovery_mark_dropped (Core *core, guint64 serial, GError **error)
{
  return database_run (core->database, error, "UPDATE journal SET is_dropped=1 WHERE serial=?", "i", (gint64) serial);
}

GArray *
recovery_list (Core *core, gint64 account, GError **error)
{
  g_autoptr (GArray) serials = g_array_new (FALSE, FALSE, sizeof (guint64));
  sqlite3_stmt *row = database_query (core->database, "SELECT serial FROM journal WHERE account=? ORDER BY serial", "i", account);
  int result;

  while ((result = database_step (core->database, row, error)) == 1) {
    guint64 serial = (guint64) database_int (row, 0);

    g_array_append_val (serials, serial);
  }
  return result == 0 ? g_steal_pointer (&serials) : NULL;
}
