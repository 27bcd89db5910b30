/* flow-window.h - how many messages may be on the wire of one connection without an answer (CHUNKING). Pure: times come in.
 * Trust:  the server answers when it likes; the most that it gets is `max`. Used in: connection. Source: docs/design.md §5 (small when it need not be
 *         large: what is in it is in doubt after a break), RFC 3030.
 * It begins small and stays so where a round trip is short. Where a round trip is long and the server is faster than the window lets it be, the
 * window is doubled until the answers of a full one take several round trips. */
#pragma once
#include <glib.h>

typedef struct {
  guint   size, min, max;
  gint64  trip_us;   /* the shortest answer to a command said alone: a round trip; 0: not known */
  guint64 mark;      /* a full window is timed until so many were answered; 0: none is */
  gint64  marked_us;
} FlowWindow;

void flow_window_init (FlowWindow *self, guint min, guint max);
void flow_window_note_trip (FlowWindow *self, gint64 us);
/* After each turn: messages begun and answered so far. */
void flow_window_note (FlowWindow *self, guint64 begun, guint64 answered, gint64 now_us);
