/* http-answer-reader.h - what comes of an answer, piece by piece, under its caps.
 * Trust:  input is hostile. Does no I/O. Used in: shared/http. Source: RFC 9112 §2, §6.1; RFC 9110 §8.3, §8.4, §10.2.3. */
#pragma once
#include "http-message.h"

typedef struct {
  gsize       head_bytes;  /* of all heads, also the 1xx ones */
  char        media_type[128];
  char        retry_after[64];
  char       *body;        /* wiped memory, NUL behind the last octet; NULL: nothing yet */
  gsize       body_bytes, room;
  const char *problem;     /* static; NULL: none */
} HttpAnswerReader;

/* Both return FALSE with `problem` set: end the transfer. */
gboolean http_answer_reader_take_line (HttpAnswerReader *self, const char *line, gsize len); /* of a head, with its CRLF */
gboolean http_answer_reader_take_body (HttpAnswerReader *self, const char *data, gsize len);
void     http_answer_reader_clear     (HttpAnswerReader *self); /* wipes */
