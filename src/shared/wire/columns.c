#include "columns.h"

#include <string.h>

/* In columns_normal() form. A mobile number comes before others: it is the one that WhatsApp reaches. */
static const struct { const char *spelling; ColumnRole role; guint rank; } spellings[] = {
  { "email", COLUMN_EMAIL, 0 },
  { "mail", COLUMN_EMAIL, 0 },
  { "emails", COLUMN_EMAIL, 0 },
  { "email address", COLUMN_EMAIL, 0 }, /* Outlook */
  { "email addresses", COLUMN_EMAIL, 0 },
  { "emailaddress", COLUMN_EMAIL, 0 },
  { "mail address", COLUMN_EMAIL, 0 },
  { "email value", COLUMN_EMAIL, 0 }, /* Google: "E-mail 1 - Value" */
  { "email id", COLUMN_EMAIL, 0 },
  { "primary email", COLUMN_EMAIL, 0 },
  { "contact email", COLUMN_EMAIL, 0 },
  { "your email", COLUMN_EMAIL, 0 },
  { "personal email", COLUMN_EMAIL, 1 },
  { "private email", COLUMN_EMAIL, 1 },
  { "home email", COLUMN_EMAIL, 1 },
  { "work email", COLUMN_EMAIL, 1 },
  { "business email", COLUMN_EMAIL, 1 },
  { "email privat", COLUMN_EMAIL, 1 },
  { "private mail", COLUMN_EMAIL, 1 },
  { "email adresse", COLUMN_EMAIL, 0 },
  { "emailadresse", COLUMN_EMAIL, 0 },
  { "mailadresse", COLUMN_EMAIL, 0 },
  { "mail adresse", COLUMN_EMAIL, 0 },
  { "elektronische adresse", COLUMN_EMAIL, 0 },
  { "courriel", COLUMN_EMAIL, 0 },
  { "mel", COLUMN_EMAIL, 0 },
  { "adresse email", COLUMN_EMAIL, 0 },
  { "adresse mail", COLUMN_EMAIL, 0 },
  { "adresse courriel", COLUMN_EMAIL, 0 },
  { "adresse electronique", COLUMN_EMAIL, 0 },
  { "correo", COLUMN_EMAIL, 0 },
  { "correo electronico", COLUMN_EMAIL, 0 },
  { "direccion de correo", COLUMN_EMAIL, 0 },
  { "direccion de correo electronico", COLUMN_EMAIL, 0 },
  { "direccion electronica", COLUMN_EMAIL, 0 },
  { "address", COLUMN_EMAIL, COLUMN_WEAK }, /* often a street */
  { "adresse", COLUMN_EMAIL, COLUMN_WEAK },
  { "direccion", COLUMN_EMAIL, COLUMN_WEAK },
  { "recipient", COLUMN_EMAIL, COLUMN_WEAK },
  { "to", COLUMN_EMAIL, COLUMN_WEAK },

  { "whatsapp", COLUMN_PHONE, 0 },
  { "whatsapp number", COLUMN_PHONE, 0 },
  { "whatsapp phone", COLUMN_PHONE, 0 },
  { "whatsapp nummer", COLUMN_PHONE, 0 },
  { "whatsapp no", COLUMN_PHONE, 0 },
  { "numero whatsapp", COLUMN_PHONE, 0 },
  { "numero de whatsapp", COLUMN_PHONE, 0 },
  { "mobile", COLUMN_PHONE, 1 },
  { "mobile phone", COLUMN_PHONE, 1 }, /* Outlook */
  { "mobile number", COLUMN_PHONE, 1 },
  { "mobile no", COLUMN_PHONE, 1 },
  { "mobile phone number", COLUMN_PHONE, 1 },
  { "mob", COLUMN_PHONE, 1 },
  { "cell", COLUMN_PHONE, 1 },
  { "cellphone", COLUMN_PHONE, 1 },
  { "cell phone", COLUMN_PHONE, 1 },
  { "cell number", COLUMN_PHONE, 1 },
  { "cell phone number", COLUMN_PHONE, 1 },
  { "handy", COLUMN_PHONE, 1 },
  { "handynummer", COLUMN_PHONE, 1 },
  { "mobil", COLUMN_PHONE, 1 },
  { "mobilnummer", COLUMN_PHONE, 1 },
  { "mobiltelefon", COLUMN_PHONE, 1 },
  { "mobilfunk", COLUMN_PHONE, 1 },
  { "mobilfunknummer", COLUMN_PHONE, 1 },
  { "portable", COLUMN_PHONE, 1 },
  { "telephone portable", COLUMN_PHONE, 1 },
  { "movil", COLUMN_PHONE, 1 },
  { "celular", COLUMN_PHONE, 1 },
  { "telefono movil", COLUMN_PHONE, 1 },
  { "gsm", COLUMN_PHONE, 1 },
  { "msisdn", COLUMN_PHONE, 1 },
  { "phone", COLUMN_PHONE, 2 },
  { "phones", COLUMN_PHONE, 2 },
  { "phone number", COLUMN_PHONE, 2 },
  { "phonenumber", COLUMN_PHONE, 2 },
  { "phone no", COLUMN_PHONE, 2 },
  { "phone value", COLUMN_PHONE, 2 }, /* Google: "Phone 1 - Value" */
  { "primary phone", COLUMN_PHONE, 2 },
  { "contact number", COLUMN_PHONE, 2 },
  { "contact no", COLUMN_PHONE, 2 },
  { "contact phone", COLUMN_PHONE, 2 },
  { "tel", COLUMN_PHONE, 2 },
  { "tel no", COLUMN_PHONE, 2 },
  { "tel nr", COLUMN_PHONE, 2 },
  { "telephone", COLUMN_PHONE, 2 },
  { "telephone number", COLUMN_PHONE, 2 },
  { "telephone no", COLUMN_PHONE, 2 },
  { "telefon", COLUMN_PHONE, 2 },
  { "telefonnummer", COLUMN_PHONE, 2 },
  { "telefon nr", COLUMN_PHONE, 2 },
  { "rufnummer", COLUMN_PHONE, 2 },
  { "numero de telephone", COLUMN_PHONE, 2 },
  { "telefono", COLUMN_PHONE, 2 },
  { "numero de telefono", COLUMN_PHONE, 2 },
  { "home phone", COLUMN_PHONE, 3 },
  { "business phone", COLUMN_PHONE, 3 },
  { "work phone", COLUMN_PHONE, 3 },
  { "other phone", COLUMN_PHONE, 3 },
  { "car phone", COLUMN_PHONE, 3 },
  { "telefon privat", COLUMN_PHONE, 3 },
  { "telefon geschaftlich", COLUMN_PHONE, 3 },
  { "number", COLUMN_PHONE, COLUMN_WEAK }, /* often of a house, a customer or an order */
  { "nummer", COLUMN_PHONE, COLUMN_WEAK },
  { "numero", COLUMN_PHONE, COLUMN_WEAK },

  { "name", COLUMN_NAME, 0 },
  { "names", COLUMN_NAME, 0 },
  { "full name", COLUMN_NAME, 0 },
  { "fullname", COLUMN_NAME, 0 },
  { "your name", COLUMN_NAME, 0 },
  { "contact name", COLUMN_NAME, 1 },
  { "customer name", COLUMN_NAME, 1 },
  { "display name", COLUMN_NAME, 1 },
  { "vollstandiger name", COLUMN_NAME, 0 },
  { "anzeigename", COLUMN_NAME, 1 },
  { "nom", COLUMN_NAME, 0 },
  { "nom complet", COLUMN_NAME, 0 },
  { "nombre", COLUMN_NAME, 0 },
  { "nombre completo", COLUMN_NAME, 0 },
  { "contact", COLUMN_NAME, 2 },
  { "kontakt", COLUMN_NAME, 2 },

  { "first name", COLUMN_FIRST, 0 },
  { "firstname", COLUMN_FIRST, 0 },
  { "first", COLUMN_FIRST, 1 },
  { "fname", COLUMN_FIRST, 1 },
  { "given name", COLUMN_FIRST, 0 }, /* Google, before 2024 */
  { "givenname", COLUMN_FIRST, 0 },
  { "forename", COLUMN_FIRST, 0 },
  { "vorname", COLUMN_FIRST, 0 },
  { "rufname", COLUMN_FIRST, 1 },
  { "prenom", COLUMN_FIRST, 0 },
  { "nombre de pila", COLUMN_FIRST, 0 },

  { "last name", COLUMN_LAST, 0 },
  { "lastname", COLUMN_LAST, 0 },
  { "last", COLUMN_LAST, 1 },
  { "lname", COLUMN_LAST, 1 },
  { "surname", COLUMN_LAST, 0 },
  { "family name", COLUMN_LAST, 0 },
  { "familyname", COLUMN_LAST, 0 },
  { "nachname", COLUMN_LAST, 0 },
  { "familienname", COLUMN_LAST, 0 },
  { "zuname", COLUMN_LAST, 0 },
  { "nom de famille", COLUMN_LAST, 0 },
  { "apellido", COLUMN_LAST, 0 },
  { "apellidos", COLUMN_LAST, 0 },
};

