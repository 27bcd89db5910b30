/* Property: a conversation in one piece and octet by octet keeps the same messages (but for pipelining behind DATA and STARTTLS,
 * which only the first sees), and every reply is a line that starts with a code. */
#include "session.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
add_cb (gpointer data, const SinkSessionEnvelope *envelope, const void *octets, gsize len, gboolean is_last)
{
  g_assert (envelope->sender != NULL && envelope->recipients->len > 0);
  if (is_last)
    (*(guint *) data)++;
  return TRUE;
}

static void
drop_cb (gpointer data)
{
}

static guint
run (const guint8 *data, gsize size, gsize step)
{
  Rehearsal *rehearsal = rehearsal_new ();
  SinkSessionOptions options = { 4096, TRUE, NULL, rehearsal };
  guint count = 0;
  SinkSessionStore store = { &count, add_cb, drop_cb };
  g_autoptr (SinkSession) session = sink_session_new (&options, &store);
  g_autoptr (GByteArray) out = g_byte_array_new ();

  g_assert (rehearsal_add (rehearsal, REHEARSAL_REFUSE, "nobody*") && rehearsal_add (rehearsal, REHEARSAL_DELAY, "later*") &&
            rehearsal_add (rehearsal, REHEARSAL_DROP, "lost*"));
  for (gsize i = 0; i < size; i += step)
    if (sink_session_feed (session, (const char *) data + i, MIN (step, size - i), out) != SINK_SESSION_GO_ON)
      break;
  for (guint i = 0; i < out->len; i++)
    if (i == 0 || out->data[i - 1] == '\n')
      g_assert (g_ascii_isdigit (out->data[i]));
  rehearsal_free (rehearsal);
  return count;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint at_once = run (data, size, MAX (size, 1));
  guint one_by_one = run (data, size, 1);

  g_assert (at_once <= one_by_one);
  return 0;
}
