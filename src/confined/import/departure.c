#include "departure.h"

#include "columns.h"
#include "text.h"
#include <string.h>

#define VALUE_MAX 64 /* octets; a longer value is a note */

/* All in columns_normal() form. */
static const char *const statuses[] = {
  "status", "state", "subscription status", "subscriber status", "email status", "email subscriber status", "email marketing status", "marketing status",
  "mailing status", "newsletter status", "email subscription status", "abonnement status", "contact status", "member status", "subscription", NULL,
};
static const char *const if_no[] = {
  "accepts marketing", "accepts email marketing", "email marketing", "email marketing consent", "marketing consent", "email consent", "email opt in", "email optin",
  "opt in", "optin", "opted in", "opt in status", "subscribed", "is subscribed", "email subscribed", "newsletter", "wants newsletter", "receive newsletter",
  "marketing opt in", "accepts emails", "accepts newsletter", "consent", "einwilligung", "angemeldet", "abonniert", "accepte newsletter", "subscriber", "marketing", "mailings", NULL,
};
static const char *const if_yes[] = {
  "unsubscribed", "is unsubscribed", "unsubscribed at", "unsubscribe time", "unsub time", "opt out", "optout", "opted out", "email opt out", "email optout",
  "has opted out of email", "do not email", "do not contact", "donotemail", "donotcontact", "email blacklisted", "emailblacklisted", "blacklisted", "blocklisted",
  "email blocklisted", "bounced", "hard bounced", "email bounced", "complained", "suppressed", "abgemeldet", "abbestellt", "newsletter abbestellt", "unsubscribed from all email", NULL,
};
static const char *const gone[] = {
  "unsubscribed", "unsubscribe", "unsubbed", "blocklisted", "blacklisted", "blocked", "bounced", "bounce", "hard bounce", "hard bounced", "cleaned", "complained",
  "complaint", "spam", "spam complaint", "abuse", "suppressed", "opted out", "opt out", "optout", "not subscribed", "disabled", "abgemeldet", "ausgetragen", "gesperrt",
  "desabonne", "desinscrit", "dado de baja", "baja", "disiscritto", "cancellato", "uitgeschreven", "wypisany", "avregistrerad", "do not contact", "do not email", NULL,
};
static const char *const no_words[] = { "no", "false", "n", "f", "nein", "non", "nee", "nej", "nie", "net", "off", "hayir", "denied", "not subscribed", "unsubscribed", NULL };
static const char *const yes_words[] = { "yes", "true", "y", "t", "x", "ja", "oui", "si", "sim", "tak", "da", "on", "evet", NULL };

DepartureKind
departure_recognise (const char *header)
{
  g_autofree char *normal = columns_normal (header);

  if (g_strv_contains (statuses, normal))
    return DEPARTURE_STATUS;
  if (g_strv_contains (if_no, normal))
    return DEPARTURE_IF_NO;
  return g_strv_contains (if_yes, normal) ? DEPARTURE_IF_YES : DEPARTURE_NONE;
}

/* 2026-05-03, 3/5/2026 10:00: when they left */
static gboolean
is_time (const char *text)
{
  return strspn (text, "0123456789-/.: TZ+") == strlen (text) && strlen (text) >= 8 && strpbrk (text, "-/.") != NULL;
}

gboolean
departure_is (DepartureKind kind, Slice value)
{
  g_autofree char *text = NULL, *normal = NULL;

  if (value.len == 0 || value.len > VALUE_MAX || kind == DEPARTURE_NONE)
    return FALSE;
  text = text_printable (value.data, (gssize) value.len, VALUE_MAX + 8);
  normal = columns_normal (text); /* digits at the end are gone: "0" is "" */
  switch (kind) {
  case DEPARTURE_STATUS:
    return g_strv_contains (gone, normal);
  case DEPARTURE_IF_NO:
    return strcmp (text, "0") == 0 || g_strv_contains (no_words, normal);
  case DEPARTURE_IF_YES:
    return strcmp (text, "1") == 0 || g_strv_contains (yes_words, normal) || is_time (text) || g_strv_contains (gone, normal);
  case DEPARTURE_NONE:
    break;
  }
  return FALSE;
}
