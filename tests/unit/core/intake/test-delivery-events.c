/* What is heard of messages later: whose it may be, which time stays, and what of its words is kept. */
#include "clock.h"
#include "delivery-events.h"

#include "database-open.h"
#include <string.h>

#define HOUR_S 3600
#define DAY_S 86400

typedef struct {
  Database *database;
  gint64 now_utc, started_utc; /* of campaign 1, two days ago */
} Fixture;

/* Account 1 has campaigns 1 and 3, account 2 has campaign 2; in each stand 1 to 5: sent, sent, never left, erased, sent. */
static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->database = database_open (":memory:", &error);
  g_assert_no_error (error);
  self->now_utc = clock_now_utc ();
  self->started_utc = self->now_utc - 2 * DAY_S;
  database_run (self->database, &error, "INSERT INTO account(id,name,address,created_utc) VALUES(1,'a','a@example.org',1),(2,'b','b@example.org',1)", "");
  database_run (self->database, &error,
                "INSERT INTO campaign(id,identity,account,state,sender,subject,created_utc,started_utc)"
                " VALUES(1,x'00',1,5,'a@example.org','s',1,?1),(2,x'01',2,5,'b@example.org','s',1,?1),(3,x'02',1,5,'a@example.org','s',1,?1)", "i", self->started_utc);
  database_run (self->database, &error, "INSERT INTO part(campaign,position,account,first,last,next_recipient) VALUES(1,1,1,1,5,6),(2,1,2,1,5,6),(3,1,1,1,5,6)", "");
  database_run (self->database, &error,
                "INSERT INTO snapshot(campaign,id,contact,address,address_key) SELECT c.value,i.value,iif(i.value=4,0,i.value),iif(i.value=4,'','p@example.org'),''"
                " FROM json_each('[1,2,3]') c, json_each('[1,2,3,4,5]') i", "");
  database_run (self->database, &error,
                "INSERT INTO recipient(campaign,id,state,attempt,provider_id) SELECT campaign,id,iif(id=3,0,2),id<>3,iif(id=3,NULL,'id-'||campaign||'-'||id) FROM snapshot", "");
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  database_close (self->database);
}

