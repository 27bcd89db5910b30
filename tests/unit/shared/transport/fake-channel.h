/* fake-channel.h - the smallest channel there is: a message is its text, and sending it is appending it to a file. It knows no protocol, so what works
 * with it is shared by all channels. For tests. */
#pragma once
#include "channel.h"

typedef struct {
  GString   *log;       /* calls of the table, in short: "open wake pause "; borrowed; NULL: none */
  gboolean   is_manual; /* rows are taken by the test, not by themselves */
  SendQueue *queue;
  GPtrArray *taken;     /* Row, owned: taken and not begun */
  GPtrArray *begun;     /* Row, owned */
  int        file;      /* -1: messages go nowhere */
  guint      idle;
} FakeChannel;

extern const Channel fake_channel;

FakeChannel *fake_channel_new (GString *log, gboolean is_manual); /* for send_queue_new(), which owns it */

/* One step each, on the row that was taken or begun first. */
gboolean fake_channel_take  (FakeChannel *self); /* FALSE: there is none now */
gboolean fake_channel_begin (FakeChannel *self);
void     fake_channel_done  (FakeChannel *self, const RowResult *result);
void     fake_channel_give_back (FakeChannel *self);
