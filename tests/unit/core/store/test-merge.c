/* Rows in, people out: who is one person, which values stay, and that a second import of the same file changes nothing. */
#include "contact.h"
#include "database-open.h"
#include "fault.h"
#include "fields.h"
#include "import-undo.h"
#include "list-edit.h"
#include "list.h"
#include "merge.h"
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  const char *name, *email, *phone, *fields; /* fields: "city=Kiel;size=L" */
} Row;

typedef struct {
  const char *about;
  Row  rows[6];    /* in the store before */
  Row  file[8];    /* the file that is imported, twice */
  guint created, updated, merged, unchanged; /* the first time */
  const char *people; /* afterwards, by id: "name|email|phone|fields\n" */
} Case;

static const Case cases[] = {
  { "a new person", { { 0 } }, { { "Ann", "ann@example.org", "", "city=Kiel" } }, 1, 0, 0, 0, "Ann|ann@example.org||city=Kiel\n" },
  { "two people share an address", { { 0 } }, { { "Ann", "a@example.org", "", "" }, { "Ben", "a@example.org", "", "" } }, 2, 0, 0, 0,
    "Ann|a@example.org||\nBen|a@example.org||\n" },
  { "same address and name in another case and spacing: one, new values win, old ones stay", { { 0 } },
    { { "Ann Lee", "Ann@example.org", "", "city=Kiel;size=L" }, { " ann   LEE", "ann@example.org", "", "city=Bonn;hat=red" } }, 1, 0, 1, 0,
    "Ann Lee|Ann@example.org||city=Bonn;size=L;hat=red\n" },
  { "the phone fills a gap and is not overwritten", { { 0 } },
    { { "Ann", "a@example.org", "", "" }, { "Ann", "a@example.org", "+491511234567", "" }, { "Ann", "a@example.org", "+491519999999", "" } }, 1, 0, 2, 0,
    "Ann|a@example.org|+491511234567|\n" },
  { "an umlaut composed or not is the same name", { { 0 } }, { { "J\xc3\xb6rg", "j@example.org", "", "" }, { "Jo\xcc\x88RG", "j@example.org", "", "" } },
    1, 0, 1, 0, "J\xc3\xb6rg|j@example.org||\n" },
  { "no name, and one person has the address: that person, wherever the row stands", { { 0 } },
    { { "", "a@example.org", "", "x=1" }, { "Ann", "a@example.org", "", "x=2" } }, 1, 0, 1, 0, "Ann|a@example.org||x=2\n" },
  { "no name, and two have it: a person without a name", { { 0 } },
    { { "Ann", "a@example.org", "", "" }, { "", "a@example.org", "", "" }, { "Ben", "a@example.org", "", "" }, { "", "a@example.org", "", "k=v" } },
    3, 0, 1, 0, "Ann|a@example.org||\n|a@example.org||k=v\nBen|a@example.org||\n" },
  { "an older person without a name gets one, the second name is somebody else", { { "", "a@example.org", "", "" } },
    { { "Ann", "a@example.org", "", "" }, { "Ben", "a@example.org", "", "" } }, 1, 1, 0, 0, "Ann|a@example.org||\nBen|a@example.org||\n" },
  { "an older person is updated", { { "Ann", "a@example.org", "", "city=Kiel;size=L" } }, { { "Ann", "a@example.org", "", "city=Bonn" } }, 0, 1, 0, 0,
    "Ann|a@example.org||city=Bonn;size=L\n" },
  { "an older person is not changed by less", { { "Ann", "a@example.org", "+491511234567", "city=Kiel" } }, { { "ANN", "A@example.org", "", "" } }, 0, 0, 0, 1,
    "Ann|a@example.org|+491511234567|city=Kiel\n" },
  { "phone only: same number and name", { { 0 } }, { { "Ann", "", "+491511234567", "a=1" }, { "Ann", "", "+491511234567", "b=2" } }, 1, 0, 1, 0,
    "Ann||+491511234567|a=1;b=2\n" },
  { "phone only: same number, another name", { { 0 } }, { { "Ann", "", "+491511234567", "" }, { "Ben", "", "+491511234567", "" } }, 2, 0, 0, 0,
    "Ann||+491511234567|\nBen||+491511234567|\n" },
  { "phone only: the person with an address of the same file; it may fill, not overwrite (a second import would swap them)", { { 0 } },
    { { "Ann", "", "+491511234567", "a=1;b=1" }, { "Ann", "a@example.org", "+491511234567", "a=2" } }, 1, 0, 1, 0,
    "Ann|a@example.org|+491511234567|a=2;b=1\n" },
  { "an older person with this number and name and no address gets the address", { { "Ann", "", "+491511234567", "" } },
    { { "Ann", "a@example.org", "+491511234567", "" }, { "Ann", "b@example.org", "+491511234567", "" } }, 1, 1, 0, 0,
    "Ann|a@example.org|+491511234567|\nAnn|b@example.org|+491511234567|\n" },
  { "a field that comes again with other values: the last one, and still nothing changes the second time", { { 0 } },
    { { "Ann", "a@example.org", "", "x=1" }, { "Ann", "a@example.org", "", "x=2" }, { "Ann", "a@example.org", "", "x=1" } }, 1, 0, 2, 0,
    "Ann|a@example.org||x=1\n" },
  { "field names compare without case", { { 0 } }, { { "Ann", "a@example.org", "", "City=Kiel" }, { "Ann", "a@example.org", "", "city=Bonn" } }, 1, 0, 1, 0,
    "Ann|a@example.org||City=Bonn\n" },
  { "a number without a name that one person has", { { "Ann", "a@example.org", "+491511234567", "" } }, { { "", "", "+491511234567", "k=1" } }, 0, 1, 0, 0,
    "Ann|a@example.org|+491511234567|k=1\n" },
  { "a name claimed by number must not collide with the same name at that address",
    { { "Ann", "a@example.org", "", "" }, { "Ben", "a@example.org", "", "" }, { "", "a@example.org", "+491511234567", "" } },
    { { "Ann", "", "+491511234567", "" } }, 1, 0, 0, 0,
    "Ann|a@example.org||\nBen|a@example.org||\n|a@example.org|+491511234567|\nAnn||+491511234567|\n" },
};

