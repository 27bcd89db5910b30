#include "transport-state.h"

#include "fault.h"
#include "kill-point.h"

#define WAITING_MAX 64 /* contract/: questions that may wait for their answers */
#define RETRY_S 1      /* chosen: a disk that is full stays so for longer, and this costs nothing */

typedef struct { /* one signal, until it is answered */
  guint64   serial;
  GVariant *records; /* StateChanged */
  GStrv     keys;    /* or StateWanted */
} StateQuestion;

struct TransportState {
  Core          *core;
  const Account *account;
  PrTransport2  *proxy;
  guint64        changed, wanted; /* the last serial of each */
  GQueue         questions;       /* of StateQuestion, in the order in which they came */
  guint          retry;
};

static void
question_free (StateQuestion *self)
{
  g_clear_pointer (&self->records, g_variant_unref);
  g_strfreev (self->keys);
  g_free (self);
}

TransportState *
transport_state_new (Core *core, const Account *account, PrTransport2 *proxy)
{
  TransportState *self = g_new0 (TransportState, 1);

  self->core = core;
  self->account = account;
  self->proxy = g_object_ref (proxy);
  g_queue_init (&self->questions);
  return self;
}

void
transport_state_free (TransportState *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->retry, g_source_remove);
  g_queue_clear_full (&self->questions, (GDestroyNotify) question_free);
  g_object_unref (self->proxy);
  g_free (self);
}

/* Nobody hears what becomes of these calls: a transport that has gone asks again when it is there. */
static gboolean
answer (TransportState *self, const StateQuestion *question, GError **error)
{
  GVariant *found;

  if (question->records != NULL) {
    if (!account_records_write (self->core, self->account->id, question->records, error))
      return FALSE;
    KILL_POINT ("core-state-written");
    pr_transport2_call_state_kept (self->proxy, question->serial, NULL, NULL, NULL);
    return TRUE;
  }
  found = account_records_read (self->core, self->account->id, (const char *const *) question->keys, error);
  if (found != NULL)
    pr_transport2_call_state_given (self->proxy, question->serial, found, NULL, NULL, NULL);
  return found != NULL;
}

static gboolean
answer_all (gpointer data)
{
  TransportState *self = data;
  StateQuestion *question;

  while ((question = g_queue_peek_head (&self->questions)) != NULL) {
    g_autoptr (GError) error = NULL;

    if (!answer (self, question, &error)) {
      if (self->retry == 0) {
        g_warning ("what the sending process of account %s knows cannot be kept now: %s", self->account->name, error->message);
        self->retry = g_timeout_add_seconds (RETRY_S, answer_all, self);
      }
      return G_SOURCE_CONTINUE;
    }
    question_free (g_queue_pop_head (&self->questions));
  }
  self->retry = 0;
  return G_SOURCE_REMOVE;
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, FAULT, FAULT_PROTOCOL, "%s", what);
  return FALSE;
}

/* Takes the question. */
static gboolean
ask (TransportState *self, StateQuestion *question, GError **error)
{
  if (self->questions.length >= WAITING_MAX) {
    question_free (question);
    return refuse (error, "it does not wait for what it asked");
  }
  g_queue_push_tail (&self->questions, question);
  if (self->retry == 0)
    answer_all (self);
  return TRUE;
}

gboolean
transport_state_change (TransportState *self, guint64 serial, GVariant *records, GError **error)
{
  StateQuestion *question;

  if (serial != self->changed + 1)
    return refuse (error, "a change of records out of turn");
  if (!account_records_check (self->core, self->account, records, error))
    return FALSE;
  self->changed = serial;
  question = g_new (StateQuestion, 1);
  *question = (StateQuestion){ serial, g_variant_ref (records), NULL };
  return ask (self, question, error);
}

gboolean
transport_state_want (TransportState *self, guint64 serial, const char *const *keys, GError **error)
{
  StateQuestion *question;

  if (serial != self->wanted + 1)
    return refuse (error, "a question for records out of turn");
  if (!account_records_check_keys (self->account->kind, keys, error))
    return FALSE;
  self->wanted = serial;
  question = g_new (StateQuestion, 1);
  *question = (StateQuestion){ serial, NULL, g_strdupv ((GStrv) keys) };
  return ask (self, question, error);
}
