/* A server that says anything. Whatever it says: each row gets exactly one end, nothing begun is given back once it may have left, and a
 * message's last octets never leave before it is begun. The first octet chooses the account's settings; 0xff octets cut the input into
 * packets. */
#include "session.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define ROWS 12

typedef enum { ROW_WAITING, ROW_TAKEN, ROW_BEGUN, ROW_DONE } RowState;

typedef struct {
  RowState states[ROWS + 1];
  guint    next;
} World;

static Row *
take_cb (gpointer data)
{
  World *world = data;
  Row *row;

  if (world->next >= ROWS)
    return NULL;
  row = g_malloc0 (sizeof (Row));
  row->recipient = ++world->next;
  world->states[row->recipient] = ROW_TAKEN;
  return row;
}

static gboolean
render_cb (const Row *row, SkeletonForm form, GByteArray *out, Envelope *out_envelope, GError **error, gpointer data)
{
  char body[32];

  g_snprintf (body, sizeof body, "body-%03u\r\n", (guint) row->recipient);
  g_byte_array_append (out, (const guint8 *) "From: ann\r\n", 11); /* goes before anything is begun */
  g_byte_array_append (out, (const guint8 *) body, (guint) strlen (body));
  *out_envelope = (Envelope){ "ann@example.org", { "bob@example.net", 15 }, { FALSE, FALSE } };
  return TRUE;
}

static gboolean
begin_cb (Row *const *rows, guint n, gpointer data)
{
  World *world = data;

  for (guint i = 0; i < n; i++) {
    g_assert (world->states[rows[i]->recipient] == ROW_TAKEN);
    world->states[rows[i]->recipient] = ROW_BEGUN;
  }
  return TRUE;
}

static void
done_cb (Row *row, const RowResult *result, gpointer data)
{
  World *world = data;

  g_assert (world->states[row->recipient] == ROW_TAKEN || world->states[row->recipient] == ROW_BEGUN);
  if (result->verdict.outcome == OUTCOME_ACCEPTED || result->verdict.outcome == OUTCOME_UNKNOWN)
    g_assert (world->states[row->recipient] == ROW_BEGUN);
  world->states[row->recipient] = ROW_DONE;
  g_free (row);
}

static void
give_back_cb (Row *row, gpointer data)
{
  World *world = data;

  g_assert (world->states[row->recipient] == ROW_TAKEN); /* never one that is begun */
  world->states[row->recipient] = ROW_DONE;
  g_free (row);
}

static void
trouble_cb (const Verdict *verdict, const char *text, gpointer data)
{
  g_assert (verdict->pause != NULL && verdict->pause_after > 0 && *text != '\0');
}

/* The words of a refused token are shown: one line, whatever its 334 said. Every other one is renewed. */
static gboolean
renew_cb (const char *text, gpointer data)
{
  g_assert (*text != '\0' && g_utf8_validate (text, -1, NULL));
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    g_assert (!g_unichar_iscntrl (g_utf8_get_char (p)));
  return strlen (text) % 2 == 0;
}

/* All that is shown as output is taken as sent. */
static void
drain (SmtpSession *session, World *world)
{
  gsize len;
  const char *output = (const char *) session_peek_output (session, &len);

  for (guint i = 1; i <= ROWS; i++) {
    char body[32];

    g_snprintf (body, sizeof body, "body-%03u", i);
    if (len > 0 && memmem (output, len, body, strlen (body)) != NULL)
      g_assert (world->states[i] == ROW_BEGUN);
  }
  if (len > 0)
    session_sent (session, len);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const SessionHooks hooks = { take_cb, render_cb, begin_cb, done_cb, give_back_cb, trouble_cb, renew_cb };
  World world = { .next = 0 };
  guint8 settings = size > 0 ? data[0] : 0;
  SmtpAccount account = { .host = (char *) "mx.example.org", .user = (char *) (settings & 1 ? "ann" : ""), .pin = (char *) "", .helo = (char *) "me",
                      .tls = settings & 2 ? ACCOUNT_TLS_STARTTLS : ACCOUNT_TLS_NONE,
                      .window = settings & 8 ? 1 : 4, .timeout_percent = 100, .is_token = (settings & 33) == 33 };
  g_autoptr (ServerTraits) traits = server_traits_new ();
  SmtpSession *session;

  account.secret = secret_bytes_new ("secret", 6);
  session = session_new (&account, traits, "me", FALSE, &hooks, &world);
  session_set_peer (session, TRUE, 587);
  for (gsize at = 1; at < size && !session_is_closed (session);) {
    const guint8 *end = memchr (data + at, 0xff, size - at);
    gsize len = end != NULL ? (gsize) (end - data) - at : size - at;

    session_feed (session, (const char *) data + at, len);
    session_pump (session);
    drain (session, &world);
    if (session_wants_tls (session))
      session_tls_done (session);
    at += len + 1;
  }
  session_free (session);
  for (guint i = 1; i <= world.next; i++)
    g_assert (world.states[i] == ROW_DONE);
  secret_bytes_free (account.secret);
  return 0;
}