static Slice
slice (const char *text)
{
  return (Slice){ text, strlen (text) };
}

static void
add (Merge *merge, const Row *row)
{
  g_autoptr (GByteArray) blob = g_byte_array_new ();
  g_auto (GStrv) pairs = g_strsplit (row->fields, ";", -1);
  MergeRow added = { slice (row->name), slice (row->email), slice (row->phone), NULL, 0 };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; pairs[i] != NULL; i++) {
    char *equal = strchr (pairs[i], '=');

    *equal = '\0';
    fields_append (blob, slice (pairs[i]), slice (equal + 1));
  }
  added.fields = blob->data;
  added.fields_len = blob->len;
  merge_add (merge, &added, &error);
  g_assert_no_error (error);
}

static MergeCounts
import (Database *database, const Row *rows, gsize n_max, gboolean is_dry_run)
{
  static const char *const fields[] = { "city", NULL };
  MergeTarget target = { fields, NULL, is_dry_run };
  MergeCounts counts = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (Merge) merge = merge_new (database, "people", "fair", &error);

  g_assert_no_error (error);
  merge_open_batch (merge, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < n_max && rows[i].name != NULL; i++)
    add (merge, &rows[i]);
  merge_close_batch (merge, &error);
  g_assert_no_error (error);
  while (merge_step (merge, &target, &counts, &error) > 0)
    ;
  g_assert_no_error (error);
  return counts;
}

