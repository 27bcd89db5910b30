#include "records.h"

#include <string.h>

#define L(literal) literal, sizeof (literal) - 1
#define HEAD(answers) "\0\1\x81\x80\0\1\0" answers "\0\0\0\0" /* id, flags, 1 question, answers */
#define TXT_QUESTION "\1a\4test\0\0\x10\0\1"
#define A_QUESTION "\1a\4test\0\0\1\0\1"
#define A_ANSWER(len) "\xc0\x0c\0\1\0\1\0\0\0\1\0" len
#define MX_QUESTION "\1a\4test\0\0\x0f\0\1"
#define TXT_ANSWER(len) "\xc0\x0c\0\x10\0\1\0\0\0\1\0" len /* pointer to the name, TXT, IN, TTL, RDLENGTH */
#define MX_ANSWER(len) "\xc0\x0c\0\x0f\0\1\0\0\0\1\0" len

static const struct {
  const char *answer;
  gsize       len;
  RecordsType type;
  const char *found; /* joined by "|" */
} rows[] = {
  { L (HEAD ("\1") TXT_QUESTION TXT_ANSWER ("\7") "\6v=spf1"), RECORDS_TXT, "v=spf1" },
  { L (HEAD ("\1") TXT_QUESTION TXT_ANSWER ("\6") "\2ab\2cd"), RECORDS_TXT, "abcd" },          /* strings of one record are joined */
  { L (HEAD ("\2") TXT_QUESTION TXT_ANSWER ("\2") "\1a" TXT_ANSWER ("\2") "\1b"), RECORDS_TXT, "a|b" },
  { L (HEAD ("\1") TXT_QUESTION TXT_ANSWER ("\5") "\4a\x1b[m"), RECORDS_TXT, "a?[m" },         /* an escape is disarmed */
  { L (HEAD ("\1") TXT_QUESTION TXT_ANSWER ("\3") "\5ab"), RECORDS_TXT, "" },                  /* string longer than its record */
  { L (HEAD ("\1") TXT_QUESTION TXT_ANSWER ("\x20") "\1a"), RECORDS_TXT, "" },                 /* record longer than the answer */
  { L (HEAD ("\2") TXT_QUESTION TXT_ANSWER ("\2") "\1a"), RECORDS_TXT, "" },                   /* count says two: not an answer */
  { L (HEAD ("\1") TXT_QUESTION TXT_ANSWER ("\2") "\1a"), RECORDS_MX, "" },                    /* another type than asked */
  { L (HEAD ("\1") MX_QUESTION MX_ANSWER ("\7") "\0\x0a\2mx\xc0\x0c"), RECORDS_MX, "10 mx.a.test" },
  { L (HEAD ("\1") MX_QUESTION MX_ANSWER ("\3") "\0\0\0"), RECORDS_MX, "0 ." },                /* RFC 7505: takes no mail */
  { L (HEAD ("\1") MX_QUESTION MX_ANSWER ("\4") "\0\x0a\xc0\x26"), RECORDS_MX, "" },           /* a pointer in a circle */
  { L (HEAD ("\1") MX_QUESTION MX_ANSWER ("\2") "\0\x0a"), RECORDS_MX, "" },                   /* no name */
  { L (HEAD ("\1") A_QUESTION A_ANSWER ("\4") "\300\0\2\12"), RECORDS_HOST, "a.test" },
  { L (HEAD ("\2") A_QUESTION "\xc0\x0c\0\5\0\1\0\0\0\1\0\4\1b\xc0\x0e" "\xc0\x24\0\1\0\1\0\0\0\1\0\4\300\0\2\12"), RECORDS_HOST, "a.test" }, /* by a CNAME */
  { L (HEAD ("\1") A_QUESTION TXT_ANSWER ("\2") "\1a"), RECORDS_HOST, "" },                       /* no address */
  { L (HEAD ("\1") A_QUESTION A_ANSWER ("\4") "\300\0"), RECORDS_HOST, "" },                      /* longer than the answer */
  { L ("\0\1\x81\x80\0\0\0\1\0\0\0\0" "\1a\4test\0\0\1\0\1\0\0\0\1\0\4\300\0\2\12"), RECORDS_HOST, "" }, /* no question */
  { L (""), RECORDS_TXT, "" },
  { L ("\0\1\x81"), RECORDS_TXT, "" },                                                         /* half a header */
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
    g_autofree guint8 *exact = g_memdup2 (rows[i].answer, rows[i].len); /* a read behind the end is seen */
    g_autofree char *joined = NULL;

    records_parse (exact, rows[i].len, rows[i].type, found);
    g_ptr_array_add (found, NULL);
    joined = g_strjoinv ("|", (char **) found->pdata);
    g_test_message ("row %" G_GSIZE_FORMAT, i);
    g_assert_cmpstr (joined, ==, rows[i].found);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/dial/records/parse", test_parse);
  return g_test_run ();
}
