#include "session.h"

#include "leftover.h"
#include <string.h>

/* Transcripts. "S: x" feeds a line, "C: x" is the next line that the session must say; when an S comes, the session must have said
 * nothing more than what stands above it: that is how a row shows what is said in one go and what has to wait. "Y: x" comes while octets
 * of ours still wait for the socket.
 * EOF, TLS, QUIT, RELEASE, NOJOURNAL are things that happen. `log` is what the lane heard, in order. */
typedef struct {
  const char *name, *transcript, *log;
  guint       rows, window;
  AccountTls  tls;
  const char *user;
  gboolean    is_remote, is_test;
  gboolean    is_token, renews; /* renews: another token can be had */
} Case;

#define HELLO "S: 220 mx.example.org\nC: EHLO [127.0.0.1]\n"
#define ENVELOPE(n) "C: MAIL FROM:<ann@example.org>\nC: RCPT TO:<r" #n "@example.net>\n"
#define BODY(n) "C: row " #n "\nC: .\n"
#define CHUNK(n) "C: MAIL FROM:<ann@example.org>\nC: RCPT TO:<r" #n "@example.net>\nC: BDAT 7 LAST\nC: row " #n "\n"
#define FIRST_CHUNK(n) "C: MAIL FROM:<ann@example.org>\nC: RCPT TO:<r" #n "@example.net>\nC: BDAT 7\nC: row " #n "\n"
#define LAST_CHUNK "C: BDAT 0 LAST\n" /* one line is all of it */
#define PROVED(n) FIRST_CHUNK (n) "S: 250 ok\nS: 250 ok\nS: 250 chunk\n" LAST_CHUNK "S: 250 " #n " taken\n"
#define PIPED HELLO "S: 250-mx\nS: 250 PIPELINING\n"
#define CHUNKED HELLO "S: 250-mx\nS: 250-PIPELINING\nS: 250 CHUNKING\n"
/* The access token "secret" of ann; made by Python's base64. */
#define SAY_XOAUTH2 "C: AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgc2VjcmV0AQE=\n"
#define SAY_OAUTHBEARER "C: AUTH OAUTHBEARER bixhPWFubiwBaG9zdD1teC5leGFtcGxlLm9yZwFwb3J0PTU4NwFhdXRoPUJlYXJlciBzZWNyZXQBAQ==\n"
#define ERROR_334 "S: 334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==\n" /* {"status":"401","schemes":"bearer","scope":"https://mail.google.com/"} */

