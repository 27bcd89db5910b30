#include "message-view.h"
#include <string.h>

#define HEAD "From: =?UTF-8?Q?Ann_M=C3=BCller?= <ann@example.org>\r\nTo: bob@example.org\r\n"

static const struct {
  const char *message, *view;
} cases[] = {
  { HEAD "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n =?UTF-8?Q?_an_?= =?UTF-8?Q?alle?=\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9F=\r\ne\r\n",
    "From: Ann Müller <ann@example.org>\nTo: bob@example.org\nSubject: Grüße an alle\n\nGrüße\n" },
  { HEAD "Content-Type: multipart/alternative;\r\n boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\nplain\r\n"
    "--b1\r\nContent-Type: text/html\r\n\r\n<p>\r\n--b1--\r\n",
    "From: Ann Müller <ann@example.org>\nTo: bob@example.org\n\nplain\n[text/html]\n" },
  { HEAD "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nSGk=\r\n",
    "From: Ann Müller <ann@example.org>\nTo: bob@example.org\n\nHi\n" },
  { "Subject: \x1b[2Jx\r\nContent-Type: text/plain\r\n\r\n\x1b[31mred\r\n", "Subject: ?[2Jx\n\n?[31mred\n" }, /* escapes are disarmed */
  { "Subject: =?utf-8?q?=1B=5B2J?=\r\nContent-Type: text/plain\r\n\r\n.\r\n", "Subject: ?[2J\n\n.\n" },     /* encoded ones too */
  { "Subject: =?utf-8?q?open\r\nContent-Type: text/plain\r\n\r\n=?=\r\n", "Subject: =?utf-8?q?open\n\n=?=\n" }, /* no encoded word */
  { "no head at all", "\nno head at all\n" },
  { "", "\n" },
};

static void
test_view (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *view = message_view (cases[i].message, strlen (cases[i].message));

    g_assert_cmpstr (view, ==, cases[i].view);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/message-view/table", test_view);
  return g_test_run ();
}
