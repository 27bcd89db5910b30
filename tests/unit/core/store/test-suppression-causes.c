/* Kinds, lists and causes: what stops which campaign, what is taken up again, and what goes with what caused it. */
#include "fault.h"
#include "forget.h"
#include "list-edit.h"
#include "suppression-fixture.h"

static void
insert (Fixture *self, const char *kind, const char *address, const char *scope, const char *source)
{
  g_assert_true (database_run (self->database, NULL, "INSERT INTO suppression(kind,address,scope,reason,source,created_utc) VALUES(?,?,?,'person',?,1)", "ssss", kind, address, scope, source));
}

/* A number stops an account of numbers and none of e-mail, however alike they are written; what a later version means stops both. */
static void
test_kinds (Fixture *self, gconstpointer data)
{
  static const struct { const char *kind; int email, phone; } rows[] = {
    { "email", 1, 0 }, { "phone", 0, 1 }, { "wa-user", 0, 0 }, { "domain", 0, 0 }, { "fax", 1, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *key = g_strdup_printf ("k%u", (guint) i);

    insert (self, rows[i].kind, key, "all", "command");
    g_assert_cmpint (ask_kind (self, "email", key, "x@example.com", TO_NEWS), ==, rows[i].email);
    g_assert_cmpint (ask_kind (self, "phone", key, "x@example.com", TO_NEWS), ==, rows[i].phone);
  }
  insert (self, "domain", "@example.org", "all", "command");
  g_assert_cmpint (ask_kind (self, "email", "ann@example.org", "", TO_NEWS), ==, 1);
}

/* The same of somebody forgotten, by the first half of the hash. */
static void
test_forgotten_kinds (Fixture *self, gconstpointer data)
{
  make_people (self);
  g_assert_true (forget_contact (self->database, self->vault, 1, NULL));
  g_assert_cmpint (count (self, "SELECT count(*) FROM suppression WHERE hash<>x'' AND length(hash)<>16"), ==, 0);
  g_assert_cmpint (ask_kind (self, "phone", "+4930123456", "", TO_NEWS), ==, 1);
  g_assert_cmpint (ask_kind (self, "email", "+4930123456", "", TO_NEWS), ==, 0);
  g_assert_cmpint (ask_kind (self, "email", "ann@example.org", "", TO_OTHER), ==, 1);
  g_assert_cmpint (ask_kind (self, "phone", "ann@example.org", "", TO_OTHER), ==, 0);
  g_assert_cmpint (count (self, "SELECT count(*) FROM suppression WHERE hash<>x'' AND reason='gone' AND source='server:7' AND words='forgotten'"), ==, 1);
}

/* Whoever left one of its lists gets nothing of a campaign; and nothing of one of which nobody knows to whom it goes. */
static void
test_lists (Fixture *self, gconstpointer data)
{
  add (self, "cara@example.org", "list:NEWS", 1);
  g_assert_cmpint (count (self, "SELECT count(*) FROM suppression WHERE scope='list:1'"), ==, 1);
  g_assert_cmpint (ask (self, "cara@example.org", "", TO_NEWS), ==, 1);
  g_assert_cmpint (ask (self, "cara@example.org", "", TO_OTHER), ==, 0);
  g_assert_cmpint (ask (self, "cara@example.org", "", TO_BOTH), ==, 1);
  g_assert_cmpint (ask (self, "cara@example.org", "", TO_NOBODY_KNOWS), ==, 1);
}

static char *
get_scopes (Fixture *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  sqlite3_stmt *row = database_query (self->database, "SELECT " SUPPRESSION_SCOPE_SQL " FROM suppression ORDER BY id", "");

  while (database_step (self->database, row, NULL) == 1)
    g_string_append_printf (text, "%s;", database_text (row, 0));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define assert_scopes(self, expected)                   \
  G_STMT_START {                                        \
    g_autofree char *shown = get_scopes (self);         \
    g_assert_cmpstr (shown, ==, expected);              \
  } G_STMT_END

/* Another name changes nothing; a list that is gone keeps its name here, and the next one of that name has its own again. */
static void
test_list_goes (Fixture *self, gconstpointer data)
{
  guint64 people = 0;

  add (self, "cara@example.org", "list:news", 1);
  insert (self, "email", "dora@example.org", "list:77", "command"); /* nobody knows which */
  assert_scopes (self, "list:News;list:#77;");
  g_assert_true (list_rename (self->database, "News", "Letters", NULL));
  assert_scopes (self, "list:Letters;list:#77;");
  g_assert_cmpint (ask (self, "cara@example.org", "", TO_NEWS), ==, 1);
  g_assert_true (list_create (self->database, "News", NULL)); /* another one */
  assert_scopes (self, "list:Letters;list:#77;");
  g_assert_true (list_remove (self->database, 1, "Letters", &people, NULL));
  assert_scopes (self, "list:Letters;list:#77;");
  g_assert_cmpint (ask (self, "cara@example.org", "", TO_NEWS), ==, 1);
  {
    g_autofree char *scope = suppression_parse_scope (self->database, "list:letters", NULL);

    g_assert_cmpstr (scope, ==, "list:1"); /* it can be taken off still */
  }
  g_assert_true (list_create (self->database, "LETTERS", NULL));
  assert_scopes (self, "list:LETTERS;list:#77;");
  g_assert_cmpint (ask (self, "cara@example.org", "", TO_NEWS), ==, 1); /* to its people once */
  g_assert_cmpint (count (self, "SELECT count(*) FROM list_former"), ==, 0);
  add (self, "cara@example.org", "list:other", 1);
  g_assert_true (list_remove (self->database, count (self, "SELECT id FROM list WHERE name='LETTERS'"), "LETTERS", &people, NULL));
  g_assert_true (list_rename (self->database, "Other", "letters", NULL)); /* it has what was for that name, too */
  assert_scopes (self, "list:letters;list:#77;");
  g_assert_cmpint (ask (self, "cara@example.org", "", TO_OTHER), ==, 1);
}

static gboolean
add_for (Fixture *self, const char *key, const char *source)
{
  guint added = 0;

  g_assert_true (suppression_add (self->database, &(Suppression){ key, "all", SUPPRESSION_REASON_LEFT, "", source, 0 }, &added, NULL));
  return added > 0;
}

/* Each cause stands for itself: what an import alone has caused goes with it, and nothing else. */
static void
test_causes (Fixture *self, gconstpointer data)
{
  guint64 lifted = 0;
  guint removed = 0;

  g_assert_true (add_for (self, "ann@example.org", "import:5"));
  g_assert_true (add_for (self, "ben@example.org", "import:5"));
  g_assert_false (add_for (self, "ben@example.org", "command")); /* is suppressed already, and holds for itself from now on */
  g_assert_true (add_for (self, "cara@example.org", "command"));
  g_assert_false (add_for (self, "cara@example.org", "import:5")); /* one that stays is enough */
  g_assert_false (add_for (self, "ben@example.org", "import:55"));
  g_assert_true (add_for (self, "dora@example.org", "import:55"));
  g_assert_false (add_for (self, "dora@example.org", "import:5"));
  g_assert_true (suppression_count_import (self->database, 5, &lifted, NULL));
  g_assert_cmpuint (lifted, ==, 3);
  g_assert_true (suppression_lift_import (self->database, 5, NULL));
  g_assert_cmpint (ask (self, "ann@example.org", "", TO_NEWS), ==, 0);
  g_assert_cmpint (ask (self, "ben@example.org", "", TO_NEWS), ==, 1);
  g_assert_cmpint (ask (self, "cara@example.org", "", TO_NEWS), ==, 1);
  g_assert_cmpint (ask (self, "dora@example.org", "", TO_NEWS), ==, 1);
  g_assert_true (add_for (self, "ann@example.org", "server:9"));
  g_assert_false (add_for (self, "ann@example.org", "import:55"));
  g_assert_true (suppression_remove (self->database, self->vault, "ann@example.org", "all", &removed, NULL)); /* a person's word: all of them */
  g_assert_cmpuint (removed, ==, 1);
  g_assert_cmpint (ask (self, "ann@example.org", "", TO_NEWS), ==, 0);
}

/* An import that can be undone no more has caused it for good. */
static void
test_import_stays (Fixture *self, gconstpointer data)
{
  add_for (self, "ann@example.org", "import:5");
  add_for (self, "ben@example.org", "import:5");
  add_for (self, "ben@example.org", "import:6");
  add_for (self, "cara@example.org", "import:56");
  g_assert_true (database_run (self->database, NULL, "INSERT INTO import_run VALUES(5,1,'f',1,0,0,'',0,0),(6,1,'f',1,0,0,'',0,0)", ""));
  g_assert_true (database_run (self->database, NULL, "DELETE FROM import_run", ""));
  g_assert_cmpint (count (self, "SELECT count(*) FROM suppression WHERE source='import'"), ==, 2);
  g_assert_cmpint (count (self, "SELECT count(*) FROM suppression WHERE source='import:56'"), ==, 1);
  g_assert_cmpint (count (self, "SELECT count(*) FROM suppression"), ==, 3);
  g_assert_true (suppression_lift_import (self->database, 5, NULL));
  g_assert_cmpint (ask (self, "ann@example.org", "", TO_NEWS), ==, 1);
}

/* Two who are one: what is said by a row of its own, by a domain and by a hash, each in its scope. */
static void
test_copied (Fixture *self, gconstpointer data)
{
  insert (self, "email", "ann@one.example", "list:1", "import:5");
  insert (self, "domain", "@one.example", "from:x@example.com", "command");
  insert (self, "domain", "*.example", "list:2", "command");
  insert (self, "domain", "@another.example", "all", "command");
  g_assert_true (suppression_forget (self->database, self->vault, "old@example.net", NULL));
  g_assert_true (suppression_copy (self->database, "ann@one.example", "new@example.org", NULL));
  g_assert_cmpint (ask (self, "new@example.org", "", TO_NEWS), ==, 1);
  g_assert_cmpint (ask (self, "new@example.org", "x@example.com", TO_OTHER), ==, 1);
  g_assert_cmpint (ask (self, "new@example.org", "", TO_OTHER), ==, 1);
  g_assert_cmpint (count (self, "SELECT count(*) FROM suppression WHERE address='new@example.org'"), ==, 3);
  g_assert_cmpint (count (self, "SELECT count(*) FROM suppression WHERE address='new@example.org' AND source='import:5'"), ==, 1);
  g_assert_true (suppression_copy (self->database, "old@example.net", "+4930123456", NULL));
  g_assert_cmpint (ask (self, "+4930123456", "", TO_OTHER), ==, 1);
  g_assert_true (suppression_copy (self->database, "nobody@example.net", "free@example.org", NULL));
  g_assert_cmpint (ask (self, "free@example.org", "x@example.com", TO_BOTH), ==, 0); /* the control */
}

#define ADD(path, func) g_test_add ("/core/store/suppression-causes/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("kinds", test_kinds);
  ADD ("forgotten-kinds", test_forgotten_kinds);
  ADD ("lists", test_lists);
  ADD ("list-goes", test_list_goes);
  ADD ("causes", test_causes);
  ADD ("import-stays", test_import_stays);
  ADD ("copied", test_copied);
  return g_test_run ();
}
