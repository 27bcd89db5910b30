/* People are written down in chunks, and the main loop goes on in between: whoever comes and goes meanwhile, nobody of the lists is left out
 * and nobody comes twice. */
#include "database-open.h"
#include "snapshot.h"

#include "database.h"
#include "fields.h"
#include "list.h"

#define PEOPLE 6000 /* more than two chunks */

typedef struct {
  Core   core;
  GArray *lists, *exclude;
} World;

static void
number_cb (sqlite3_context *context, int n, sqlite3_value **values)
{
  const char *kind = (const char *) sqlite3_value_text (values[0]), *key = (const char *) sqlite3_value_text (values[1]);

  sqlite3_result_int (context, strcmp (kind, "phone") == 0 && strcmp (key, "+4930123456") == 0 && sqlite3_value_int64 (values[3]) == 1);
}

static void
run (World *self, const char *sql)
{
  g_assert_true (database_run (self->core.database, NULL, sql, ""));
}

static gint64
ask (World *self, const char *sql)
{
  gint64 value = -1;

  g_assert_cmpint (database_get_int (self->core.database, &value, NULL, sql, ""), ==, 1);
  return value;
}

/* Lists 1 and 2, everybody in both; campaign 1 is being prepared. */
static void
open_world (World *self)
{
  gint64 one = 1, two = 2;

  self->core.database = database_open (":memory:", NULL);
  self->lists = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->exclude = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_array_append_val (self->lists, one);
  g_array_append_val (self->lists, two);
  sqlite3_create_function (database_get_sqlite (self->core.database), "is_suppressed", 4, SQLITE_UTF8, NULL, number_cb, NULL, NULL);
  g_assert_true (database_run (self->core.database, NULL,
                               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<?) INSERT INTO person(id,email,email_key,created_utc,changed_utc)"
                               " SELECT i, 'p'||i||'@example.org', 'p'||i||'@example.org', 1, 1 FROM n", "i", (gint64) PEOPLE));
  run (self, "INSERT INTO list(id,name,created_utc) VALUES(1,'one',1),(2,'two',1),(3,'none',1)");
  run (self, "INSERT INTO known SELECT key_hash(email_key), id FROM person");
  run (self, "INSERT INTO membership(list,contact) SELECT l.id, c.id FROM list l, contact c WHERE l.id<3");
  run (self, "INSERT INTO account(id,name,address,created_utc) VALUES(1,'a','a@example.org',1)");
  run (self, "INSERT INTO campaign(id,identity,account,state,sender,subject,created_utc) VALUES(1,x'00',1,0,'a@example.org','s',1)");
}

static void
close_world (World *self)
{
  g_array_unref (self->lists);
  g_array_unref (self->exclude);
  database_close (self->core.database);
}

/* change: SQL between the first chunk and the rest. */
static void
take_by (World *self, KindAddress address, const char *change)
{
  static const char *const columns[] = { "phone", NULL }, *const none[] = { NULL };
  SnapshotSpec spec = { .sender_address = "a@example.org", .copies = { .campaign = 1, .address = address, .subject = "s", .text = "t" }, .columns = columns, .where_fields = none, .where_values = none };
  g_autoptr (Snapshot) snapshot = snapshot_new (&self->core, &spec, self->lists, self->exclude, NULL);
  int result;

  snapshot_set_fields (snapshot, NULL, 0);
  g_assert_cmpint (snapshot_step (snapshot, NULL), ==, 1);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM snapshot"), <, PEOPLE);
  if (change != NULL)
    run (self, change);
  while ((result = snapshot_step (snapshot, NULL)) == 1)
    ;
  g_assert_cmpint (result, ==, 0);
  g_assert_cmpuint (snapshot_get_counts (snapshot)->total, ==, (guint64) ask (self, "SELECT count(*) FROM snapshot"));
}

static void
take (World *self, const char *change)
{
  take_by (self, KIND_ADDRESS_EMAIL, change);
}

/* what changes, and how many are written down in the end */
static const struct {
  const char *name, *change;
  int         people;
} changes[] = {
  { "nothing", NULL, PEOPLE },
  { "leave-one-list", "DELETE FROM membership WHERE list=1 AND contact<=100", PEOPLE },      /* they came through it already */
  { "leave-both-behind", "DELETE FROM membership WHERE contact<=100", PEOPLE },              /* the same */
  { "leave-both-ahead", "DELETE FROM membership WHERE contact>5900", PEOPLE - 100 },         /* they are gone before their turn */
  { "leave-one-ahead", "DELETE FROM membership WHERE list=1 AND contact>5900", PEOPLE },     /* and come through the other */
  { "leave-second", "DELETE FROM membership WHERE list=2", PEOPLE },
};

static void
test_change (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  World world = { 0 };

  open_world (&world);
  take (&world, changes[i].change);
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM snapshot"), ==, changes[i].people);
  g_assert_cmpint (ask (&world, "SELECT count(DISTINCT contact) FROM snapshot"), ==, changes[i].people);
  close_world (&world);
}