static const Case cases[] = {
  { "lock-step: one command, one answer", /* a server that promises nothing gets nothing early */
    HELLO "S: 250 mx\nC: MAIL FROM:<ann@example.org>\nS: 250 ok\nC: RCPT TO:<r1@example.net>\nS: 250 ok\nC: DATA\nS: 354 go\n" BODY (1)
    "S: 250 taken\n", "begin(1) 1=accepted ", 1 },
  { "pipelining: the next envelope rides behind the dot",
    PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n" BODY (1) ENVELOPE (2) "C: DATA\nS: 250 taken\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
    BODY (2) "S: 250 taken\n", "begin(1) 1=accepted begin(2) 2=accepted ", 2 },
  { "refused recipient, 354 all the same: a lone dot", /* RFC 2920 §3.1 */
    PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 550 5.1.1 unknown\nS: 354 go\nC: .\nC: RSET\n" ENVELOPE (2) "C: DATA\n"
    "S: 554 no recipients\nS: 250 reset\nS: 250 ok\nS: 250 ok\nS: 354 go\n" BODY (2) "S: 250 taken\n",
    "1=refused/suppress begin(2) 2=accepted ", 2 },
  { "refused recipient, 503 to DATA: RSET, go on", /* MAIL still stands on the server */
    PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 550 5.1.1 unknown\nS: 503 no\nC: RSET\n" ENVELOPE (2) "C: DATA\n"
    "S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 354 go\n" BODY (2) "S: 250 taken\n", "1=refused/suppress begin(2) 2=accepted ", 2 },
  { "chunking: a window back to back, RSET between", /* so that no transaction ever holds two people */
    CHUNKED PROVED (1) CHUNK (2) "C: RSET\n" CHUNK (3) "S: 250 ok\nS: 250 ok\nS: 250 2 taken\nC: RSET\n" CHUNK (4)
    "S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 3 taken\nS: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 4 taken\n",
    "begin(1) 1=accepted begin(2,3) 2=accepted begin(4) 3=accepted 4=accepted ", 4, 2 },
  { "chunking: refused in mid-window", /* the server swallows the chunk and answers 503 */
    CHUNKED PROVED (1) CHUNK (2) "C: RSET\n" CHUNK (3) "S: 250 ok\nS: 550 5.1.1 unknown\nS: 503 no recipients\n"
    "S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 taken\n", "begin(1) 1=accepted begin(2,3) 2=refused/suppress 3=accepted ", 3, 2 },
  { "chunking: taken although the recipient was refused", /* a contradiction: nobody can say what happened */
    CHUNKED PROVED (1) CHUNK (2) "S: 250 ok\nS: 550 5.1.1 unknown\nS: 250 taken\n", "begin(1) 1=accepted begin(2) trouble(protocol) 2=unknown ", 2, 2 },
  { "CHUNKING without PIPELINING is lock-step", /* EHLO says half of what it takes */
    HELLO "S: 250-mx\nS: 250 CHUNKING\nC: MAIL FROM:<ann@example.org>\nS: 250 ok\nC: RCPT TO:<r1@example.net>\nS: 250 ok\nC: DATA\nS: 354 go\n"
    BODY (1) "S: 250 taken\n", "begin(1) 1=accepted ", 1 },
  { "hangs up after the dot: in doubt", PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n" BODY (1) "EOF\n",
    "begin(1) 1=unknown ", 1 },
  { "hangs up before the dot: not begun, nobody loses", PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 250 ok\nEOF\n", "1=back ", 1 },
  { "hangs up while idle", PIPED "EOF\n", "", 0 },
  { "421 while idle is no trouble", PIPED "S: 421 4.4.2 too long\n", "", 0 },
  { "421 in a window, and it hangs up: what stands behind it was not taken", /* answers come in order */
    CHUNKED PROVED (1) CHUNK (2) "C: RSET\n" CHUNK (3) "S: 421 4.7.0 slow down\nEOF\n", "begin(1) 1=accepted begin(2,3) 2=later/slow(busy) 3=later/slow ", 3, 2 },
  { "421 in a window: until it hangs up nothing is said, or known, of those behind it",
    CHUNKED PROVED (1) CHUNK (2) "C: RSET\n" CHUNK (3) "S: 421 4.7.0 slow down\n", "begin(1) 1=accepted begin(2,3) 2=later/slow(busy) ", 4, 2 },
  { "421 in a window, and 421 to all behind it", /* sendmail that shuts down */
    CHUNKED PROVED (1) CHUNK (2) "C: RSET\n" CHUNK (3) "S: 421 4.3.2 bye\nS: 421 4.3.2 bye\nS: 421 4.3.2 bye\nEOF\n",
    "begin(1) 1=accepted begin(2,3) 2=later/slow(busy) 3=later/slow ", 3, 2 },
  { "421 in a window, and it goes on: those behind it are in doubt", /* it answers out of order, or takes what it refused */
    CHUNKED PROVED (1) CHUNK (2) "C: RSET\n" CHUNK (3) "S: 421 4.7.0 slow down\nS: 250 taken\nEOF\n",
    "begin(1) 1=accepted begin(2,3) 2=later/slow(busy) trouble(protocol) 3=unknown ", 3, 2 },
  { "421 in a window, and half an answer behind it: in doubt",
    CHUNKED PROVED (1) CHUNK (2) "C: RSET\n" CHUNK (3) "S: 421 4.7.0 slow down\nS: 250-taken\nEOF\n", "begin(1) 1=accepted begin(2,3) 2=later/slow(busy) 3=unknown ", 3, 2 },
  { "421 behind a window: those before it have their answers",
    CHUNKED PROVED (1) CHUNK (2) "C: RSET\n" CHUNK (3) "S: 250 ok\nS: 250 ok\nS: 250 2 taken\nS: 421 4.7.0 slow down\n", "begin(1) 1=accepted begin(2,3) 2=accepted 3=later/slow(busy) ", 3, 2 },
  { "421 to a dot, the next envelope on its way: that one was not begun",
    PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n" BODY (1) ENVELOPE (2) "C: DATA\nS: 421 4.7.0 slow down\n",
    "begin(1) 1=later/slow(busy) 2=back ", 2 },
  { "421 as a greeting", "S: 421 4.3.2 too many\n", "trouble(busy) ", 1 },
  { "421 in a window, and 354 behind it: it does not leave",
    CHUNKED PROVED (1) CHUNK (2) "C: RSET\n" CHUNK (3) "S: 421 4.7.0 slow down\nS: 354 go\nEOF\n",
    "begin(1) 1=accepted begin(2,3) 2=later/slow(busy) trouble(protocol) 3=unknown ", 3, 2 },
  { "535 to MAIL is about the login, not the person", /* RFC 4954 §6 */
    PIPED ENVELOPE (1) "C: DATA\nS: 535 5.7.8 Authentication credentials invalid\nS: 503 no\nS: 503 no\n", "1=later(login) ", 1 },
  { "535 to a letter is about the login, not the person",
    PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n" BODY (1) "S: 535 5.7.8 Authentication credentials invalid\n",
    "begin(1) 1=later(login) ", 1 },
  { "sender refused: about the campaign, not the person", /* 2 is not begun any more */
    PIPED ENVELOPE (1) "C: DATA\nS: 553 5.7.1 not your address\nS: 503 no\nS: 503 no\n", "1=later(policy) ", 1 },
  { "dot refused as spam", PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n" BODY (1) "S: 550 5.7.1 spam\n",
    "begin(1) 1=refused(content) ", 1 },
  { "mailbox full: later", PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 452 4.2.2 full\nS: 503 no\n", "1=later ", 1 },
  { "too big, said before it is sent", HELLO "S: 250-mx\nS: 250 SIZE 5\n", "1=refused/size(content) ", 1 },
  { "as big as the server takes: it is sent", /* RFC 1870 §4: the largest that it takes */
    HELLO "S: 250-mx\nS: 250 SIZE 7\nC: MAIL FROM:<ann@example.org> SIZE=7\n", "", 1 },
  { "one octet bigger than the server takes", HELLO "S: 250-mx\nS: 250 SIZE 6\n", "1=refused/size(content) ", 1 },
  { "SIZE 0: no limit that is known", HELLO "S: 250-mx\nS: 250 SIZE 0\nC: MAIL FROM:<ann@example.org> SIZE=7\n", "", 1 }, /* RFC 1870 §4 */
  { "eight-bit lines without 8BITMIME", HELLO "S: 250 mx\n", "10=refused/data(content) ", 110 }, /* RFC 6152 §3 */
  { "eight-bit lines with 8BITMIME", HELLO "S: 250-mx\nS: 250 8BITMIME\nC: MAIL FROM:<ann@example.org> BODY=8BITMIME\n", "", 110 },
  { "a From address that cannot be a path", HELLO "S: 250 mx\n", "11=refused/data ", 111 },
  { "SIZE is told", HELLO "S: 250-mx\nS: 250 SIZE 1000\nC: MAIL FROM:<ann@example.org> SIZE=7\n", "", 1 },
  { "a recipient beyond ASCII without SMTPUTF8", HELLO "S: 250 mx\n", "9=refused/data ", 109 },
  { "a recipient beyond ASCII with SMTPUTF8",
    HELLO "S: 250-mx\nS: 250-8BITMIME\nS: 250 SMTPUTF8\nC: MAIL FROM:<ann@example.org> SMTPUTF8\n", "", 109 },
  { "an address with a line break is never said", HELLO "S: 250 mx\n", "8=refused/data ", 108 },
  { "a second recipient in an address is never said", HELLO "S: 250 mx\n", "7=refused/data ", 107 },
  { "a row that cannot be rendered", HELLO "S: 250 mx\n", "6=refused/data ", 106 },
  { "recalled before 354: no empty message goes out", PIPED ENVELOPE (1) "C: DATA\nRELEASE\nS: 250 ok\nS: 250 ok\nS: 354 go\n", "1=back ", 1 },
  { "recalled in lock-step: RSET before the next", HELLO "S: 250 mx\nC: MAIL FROM:<ann@example.org>\nRELEASE\nS: 250 ok\nC: RCPT TO:<r1@example.net>\n"
    "S: 250 ok\nC: RSET\nS: 250 ok\nC: MAIL FROM:<ann@example.org>\n", "1=back ", 2 },
  { "asked to leave: what is begun is finished",
    PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n" BODY (1) "QUIT\nS: 250 taken\nC: QUIT\nS: 221 bye\n", "begin(1) 1=accepted ", 1 },
  { "asked to leave: nothing new begins", CHUNKED PROVED (1) CHUNK (2) "QUIT\nS: 250 ok\nS: 250 ok\nS: 250 taken\nC: QUIT\nS: 221 bye\n",
    "begin(1) 1=accepted begin(2) 2=accepted ", 3, 1 },
  { "no journal, no dot", PIPED ENVELOPE (1) "C: DATA\nNOJOURNAL\nS: 250 ok\nS: 250 ok\nS: 354 go\n", "nobegin(1) 1=back ", 1 },
  { "no journal, no chunk: the older one is still answered", /* window 1 leaves room after the answer, then the disk is full */
    CHUNKED PROVED (1) CHUNK (2) "NOJOURNAL\nS: 250 ok\nS: 250 ok\nS: 250 taken\nC: QUIT\n", "begin(1) 1=accepted begin(2) 2=accepted nobegin(3) 3=back ", 3, 1 },

  { "CHUNKING that was never tried: a header line first, then the rest", /* a server that does not know BDAT reads a letter as commands */
    CHUNKED FIRST_CHUNK (1) "S: 250 ok\nS: 250 ok\nS: 250 chunk\n" LAST_CHUNK "S: 250 taken\n", "begin(1) 1=accepted ", 1, 2 },
  { "BDAT is not known (Exim, Sendmail: 500): not begun, back in the queue", CHUNKED FIRST_CHUNK (1) "X: 250 ok|250 ok|500 unrecognized command|500 and this\n",
    "1=back ", 1, 2 },
  { "BDAT is not implemented (502)", CHUNKED FIRST_CHUNK (1) "S: 250 ok\nS: 250 ok\nS: 502 5.5.1 BDAT not implemented\n", "1=back ", 1, 2 },
  { "BDAT is not known, by status", CHUNKED FIRST_CHUNK (1) "S: 250 ok\nS: 250 ok\nS: 550 5.5.1 Invalid command\n", "1=back ", 1, 2 },
  { "BDAT is not known, by words", CHUNKED FIRST_CHUNK (1) "S: 250 ok\nS: 250 ok\nS: 550 Unrecognised command\n", "1=back ", 1, 2 },
  { "BDAT: it hangs up", CHUNKED FIRST_CHUNK (1) "S: 250 ok\nS: 250 ok\nEOF\n", "1=back ", 1, 2 },
  { "the first chunk is refused for what it is", /* a word about the message, and BDAT is known or not: the next one tries again */
    CHUNKED FIRST_CHUNK (1) "S: 250 ok\nS: 250 ok\nS: 554 5.7.1 blocked\nC: RSET\n" FIRST_CHUNK (2) "S: 250 reset\n", "1=refused(content) ", 2, 2 },
  { "recipient refused, then BDAT unknown", CHUNKED FIRST_CHUNK (1) "S: 250 ok\nS: 550 5.1.1 unknown\nS: 500 5.5.2 what\n", "1=refused/suppress ", 1, 2 },
  { "recipient refused, BDAT known", CHUNKED FIRST_CHUNK (1) "S: 250 ok\nS: 550 5.1.1 unknown\nS: 503 5.5.1 no recipients\nC: RSET\n" FIRST_CHUNK (2)
    "S: 250 reset\n", "1=refused/suppress ", 2, 2 },
  { "recalled behind the first chunk: the rest does not leave", CHUNKED FIRST_CHUNK (1) "RELEASE\nS: 250 ok\nS: 250 ok\nS: 250 chunk\nC: RSET\n" CHUNK (2)
    "S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 taken\n", "1=back begin(2) 2=accepted ", 2, 2 },
  { "the first chunk is answered by 354: a contradiction, and none was begun", CHUNKED FIRST_CHUNK (1) "S: 250 ok\nS: 250 ok\nS: 354 go\n",
    "trouble(protocol) 1=back ", 1, 2 },
  { "recipient refused in the last transaction of a window: RSET before the next", /* RFC 5321 §4.1.4: MAIL still stands */
    CHUNKED PROVED (1) CHUNK (2) "S: 250 ok\nS: 550 5.1.1 unknown\nS: 503 no recipients\nC: RSET\n" CHUNK (3)
    "S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 taken\n", "begin(1) 1=accepted begin(2) 2=refused/suppress begin(3) 3=accepted ", 3, 1 },
  { "BDAT was known, and is no more", /* another machine behind the same name: nothing was taken */
    CHUNKED PROVED (1) CHUNK (2) "S: 250 ok\nS: 250 ok\nS: 502 5.5.1 BDAT not implemented\n", "begin(1) 1=accepted begin(2) 2=later ", 2, 2 },

  /* hostile */
  { "taken while its octets are still here, by BDAT", /* the yes cannot be about this message */
    CHUNKED PROVED (1) "C: MAIL FROM:<ann@example.org>\nC: RCPT TO:<r2@example.net>\nY: 250 ok|250 ok|250 taken\n",
    "begin(1) 1=accepted begin(2,3) trouble(protocol) 2=unknown 3=unknown ", 3, 2 },
  { "taken while its octets are still here, by DATA", PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\nY: 250 taken\n",
    "begin(1) trouble(protocol) 1=unknown ", 1 },
  { "taken while its last octet is still here", PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\nC: row 1\nY: 250 taken\n",
    "begin(1) trouble(protocol) 1=unknown ", 1 },
  { "refused before it was whole: a no is a no, and those behind it come later", /* RFC 5321 §4.2.1: nothing was taken */
    CHUNKED PROVED (1) "C: MAIL FROM:<ann@example.org>\nC: RCPT TO:<r2@example.net>\nY: 250 ok|250 ok|552 5.3.4 too big\n",
    "begin(1) 1=accepted begin(2,3) 2=refused/size(content) 3=later ", 3, 2 },
  { "deferred before it was whole, by DATA", PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\nY: 452 4.3.1 no space\n",
    "begin(1) 1=later(busy) ", 1 },
  { "a chunk without recipients is refused before it was read: the connection goes on", /* Exim answers first and reads then */
    CHUNKED PROVED (1) "C: MAIL FROM:<ann@example.org>\nC: RCPT TO:<r2@example.net>\nY: 250 ok|550 5.1.1 unknown|503 5.5.1 no recipients\n"
    "C: BDAT 7 LAST\nC: row 2\nC: RSET\n" CHUNK (3) "S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 taken\n",
    "begin(1) 1=accepted begin(2,3) 2=refused/suppress 3=accepted ", 3, 2 },
  { "not SMTP", "S: HTTP/1.1 400 Bad Request\n", "trouble(protocol) ", 1 },
  { "an answer whose lines disagree", "S: 220-a\nS: 250 b\n", "trouble(protocol) ", 1 },
  { "answers that nobody asked for", PIPED "S: 250 surprise\n", "trouble(protocol) ", 0 },
  { "354 to the dot: nobody knows whether it was taken", /* RFC 5321 §4.3.2: 250 or a refusal. Sent again it would be a second copy */
    PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n" BODY (1) "S: 354 go on\n", "begin(1) trouble(protocol) 1=unknown ", 1 },
  { "354 to a chunk", CHUNKED PROVED (1) CHUNK (2) "S: 250 ok\nS: 250 ok\nS: 354 go on\n", "begin(1) 1=accepted begin(2) trouble(protocol) 2=unknown ", 2, 2 },
  { "RSET is refused", /* what it does not forget, the next recipient would be added to */
    PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 550 5.1.1 unknown\nS: 503 no\nC: RSET\n" ENVELOPE (2) "C: DATA\nS: 500 what\n",
    "1=refused/suppress trouble(protocol) 2=back ", 2 },
  { "354 to RCPT", PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 354 go\nS: 354 go\nC: .\n", "", 1 },
  { "250 to DATA", PIPED ENVELOPE (1) "C: DATA\nS: 250 ok\nS: 250 ok\nS: 250 ok\n", "trouble(protocol) 1=back ", 1 },
  { "a message taken before it was sent", /* all answers at once: the body has not left */
    PIPED ENVELOPE (1) "C: DATA\nX: 250 ok|250 ok|354 go|250 taken\n", "trouble(protocol) 1=back ", 1 },
  { "a recipient without a sender", PIPED ENVELOPE (1) "C: DATA\nS: 550 no\nS: 250 ok\n", "trouble(protocol) 1=back ", 1 },
  { "354 without a sender", PIPED ENVELOPE (1) "C: DATA\nS: 550 no\nS: 503 no\nS: 354 go\n", "trouble(protocol) 1=back ", 1 },

  /* TLS and login */
  { "STARTTLS, and EHLO again", HELLO "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nTLS\nC: EHLO [127.0.0.1]\nS: 250 mx\nC: MAIL FROM:<ann@example.org>\n",
    "", 1, 0, ACCOUNT_TLS_STARTTLS },
  { "what was said before TLS is forgotten", /* RFC 3207 §4.2: whoever is on the line may have said it */
    HELLO "S: 250-mx\nS: 250-PIPELINING\nS: 250-CHUNKING\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nTLS\nC: EHLO [127.0.0.1]\nS: 250 mx\n"
    "C: MAIL FROM:<ann@example.org>\nS: 250 ok\nC: RCPT TO:<r1@example.net>\n", "", 1, 0, ACCOUNT_TLS_STARTTLS },
  { "a login that was offered before TLS is no offer", HELLO "S: 250-mx\nS: 250-AUTH PLAIN\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nTLS\n"
    "C: EHLO [127.0.0.1]\nS: 250 mx\n", "trouble(login) ", 1, 0, ACCOUNT_TLS_STARTTLS, "ann" },
  { "a SIZE that was said before TLS is none", HELLO "S: 250-mx\nS: 250-SIZE 5\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nTLS\nC: EHLO [127.0.0.1]\n"
    "S: 250 mx\nC: MAIL FROM:<ann@example.org>\n", "", 1, 0, ACCOUNT_TLS_STARTTLS },
  { "no EHLO, so no STARTTLS: HELO is not said in its stead", HELLO "S: 502 what\n", "trouble(policy) ", 1, 0, ACCOUNT_TLS_STARTTLS },
  { "no EHLO, so no login: HELO is not said in its stead", HELLO "S: 502 what\n", "trouble(policy) ", 1, 0, ACCOUNT_TLS_NONE, "ann" },
  { "STARTTLS taken away: nothing is sent", HELLO "S: 250 mx\n", "trouble(tls) ", 1, 0, ACCOUNT_TLS_STARTTLS },
  { "STARTTLS refused", HELLO "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 4.7.0 no\n", "trouble(tls) ", 1, 0, ACCOUNT_TLS_STARTTLS },
  { "words slipped in before TLS", /* RFC 3207 §6, CVE-2011-0411 */
    HELLO "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nX: 220 go|250 AUTH PLAIN\n", "trouble(tls) ", 1, 0, ACCOUNT_TLS_STARTTLS },
  { "no password in the clear", HELLO "S: 250-mx\nS: 250 AUTH PLAIN\n", "trouble(tls) ", 1, 0, ACCOUNT_TLS_NONE, "ann", TRUE },
  { "AUTH PLAIN on loopback", HELLO "S: 250-mx\nS: 250 AUTH LOGIN PLAIN\nC: AUTH PLAIN AGFubgBzZWNyZXQ=\nS: 235 2.7.0 in\nC: MAIL FROM:<ann@example.org>\n",
    "", 1, 0, ACCOUNT_TLS_NONE, "ann" },
  { "AUTH LOGIN", HELLO "S: 250-mx\nS: 250 AUTH=LOGIN\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YW5u\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 in\n",
    "", 0, 0, ACCOUNT_TLS_NONE, "ann" },
  { "AUTH CRAM-MD5, with the challenge of RFC 2195", /* the digest is that of Python's hmac */
    HELLO "S: 250-mx\nS: 250 AUTH CRAM-MD5 PLAIN\nC: AUTH CRAM-MD5\nS: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\n"
    "C: YW5uIDczM2JhODdlNjRlZDdlNDQxZjA2MmM0YWM2ZGIwMTAz\nS: 235 in\n", "", 0, 0, ACCOUNT_TLS_NONE, "ann" },
  { "SCRAM let in without proof", /* whoever it is, it does not know the password */
    HELLO "S: 250-mx\nS: 250 AUTH SCRAM-SHA-256\nC: AUTH SCRAM-SHA-256 *\nS: 235 in\n", "trouble(login) ", 1, 0, ACCOUNT_TLS_NONE, "ann" },
  { "SCRAM with a false nonce", HELLO "S: 250-mx\nS: 250 AUTH SCRAM-SHA-1\nC: AUTH SCRAM-SHA-1 *\nS: 334 cj14LHM9c2FsdCxpPTQwOTY=\n", "trouble(login) ",
    1, 0, ACCOUNT_TLS_NONE, "ann" },
  { "wrong password", HELLO "S: 250-mx\nS: 250 AUTH PLAIN\nC: AUTH PLAIN AGFubgBzZWNyZXQ=\nS: 535 5.7.8 no\n", "trouble(login) ", 1, 0,
    ACCOUNT_TLS_NONE, "ann" },
  { "basic authentication is disabled", HELLO "S: 250-mx\nS: 250 AUTH PLAIN\nC: AUTH PLAIN AGFubgBzZWNyZXQ=\nS: 535 5.7.139 disabled\n",
    "trouble(auth-disabled) ", 1, 0, ACCOUNT_TLS_NONE, "ann" },
  { "PLAIN refused as a mechanism (504), LOGIN offered", /* RFC 4954 §4 */
    HELLO "S: 250-mx\nS: 250 AUTH PLAIN LOGIN\nC: AUTH PLAIN AGFubgBzZWNyZXQ=\nS: 504 5.5.4 Unrecognized authentication type\nC: AUTH LOGIN\n"
    "S: 334 VXNlcm5hbWU6\nC: YW5u\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 in\n", "", 0, 0, ACCOUNT_TLS_NONE, "ann" },
  { "PLAIN refused as a mechanism (535 with words)", HELLO "S: 250-mx\nS: 250 AUTH PLAIN LOGIN\nC: AUTH PLAIN AGFubgBzZWNyZXQ=\n"
    "S: 535 5.7.3 Authentication mechanism not allowed\nC: AUTH LOGIN\n", "", 0, 0, ACCOUNT_TLS_NONE, "ann" },
  { "a wrong password is not tried by another mechanism", HELLO "S: 250-mx\nS: 250 AUTH PLAIN LOGIN\nC: AUTH PLAIN AGFubgBzZWNyZXQ=\nS: 535 5.7.8 no\n",
    "trouble(login) ", 1, 0, ACCOUNT_TLS_NONE, "ann" },
  { "refused behind its challenge: it was the password, whatever the words", /* a second try locks accounts */
    HELLO "S: 250-mx\nS: 250 AUTH CRAM-MD5 PLAIN\nC: AUTH CRAM-MD5\nS: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\nC: *\n"
    "S: 535 5.7.8 mechanism CRAM-MD5: authentication failed\n", "trouble(login) ", 1, 0, ACCOUNT_TLS_NONE, "ann" },
  { "an app password is wanted (534): no other mechanism helps", /* support.google.com/mail/answer/185833 */
    HELLO "S: 250-mx\nS: 250 AUTH PLAIN LOGIN\nC: AUTH PLAIN AGFubgBzZWNyZXQ=\nS: 534 5.7.9 Application-specific password required\n",
    "trouble(login) ", 1, 0, ACCOUNT_TLS_NONE, "ann" },
  { "no initial response: the mechanism is named, the words come after 334", HELLO "S: 250-mx\nS: 250 AUTH PLAIN\nC: AUTH PLAIN AGFubgBzZWNyZXQ=\n"
    "S: 501 5.5.4 Syntax error in parameters\nC: AUTH PLAIN\nS: 334 go ahead\nC: AGFubgBzZWNyZXQ=\nS: 235 in\n", "", 0, 0, ACCOUNT_TLS_NONE, "ann" },
  { "no initial response, and then not this mechanism either", HELLO "S: 250-mx\nS: 250 AUTH PLAIN LOGIN\nC: AUTH PLAIN AGFubgBzZWNyZXQ=\n"
    "S: 501 syntax\nC: AUTH PLAIN\nS: 501 syntax\nC: AUTH LOGIN\n", "", 0, 0, ACCOUNT_TLS_NONE, "ann" },
  { "all mechanisms refused: the last answer is told", HELLO "S: 250-mx\nS: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 504 no\n", "trouble(login) ", 1, 0,
    ACCOUNT_TLS_NONE, "ann" },
  { "no login offered", HELLO "S: 250 mx\n", "trouble(login) ", 1, 0, ACCOUNT_TLS_NONE, "ann" },
  { "nothing in common", HELLO "S: 250-mx\nS: 250 AUTH GSSAPI\n", "trouble(login) ", 1, 0, ACCOUNT_TLS_NONE, "ann" },
  /* with an access token (RFC 7628, XOAUTH2) */
#define TOKEN(is_remote, renews) ACCOUNT_TLS_NONE, "ann", is_remote, FALSE, TRUE, renews
  { "a token by XOAUTH2", HELLO "S: 250-mx\nS: 250 AUTH PLAIN LOGIN XOAUTH2\n" SAY_XOAUTH2 "S: 235 2.7.0 in\nC: MAIL FROM:<ann@example.org>\n", "", 1, 0,
    TOKEN (FALSE, FALSE) },
  { "a token by OAUTHBEARER, where both are offered", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2 OAUTHBEARER PLAIN\n" SAY_OAUTHBEARER
    "S: 235 2.7.0 in\nC: MAIL FROM:<ann@example.org>\n", "", 1, 0, TOKEN (FALSE, FALSE) },
  { "a token goes by no mechanism of passwords", HELLO "S: 250-mx\nS: 250 AUTH PLAIN LOGIN SCRAM-SHA-256\n", "trouble(login) ", 1, 0, TOKEN (FALSE, TRUE) },
  { "a token, and no login is offered", HELLO "S: 250 mx\n", "trouble(login) ", 1, 0, TOKEN (FALSE, TRUE) },
  { "a password goes by no mechanism of tokens", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2 OAUTHBEARER\n", "trouble(login) ", 1, 0, ACCOUNT_TLS_NONE, "ann" },
  { "no token in the clear", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\n", "trouble(tls) ", 1, 0, TOKEN (TRUE, TRUE) },
  { "a token that is refused is asked for anew, and its session is no loss", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\n" SAY_XOAUTH2 ERROR_334
    "C: \nS: 535 5.7.8 Username and Password not accepted\n", "renew ", 1, 0, TOKEN (FALSE, TRUE) },
  { "a token that is refused, and there is no other", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\n" SAY_XOAUTH2 ERROR_334
    "C: \nS: 535 5.7.8 Username and Password not accepted\n", "trouble(login) ", 1, 0, TOKEN (FALSE, FALSE) },
  { "a token that OAUTHBEARER refuses", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2 OAUTHBEARER\n" SAY_OAUTHBEARER ERROR_334
    "C: AQ==\nS: 535 5.7.8 no\n", "renew ", 1, 0, TOKEN (FALSE, TRUE) }, /* RFC 7628 §3.2.3; and not tried again by XOAUTH2 */
  { "a token that is refused without a 334", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\n" SAY_XOAUTH2 "S: 535 5.7.3 Authentication unsuccessful\n", "renew ", 1, 0,
    TOKEN (FALSE, TRUE) },
  { "a token has ended (454)", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\n" SAY_XOAUTH2 "S: 454 4.7.0 Access token expired\n", "renew ", 1, 0, TOKEN (FALSE, TRUE) },
  { "a token has ended (421)", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\n" SAY_XOAUTH2 "S: 421 4.7.0 The token has expired\n", "renew ", 1, 0, TOKEN (FALSE, TRUE) },
  { "the login is out of order: no token helps", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\n" SAY_XOAUTH2 "S: 454 4.7.0 Temporary authentication failure\n",
    "trouble(busy) ", 1, 0, TOKEN (FALSE, TRUE) },
  { "SMTP is switched off: no token helps", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\n" SAY_XOAUTH2
    "S: 535 5.7.139 SmtpClientAuthentication is disabled for the Tenant\n", "trouble(auth-disabled) ", 1, 0, TOKEN (FALSE, TRUE) },
  { "OAUTHBEARER refused as a mechanism, XOAUTH2 offered", HELLO "S: 250-mx\nS: 250 AUTH OAUTHBEARER XOAUTH2\n" SAY_OAUTHBEARER "S: 504 5.5.4 what\n" SAY_XOAUTH2
    "S: 235 in\n", "", 0, 0, TOKEN (FALSE, FALSE) },
  { "a token without initial response", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\n" SAY_XOAUTH2 "S: 501 5.5.4 syntax\nC: AUTH XOAUTH2\nS: 334 \nC: dXNlcj1hbm4BYXV0aD1CZWFyZXIgc2VjcmV0AQE=\nS: 235 in\n", "", 0, 0,
    TOKEN (FALSE, FALSE) },
  { "a token, and the server goes on asking", HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\n" SAY_XOAUTH2 ERROR_334 "C: \nS: 334 more\n", "trouble(login) ", 1, 0,
    TOKEN (FALSE, TRUE) },
  { "a refused token, let in after all", /* its words were no more than that */
    HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\n" SAY_XOAUTH2 ERROR_334 "C: \nS: 235 in\n", "", 0, 0, TOKEN (FALSE, TRUE) },
  { "HELO for a server of old", HELLO "S: 502 what\nC: HELO [127.0.0.1]\nS: 250 mx\nC: MAIL FROM:<ann@example.org>\n", "", 1 },
  { "a test sends nothing", HELLO "S: 250 mx\nC: QUIT\nS: 221 bye\n", "", 1, 0, ACCOUNT_TLS_NONE, NULL, FALSE, TRUE },
};

typedef struct {
  guint    next, count;
  gboolean has_journal;
  GString *log;
  gboolean renews;
} Fake;

static Row *
fake_row (guint recipient)
{
  Row *row = g_malloc0 (sizeof (Row));

  row->recipient = recipient;
  return row;
}

/* 111, 110… ask for one row with that peculiarity. */
static Row *
take_cb (gpointer data)
{
  Fake *fake = data;

  if (fake->count > 100) {
    guint peculiar = fake->count - 100;

    fake->count = 0;
    return fake_row (peculiar);
  }
  return fake->next < fake->count ? fake_row (++fake->next) : NULL;
}

static Slice given_address; /* row 12's */

static gboolean
render_cb (const Row *row, SkeletonForm form, GByteArray *out, Envelope *out_envelope, GError **error, gpointer data)
{
  static char address[64], body[32];

  g_snprintf (address, sizeof address, "r%u@example.net", (guint) row->recipient);
  g_snprintf (body, sizeof body, "row %u\r\n", (guint) row->recipient);
  if (row->recipient == 9)
    strcpy (address, "gr\xc3\xbc\xc3\x9f@example.net");
  if (row->recipient == 8)
    strcpy (address, "a@example.net>\r\nRSET");
  if (row->recipient == 7)
    strcpy (address, "a@example.net> <b@example.net");
  if (row->recipient == 6) {
    g_set_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_VALUE, "no value");
    return FALSE;
  }
  *out_envelope = (Envelope){ row->recipient == 11 ? "ann@example.org> SIZE=1" : "ann@example.org", { address, strlen (address) }, { row->recipient == 10, FALSE } };
  if (row->recipient == 12)
    out_envelope->address = given_address;
  g_byte_array_append (out, (const guint8 *) body, (guint) strlen (body));
  return TRUE;
}

static gboolean
begin_cb (Row *const *rows, guint n, gpointer data)
{
  Fake *fake = data;

  g_string_append (fake->log, fake->has_journal ? "begin(" : "nobegin(");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (fake->log, "%s%u", i > 0 ? "," : "", (guint) rows[i]->recipient);
  g_string_append (fake->log, ") ");
  return fake->has_journal;
}

static void
done_cb (Row *row, const RowResult *result, gpointer data)
{
  Fake *fake = data;

  g_string_append_printf (fake->log, "%u=%s", (guint) row->recipient, state_to_word ((State) result->verdict.outcome));
  if (result->verdict.reason != REASON_NONE)
    g_string_append_printf (fake->log, "/%s", outcome_reason_to_word (result->verdict.reason));
  if (result->verdict.pause != NULL)
    g_string_append_printf (fake->log, "(%s)", result->verdict.pause);
  g_string_append_c (fake->log, ' ');
  g_assert_cmpuint (strlen (result->text), >, 0); /* always a word for people */
  g_free (row);
}

static void
give_back_cb (Row *row, gpointer data)
{
  g_string_append_printf (((Fake *) data)->log, "%u=back ", (guint) row->recipient);
  g_free (row);
}

static void
trouble_cb (const Verdict *verdict, const char *text, gpointer data)
{
  g_string_append_printf (((Fake *) data)->log, "trouble(%s) ", verdict->pause);
}

static gboolean
renew_cb (const char *text, gpointer data)
{
  Fake *fake = data;

  if (fake->renews)
    g_string_append (fake->log, "renew ");
  return fake->renews;
}

static const SessionHooks hooks = { take_cb, render_cb, begin_cb, done_cb, give_back_cb, trouble_cb, renew_cb };

static void
expect_line (SmtpSession *session, const char *pattern)
{
  gsize len;
  const char *output = (const char *) session_peek_output (session, &len);
  const char *end = len > 0 ? memchr (output, '\n', len) : NULL;
  g_autofree char *line = end != NULL ? g_strndup (output, (gsize) (end - output) - 1) : g_strdup ("(nothing)");

  if (!g_pattern_match_simple (pattern, line))
    g_test_message ("wanted \"%s\", got \"%s\"", pattern, line);
  g_assert_true (g_pattern_match_simple (pattern, line));
  session_sent (session, (gsize) (end - output) + 1);
}

static void
expect_silence (SmtpSession *session)
{
  gsize len;
  const char *output = (const char *) session_peek_output (session, &len);

  if (len > 0)
    g_test_message ("said too early: %.*s", (int) len, output);
  g_assert_cmpuint (len, ==, 0);
}

static void
feed (SmtpSession *session, const char *lines)
{
  g_autoptr (GString) text = g_string_new (lines);

  g_string_replace (text, "|", "\r\n", 0);
  g_string_append (text, "\r\n");
  session_feed (session, text->str, text->len);
}

static void
run_step (SmtpSession *session, Fake *fake, const char *step)
{
  if (g_str_has_prefix (step, "C: ")) {
    session_pump (session);
    expect_line (session, step + 3);
    return;
  }
  session_pump (session);
  if (g_str_has_prefix (step, "Y: ")) {
    feed (session, step + 3);
    return;
  }
  expect_silence (session);
  if (g_str_has_prefix (step, "S: ") || g_str_has_prefix (step, "X: ")) {
    feed (session, step + 3);
  } else if (strcmp (step, "EOF") == 0) {
    session_eof (session);
  } else if (strcmp (step, "TLS") == 0) {
    g_assert_true (session_wants_tls (session));
    session_tls_done (session);
  } else if (strcmp (step, "QUIT") == 0) {
    session_quit (session);
  } else if (strcmp (step, "RELEASE") == 0) {
    session_release (session, NULL, NULL);
  } else if (strcmp (step, "NOJOURNAL") == 0) {
    fake->has_journal = FALSE;
  } else {
    g_assert_not_reached ();
  }
}

static SmtpAccount *
make_account (const Case *c)
{
  SmtpAccount *account = g_new0 (SmtpAccount, 1);

  account->host = g_strdup ("mx.example.org");
  account->user = g_strdup (c->user != NULL ? c->user : "");
  account->pin = g_strdup ("");
  account->helo = g_strdup ("");
  account->tls = c->tls;
  account->window = c->window > 0 ? c->window : ACCOUNT_WINDOW_DEFAULT;
  account->timeout_percent = 100;
  account->secret = secret_bytes_new ("secret", 6);
  account->is_token = c->is_token;
  account->is_insecure = c->is_token; /* what lets a password go in the clear lets no token */
  return account;
}

static void
test_transcript (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (SmtpAccount) account = make_account (c);
  g_autoptr (ServerTraits) traits = server_traits_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Fake fake = { 0, c->rows, TRUE, log, c->renews };
  SmtpSession *session = session_new (account, traits, "[127.0.0.1]", c->is_test, &hooks, &fake);
  g_auto (GStrv) steps = g_strsplit (c->transcript, "\n", -1);

  session_set_peer (session, !c->is_remote, 587);
  for (gsize i = 0; steps[i] != NULL && *steps[i] != '\0'; i++)
    run_step (session, &fake, steps[i]);
  session_pump (session);
  if (strcmp (log->str, c->log) != 0)
    g_test_message ("%s: %s", c->name, session_get_end_text (session));
  if (!session_is_closed (session))
    expect_silence (session);
  g_assert_cmpstr (log->str, ==, c->log);
  if (strcmp (c->log, "renew ") == 0)
    g_assert_true (session_is_closed (session) && !session_is_lost (session));
  session_free (session);
}

/* What people read of a token that is refused: the server's line, then the words of the 334; for a test report too. */
static void
test_refusal_is_shown (void)
{
  static const struct {
    const char *challenge, *answer, *shown; /* shown: how what is read begins */
  } rows[] = {
    { ERROR_334, "535 5.7.8 no", "535 5.7.8 no ({\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"https://mail.google.com/\"}): " },
    { "S: 334 G1sySg==\n", "535 5.7.8 no", "535 5.7.8 no (?[2J): " }, /* an escape of the terminal's */
    { "S: 334 \n", "535 5.7.8 no", "535 5.7.8 no: " },
    { "S: 334 ????\n", "535 5.7.3 no", "535 5.7.3 no: " },
    { "", "535 5.7.3 no", "535 5.7.3 no: " },
  };
  Case c = { .user = "ann", .is_token = TRUE };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (SmtpAccount) account = make_account (&c);
    g_autoptr (ServerTraits) traits = server_traits_new ();
    g_autoptr (GString) log = g_string_new (NULL);
    Fake fake = { 0, 0, TRUE, log, FALSE };
    g_autoptr (SmtpSession) session = session_new (account, traits, "[127.0.0.1]", FALSE, &hooks, &fake);
    g_autofree char *script = g_strconcat (HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\nC: AUTH *\n", rows[i].challenge, *rows[i].challenge != '\0' ? "C: \n" : "", NULL);
    g_auto (GStrv) steps = g_strsplit (script, "\n", -1);
    const SessionFacts *facts = session_get_facts (session);

    session_set_peer (session, TRUE, 0);
    for (gsize j = 0; steps[j] != NULL && *steps[j] != '\0'; j++)
      run_step (session, &fake, steps[j]);
    feed (session, rows[i].answer);
    g_test_message ("%s", session_get_end_text (session));
    g_assert_true (g_str_has_prefix (session_get_end_text (session), rows[i].shown));
    g_assert_true (g_str_has_prefix (rows[i].shown, facts->reply)); /* without the advice */
    g_assert_cmpuint (strlen (facts->reply), ==, strlen (rows[i].shown) - 2);
    g_assert_null (strstr (session_get_end_text (session), "app password"));
  }
}

/* An endless line or answer must not fill the memory. */
static void
test_endless (void)
{
  Case c = { .rows = 0 };
  g_autoptr (SmtpAccount) account = make_account (&c);
  g_autoptr (ServerTraits) traits = server_traits_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Fake fake = { 0, 0, TRUE, log };
  g_autofree char *long_line = g_strnfill (100000, 'x');

  for (guint kind = 0; kind < 2; kind++) {
    g_autoptr (SmtpSession) session = session_new (account, traits, "[127.0.0.1]", FALSE, &hooks, &fake);

    for (guint i = 0; i < 1000 && !session_is_closed (session); i++)
      session_feed (session, kind == 0 ? long_line : "220-again\r\n", kind == 0 ? 100000 : 11);
    g_assert_true (session_is_closed (session));
  }
}

/* A packet without octets, before anything came: no arithmetic on a buffer that is not there. */
static void
test_empty_packet (void)
{
  Case c = { .rows = 0 };
  g_autoptr (SmtpAccount) account = make_account (&c);
  g_autoptr (ServerTraits) traits = server_traits_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Fake fake = { 0, 0, TRUE, log };
  g_autoptr (SmtpSession) session = session_new (account, traits, "[127.0.0.1]", FALSE, &hooks, &fake);

  session_feed (session, "", 0);
  g_assert_false (session_is_closed (session));
}

/* The line that carries the password, once it has left, whole or in two pieces, or will not leave any more: it stays in no buffer. */
static void
login_line_is_wiped (const char *ending, const char *mechanism)
{
  Case c = { .user = "ann", .is_token = strcmp (mechanism, "PLAIN") != 0 };
  g_autofree char *offer = g_strdup_printf ("250-mx|250 AUTH %s", mechanism), *command = g_strdup_printf ("AUTH %s ", mechanism);
  g_autoptr (SmtpAccount) account = make_account (&c);
  g_autoptr (ServerTraits) traits = server_traits_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Fake fake = { 0, 0, TRUE, log };
  SmtpSession *session = session_new (account, traits, "[127.0.0.1]", FALSE, &hooks, &fake);
  Leftover password, line;
  char text[178]; /* with "AUTH PLAIN " and in base64 it ends one octet below a power of two: its line break makes an array grow that was not made large enough */
  const guint8 *output;
  gsize len;

  leftover_make (&password);
  leftover_put (&password, text, sizeof text);
  secret_bytes_free (account->secret);
  account->secret = secret_bytes_new (text, sizeof text);
  explicit_bzero (text, sizeof text);
  session_set_peer (session, TRUE, 587);
  feed (session, "220 mx.example.org");
  expect_line (session, "EHLO *");
  feed (session, offer);
  output = session_peek_output (session, &len);
  g_assert_cmpuint (len, >, 64 + LEFTOVER_LEN);
  g_assert_true (g_str_has_prefix ((const char *) output, command));
  leftover_take (&line, output + 64);
  g_assert_true (leftover_is_there (&line));
  if (strcmp (ending, "pieces") == 0) {
    session_sent (session, 70);
    session_sent (session, len - 70);
  } else if (strcmp (ending, "whole") == 0) {
    session_sent (session, len);
  } else { /* the server hangs up before the line has left */
    session_eof (session);
  }
  g_assert_false (leftover_is_there (&line)); /* while the session still stands */
  session_free (session);
  g_clear_pointer (&account->secret, secret_bytes_free);
  g_assert_false (leftover_is_there (&password));
}

static void
test_login_line_is_wiped (gconstpointer data)
{
  login_line_is_wiped (data, "PLAIN");
}

static void
test_token_line_is_wiped (gconstpointer data)
{
  login_line_is_wiped (data, "XOAUTH2");
  login_line_is_wiped (data, "OAUTHBEARER");
}

/* A token of so many octets: is it said with AUTH, which is a line like others, or when it is asked for (RFC 4954 §4)? Either way it stays in no buffer. */
static void
say_token (gsize len, gboolean is_asked_for)
{
  Case c = { .user = "ann", .is_token = TRUE };
  g_autoptr (SmtpAccount) account = make_account (&c);
  g_autoptr (ServerTraits) traits = server_traits_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Fake fake = { 0, 0, TRUE, log };
  SmtpSession *session = session_new (account, traits, "[127.0.0.1]", FALSE, &hooks, &fake);
  g_autofree char *text = g_malloc (len);
  Leftover token, line;
  const guint8 *output;
  gsize left;

  leftover_make (&token);
  leftover_put (&token, text, len);
  secret_bytes_free (account->secret);
  account->secret = secret_bytes_new (text, len);
  explicit_bzero (text, len);
  session_set_peer (session, TRUE, 587);
  feed (session, "220 mx.example.org");
  expect_line (session, "EHLO *");
  feed (session, "250-mx|250 AUTH XOAUTH2");
  if (is_asked_for) {
    expect_line (session, "AUTH XOAUTH2");
    feed (session, "334 ");
  }
  output = session_peek_output (session, &left);
  g_assert_true (g_str_has_prefix ((const char *) output, is_asked_for ? "dXNlcj1hbm4BYXV0aD1CZWFyZXIg" : "AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIg"));
  g_assert_true (is_asked_for ? left > 500 : left <= 512);
  leftover_take (&line, output + 64);
  session_sent (session, left);
  g_assert_false (leftover_is_there (&line));
  session_free (session);
  g_clear_pointer (&account->secret, secret_bytes_free);
  g_assert_false (leftover_is_there (&token));
}

static void
test_long_token (void)
{
  say_token (349, FALSE); /* 511 octets of line; base64 grows by four */
  say_token (350, TRUE);
  say_token (2048, TRUE); /* developers.google.com/identity/protocols/oauth2: an access token's largest */
}

/* Nobody asks for it: it goes with the session. */
static void
test_long_token_unasked (void)
{
  Case c = { .user = "ann", .is_token = TRUE };
  g_autoptr (SmtpAccount) account = make_account (&c);
  g_autoptr (ServerTraits) traits = server_traits_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Fake fake = { 0, 0, TRUE, log };
  SmtpSession *session = session_new (account, traits, "[127.0.0.1]", FALSE, &hooks, &fake);
  char text[600];
  g_autofree char *said = NULL;
  Leftover token, line;

  leftover_make (&token);
  leftover_put (&token, text, sizeof text);
  secret_bytes_free (account->secret);
  account->secret = secret_bytes_new (text, sizeof text);
  said = g_base64_encode ((const guchar *) text, 60); /* "user=ann", "auth=Bearer " and a control between are 21 octets: the token begins where a group of three does */
  leftover_take (&line, said);
  explicit_bzero (said, strlen (said));
  explicit_bzero (text, sizeof text);
  session_set_peer (session, TRUE, 587);
  feed (session, "220 mx.example.org");
  expect_line (session, "EHLO *");
  feed (session, "250-mx|250 AUTH XOAUTH2");
  expect_line (session, "AUTH XOAUTH2");
  g_assert_true (leftover_is_there (&line));
  session_eof (session);
  g_assert_false (leftover_is_there (&line));
  session_free (session);
  g_clear_pointer (&account->secret, secret_bytes_free);
  g_assert_false (leftover_is_there (&token));
}

/* What may stand between < and > (RFC 5321 §4.1.2), whatever core let through; longest: 64 + @ + 255 octets (§4.5.3.1). */
static void
test_paths (void)
{
  static const char x64[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
  g_autofree char *long_domain = g_strnfill (255, 'd'), *longest = g_strdup_printf ("%s@%s", x64, long_domain), *too_long = g_strdup_printf ("x%s", longest);
  const struct {
    const char *address;
    gsize       len; /* 0: by its NUL */
    gboolean    is_said;
  } rows[] = {
    { "ann@example.net", 0, TRUE },
    { "\"ann lee\"@example.net", 0, TRUE },
    { longest, 0, TRUE },
    { too_long, 0, FALSE },
    { "ann@example.net>", 0, FALSE },         /* the rest would be parameters of ours */
    { "ann>@example.net", 0, FALSE },
    { "<ann@example.net", 0, FALSE },
    { "\"a>b\"@example.net", 0, FALSE },
    { "ann@example.net\r\nRSET", 0, FALSE },  /* a command of its own */
    { "ann@example.net\nRSET", 0, FALSE },
    { "ann@example.net\rRSET", 0, FALSE },
    { "an\tn@example.net", 0, FALSE },
    { "ann\x7f@example.net", 0, FALSE },
    { "an\0n@example.net", 16, FALSE },
    { "ann@example.net SIZE=1", 0, FALSE },
    { "ann", 0, FALSE },
    { "@", 0, FALSE },
    { "", 0, FALSE },
  };
  Case c = { .rows = 112 };
  g_autoptr (SmtpAccount) account = make_account (&c);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (ServerTraits) traits = server_traits_new ();
    g_autoptr (GString) log = g_string_new (NULL);
    Fake fake = { 0, c.rows, TRUE, log };
    g_autoptr (SmtpSession) session = session_new (account, traits, "[127.0.0.1]", FALSE, &hooks, &fake);
    g_autofree char *line = g_strdup_printf ("RCPT TO:<%s>", rows[i].address);

    given_address = (Slice){ rows[i].address, rows[i].len > 0 ? rows[i].len : strlen (rows[i].address) };
    g_test_message ("row %" G_GSIZE_FORMAT, i);
    run_step (session, &fake, "S: 220 mx");
    run_step (session, &fake, "C: EHLO *");
    run_step (session, &fake, "S: 250-mx|250 PIPELINING");
    if (rows[i].is_said)
      run_step (session, &fake, "C: MAIL FROM:<ann@example.org>");
    if (rows[i].is_said)
      expect_line (session, line);
    else
      session_pump (session);
    g_assert_cmpstr (log->str, ==, rows[i].is_said ? "" : "12=refused/data ");
    if (!rows[i].is_said)
      expect_silence (session);
  }
}

/* RFC 5321 §4.5.3.2: who waits less, sends again what was being taken. */
static void
test_waits (void)
{
  static const struct {
    const char *steps;
    guint       wait_s;
  } rows[] = {
    { "", 300 },                                                                         /* the greeting */
    { HELLO, 300 },
    { HELLO "S: 250 mx\nC: MAIL *\n", 300 },
    { HELLO "S: 250 mx\nC: MAIL *\nS: 250 ok\nC: RCPT *\n", 300 },
    { HELLO "S: 250 mx\nC: MAIL *\nS: 250 ok\nC: RCPT *\nS: 250 ok\nC: DATA\n", 120 },
    { HELLO "S: 250 mx\nC: MAIL *\nS: 250 ok\nC: RCPT *\nS: 250 ok\nC: DATA\nS: 354 go\nC: row 1\n", 180 }, /* a block of the message */
    { HELLO "S: 250 mx\nC: MAIL *\nS: 250 ok\nC: RCPT *\nS: 250 ok\nC: DATA\nS: 354 go\n" BODY (1), 600 },
    { CHUNKED PROVED (1) CHUNK (2), 600 },
  };
  Case c = { .rows = 2, .window = 1 };
  g_autoptr (SmtpAccount) account = make_account (&c);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (ServerTraits) traits = server_traits_new ();
    g_autoptr (GString) log = g_string_new (NULL);
    Fake fake = { 0, c.rows, TRUE, log };
    g_autoptr (SmtpSession) session = session_new (account, traits, "[127.0.0.1]", FALSE, &hooks, &fake);
    g_auto (GStrv) steps = g_strsplit (rows[i].steps, "\n", -1);

    for (gsize j = 0; steps[j] != NULL && *steps[j] != '\0'; j++)
      run_step (session, &fake, steps[j]);
    g_test_message ("row %" G_GSIZE_FORMAT ": %u s", i, session_get_wait_s (session));
    g_assert_cmpuint (session_get_wait_s (session), >=, rows[i].wait_s);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/confined/smtp/session/%s", cases[i].name);

    g_test_add_data_func (g_strdelimit (path + 14, "/", '-') - 14, &cases[i], test_transcript);
  }
  g_test_add_func ("/confined/smtp/session/endless", test_endless);
  g_test_add_func ("/confined/smtp/session/empty-packet", test_empty_packet);
  g_test_add_func ("/confined/smtp/session/wiped/control", leftover_check_control);
  g_test_add_data_func ("/confined/smtp/session/wiped/whole", "whole", test_login_line_is_wiped);
  g_test_add_data_func ("/confined/smtp/session/wiped/in-pieces", "pieces", test_login_line_is_wiped);
  g_test_add_data_func ("/confined/smtp/session/wiped/unsent", "unsent", test_login_line_is_wiped);
  g_test_add_func ("/confined/smtp/session/long-token/said", test_long_token);
  g_test_add_func ("/confined/smtp/session/long-token/unasked", test_long_token_unasked);
  g_test_add_data_func ("/confined/smtp/session/wiped/token-whole", "whole", test_token_line_is_wiped);
  g_test_add_data_func ("/confined/smtp/session/wiped/token-in-pieces", "pieces", test_token_line_is_wiped);
  g_test_add_data_func ("/confined/smtp/session/wiped/token-unsent", "unsent", test_token_line_is_wiped);
  g_test_add_func ("/confined/smtp/session/refusal-is-shown", test_refusal_is_shown);
  g_test_add_func ("/confined/smtp/session/paths", test_paths);
  g_test_add_func ("/confined/smtp/session/waits", test_waits);
  return g_test_run ();
}