static char *
dump (Database *database)
{
  GString *people = g_string_new (NULL);
  sqlite3_stmt *rows = database_query (database, "SELECT name,email,phone,fields FROM contact ORDER BY id", "");

  while (database_step (database, rows, NULL) == 1) {
    FieldsReader reader;
    Slice name, value;
    const char *gap = "";

    g_string_append_printf (people, "%s|%s|%s|", database_text (rows, 0), database_text (rows, 1), database_text (rows, 2));
    fields_open (&reader, sqlite3_column_blob (rows, 3), (gsize) sqlite3_column_bytes (rows, 3));
    for (; fields_next (&reader, &name, &value); gap = ";")
      g_string_append_printf (people, "%s%.*s=%.*s", gap, (int) name.len, name.data, (int) value.len, value.data);
    g_string_append_c (people, '\n');
  }
  return g_string_free (people, FALSE);
}

/* Who is in which list, who agreed to what, which lists and fields there are; nothing that an undone import may leave. */
static char *
dump_sets (Database *database)
{
  sqlite3_stmt *row = database_query (database,
                                      "SELECT coalesce((SELECT group_concat(list||':'||contact) FROM (SELECT * FROM membership ORDER BY 1,2)),'')||'|'||"
                                      "coalesce((SELECT group_concat(contact||':'||source) FROM (SELECT * FROM consent ORDER BY 1,2)),'')||'|'||"
                                      "coalesce((SELECT group_concat(list||':'||name) FROM list_field),'')||'|'||(SELECT count(*) FROM list)||'|'||"
                                      "(SELECT count(*) FROM known)", "");
  char *text;

  g_assert_cmpint (database_step (database, row, NULL), ==, 1);
  text = g_strdup (database_text (row, 0));
  sqlite3_reset (row);
  return text;
}

static void
undo (Database *database)
{
  g_auto (ImportUndone) undone = { 0 };
  g_autoptr (GError) error = NULL;

  import_undo (database, 0, &undone, &error);
  g_assert_no_error (error);
}

static void
assert_counts (const MergeCounts *counts, guint created, guint updated, guint merged, guint unchanged)
{
  g_assert_cmpuint (counts->created, ==, created);
  g_assert_cmpuint (counts->updated, ==, updated);
  g_assert_cmpuint (counts->merged, ==, merged);
  g_assert_cmpuint (counts->unchanged, ==, unchanged);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (Database) database = database_open (":memory:", &error);
  g_autofree char *before = NULL, *sets_before = NULL, *sets = NULL, *sets_undone = NULL, *undone = NULL;
  g_autofree char *dry = NULL;
  g_autofree char *people = NULL;
  g_autofree char *again = NULL;
  MergeCounts counts;
  gint64 n = 0, lists = 0;

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (c->rows) && c->rows[i].name != NULL; i++)
    import (database, &c->rows[i], 1, FALSE);
  before = dump (database);
  sets_before = dump_sets (database);
  counts = import (database, c->file, G_N_ELEMENTS (c->file), TRUE);
  assert_counts (&counts, c->created, c->updated, c->merged, c->unchanged);
  dry = dump (database);
  g_assert_cmpstr (dry, ==, before); /* a dry run tells the truth and stores nothing */

  counts = import (database, c->file, G_N_ELEMENTS (c->file), FALSE);
  assert_counts (&counts, c->created, c->updated, c->merged, c->unchanged);
  people = dump (database);
  g_assert_cmpstr (people, ==, c->people);
  sets = dump_sets (database);

  undo (database); /* and all is as it was */
  undone = dump (database);
  g_assert_cmpstr (undone, ==, before);
  sets_undone = dump_sets (database);
  g_assert_cmpstr (sets_undone, ==, sets_before);
  import (database, c->file, G_N_ELEMENTS (c->file), FALSE);
  again = dump (database);
  g_assert_cmpstr (again, ==, people);
  g_clear_pointer (&again, g_free);

  counts = import (database, c->file, G_N_ELEMENTS (c->file), FALSE);
  assert_counts (&counts, 0, 0, c->merged, c->created + c->updated + c->unchanged);
  again = dump (database);
  g_assert_cmpstr (again, ==, people);

  g_assert_cmpint (database_get_int (database, &n, NULL, "SELECT count(*) FROM member", ""), ==, 1);
  g_assert_cmpint (database_get_int (database, &lists, NULL, "SELECT count(*) FROM contact", ""), ==, 1);
  g_assert_cmpint (n, ==, lists);
  g_assert_cmpint (database_get_int (database, &n, NULL, "SELECT count(*) FROM consent", ""), ==, 1);
  g_assert_cmpint (n, ==, lists);
}

