#include "page-signals.h"

#include <string.h>

#define WAITING_MAX 256 /* chosen: an import's rejects come by the thousand in a frame, so these are few */
#define WAITING_MAX_BYTES (32 * 1024 * 1024) /* chosen: four of the largest frames */
#define ON_THE_WAY_MAX 4 /* chosen */

typedef struct {
  char     *member;
  GVariant *arguments;
  gsize     bytes;
} Waiting;

struct PageSignals {
  WebKitWebView *view;
  GCancellable  *document;
  GQueue         waiting; /* of Waiting */
  gsize          bytes;
  guint          on_the_way;
};

static void
waiting_free (gpointer data)
{
  Waiting *self = data;

  g_free (self->member);
  g_clear_pointer (&self->arguments, g_variant_unref);
  g_free (self);
}

PageSignals *
page_signals_new (WebKitWebView *view)
{
  PageSignals *self = g_new0 (PageSignals, 1);

  self->view = view;
  self->document = g_cancellable_new ();
  g_queue_init (&self->waiting);
  return self;
}

void
page_signals_reset (PageSignals *self)
{
  g_cancellable_cancel (self->document);
  g_object_unref (self->document);
  self->document = g_cancellable_new ();
  g_queue_clear_full (&self->waiting, waiting_free);
  self->bytes = 0;
  self->on_the_way = 0;
}

void
page_signals_free (PageSignals *self)
{
  if (self == NULL)
    return;
  page_signals_reset (self);
  g_object_unref (self->document);
  g_free (self);
}

static void send_next (PageSignals *self);

typedef struct {
  PageSignals  *signals; /* not looked at when the document has gone */
  GCancellable *document;
} OnTheWay;

static void
taken_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree OnTheWay *sent = data;
  g_autoptr (GCancellable) document = sent->document;
  G_GNUC_UNUSED g_autoptr (WebKitUserMessage) reply = webkit_web_view_send_message_to_page_finish (WEBKIT_WEB_VIEW (source), result, NULL);

  if (g_cancellable_is_cancelled (document))
    return;
  sent->signals->on_the_way--;
  send_next (sent->signals);
}

static void
send_next (PageSignals *self)
{
  while (self->on_the_way < ON_THE_WAY_MAX && self->waiting.length > 0) {
    Waiting *next = g_queue_pop_head (&self->waiting);
    OnTheWay *sent = g_new0 (OnTheWay, 1);

    sent->signals = self;
    sent->document = g_object_ref (self->document);
    self->bytes -= next->bytes;
    self->on_the_way++;
    webkit_web_view_send_message_to_page (self->view, webkit_user_message_new (next->member, next->arguments), self->document, taken_cb, sent);
    waiting_free (next);
  }
}

/* The same campaign's older numbers, or the same look, need not be told any more. */
static gboolean
is_newer_of (const Waiting *old, const char *member, GVariant *arguments)
{
  g_autoptr (GVariant) before = NULL;
  g_autoptr (GVariant) now = NULL;

  if (strcmp (old->member, member) != 0 || old->arguments == NULL || arguments == NULL)
    return FALSE;
  if (strcmp (member, "LookChanged") == 0 || strcmp (member, "ImportProgress") == 0 || strcmp (member, "DragChanged") == 0)
    return TRUE;
  if (strcmp (member, "CampaignChanged") != 0)
    return FALSE;
  before = g_variant_get_child_value (old->arguments, 0);
  now = g_variant_get_child_value (arguments, 0);
  return g_variant_equal (before, now);
}

static void
page_signals_drop (PageSignals *self, GList *link)
{
  self->bytes -= ((Waiting *) link->data)->bytes;
  waiting_free (link->data);
  g_queue_delete_link (&self->waiting, link);
}

void
page_signals_tell (PageSignals *self, const char *member, GVariant *arguments)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->member = g_strdup (member);
  waiting->arguments = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;
  waiting->bytes = arguments != NULL ? g_variant_get_size (arguments) : 0;
  for (GList *link = self->waiting.head, *next; link != NULL; link = next) {
    next = link->next;
    if (is_newer_of (link->data, member, arguments))
      page_signals_drop (self, link);
  }
  while (self->waiting.length > 0 && (self->waiting.length >= WAITING_MAX || self->bytes + waiting->bytes > WAITING_MAX_BYTES))
    page_signals_drop (self, self->waiting.head);
  self->bytes += waiting->bytes;
  g_queue_push_tail (&self->waiting, waiting);
  send_next (self);
}
