/* transcripts.h - what the servers of the tests of the whole program begin with. Used in: test-program*.c. */
#pragma once
#include "script-server.h"
#include "transport-client.h"

#define HELLO "S: 220 mx.example.org ESMTP\nC: EHLO *\n"
#define PIPED HELLO "S: 250-mx\nS: 250-8BITMIME\nS: 250 PIPELINING\n"
#define CHUNKED HELLO "S: 250-mx\nS: 250-8BITMIME\nS: 250-PIPELINING\nS: 250 CHUNKING\n"
#define PLAIN "'tls': <'none'>"
#define ENVELOPE "C: MAIL FROM:<ann@example.org>*\nC: RCPT TO:<*@example.net>\nC: DATA\n"

/* One message in pipelining, taken; the next envelope has come behind the dot already. */
#define TAKE "S: 250 ok\nS: 250 ok\nS: 354 go\nBODY\n"