static void
test_one_at_a_time (void)
{
  g_autoptr (Database) database = database_open (":memory:", NULL);
  g_autoptr (Merge) first = merge_new (database, "people", "", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (merge_new (database, "people", "", &error));
  g_assert_nonnull (error);
  g_clear_pointer (&first, merge_free);
  first = merge_new (database, "people", "", NULL);
  g_assert_nonnull (first);
}

static gint64
count (Database *database, const char *sql)
{
  gint64 n = -1;

  g_assert_cmpint (database_get_int (database, &n, NULL, sql, ""), ==, 1);
  return n;
}

static const char all_rows[] = "SELECT (SELECT count(*) FROM person)+(SELECT count(*) FROM membership)+(SELECT count(*) FROM known)+(SELECT count(*) FROM consent)"
                               "+(SELECT count(*) FROM list)+(SELECT count(*) FROM list_field)+(SELECT count(*) FROM arrival)+(SELECT count(*) FROM audit)";

/* A batch of `n` rows, of which each seventh address comes twice and each ninth has a number. */
static void
add_batch (Merge *merge, guint first, guint n)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (merge_open_batch (merge, &error));
  for (guint i = first; i < first + n; i++) {
    char name[32], email[64], phone[24] = "";
    guint person = i % 7 == 6 ? i - 1 : i;
    MergeRow row = { 0 };

    g_snprintf (name, sizeof name, "Person %u", person);
    g_snprintf (email, sizeof email, "p%u@example.org", person * 2654435761u);
    if (i % 9 == 0)
      g_snprintf (phone, sizeof phone, "+4915%08u", person);
    row.name = slice (name);
    row.email = slice (email);
    row.phone = slice (phone);
    g_assert_true (merge_add (merge, &row, &error));
  }
  g_assert_true (merge_close_batch (merge, &error));
  g_assert_no_error (error);
}

static int
finish (Merge *merge, MergeCounts *counts)
{
  static const char *const fields[] = { "city", NULL };
  MergeTarget target = { fields, NULL, FALSE };
  int result;

  while ((result = merge_step (merge, &target, counts, NULL)) > 0)
    ;
  return result;
}

/* Until the end nobody sees who has come, and nobody may change people or lists. */
static void
test_unseen (void)
{
  static const Row older[] = { { "Ann", "ann@example.org", "", "" } };
  g_autoptr (Database) database = database_open (":memory:", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) found = NULL;
  g_autoptr (Merge) merge = NULL;
  MergeCounts counts = { 0 };
  guint64 people = 0;

  import (database, older, 1, FALSE);
  merge = merge_new (database, "people", "fair", &error);
  g_assert_no_error (error);
  add_batch (merge, 0, 700);
  g_assert_cmpint (count (database, "SELECT count(*) FROM person"), ==, 601);
  g_assert_cmpint (count (database, "SELECT count(*) FROM contact"), ==, 1);
  g_assert_cmpint (count (database, "SELECT count(*) FROM member"), ==, 1);
  found = contact_match (database, "p0@example.org", 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 0);
  g_assert_false (list_remove (database, 1, "people", &people, &error));
  g_assert_error (error, FAULT, FAULT_TEMP);

  g_assert_cmpint (finish (merge, &counts), ==, 0);
  assert_counts (&counts, 600, 0, 100, 0);
  g_assert_cmpint (count (database, "SELECT count(*) FROM contact"), ==, 601);
  g_assert_cmpint (count (database, "SELECT count(*) FROM member"), ==, 601);
  g_assert_cmpint (count (database, "SELECT count(*) FROM consent"), ==, 601);
  g_clear_pointer (&found, g_array_unref);
  found = contact_match (database, "+491500000000", 10, &error);
  g_assert_cmpuint (found->len, ==, 1);
  g_clear_pointer (&merge, merge_free);
  g_assert_true (list_remove (database, 1, "people", &people, NULL));
  g_assert_cmpuint (people, ==, 601);
  g_assert_cmpint (count (database, "SELECT (SELECT count(*) FROM person)+(SELECT count(*) FROM membership)+(SELECT count(*) FROM known)+(SELECT count(*) FROM consent)"),
                   ==, 0);
}