static const char *const role_words[COLUMN_ROLE_COUNT] = { "", "email", "phone", "name", "first", "last" };

/* "email2" -> "email", "2" -> "" */
static void
drop_numeral (char *word)
{
  gsize len = strlen (word);

  while (len > 0 && g_ascii_isdigit (word[len - 1]))
    word[--len] = '\0';
}

char *
columns_normal (const char *header)
{
  g_autofree char *folded = g_utf8_casefold (header, -1), *apart = g_utf8_normalize (folded, -1, G_NORMALIZE_ALL);
  g_autoptr (GString) letters = g_string_new (NULL), result = g_string_new (NULL);
  g_auto (GStrv) words = NULL;
  gboolean is_e = FALSE;

  for (const char *p = apart != NULL ? apart : ""; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (g_unichar_isalnum (c))
      g_string_append_unichar (letters, c);
    else if (!g_unichar_ismark (c)) /* an accent: dropped */
      g_string_append_c (letters, ' ');
  }
  words = g_strsplit (letters->str, " ", -1);
  for (gsize i = 0; words[i] != NULL; i++) {
    drop_numeral (words[i]);
    if (words[i][0] == '\0')
      continue;
    if (result->len > 0 && !is_e)
      g_string_append_c (result, ' ');
    g_string_append (result, words[i]);
    is_e = strcmp (words[i], "e") == 0 && words[i + 1] != NULL && g_str_has_prefix (words[i + 1], "mail"); /* "e-mail" */
  }
  return g_strdup (result->str);
}

ColumnMeaning
columns_recognise (const char *header)
{
  g_autofree char *normal = columns_normal (header);

  for (gsize i = 0; i < G_N_ELEMENTS (spellings); i++)
    if (strcmp (normal, spellings[i].spelling) == 0)
      return (ColumnMeaning){ spellings[i].role, spellings[i].rank };
  return (ColumnMeaning){ COLUMN_FIELD, 0 };
}

const char *
column_role_to_word (ColumnRole role)
{
  return role_words[role];
}

gboolean
column_role_from_word (const char *word, ColumnRole *out_role)
{
  for (guint i = COLUMN_EMAIL; i < COLUMN_ROLE_COUNT; i++)
    if (strcmp (word, role_words[i]) == 0) {
      *out_role = i;
      return TRUE;
    }
  return FALSE;
}
