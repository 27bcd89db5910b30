#include "columns.h"

static const struct { const char *header; ColumnRole role; } cases[] = {
  { "email", COLUMN_EMAIL }, { "E-Mail", COLUMN_EMAIL }, { " e mail ", COLUMN_EMAIL }, { "MAIL", COLUMN_EMAIL }, { "Email1", COLUMN_EMAIL },
  { "E-mail Address", COLUMN_EMAIL },   /* Outlook */
  { "E-mail 2 Address", COLUMN_EMAIL },
  { "E-mail 1 - Value", COLUMN_EMAIL }, /* Google */
  { "email_address", COLUMN_EMAIL }, { "E-Mail-Adresse", COLUMN_EMAIL }, { "Adresse électronique", COLUMN_EMAIL },
  { "Correo electrónico", COLUMN_EMAIL }, { "address", COLUMN_EMAIL }, { "E-MAIL:", COLUMN_EMAIL },
  { "E-mail 1 - Type", COLUMN_FIELD }, { "E-mail Display Name", COLUMN_FIELD }, { "Email sent", COLUMN_FIELD }, { "Mailing list", COLUMN_FIELD },
  { "phone", COLUMN_PHONE }, { "Mobile Phone", COLUMN_PHONE }, { "Phone 1 - Value", COLUMN_PHONE }, { "Tel.", COLUMN_PHONE },
  { "Téléphone", COLUMN_PHONE }, { "Teléfono móvil", COLUMN_PHONE }, { "Handy-Nr", COLUMN_FIELD }, { "Handynummer", COLUMN_PHONE },
  { "WhatsApp", COLUMN_PHONE }, { "number", COLUMN_PHONE }, { "Cell", COLUMN_PHONE }, { "Business Fax", COLUMN_FIELD }, { "Phone 1 - Type", COLUMN_FIELD },
  { "Name", COLUMN_NAME }, { "Full Name", COLUMN_NAME }, { "Nom complet", COLUMN_NAME }, { "User name", COLUMN_FIELD }, { "Company", COLUMN_FIELD },
  { "First Name", COLUMN_FIRST }, { "Given Name", COLUMN_FIRST }, { "Vorname", COLUMN_FIRST }, { "Prénom", COLUMN_FIRST },
  { "Last Name", COLUMN_LAST }, { "Family Name", COLUMN_LAST }, { "Nachname", COLUMN_LAST }, { "Apellidos", COLUMN_LAST },
  { "", COLUMN_FIELD }, { "2", COLUMN_FIELD }, { "---", COLUMN_FIELD }, { "\xf0\x9f\x98\x80", COLUMN_FIELD },
};

static void
test_recognise (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    ColumnRole role = columns_recognise (cases[i].header).role;

    if (role != cases[i].role)
      g_test_message ("%s", cases[i].header);
    g_assert_cmpint (role, ==, cases[i].role);
  }
}

static void
test_rank (void)
{
  g_assert_cmpuint (columns_recognise ("WhatsApp").rank, <, columns_recognise ("Mobile").rank);
  g_assert_cmpuint (columns_recognise ("Mobile").rank, <, columns_recognise ("Phone").rank);
  g_assert_cmpuint (columns_recognise ("Phone").rank, <, columns_recognise ("Business Phone").rank);
  g_assert_cmpuint (columns_recognise ("Address").rank, ==, COLUMN_WEAK); /* may be a street */
  g_assert_cmpuint (columns_recognise ("Number").rank, ==, COLUMN_WEAK);
}

static void
test_words (void)
{
  ColumnRole role;

  for (guint i = COLUMN_EMAIL; i < COLUMN_ROLE_COUNT; i++) {
    g_assert_true (column_role_from_word (column_role_to_word (i), &role));
    g_assert_cmpuint (role, ==, i);
  }
  g_assert_false (column_role_from_word ("", &role));
  g_assert_false (column_role_from_word ("mail", &role));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/columns/recognise", test_recognise);
  g_test_add_func ("/wire/columns/rank", test_rank);
  g_test_add_func ("/wire/columns/words", test_words);
  return g_test_run ();
}
