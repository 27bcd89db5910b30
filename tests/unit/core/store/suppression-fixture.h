/* suppression-fixture.h - a store with a vault, two lists and campaigns to them, and people who may be forgotten; header only. Used in: tests of suppressions. */
#pragma once
#include "database-open.h"
#include "list.h"
#include "suppression.h"
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char  *home, *state;
  Vault *vault;
  Database *database;
} Fixture;

enum { TO_NEWS = 101, TO_OTHER, TO_BOTH, TO_NOBODY_KNOWS };

static const char campaigns[] =
  "INSERT INTO account(id,name,address,created_utc) VALUES(90,'sends','x@example.com',1);"
  "INSERT INTO campaign(id,identity,account,state,sender,subject,created_utc) VALUES(101,x'',90,5,'','',1),(102,x'',90,5,'','',1),(103,x'',90,5,'','',1),(104,x'',90,5,'','',1);"
  "INSERT INTO campaign_list VALUES(101,1),(102,2),(103,1),(103,2);";

static inline void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  self->home = g_dir_make_tmp ("suppress-home-XXXXXX", NULL);
  self->state = g_dir_make_tmp ("suppress-state-XXXXXX", NULL);
  self->vault = vault_new (self->home, self->state, &error);
  g_assert_no_error (error);
  path = g_build_filename (self->home, "store", NULL);
  self->database = database_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (suppression_register_functions (self->database, self->vault));
  g_assert_true (list_ensure (self->database, "News", 1, NULL));
  g_assert_true (list_ensure (self->database, "Other", 2, NULL));
  g_assert_cmpint (sqlite3_exec (database_get_sqlite (self->database), campaigns, NULL, NULL, NULL), ==, SQLITE_OK);
}

static inline void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  for (const char *name; (name = g_dir_read_name (dir)) != NULL;) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    g_unlink (file);
  }
  g_rmdir (path);
}

static inline void
tear_down (Fixture *self, gconstpointer data)
{
  database_close (self->database);
  vault_free (self->vault);
  remove_folder (self->home);
  remove_folder (self->state);
  g_free (self->home);
  g_free (self->state);
}

static inline int
ask_kind (Fixture *self, const char *kind, const char *key, const char *sender, gint64 campaign)
{
  gint64 answer = -1;
  int result = database_get_int (self->database, &answer, NULL, "SELECT is_suppressed(?,?,?,?)", "sssi", kind, key, sender, campaign);

  return result == 1 ? (int) answer : -1;
}

static inline int
ask (Fixture *self, const char *key, const char *sender, gint64 campaign)
{
  return ask_kind (self, strchr (key, '@') != NULL ? "email" : "phone", key, sender, campaign);
}

static inline void
add (Fixture *self, const char *address, const char *raw_scope, guint expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *key = suppression_parse_address (address, &error);
  g_autofree char *scope = key != NULL ? suppression_parse_scope (self->database, raw_scope, &error) : NULL;
  guint count = 0;

  g_assert_no_error (error);
  g_assert_true (suppression_add (self->database, &(Suppression){ key, scope, SUPPRESSION_REASON_PERSON, "asked", "test", 0 }, &count, &error));
  g_assert_cmpuint (count, ==, expected);
}

static inline void
make_people (Fixture *self)
{
  static const char script[] =
    "INSERT INTO person(id,name,name_key,email,email_key,phone,fields,created_utc,changed_utc) VALUES"
    " (1,'Ann Secret','ann secret','Ann@example.org','ann@example.org','+4930123456',x'0400','1',1),"
    " (2,'Ben','ben','both@example.org','both@example.org','','',1,1),(3,'Cara','cara','both@example.org','both@example.org','','',1,1);"
    "INSERT INTO known SELECT key_hash(email_key),id FROM person; INSERT INTO known SELECT key_hash(phone),id FROM person WHERE phone<>'';"
    "INSERT INTO membership VALUES(1,1),(1,2),(1,3);"
    "INSERT INTO consent(contact,source,time_utc) VALUES(1,'Secret fair',1);"
    "INSERT INTO account(id,name,address,created_utc) VALUES(1,'a','x@example.com',1);"
    "INSERT INTO campaign(id,identity,account,state,sender,subject,created_utc) VALUES(1,zeroblob(16),1,2,'x@example.com','Hi',1);"
    "INSERT INTO recipient(campaign,id,state,reply,provider_id) VALUES(1,1,2,'250 Ann Secret ok','wamid.Secret');"
    "INSERT INTO delivery(campaign,recipient,kind,time_utc,code,words) VALUES(1,1,'read',7,'',''),(1,1,'answered',8,'','yours, Ann Secret'),(1,2,'answered',8,'','Ben');"
    "INSERT INTO snapshot(campaign,id,contact,address,address_key,name,fields) VALUES"
    " (1,1,1,'Ann@example.org','ann@example.org','Ann Secret',x'0300000041424302000000'||x'4445'),(1,2,2,'both@example.org','both@example.org','Ben',''),"
    " (1,3,3,'both@example.org','both@example.org','Cara',''),(1,4,0,'Ann@example.org','ann@example.org','Ann Secret','');" /* 4: a test to her */
    "INSERT INTO outcome VALUES(1,1,1,4,'450 Ann Secret later',1);"
    "INSERT INTO tally VALUES(1,2,1),(1,0,2);"
    "INSERT INTO suppression(address,scope,reason,words,source,created_utc) VALUES('ann@example.org','list:1','gone','550 Ann Secret','server:7',1);";

  g_assert_cmpint (sqlite3_exec (database_get_sqlite (self->database), script, NULL, NULL, NULL), ==, SQLITE_OK);
}

static inline gint64
count (Fixture *self, const char *sql)
{
  gint64 n = -1;

  g_assert_cmpint (database_get_int (self->database, &n, NULL, sql, ""), ==, 1);
  return n;
}
