#include "columns.h"

#include <string.h>

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
    is_e = strcmp (words[i], "e") == 0 && words[i + 1] != NULL && (g_str_has_prefix (words[i + 1], "mail") || g_str_has_prefix (words[i + 1], "post")); /* "e-mail" */
  }
  return g_strdup (result->str);
}

/* Words of a column whose address or number is somebody else's, dead, or no telephone. A * takes what follows too. */
static const char *const others[] = {
  "fax*", "telefax*", "telefaks*", "telecopie*", "telecopieur",
  "by", "referred", "referrer", "referral", "referee", "recommended", "sponsor", "inviter", "geworben", "empfohlen", "werber", "parrain", "von", "parraine",
  "old", "former", "previous", "alt", "alte", "alter", "ehemalige", "fruhere", "vorherige", "veraltet", "veraltete", "ancien", "ancienne", "antiguo", "antigua",
  "anterior", "vecchio", "vecchia", "precedente", "oud", "oude", "stary", "gammal", "expired", "obsolete",
  "bounced", "bounce", "bounces", "invalid", "undeliverable", "unzustellbar", "unzustellbare", "ungultig", "ungultige", "dead", "wrong", "rebotado", "invalide",
  "unsubscribed", "blocklisted", "blacklisted", "blocked", "suppressed", "complained",
  "supervisor", "manager", "boss", "vorgesetzte*", "superviseur", "jefe", "responsable", "chef", "leidinggevende", "owner", "besitzer", "editor", "agent",
  "assistant", "assistent*", "secretary", "sekretar*", "teacher", "lehrer*", "klassenlehrer*", "advisor", "adviser", "counselor", "coach", "doctor", "arzt",
  "friend", "kin", "reference", "references", "referenz", "recruiter", "rep", "sender", "from", "cc", "bcc", "reply", "assignee", "assigned", "creator", "author",
  "approver", "reviewer", "emergency", "notfall*", "urgence", "emergencia", "emergenza", "noodgeval", "ice",
};

/* Words that a header has besides what it says: whose it is, which one. */
static const char *const qualifiers[] = {
  "billing", "shipping", "customer", "client", "contact", "member", "student", "pupil", "parent", "guardian", "mother", "father", "person", "people", "your",
  "primary", "main", "preferred", "subscriber", "attendee", "participant", "guest", "patient", "buyer", "order", "donor", "employee", "recipient",
  "rechnung", "rechnungs", "kunde", "kunden", "mitglied", "mitglieds", "schuler", "eltern", "teilnehmer", "gast", "haupt", "private", "privat", "personal", "home",
  "work", "business", "office", "geschaftlich", "dienstlich", "facturation", "membre", "cliente", "miembro", "socio", "alumno", "optional", "required",
};

static const char *const email_words[] = { "email", "emails", "mail", "emailadresse", "emailaddress", "courriel", "correo", "epost", "eposta" };
static const char *const phone_words[] = { "phone", "telephone", "telefon", "telefono", "mobile", "handy", "cell", "tel", "whatsapp", "mobil", "movil", "celular" };

/* With one of these, an address or a number is not what the column holds. */
static const char *const no_values[] = {
  "type", "typ", "status", "opt", "optin", "consent", "count", "date", "sent", "subscribed", "confirmed", "verified", "permission", "display", "label", "format",
  "id", "name", "marketing", "accepts", "preference", "carrier", "extension", "ext", "model", "provider", "domain", "time", "opens", "clicks", "rating", "source",
};

static gboolean
is_one_of (const char *word, const char *const *list, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    gsize len = strlen (list[i]);

    if (strcmp (word, list[i]) == 0 || (list[i][len - 1] == '*' && strncmp (word, list[i], len - 1) == 0))
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_one_of (char **words, const char *const *list, gsize n)
{
  for (gsize i = 0; words[i] != NULL; i++)
    if (is_one_of (words[i], list, n))
      return TRUE;
  return FALSE;
}

#define HAS(words, list) has_one_of (words, list, G_N_ELEMENTS (list))

static gboolean
look_up (const char *normal, ColumnMeaning *out_meaning)
{
  for (const ColumnSpelling *at = column_spellings; at->spelling != NULL; at++)
    if (strcmp (normal, at->spelling) == 0) {
      *out_meaning = (ColumnMeaning){ at->role, at->rank };
      return TRUE;
    }
  return FALSE;
}

/* "billing first name" -> "first name" */
static char *
drop_qualifiers (char **words)
{
  GString *rest = g_string_new (NULL);

  for (gsize i = 0; words[i] != NULL; i++)
    if (!is_one_of (words[i], qualifiers, G_N_ELEMENTS (qualifiers)))
      g_string_append_printf (rest, "%s%s", rest->len > 0 ? " " : "", words[i]);
  return g_string_free (rest, FALSE);
}

ColumnMeaning
columns_recognise (const char *header)
{
  g_autofree char *normal = columns_normal (header), *rest = NULL;
  g_auto (GStrv) words = g_strsplit (normal, " ", -1);
  ColumnMeaning meaning;

  if (look_up (normal, &meaning))
    return meaning;
  if (HAS (words, others))
    return (ColumnMeaning){ COLUMN_FIELD, COLUMN_NEVER };
  rest = drop_qualifiers (words);
  if (look_up (rest, &meaning) && meaning.rank < COLUMN_LIKELY)
    return (ColumnMeaning){ meaning.role, MIN (meaning.rank + 1, COLUMN_LIKELY - 1) };
  if (HAS (words, no_values))
    return (ColumnMeaning){ COLUMN_FIELD, 0 };
  if (HAS (words, email_words))
    return (ColumnMeaning){ COLUMN_EMAIL, COLUMN_LIKELY };
  return HAS (words, phone_words) ? (ColumnMeaning){ COLUMN_PHONE, COLUMN_LIKELY } : (ColumnMeaning){ COLUMN_FIELD, 0 };
}

gboolean
columns_is_of_person (const char *header)
{
  static const char *const people[] = {
    "parent", "parents", "guardian", "mother", "father", "contact", "person", "member", "participant", "attendee", "student", "pupil", "child", "player", "eltern*",
    "elternteil", "erziehungsberechtigte*", "sorgeberechtigte*", "mutter", "vater", "mitglied", "teilnehmer", "schuler", "kind", "kontakt", "responsable", "tutor",
    "padre", "madre", "pere", "mere", "genitore", "ouder", "rodzic",
  };
  g_autofree char *normal = columns_normal (header);
  g_auto (GStrv) words = g_strsplit (normal, " ", -1);

  return HAS (words, people);
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
