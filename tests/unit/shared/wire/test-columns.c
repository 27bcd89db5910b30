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
  { "Téléphone", COLUMN_PHONE }, { "Teléfono móvil", COLUMN_PHONE }, { "Handy-Nr", COLUMN_PHONE }, { "Handynummer", COLUMN_PHONE },
  { "WhatsApp", COLUMN_PHONE }, { "number", COLUMN_PHONE }, { "Cell", COLUMN_PHONE }, { "Business Fax", COLUMN_FIELD }, { "Phone 1 - Type", COLUMN_FIELD },
  { "Name", COLUMN_NAME }, { "Full Name", COLUMN_NAME }, { "Nom complet", COLUMN_NAME }, { "User name", COLUMN_FIELD }, { "Company", COLUMN_FIELD },
  { "First Name", COLUMN_FIRST }, { "Given Name", COLUMN_FIRST }, { "Vorname", COLUMN_FIRST }, { "Prénom", COLUMN_FIRST },
  { "Last Name", COLUMN_LAST }, { "Family Name", COLUMN_LAST }, { "Nachname", COLUMN_LAST }, { "Apellidos", COLUMN_LAST },
  { "Billing First Name", COLUMN_FIRST }, { "Billing Email", COLUMN_EMAIL }, { "Parent's e-mail (private)", COLUMN_EMAIL }, { "Student Name", COLUMN_NAME },
  /* one of each language */
  { "Indirizzo e-mail", COLUMN_EMAIL }, { "Cognome", COLUMN_LAST }, { "Nome", COLUMN_NAME }, { "Achternaam", COLUMN_LAST }, { "Voornaam", COLUMN_FIRST },
  { "Endereço de e-mail", COLUMN_EMAIL }, { "Sobrenome", COLUMN_LAST }, { "Telemóvel", COLUMN_PHONE }, { "Imię", COLUMN_FIRST }, { "Nazwisko", COLUMN_LAST },
  { "Adres e-mail", COLUMN_EMAIL }, { "E-post", COLUMN_EMAIL }, { "Förnamn", COLUMN_FIRST }, { "Efternamn", COLUMN_LAST }, { "Электронная почта", COLUMN_EMAIL },
  { "Фамилия", COLUMN_LAST }, { "Имя", COLUMN_NAME }, { "Телефон", COLUMN_PHONE }, { "E-posta", COLUMN_EMAIL }, { "Adı", COLUMN_NAME }, { "Soyadı", COLUMN_LAST },
  { "メールアドレス", COLUMN_EMAIL }, { "氏名", COLUMN_NAME }, { "電話番号", COLUMN_PHONE }, { "电子邮件", COLUMN_EMAIL }, { "姓名", COLUMN_NAME }, { "手机号码", COLUMN_PHONE },
  { "ईमेल", COLUMN_EMAIL }, { "नाम", COLUMN_NAME }, { "मोबाइल नंबर", COLUMN_PHONE }, { "이메일", COLUMN_EMAIL }, { "Příjmení", COLUMN_LAST },
  /* somebody else's, dead, or no telephone */
  { "Fax", COLUMN_FIELD }, { "Faxnummer", COLUMN_FIELD }, { "Referred by", COLUMN_FIELD }, { "Old email", COLUMN_FIELD }, { "Bounced email", COLUMN_FIELD },
  { "Supervisor Email", COLUMN_FIELD }, { "Emergency contact phone", COLUMN_FIELD }, { "Notfallnummer", COLUMN_FIELD }, { "E-Mail (alt)", COLUMN_FIELD },
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
  g_assert_cmpuint (columns_recognise ("Referred by").rank, ==, COLUMN_NEVER);
  g_assert_cmpuint (columns_recognise ("Company").rank, ==, 0);
}

/* A spelling that is not in the form in which headers are compared would never be found. */
static void
test_table (void)
{
  for (const ColumnSpelling *at = column_spellings; at->spelling != NULL; at++) {
    g_autofree char *normal = columns_normal (at->spelling);

    g_assert_cmpstr (normal, ==, at->spelling);
  }
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
  g_test_add_func ("/shared/wire/columns/recognise", test_recognise);
  g_test_add_func ("/shared/wire/columns/rank", test_rank);
  g_test_add_func ("/shared/wire/columns/table", test_table);
  g_test_add_func ("/shared/wire/columns/words", test_words);
  return g_test_run ();
}