static DeliveryReport
write_events (Fixture *self, const DeliveryEvent *events, guint n)
{
  g_autoptr (GError) error = NULL;
  DeliveryReport report;

  g_assert_true (delivery_events_write (self->database, 1, events, n, &report, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (report.written + report.known + report.refused, ==, n);
  return report;
}

static DeliveryReport
write_one (Fixture *self, const char *kind, gint64 time_utc, const char *words)
{
  DeliveryEvent event = { .campaign = 1, .recipient = 1, .kind = kind, .time_utc = time_utc, .words = words };

  return write_events (self, &event, 1);
}

static Delivery
load (Fixture *self, guint64 recipient)
{
  Delivery delivery;

  g_assert_true (delivery_load (self->database, 1, recipient, &delivery, NULL));
  return delivery;
}

static gint64
count (Fixture *self, DeliveryKind kind)
{
  gint64 counts[DELIVERY_COUNT];

  g_assert_true (delivery_get_counts (self->database, 1, counts, NULL));
  return counts[kind];
}

/* One that is nobody's is refused by itself, and the others are there: the rows of a provider's webhook are of other programs too. */
static void
test_whose (Fixture *self, gconstpointer data)
{
  static const struct { guint64 campaign, recipient; const char *remote_id, *kind; gboolean is_taken; } cases[] = {
    { 1, 1, NULL, "delivered", TRUE },
    { 3, 1, "", "delivered", TRUE },
    { 1, 6, NULL, "delivered", FALSE },               /* nobody */
    { 9, 1, NULL, "delivered", FALSE },
    { 2, 1, NULL, "delivered", FALSE },               /* another account's */
    { 1, 3, NULL, "delivered", FALSE },               /* nothing has left */
    { G_MAXUINT64, 1, NULL, "delivered", FALSE },
    { 1, G_MAXUINT64, NULL, "delivered", FALSE },
    { 1, 2, NULL, "opened", FALSE },                  /* no kind */
    { 1, 2, NULL, "", FALSE },
    { 0, 0, "id-1-2", "delivered", TRUE },            /* by what its server calls it */
    { 1, 0, "id-1-5", "delivered", TRUE },
    { 3, 0, "id-1-1", "read", FALSE },                /* of another campaign */
    { 0, 0, "id-2-1", "delivered", FALSE },           /* of another account */
    { 0, 0, "id-9-9", "delivered", FALSE },
    { 0, 0, "", "delivered", FALSE },
    { 0, 0, NULL, "delivered", FALSE },
    { 0, 0, "id 1", "delivered", FALSE },
    { 1, 4, NULL, "delivered", TRUE },                /* erased: its time is nobody's any more */
  };
  DeliveryEvent events[G_N_ELEMENTS (cases)];
  DeliveryReport report;
  guint taken = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    events[i] = (DeliveryEvent){ cases[i].campaign, cases[i].recipient, cases[i].remote_id, cases[i].kind, self->now_utc, NULL, NULL };
    taken += cases[i].is_taken;
  }
  report = write_events (self, events, G_N_ELEMENTS (events));
  g_assert_cmpuint (report.written, ==, taken);
  g_assert_cmpuint (report.refused, ==, G_N_ELEMENTS (events) - taken);
  g_assert_cmpint (count (self, DELIVERY_DELIVERED), ==, 4);
  report = write_events (self, events, G_N_ELEMENTS (events));
  g_assert_cmpuint (report.written, ==, 0);
  g_assert_cmpuint (report.known, ==, taken);
  g_assert_cmpint (count (self, DELIVERY_DELIVERED), ==, 4); /* counted once */
}

/* Two messages that one server calls by one name: of which of them it speaks nobody can say. */
static void
test_same_name (Fixture *self, gconstpointer data)
{
  DeliveryEvent event = { .remote_id = "twin", .kind = "read", .time_utc = self->now_utc };

  g_assert_true (database_run (self->database, NULL, "UPDATE recipient SET provider_id='twin' WHERE id=1 AND campaign<>3 OR id=2 AND campaign=3", ""));
  g_assert_cmpuint (write_events (self, &event, 1).refused, ==, 1);
  event.campaign = 1;
  g_assert_cmpuint (write_events (self, &event, 1).written, ==, 1);
}

static void
test_times (Fixture *self, gconstpointer data)
{
  const gint64 started = self->started_utc, now = self->now_utc;
  const struct { gint64 said, kept; } cases[] = { /* 0: refused */
    { G_MININT64, 0 },      { 0, 0 }, { started - HOUR_S - 1, 0 },  { started - HOUR_S, started }, { started, started }, { started + 7, started + 7 }, { now, now },
    { now + HOUR_S, now },  { now + DAY_S - 60, now },              { now + DAY_S + 60, 0 },       { G_MAXINT64, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    DeliveryReport report = write_one (self, "bounced", cases[i].said, NULL);
    Delivery delivery = load (self, 1);

    g_assert_cmpuint (report.refused, ==, cases[i].kept == 0);
    g_assert_cmpint (delivery.times_utc[DELIVERY_BOUNCED], >=, cases[i].kept);
    g_assert_cmpint (delivery.times_utc[DELIVERY_BOUNCED], <=, cases[i].kept == 0 ? 0 : cases[i].kept + 60); /* the clock goes on under us */
    g_assert_true (database_run (self->database, NULL, "DELETE FROM delivery", ""));
  }
}

/* In whatever order they come: each is not later than what follows from it, the earliest stays, and nothing is taken back. */
static void
test_ranks (Fixture *self, gconstpointer data)
{
  static const struct { const char *kind; gint64 time_s; gint64 sent_s, delivered_s, read_s; } steps[] = {
    { "delivered", 500, 500, 500, 0 },
    { "sent", 100, 100, 500, 0 },
    { "read", 900, 100, 500, 900 },
    { "delivered", 950, 100, 500, 900 }, /* later: known */
    { "sent", 990, 100, 500, 900 },
    { "read", 400, 100, 400, 400 },      /* read by then, so delivered by then */
    { "failed", 50, 100, 400, 400 },     /* stands beside */
    { "delivered", 300, 100, 300, 400 },
    { "read", 10, 10, 10, 10 },
  };
  Delivery delivery;

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
    write_one (self, steps[i].kind, self->started_utc + steps[i].time_s, NULL);
    delivery = load (self, 1);
    g_assert_cmpint (delivery.times_utc[DELIVERY_SENT], ==, self->started_utc + steps[i].sent_s);
    g_assert_cmpint (delivery.times_utc[DELIVERY_DELIVERED], ==, self->started_utc + steps[i].delivered_s);
    g_assert_cmpint (delivery.times_utc[DELIVERY_READ], ==, steps[i].read_s == 0 ? 0 : self->started_utc + steps[i].read_s);
  }
  g_assert_cmpint (delivery.times_utc[DELIVERY_FAILED], ==, self->started_utc + 50);
  g_assert_cmpint (delivery.times_utc[DELIVERY_AWAY], ==, 0);
  for (guint kind = DELIVERY_SENT; kind < DELIVERY_COUNT; kind++)
    g_assert_cmpint (count (self, (DeliveryKind) kind), ==, kind <= DELIVERY_FAILED);
}

/* The words of the earliest of a kind; of several kinds the newest that there are. Whatever octets come, what is kept can be shown. */
static void
test_words (Fixture *self, gconstpointer data)
{
  g_autofree char *large = g_strnfill (100000, 'x');
  DeliveryEvent failed = { .campaign = 1, .recipient = 1, .kind = "failed", .time_utc = self->started_utc + 300, .code = "131026\n\xff", .words = "no\033[2J way" };

  write_one (self, "away", self->started_utc + 200, "back on Monday");
  write_one (self, "away", self->started_utc + 400, "back on Tuesday");
  g_assert_cmpstr (load (self, 1).words, ==, "back on Monday");
  write_one (self, "away", self->started_utc + 100, "ill");
  g_assert_cmpstr (load (self, 1).words, ==, "ill");
  write_one (self, "read", self->started_utc + 500, NULL);
  g_assert_cmpstr (load (self, 1).words, ==, "ill"); /* newer, and says nothing */
  write_events (self, &failed, 1);
  g_assert_cmpstr (load (self, 1).words, ==, "no?[2J way");
  g_assert_cmpstr (load (self, 1).failed_code, ==, "131026??");
  failed.time_utc--;
  failed.code = failed.words = large;
  write_events (self, &failed, 1);
  g_assert_cmpuint (strlen (load (self, 1).words), >=, DELIVERY_WORDS_MAX - 6);
  g_assert_cmpuint (strlen (load (self, 1).words), <=, DELIVERY_WORDS_MAX + 3);
  g_assert_cmpuint (strlen (load (self, 1).failed_code), <=, DELIVERY_CODE_MAX + 3);
  write_one (self, "delivered", self->started_utc + 500, "to her phone"); /* what read said of it had no words */
  g_assert_cmpstr (load (self, 1).words, ==, "to her phone");
}

/* What was taken away does not come back by a mailbox that is read once more. */
static void
test_erased (Fixture *self, gconstpointer data)
{
  DeliveryEvent event = { .campaign = 1, .recipient = 4, .kind = "answered", .time_utc = self->now_utc, .code = "7", .words = "call me: 0170 1234" };

  g_assert_cmpuint (write_events (self, &event, 1).written, ==, 1);
  g_assert_cmpint (load (self, 4).times_utc[DELIVERY_ANSWERED], !=, 0);
  g_assert_cmpstr (load (self, 4).words, ==, "");
  event.recipient = 5; /* the control */
  g_assert_cmpuint (write_events (self, &event, 1).written, ==, 1);
  g_assert_cmpstr (load (self, 5).words, ==, event.words);
}

/* All, or none. */
static void
test_fails (Fixture *self, gconstpointer data)
{
  DeliveryEvent events[] = { { 1, 1, NULL, "read", self->now_utc, NULL, NULL }, { 1, 2, NULL, "away", self->now_utc, NULL, NULL } };
  g_autoptr (GError) error = NULL;
  DeliveryReport report;

  g_assert_true (database_run (self->database, NULL, "CREATE TRIGGER full BEFORE INSERT ON delivery WHEN new.recipient=2 BEGIN SELECT RAISE(ABORT,'full'); END", ""));
  g_assert_false (delivery_events_write (self->database, 1, events, 2, &report, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (count (self, DELIVERY_READ), ==, 0);
  g_assert_true (database_run (self->database, NULL, "DROP TRIGGER full", ""));
  g_assert_cmpuint (write_events (self, events, 2).written, ==, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/core/intake/delivery-events/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("whose", test_whose);
  ADD ("same-name", test_same_name);
  ADD ("times", test_times);
  ADD ("ranks", test_ranks);
  ADD ("words", test_words);
  ADD ("erased", test_erased);
  ADD ("fails", test_fails);
  return g_test_run ();
}