/* --- taken back --- */

static void
cannot_undo (Database *database, int code, const char *words)
{
  g_auto (ImportUndone) undone = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (import_undo (database, 0, &undone, &error));
  g_assert_error (error, FAULT, code);
  g_assert_nonnull (strstr (error->message, words));
}

static const Row ann_and_ben[] = { { "Ann", "a@example.org", "", "city=Kiel" }, { "Ben", "b@example.org", "", "" }, { 0 } };
static const Row ann_in_bonn[] = { { "Ann", "a@example.org", "", "city=Bonn" }, { 0 } };
static const Row carl[] = { { "Carl", "c@example.org", "", "" }, { 0 } };

/* Until the next import or edit of the same people; an import of others ends nothing. What was overwritten is erased then. */
static void
test_undo_ends (void)
{
  g_autoptr (Database) database = database_open (":memory:", NULL);
  g_autoptr (Contact) contact = NULL;

  cannot_undo (database, FAULT_NO_INPUT, "none was made");
  import (database, ann_and_ben, 2, FALSE);
  import (database, carl, 1, FALSE);
  g_assert_cmpint (count (database, "SELECT count(*) FROM import_run"), ==, 2);
  import (database, ann_in_bonn, 1, FALSE);
  g_assert_cmpint (count (database, "SELECT count(*) FROM import_run WHERE id=1"), ==, 0);
  g_assert_cmpint (count (database, "SELECT count(*) FROM import_trace"), ==, 1);
  contact = contact_load (database, 1, NULL);
  contact_set_field (contact, "city", "Ulm");
  g_assert_true (contact_save (database, contact, NULL));
  g_assert_cmpint (count (database, "SELECT count(*) FROM import_trace"), ==, 0);
  undo (database); /* of Carl */
  g_assert_cmpint (count (database, "SELECT count(*) FROM contact"), ==, 2);
  cannot_undo (database, FAULT_NO_INPUT, "changed or imported again");
}

