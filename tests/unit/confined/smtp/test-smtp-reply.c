#include "smtp-reply.h"

#include <string.h>

#define L(literal) literal, sizeof (literal) - 1
static const struct {
  const char *line;
  gsize       len;
  guint       code;
  gboolean    is_last;
  const char *text;
  SmtpStatus  status;
} cases[] = {
  { L ("250 OK"), 250, TRUE, "OK", { 0, 0, 0 } },
  { L ("250-SIZE 9"), 250, FALSE, "SIZE 9", { 0, 0, 0 } },
  { L ("354"), 354, TRUE, "", { 0, 0, 0 } },                                   /* the text may be absent */
  { L ("250 a\0b"), 250, TRUE, "a?b", { 0, 0, 0 } },                           /* a NUL hides nothing */
  { L ("550 \x1b[2J"), 550, TRUE, "?[2J", { 0, 0, 0 } },                       /* an escape is disarmed */
  { L ("550 \xe7\x94\xa8\xe6\x88\xb7"), 550, TRUE, "用户", { 0, 0, 0 } },         /* in the server's own language */
  { L ("550 \xe7\x94 \xe9!"), 550, TRUE, "?? ?!", { 0, 0, 0 } },                /* half a character, Latin-1 */
  { L ("550 \xe2\x80\xae\xc2\x9b"), 550, TRUE, "?????", { 0, 0, 0 } },          /* nothing that turns the line around or moves a cursor */
  { L ("571 5.7.1 spam"), 571, TRUE, "5.7.1 spam", { 5, 7, 1 } },              /* beyond the RFC, and said */
  { L ("550 5.1.1 unknown"), 550, TRUE, "5.1.1 unknown", { 5, 1, 1 } },
  { L ("550 5.7.515"), 550, TRUE, "5.7.515", { 5, 7, 515 } },                  /* three digits, nothing behind */
  { L ("550 4.1.1 x"), 550, TRUE, "4.1.1 x", { 0, 0, 0 } },                    /* another class than the code: not meant so */
  { L ("550 5.1 x"), 550, TRUE, "5.1 x", { 0, 0, 0 } },                        /* half a status */
  { L ("550 5.1.1234 x"), 550, TRUE, "5.1.1234 x", { 0, 0, 0 } },              /* four digits: no status */
  { L ("550 5.1.1x"), 550, TRUE, "5.1.1x", { 0, 0, 0 } },                      /* a version number, say */
  { L ("334 3.1.1 x"), 334, TRUE, "3.1.1 x", { 0, 0, 0 } },                    /* RFC 3463: 2, 4 and 5 only */
  { L (""), 0, FALSE, NULL, { 0, 0, 0 } },                                     /* code 0: must be refused */
  { L ("650 no"), 0, FALSE, NULL, { 0, 0, 0 } },                               /* first digit out of range */
  { L ("150 no"), 0, FALSE, NULL, { 0, 0, 0 } },                               /* SMTP has no 1xx */
  { L ("260no"), 0, FALSE, NULL, { 0, 0, 0 } },
  { L ("25"), 0, FALSE, NULL, { 0, 0, 0 } },
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    SmtpReply parsed, *reply = &parsed;
    gboolean is_reply = smtp_reply_parse (cases[i].line, cases[i].len, &parsed, &error);

    g_assert_cmpint (is_reply, ==, cases[i].code != 0);
    if (!is_reply) {
      g_assert_error (error, SMTP_REPLY_ERROR, SMTP_REPLY_ERROR_MALFORMED);
      continue;
    }
    g_assert_no_error (error);
    g_assert_cmpuint (reply->code, ==, cases[i].code);
    g_assert_cmpint (reply->is_last, ==, cases[i].is_last);
    g_assert_cmpstr (reply->text, ==, cases[i].text);
    g_assert_cmpuint (reply->len, ==, strlen (cases[i].text));
    g_assert_cmpuint (reply->status.class, ==, cases[i].status.class);
    g_assert_cmpuint (reply->status.subject, ==, cases[i].status.subject);
    g_assert_cmpuint (reply->status.detail, ==, cases[i].status.detail);
  }
}

static void
test_length (void)
{
  g_autofree char *line = g_strnfill (SMTP_REPLY_LINE_MAX + 1, '2');
  SmtpReply reply;

  line[3] = ' ';
  g_assert_true (smtp_reply_parse (line, SMTP_REPLY_LINE_MAX, &reply, NULL));
  g_assert_cmpuint (strlen (reply.text), ==, SMTP_REPLY_LINE_MAX - 4);
  g_assert_false (smtp_reply_parse (line, SMTP_REPLY_LINE_MAX + 1, &reply, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/smtp/smtp-reply/reply/parse", test_parse);
  g_test_add_func ("/confined/smtp/smtp-reply/reply/length", test_length);
  return g_test_run ();
}
