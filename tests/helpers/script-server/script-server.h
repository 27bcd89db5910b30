/* script-server.h - an SMTP server that follows a transcript, on one end of a socket pair, in a thread of its own. For tests.
 *
 * Lines: "S: text" say ("|": a line break); "C: glob" the next line must match; "BODY" read to the lone dot; "BDAT" read a BDAT line and its octets;
 * "TLS" handshake as server ("TLS expired", "TLS old" up to 1.1, "TLS 1.2", "TLS names DNS:a, IP:b" what its certificate names, "TLS for NAME" only for
 * who asks for that server by name, "none": for who names none); "CLOSE" hang up; "SLEEP ms"; "DRIP" an octet now and then; "WAIT" until the client hangs up; "QUIET" the same,
 * and it may say nothing but QUIT;
 * "SASL MECH" talk AUTH with libgsasl as server;
 * "RSET?" answer an RSET if one comes; "REPEAT n" … "END". A transcript that ends waits for the client to hang up.
 * What does not match ends the conversation; script_server_finish() tells where. */
#pragma once
#include <glib.h>

typedef struct ScriptServer ScriptServer;

/* transcript: borrowed for life. Returns: (transfer full); *out_fd is the client's end. */
ScriptServer *script_server_new (const char *transcript, int *out_fd);
/* Waits for its end. Returns: (transfer full) "" when all went by the transcript, else where it did not. Frees it. */
char *script_server_finish (ScriptServer *self);

/* SHA-256 of the certificate that TLS uses: made at first use, for "localhost", signed by itself. */
const char *script_server_get_fingerprint (void);
void        script_server_write_certificate (const char *path, const char *kind); /* PEM; kind: what stands behind "TLS" */
