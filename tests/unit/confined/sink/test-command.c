#include "command.h"

#include <string.h>

#define L(literal) literal, sizeof (literal) - 1
#define OK (-1)
#define S10 "aaaaaaaaaa"
#define S50 S10 S10 S10 S10 S10
static const struct { const char *line; gsize len; int error; Verb verb; const char *address; } cases[] = {
  { L ("EHLO client.example"), OK, VERB_EHLO, "" },
  { L ("ehlo [127.0.0.1]"), OK, VERB_EHLO, "" },                          /* verbs ignore case */
  { L ("EHLO"), SINK_COMMAND_ERROR_ARGUMENT, 0, NULL },                        /* RFC 5321 §4.1.1.1 wants a name */
  { L ("EHLO a b"), SINK_COMMAND_ERROR_ARGUMENT, 0, NULL },
  { L ("EHLOX a"), SINK_COMMAND_ERROR_VERB, 0, NULL },                         /* a prefix is not the verb */
  { L ("MAIL FROM:<ann@example.org>"), OK, VERB_MAIL, "ann@example.org" },
  { L ("mail from:<>"), OK, VERB_MAIL, "" },                              /* the null sender of bounces */
  { L ("MAIL FROM: <ann@example.org>"), OK, VERB_MAIL, "ann@example.org" }, /* forbidden and common */
  { L ("MAIL FROM:<ann@example.org> SIZE=12 BODY=8BITMIME SMTPUTF8"), OK, VERB_MAIL, "ann@example.org" },
  { L ("MAIL FROM:<ann@example.org> AUTH=<> "), OK, VERB_MAIL, "ann@example.org" },
  { L ("MAIL FROM:<ann@example.org> SIZE=x"), SINK_COMMAND_ERROR_PARAMETER, 0, NULL },
  { L ("MAIL FROM:<ann@example.org> SIZE=1x"), SINK_COMMAND_ERROR_PARAMETER, 0, NULL }, /* nothing may hang on */
  { L ("MAIL FROM:<ann@example.org> RET=FULL"), SINK_COMMAND_ERROR_PARAMETER, 0, NULL }, /* DSN was not offered */
  { L ("MAIL FROM:<ann@example.org>SIZE=1"), SINK_COMMAND_ERROR_ARGUMENT, 0, NULL },
  { L ("MAIL FROM:ann@example.org"), SINK_COMMAND_ERROR_ARGUMENT, 0, NULL },   /* no <>: clients must learn it here */
  { L ("MAIL FROM:<ann@example.org"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },
  { L ("MAIL FROM:<ann>"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },
  { L ("MAIL FROM:<postmaster>"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },       /* only a recipient may be that short */
  { L ("MAIL"), SINK_COMMAND_ERROR_ARGUMENT, 0, NULL },
  { L ("MAIL TO:<a@b.example>"), SINK_COMMAND_ERROR_ARGUMENT, 0, NULL },
  { L ("RCPT TO:<bob@example.net>"), OK, VERB_RCPT, "bob@example.net" },
  { L ("RCPT TO:<Postmaster>"), OK, VERB_RCPT, "Postmaster" },
  { L ("RCPT TO:<>"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },
  { L ("RCPT TO:<@a.example,@b.example:bob@example.net>"), OK, VERB_RCPT, "bob@example.net" }, /* source route: ignored */
  { L ("RCPT TO:<@a.example:>"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },
  { L ("RCPT TO:<\"a b\"@example.net>"), OK, VERB_RCPT, "\"a b\"@example.net" },
  { L ("RCPT TO:<\"a\\\"b>\"@example.net>"), OK, VERB_RCPT, "\"a\\\"b>\"@example.net" }, /* > inside quotes ends nothing */
  { L ("RCPT TO:<\"a\\"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },               /* a backslash at the very end */
  { L ("RCPT TO:<\"a"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },
  { L ("RCPT TO:<a..b@example.net>"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },   /* empty atom */
  { L ("RCPT TO:<a@-x.example>"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },       /* hyphen in front */
  { L ("RCPT TO:<a@x-.example>"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },
  { L ("RCPT TO:<a@x..example>"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },
  { L ("RCPT TO:<a@[IPv6:2001:db8::1]>"), OK, VERB_RCPT, "a@[IPv6:2001:db8::1]" },
  { L ("RCPT TO:<a@[]>"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },
  { L ("RCPT TO:<j\xc3\xb6rg@m\xc3\xbcller.example>"), OK, VERB_RCPT, "j\xc3\xb6rg@m\xc3\xbcller.example" },
  { L ("RCPT TO:<j\xf6rg@example.net>"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL }, /* not UTF-8 */
  { L ("RCPT TO:<a@example.net> NOTIFY=NEVER"), SINK_COMMAND_ERROR_PARAMETER, 0, NULL },
  { L ("RCPT TO:<" S50 S10 "aaaa@example.net>"), OK, VERB_RCPT, S50 S10 "aaaa@example.net" }, /* 64 octets: the limit */
  { L ("RCPT TO:<" S50 S10 "aaaaa@example.net>"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL },
  { L ("RCPT TO:<a@" S50 "." S50 "." S50 "." S50 "." S50 ".b>"), SINK_COMMAND_ERROR_ADDRESS, 0, NULL }, /* 256: one over */
  { L ("DATA"), OK, VERB_DATA, "" },
  { L ("DATA "), OK, VERB_DATA, "" },                                     /* white space at the end must be borne */
  { L ("DATA now"), SINK_COMMAND_ERROR_ARGUMENT, 0, NULL },
  { L ("BDAT 1000 LAST"), OK, VERB_BDAT, "" },
  { L ("BDAT 0 last"), OK, VERB_BDAT, "" },
  { L ("BDAT"), SINK_COMMAND_ERROR_ARGUMENT, 0, NULL },
  { L ("BDAT -1"), SINK_COMMAND_ERROR_ARGUMENT, 0, NULL },
  { L ("BDAT 1 LASTLY"), SINK_COMMAND_ERROR_ARGUMENT, 0, NULL },
  { L ("BDAT 99999999999999999999"), SINK_COMMAND_ERROR_ARGUMENT, 0, NULL },   /* would overflow 64 bits */
  { L ("AUTH PLAIN AGEAYg=="), OK, VERB_AUTH, "" },
  { L ("AUTH"), SINK_COMMAND_ERROR_ARGUMENT, 0, NULL },
  { L ("NOOP anything goes"), OK, VERB_NOOP, "" },
  { L ("QUIT\0"), SINK_COMMAND_ERROR_VERB, 0, NULL },                          /* a NUL hides nothing */
  { L ("NOOP\nRCPT TO:<a@b.example>"), SINK_COMMAND_ERROR_VERB, 0, NULL },     /* a bare LF makes no second command */
  { L (""), SINK_COMMAND_ERROR_VERB, 0, NULL },
  { L ("GET / HTTP/1.1"), SINK_COMMAND_ERROR_VERB, 0, NULL },                  /* a browser on the wrong port */
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *line = g_memdup2 (cases[i].line, MAX (cases[i].len, 1)); /* no octet behind it: ASan sees a step too far */
    SinkCommand command = { .size = 99 };
    g_autofree char *shown = g_strescape (cases[i].line, NULL); /* TAP is text */
    gboolean is_ok = sink_command_parse (line, cases[i].len, &command, &error);

    g_test_message ("%s", shown);
    if (cases[i].error != OK) {
      g_assert_error (error, SINK_COMMAND_ERROR, cases[i].error);
      g_assert_cmpuint (command.size, ==, 99); /* untouched */
      continue;
    }
    g_assert_no_error (error);
    g_assert_true (is_ok);
    g_assert_cmpint (command.verb, ==, cases[i].verb);
    g_assert_cmpstr (command.address, ==, cases[i].address);
  }
}

static void
test_values (void)
{
  SinkCommand command;

  g_assert_true (sink_command_parse (L ("MAIL FROM:<\"a@b\"@example.org> SIZE=12 SMTPUTF8"), &command, NULL));
  g_assert_cmpuint (command.size, ==, 12);
  g_assert_true (command.is_smtputf8);
  g_assert_cmpuint (command.local_len, ==, 5); /* the @ inside the quotes is not the one */
  g_assert_false (command.has_utf8);
  g_assert_true (sink_command_parse (L ("BDAT 1000 LAST"), &command, NULL));
  g_assert_cmpuint (command.size, ==, 1000);
  g_assert_true (command.is_last);
  g_assert_true (sink_command_parse (L ("AUTH PLAIN AGEAYg=="), &command, NULL));
  g_assert_cmpmem (command.word, command.word_len, "PLAIN", 5);
  g_assert_cmpmem (command.initial, command.initial_len, "AGEAYg==", 8);
  g_assert_true (sink_command_parse (L ("AUTH LOGIN"), &command, NULL));
  g_assert_null (command.initial);
}

static void
test_limits (void)
{
  static const struct { const char *start; gsize max; } rows[] = {
    { "NOOP ", SINK_COMMAND_LINE_MAX },
    { "MAIL FROM:<a@example.org> AUTH=", SINK_COMMAND_ENVELOPE_LINE_MAX },
    { "AUTH PLAIN ", SINK_COMMAND_AUTH_LINE_MAX },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize over = 0; over < 2; over++) {
      g_autoptr (GError) error = NULL;
      gsize len = rows[i].max + over;
      g_autofree char *line = g_malloc (len);
      SinkCommand command;

      memset (line, 'x', len);
      memcpy (line, rows[i].start, strlen (rows[i].start));
      g_assert_cmpint (sink_command_parse (line, len, &command, &error), ==, over == 0);
      if (over > 0)
        g_assert_error (error, SINK_COMMAND_ERROR, SINK_COMMAND_ERROR_LENGTH);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/sink/command/parse", test_parse);
  g_test_add_func ("/confined/sink/command/values", test_values);
  g_test_add_func ("/confined/sink/command/limits", test_limits);
  return g_test_run ();
}
