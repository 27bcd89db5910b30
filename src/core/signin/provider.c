#include "provider.h"

#include "fault.h"
#include "text.h"
#include <string.h>

#define TENANT_MAX 253 /* a domain: RFC 1035 §2.3.4 */
#define GRANTED_MAX_SHOWN 300

#define GOOGLE_MAIL "https://mail.google.com/"
#define MICROSOFT "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/"
#define OUTLOOK "https://outlook.office.com/"

static const Provider providers[] = {
  { "google", "Google", "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token", "https://oauth2.googleapis.com/revoke",
    "https://accounts.google.com",
    { { "https://www.googleapis.com/auth/gmail.send", "Send email on your behalf" },
      { GOOGLE_MAIL, "Read, compose, send and permanently delete all your email from Gmail" },
      { GOOGLE_MAIL, "Read, compose, send and permanently delete all your email from Gmail" } },
    "access_type=offline&prompt=consent", FALSE, TRUE, FALSE, FALSE, "https://myaccount.google.com/connections", NULL },
  { "microsoft", "Microsoft", MICROSOFT "authorize", MICROSOFT "token", NULL, NULL,
    { { NULL, NULL }, { OUTLOOK "SMTP.Send offline_access", NULL }, { OUTLOOK "IMAP.AccessAsUser.All offline_access", NULL } },
    NULL, TRUE, FALSE, TRUE, TRUE, "https://microsoft.com/consent",
    "login.live.com account.live.com login.microsoft.com login.windows.net logincert.microsoftonline.com device.login.microsoftonline.com *.msauth.net *.msftauth.net *.msauthimages.net "
    "*.msftauthimages.net *.microsoftonline-p.com *.hip.live.com" },
};

const Provider *
provider_list (gsize *out_n)
{
  *out_n = G_N_ELEMENTS (providers);
  return providers;
}

const Provider *
provider_find (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (providers); i++)
    if (strcmp (providers[i].word, word) == 0)
      return &providers[i];
  return NULL;
}

static gboolean
is_tenant (const char *text)
{
  gsize len = text != NULL ? strlen (text) : 0;

  return len > 0 && len <= TENANT_MAX && g_ascii_isalnum (text[0]) && g_ascii_isalnum (text[len - 1]) && strstr (text, "..") == NULL &&
         strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == len;
}

char *
provider_fill_tenant (const char *endpoint, const char *tenant, GError **error)
{
  static const char hole[] = "{tenant}";
  const char *at = strstr (endpoint, hole);

  if (at == NULL)
    return g_strdup (endpoint);
  if (is_tenant (tenant))
    return g_strdup_printf ("%.*s%s%s", (int) (at - endpoint), endpoint, tenant, at + strlen (hole));
  g_set_error_literal (error, FAULT, FAULT_USAGE, "--tenant is common, consumers, organizations, or a directory's name or number, such as example.org");
  return NULL;
}

/* Names of scopes are case-sensitive (RFC 6749 §3.3), but Microsoft answers in a case of its own: none of its names differ by that alone. */
static gboolean
is_granted (const char *name, char *const *granted)
{
  for (gsize i = 0; granted[i] != NULL; i++)
    if (g_ascii_strcasecmp (granted[i], name) == 0)
      return TRUE;
  return FALSE;
}

static void
set_missing (const ProviderScope *scope, const char *name, const char *granted, GError **error)
{
  g_autofree char *shown = text_printable (granted, -1, GRANTED_MAX_SHOWN);

  if (scope->box != NULL)
    g_set_error (error, FAULT, FAULT_NO_PERM, "the sign-in grants too little: sign in again and tick “%s” (%s). Granted: %s", scope->box, name, *shown != '\0' ? shown : "nothing");
  else
    g_set_error (error, FAULT, FAULT_NO_PERM, "the sign-in grants too little: %s is missing. Granted: %s", name, *shown != '\0' ? shown : "nothing");
}

gboolean
provider_check_granted (const Provider *self, ProviderUse use, const char *granted, GError **error)
{
  g_auto (GStrv) wanted = g_strsplit (self->scopes[use].scope, " ", -1);
  g_auto (GStrv) had = g_strsplit (granted != NULL ? granted : "", " ", -1);

  if (granted == NULL)
    return TRUE;
  for (gsize i = 0; wanted[i] != NULL; i++) {
    /* a permission to ask again, which shows as a refresh token and not as a scope (OpenID Connect Core §11) */
    if (strcmp (wanted[i], "offline_access") == 0 || is_granted (wanted[i], had))
      continue;
    set_missing (&self->scopes[use], wanted[i], granted, error);
    return FALSE;
  }
  return TRUE;
}