static void
run (Database *database, const char *sql)
{
  g_assert_cmpint (sqlite3_exec (database_get_sqlite (database), sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

static void
test_undo_and_campaigns (void)
{
  g_autoptr (Database) database = database_open (":memory:", NULL);
  g_auto (ImportUndone) undone = { 0 };

  import (database, ann_and_ben, 2, FALSE);
  run (database, "INSERT INTO account(id,name,address,created_utc) VALUES(1,'a','a@example.org',0);"
              "INSERT INTO campaign(id,identity,account,state,sender,subject,created_utc) VALUES(7,x'00',1,4,'','',0);"
              "INSERT INTO snapshot(campaign,id,contact,address,address_key) VALUES(7,1,2,'b@example.org','b@example.org')");
  cannot_undo (database, FAULT_TEMP, "campaign 7");
  g_assert_cmpint (count (database, "SELECT count(*) FROM contact"), ==, 2);
  run (database, "UPDATE campaign SET state=6; INSERT INTO suppression(address,created_utc) VALUES('b@example.org',0)");
  g_assert_true (import_undo (database, 0, &undone, NULL));
  g_assert_cmpint (count (database, "SELECT count(*) FROM audit WHERE what='import.undo'"), ==, 1);
  g_assert_cmpuint (undone.removed, ==, 1);
  g_assert_cmpuint (undone.kept, ==, 1);
  g_assert_cmpint (count (database, "SELECT id FROM contact"), ==, 2);
  g_assert_cmpint (count (database, "SELECT (SELECT count(*) FROM member)+(SELECT count(*) FROM consent)"), ==, 0);
  g_assert_cmpint (count (database, "SELECT count(*) FROM suppression"), ==, 1);
}

/* Somebody who is forgotten is in no trace, and stays forgotten. */
static void
test_undo_and_forgotten (void)
{
  g_autoptr (Database) database = database_open (":memory:", NULL);

  import (database, ann_and_ben, 2, FALSE);
  import (database, ann_in_bonn, 1, FALSE);
  run (database, "DELETE FROM person WHERE id=1"); /* as forget.c does */
  g_assert_cmpint (count (database, "SELECT count(*) FROM import_trace"), ==, 0);
  undo (database);
  g_assert_cmpint (count (database, "SELECT count(*) FROM contact WHERE email='a@example.org'"), ==, 0);
}

/* No number of a person, list, campaign or account is given again. */
static void
test_ids_come_once (void)
{
  g_autoptr (Database) database = database_open (":memory:", NULL);
  guint64 people;

  import (database, ann_and_ben, 2, FALSE);
  g_assert_true (list_remove (database, 1, "people", &people, NULL));
  import (database, ann_and_ben, 2, TRUE); /* whom nobody saw takes no number */
  import (database, carl, 1, FALSE);
  g_assert_cmpint (count (database, "SELECT id FROM person"), ==, 3);
  g_assert_cmpint (count (database, "SELECT id FROM list"), ==, 2);
  g_assert_true (list_create (database, "by hand", NULL));
  g_assert_true (list_remove (database, 3, "by hand", &people, NULL));
  g_assert_true (list_create (database, "by hand again", NULL));
  g_assert_cmpint (count (database, "SELECT id FROM list WHERE name='by hand again'"), ==, 4);
  run (database, "INSERT INTO account(name,address,created_utc) VALUES('a','',0); DELETE FROM account;"
              "INSERT INTO account(name,address,created_utc) VALUES('a','',0);"
              "INSERT INTO campaign(identity,account,state,sender,subject,created_utc) VALUES(x'00',2,0,'','',0); DELETE FROM campaign;"
              "INSERT INTO campaign(identity,account,state,sender,subject,created_utc) VALUES(x'00',2,0,'','',0)");
  g_assert_cmpint (count (database, "SELECT id FROM account"), ==, 2);
  g_assert_cmpint (count (database, "SELECT id FROM campaign"), ==, 2);
  g_assert_cmpint (count (database, "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%AUTOINCREMENT%' AND name IN ('person','list','campaign','account')"), ==, 4);
  g_assert_cmpint (count (database, "SELECT integrity_check='ok' FROM pragma_integrity_check"), ==, 1);
}

/* Given up at any moment: in the rows, while what finds the people is laid, before the last transaction. */
static void
test_given_up (gconstpointer data)
{
  static const char *const fields[] = { NULL };
  MergeTarget target = { fields, NULL, FALSE };
  g_autoptr (Database) database = database_open (":memory:", NULL);
  g_autoptr (Merge) merge = merge_new (database, "people", "fair", NULL);
  MergeCounts counts = { 0 };

  add_batch (merge, 0, 3000);
  g_assert_cmpint (count (database, all_rows), >, 3000); /* the control */
  for (guint i = 0; i < GPOINTER_TO_UINT (data); i++)
    g_assert_cmpint (merge_step (merge, &target, &counts, NULL), >, 0);
  if (GPOINTER_TO_UINT (data) % 2 == 0)
    while (merge_clear (merge))
      ;
  g_clear_pointer (&merge, merge_free);
  g_assert_cmpint (count (database, all_rows), ==, 0);
}

static void
copy_file (const char *from, const char *to, const char *end)
{
  g_autofree char *source = g_strconcat (from, end, NULL);
  g_autofree char *target = g_strconcat (to, end, NULL);
  g_autofree char *bytes = NULL;
  gsize len = 0;

  g_assert_true (g_file_get_contents (source, &bytes, &len, NULL));
  g_assert_true (g_file_set_contents (target, bytes, (gssize) len, NULL));
}

static void
remove_store (const char *path)
{
  static const char *const ends[] = { "", "-wal", "-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree char *file = g_strconcat (path, ends[i], NULL);

    g_unlink (file);
  }
}

/* Core dies in the middle: the files as they lie there are opened again. */
static void
test_cut_off (void)
{
  g_autofree char *folder = g_dir_make_tmp ("merge-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "store", NULL);
  g_autofree char *copy = g_build_filename (folder, "copy", NULL);
  g_autoptr (Database) database = database_open (path, NULL);
  g_autoptr (Merge) merge = merge_new (database, "people", "fair", NULL);
  g_autoptr (Database) again = NULL;
  g_autoptr (GError) error = NULL;
  MergeCounts counts = { 0 };

  add_batch (merge, 0, 2000);
  add_batch (merge, 2000, 2000);
  copy_file (path, copy, "");
  copy_file (path, copy, "-wal");
  g_assert_cmpint (finish (merge, &counts), ==, 0);
  again = database_open (copy, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (again, all_rows), ==, 0);
  g_assert_cmpint (count (database, "SELECT count(*) FROM contact"), ==, 4000 - 571);
  g_clear_pointer (&merge, merge_free);
  g_clear_pointer (&database, database_close);
  g_clear_pointer (&again, database_close);
  remove_store (path);
  remove_store (copy);
  g_rmdir (folder);
}

/* Two keys with one hash: as if, by entries that lead to somebody else. Keys decide. */
static void
test_keys_decide (void)
{
  static const Row older[] = { { "Ann", "ann@example.org", "+491511111111", "" }, { "Ann", "other@example.org", "", "" } };
  static const Row file[] = { { "Ann", "new@example.org", "", "" }, { "Ann", "ann@example.org", "", "" }, { "", "", "+491512222222", "" } };
  g_autoptr (Database) database = database_open (":memory:", NULL);
  g_autofree char *people = NULL;
  MergeCounts counts;

  import (database, older, 2, FALSE);
  g_assert_true (database_run (database, NULL, "INSERT INTO known SELECT key_hash('new@example.org'),id FROM person", ""));
  g_assert_true (database_run (database, NULL, "INSERT OR IGNORE INTO known SELECT key_hash('ann@example.org'),id FROM person", ""));
  g_assert_true (database_run (database, NULL, "INSERT INTO known SELECT key_hash('+491512222222'),id FROM person", ""));
  counts = import (database, file, 3, FALSE);
  assert_counts (&counts, 2, 0, 0, 1);
  people = dump (database);
  g_assert_cmpstr (people, ==, "Ann|ann@example.org|+491511111111|\nAnn|other@example.org||\nAnn|new@example.org||\n||+491512222222|\n");
}

static int
count_cb (gpointer data)
{
  ++*(guint *) data;
  return 0;
}

/* Returns: the most hundreds of steps of SQLite's machine in any one call. */
static guint
measure_longest_call (guint rows, gboolean is_again)
{
  static const char *const fields[] = { NULL };
  MergeTarget target = { fields, NULL, FALSE };
  g_autoptr (Database) database = database_open (":memory:", NULL);
  guint longest = 0, steps = 0;

  for (int round = is_again ? 0 : 1; round < 2; round++) {
    g_autoptr (Merge) merge = merge_new (database, "people", "", NULL);
    MergeCounts counts = { 0 };
    int result = 1;

    sqlite3_progress_handler (database_get_sqlite (database), 100, count_cb, &steps);
    longest = 0;
    while (result > 0) {
      if (counts.created == 0 && counts.merged < rows) { /* rows first: each address once */
        char email[64];

        g_assert_true (merge_open_batch (merge, NULL));
        for (guint i = 0; i < 500; i++) {
          g_snprintf (email, sizeof email, "p%u@example.org", (guint) counts.merged++ * 2654435761u);
          g_assert_true (merge_add (merge, &(MergeRow){ slice ("Ann"), slice (email), { "", 0 }, NULL, 0 }, NULL));
        }
        steps = 0;
        g_assert_true (merge_close_batch (merge, NULL));
      } else {
        steps = 0;
        result = merge_step (merge, &target, &counts, NULL);
      }
      longest = MAX (longest, steps);
    }
    g_assert_cmpint (result, ==, 0);
    g_assert_cmpuint (round == 0 || !is_again ? counts.created : counts.unchanged, ==, rows);
    sqlite3_progress_handler (database_get_sqlite (database), 0, NULL, NULL);
  }
  return longest;
}

/* No call takes longer because the file does: neither with new people nor with a file that comes again. */
static void
test_pieces (gconstpointer is_again)
{
  guint few = measure_longest_call (10000, is_again != NULL), many = measure_longest_call (40000, is_again != NULL);

  g_test_message ("%u and %u hundreds of steps", few, many);
  g_assert_cmpuint (few, >, 10); /* the control */
  g_assert_cmpuint (many, <=, few + few / 10);
}

/* Enough rows for several runs of the sorter (slow); every seventh address comes twice. */
static void
test_bulk (void)
{
  g_autofree char *folder = g_dir_make_tmp ("merge-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "store", NULL);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);
  static const char *const fields[] = { NULL };
  MergeTarget target = { fields, NULL, FALSE };
  guint n = g_test_slow () ? 1000000 : 70000;

  for (int round = 0; round < 2; round++) {
    g_autoptr (Database) database = database_open (path, NULL);
    g_autoptr (Merge) merge = merge_new (database, "people", "", NULL);
    MergeCounts counts = { 0 };
    gint64 start = g_get_monotonic_time (), staged, known = 0;
    int result;

    merge_open_batch (merge, NULL);
    for (guint i = 0; i < n; i++) {
      char name[32], email[64];
      guint person = i % 7 == 6 ? i - 1 : i;

      g_snprintf (name, sizeof name, "Person %u", person);
      g_snprintf (email, sizeof email, "p%u@%c.example.org", person * 2654435761u, 'a' + person % 26);
      g_assert_true (merge_add (merge, &(MergeRow){ slice (name), slice (email), { "", 0 }, NULL, 0 }, NULL));
    }
    merge_close_batch (merge, NULL);
    staged = g_get_monotonic_time ();
    while ((result = merge_step (merge, &target, &counts, NULL)) > 0)
      ;
    g_assert_cmpint (result, ==, 0);
    g_test_message ("%u rows: staged in %.2f s, merged in %.2f s", n, (double) (staged - start) / 1e6, (double) (g_get_monotonic_time () - staged) / 1e6);
    g_assert_cmpuint (counts.merged, ==, n / 7);
    g_assert_cmpuint (round == 0 ? counts.created : counts.unchanged, ==, n - n / 7);
    g_assert_cmpint (database_get_int (database, &known, NULL, "SELECT count(*) FROM known", ""), ==, 1);
    g_assert_cmpint (known, ==, n - n / 7);
  }
  g_unlink (wal);
  g_unlink (shm);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/core/store/merge/%" G_GSIZE_FORMAT " %s", i, cases[i].about);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/core/store/merge/one-at-a-time", test_one_at_a_time);
  g_test_add_func ("/core/store/merge/unseen", test_unseen);
  for (guint steps = 0; steps < 6; steps++) {
    g_autofree char *path = g_strdup_printf ("/core/store/merge/given-up/after-%u-steps", steps);

    g_test_add_data_func (path, GUINT_TO_POINTER (steps), test_given_up);
  }
  g_test_add_func ("/core/store/merge/cut-off", test_cut_off);
  g_test_add_func ("/core/store/merge/keys-decide", test_keys_decide);
  g_test_add_data_func ("/core/store/merge/pieces/new", NULL, test_pieces);
  g_test_add_data_func ("/core/store/merge/pieces/again", "again", test_pieces);
  g_test_add_func ("/core/store/merge/bulk", test_bulk);
  g_test_add_func ("/core/store/merge/undo/ends", test_undo_ends);
  g_test_add_func ("/core/store/merge/undo/campaigns", test_undo_and_campaigns);
  g_test_add_func ("/core/store/merge/undo/forgotten", test_undo_and_forgotten);
  g_test_add_func ("/core/store/merge/ids-come-once", test_ids_come_once);
  return g_test_run ();
}