/* On the second list alone, and put on the first one when that place of it was read already. */
static void
test_join_behind (void)
{
  World world = { 0 };

  open_world (&world);
  run (&world, "DELETE FROM membership WHERE list=1 AND contact<=100");
  take (&world, "INSERT INTO membership(list,contact) SELECT 1, id FROM contact WHERE id<=100");
  g_assert_cmpint (ask (&world, "SELECT count(DISTINCT contact) FROM snapshot"), ==, PEOPLE);
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM snapshot"), ==, PEOPLE);
  close_world (&world);
}

static void
test_exclude (void)
{
  World world = { 0 };
  gint64 three = 3;

  open_world (&world);
  run (&world, "INSERT INTO membership(list,contact) SELECT 3, id FROM contact WHERE id%2=0");
  g_array_append_val (world.exclude, three);
  take (&world, NULL);
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM snapshot WHERE contact%2=1"), ==, PEOPLE / 2);
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM snapshot"), ==, PEOPLE / 2);
  close_world (&world);
}

/* "Town" is a field of two people, and in list one a header of the name's column: who has no such field, has their name there. */
static void
test_aliases (void)
{
  static const char *const columns[] = { "phone", "Town", NULL }, *const where[] = { "TOWN", NULL }, *const values[] = { "Al", NULL };
  static const char *const aliases[] = { "Town", "name", NULL };
  static const int bound[] = { 1, 3, -1, 2 };
  g_autoptr (GByteArray) blob = g_byte_array_new ();
  SnapshotSpec spec = { .sender_address = "a@example.org", .copies = { .campaign = 1, .subject = "s", .text = "t" }, .columns = columns };
  World world = { 0 };

  open_world (&world);
  g_assert_true (list_set_aliases (world.core.database, 1, aliases, NULL));
  fields_append (blob, (Slice){ "Town", 4 }, (Slice){ "Bonn", 4 });
  run (&world, "DELETE FROM membership WHERE contact>4");
  run (&world, "DELETE FROM membership WHERE list=1 AND contact=4"); /* they are in list two alone, where the header means nothing */
  run (&world, "UPDATE person SET name='Al'");
  g_assert_true (database_run (world.core.database, NULL, "UPDATE person SET fields=? WHERE id<=2", "b", blob->data, (gsize) blob->len));
  for (int is_filtered = 0; is_filtered < 2; is_filtered++) {
    g_autoptr (Snapshot) snapshot = NULL;
    int result;

    run (&world, "DELETE FROM snapshot");
    run (&world, "DELETE FROM tally");
    spec.where_fields = is_filtered ? where : NULL;
    spec.where_values = is_filtered ? values : NULL;
    snapshot = snapshot_new (&world.core, &spec, world.lists, world.exclude, NULL);
    snapshot_set_fields (snapshot, bound, G_N_ELEMENTS (bound));
    while ((result = snapshot_step (snapshot, NULL)) == 1)
      ;
    g_assert_cmpint (result, ==, 0);
    g_assert_cmpuint (snapshot_get_counts (snapshot)->queued, ==, is_filtered ? 1 : 4);
    if (is_filtered)
      continue;
    g_assert_cmpuint (snapshot_get_counts (snapshot)->missing[0], ==, 0); /* the name */
    g_assert_cmpuint (snapshot_get_counts (snapshot)->missing[1], ==, 1); /* Town: who is in list two alone */
    g_assert_cmpuint (snapshot_get_counts (snapshot)->missing[2], ==, 4); /* of nobody */
    g_assert_cmpuint (snapshot_get_counts (snapshot)->missing[3], ==, 4); /* the number */
  }
  close_world (&world);
}

/* Who has a suppressed number is left out of a campaign by numbers, and of no other. */
static void
test_suppressed_number (gconstpointer address_kind)
{
  World self = { 0 };
  gboolean is_by_number = strcmp (address_kind, "phone") == 0;

  open_world (&self);
  run (&self, "UPDATE person SET phone='+4930123456' WHERE id=7");
  run (&self, "INSERT INTO suppression(kind,address,created_utc) VALUES('phone','+4930123456',1),('phone','p8@example.org',1)");
  g_assert_true (database_run (self.core.database, NULL, "UPDATE campaign SET address_kind=?", "s", (const char *) address_kind));
  take_by (&self, is_by_number ? KIND_ADDRESS_PHONE : KIND_ADDRESS_EMAIL, NULL);
  g_assert_cmpint (ask (&self, "SELECT count(*) FROM recipient WHERE state=6 AND reason='suppressed'"), ==, is_by_number);
  g_assert_cmpint (ask (&self, "SELECT count(*) FROM ledger WHERE contact=7 AND state=6"), ==, is_by_number);
  close_world (&self);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree char *path = g_strconcat ("/core/campaign/snapshot/snapshot/", changes[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_change);
  }
  g_test_add_data_func ("/core/campaign/snapshot/suppressed-number/phone", "phone", test_suppressed_number);
  g_test_add_data_func ("/core/campaign/snapshot/suppressed-number/email", "email", test_suppressed_number);
  g_test_add_func ("/core/campaign/snapshot/join-behind", test_join_behind);
  g_test_add_func ("/core/campaign/snapshot/exclude", test_exclude);
  g_test_add_func ("/core/campaign/snapshot/aliases", test_aliases);
  return g_test_run ();
}
