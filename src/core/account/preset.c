#include "preset.h"

#include <string.h>

static const char *const gmail_domains[] = { "gmail.com", "googlemail.com", NULL };
static const char *const gmail_hosts[] = { "smtp.gmail.com", "smtp.googlemail.com", "smtp-relay.gmail.com", "gmail.googleapis.com", NULL };
static const char *const outlook_domains[] = { "outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.de", "outlook.fr", "outlook.es",
                                               "outlook.it", "outlook.in", "outlook.jp", "hotmail.co.uk", "hotmail.de", "hotmail.fr",
                                               "hotmail.it", "hotmail.es", "live.co.uk", "live.de", "live.fr", "live.nl", "live.it", NULL };
static const char *const outlook_hosts[] = { "smtp-mail.outlook.com", NULL };
static const char *const exchange_hosts[] = { "smtp.office365.com", NULL };
static const char *const icloud_domains[] = { "icloud.com", "me.com", "mac.com", NULL };
static const char *const icloud_hosts[] = { "smtp.mail.me.com", NULL };
static const char *const yahoo_domains[] = { "yahoo.com", "ymail.com", "rocketmail.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "yahoo.it",
                                             "yahoo.es", "yahoo.in", "yahoo.co.in", "yahoo.ca", "yahoo.com.au", "yahoo.com.br", NULL };
static const char *const yahoo_hosts[] = { "smtp.mail.yahoo.com", NULL };
static const char *const ses_hosts[] = { "*.amazonaws.com", NULL };

static const Preset presets[] = { /* the first row that fits is taken: personal before business */
  { "gmail", "Gmail", gmail_domains, gmail_hosts, 587, "starttls", 0, 0, 500, TRUE, NULL, "medium", "",
    "Google takes no normal password here: switch on two-step verification and make an app password at myaccount.google.com/apppasswords" },
  { "google-workspace", "Google Workspace", NULL, gmail_hosts, 587, "starttls", 0, 0, 2000, TRUE, "_spf.google.com", "high", "",
    "2,000 messages in 24 hours (a trial account: 500, give that as the day's limit); Google wants an app password, which the "
    "administrator may have to allow" },
  { "outlook", "Outlook", outlook_domains, outlook_hosts, 587, "starttls", 0, 0, 0, FALSE, NULL, "low", "2024-09-16",
    "Microsoft takes no password for these addresses since 2024-09-16, of whatever sort: it wants a sign-in: add the account as outlook:ADDRESS. It publishes no "
    "limit for free accounts; with Microsoft 365 5,000 recipients a day are allowed, give that as the day's limit" },
  { "exchange-online", "Exchange Online", NULL, exchange_hosts, 587, "starttls", 30, 0, 10000, FALSE, "spf.protection.outlook.com", "medium", "2026-12",
    "30 messages a minute and 10,000 recipients a day; the administrator has to allow SMTP for this mailbox, and from the end of 2026-12 logins by password as well" },
  { "icloud", "iCloud", icloud_domains, icloud_hosts, 587, "starttls", 0, 0, 1000, FALSE, "icloud.com", "high", "",
    "Apple wants an app-specific password from account.apple.com; messages up to 20 MB" },
  { "yahoo", "Yahoo", yahoo_domains, yahoo_hosts, 465, "implicit", 0, 0, 0, FALSE, NULL, "low", "",
    "Yahoo wants an app password; what is said of its limits contradicts itself, so none is set: start slowly" },
  { "amazon-ses", "Amazon SES", NULL, ses_hosts, 587, "starttls", 60, 0, 200, FALSE, NULL, "high", "",
    "these are the sandbox's limits (200 a day, 1 a second): after Amazon has opened yours, give what GetSendQuota says; user and "
    "password are the SMTP credentials, not the console's" },
};

/* Freemail that says p=reject or p=quarantine, or whose own hosts alone may send for it. */
static const struct { const char *name; const char *const *domains; const char *const *hosts; } freemail[] = {
  { "Gmail", gmail_domains, gmail_hosts },
  { "Yahoo", yahoo_domains, yahoo_hosts },
  { "AOL", (const char *const[]){ "aol.com", "aim.com", "aol.de", "aol.co.uk", "aol.fr", NULL }, (const char *const[]){ "smtp.aol.com", NULL } },
  { "Outlook.com", outlook_domains, (const char *const[]){ "smtp-mail.outlook.com", "smtp.office365.com", NULL } },
  { "iCloud", icloud_domains, icloud_hosts },
  { "Mail.ru", (const char *const[]){ "mail.ru", "bk.ru", "inbox.ru", "list.ru", NULL }, (const char *const[]){ "smtp.mail.ru", NULL } },
  { "Proton Mail", (const char *const[]){ "proton.me", "protonmail.com", "pm.me", NULL },
    (const char *const[]){ "smtp.protonmail.ch", "127.0.0.1", "localhost", NULL } }, /* its bridge runs on the same machine */
};

static gboolean
is_in (const char *const *words, const char *word)
{
  return words != NULL && g_strv_contains (words, word);
}

static gboolean
has_host (const char *const *hosts, const char *host)
{
  for (; *hosts != NULL; hosts++)
    if (strcmp (*hosts, host) == 0 || (**hosts == '*' && g_str_has_suffix (host, *hosts + 1)))
      return TRUE;
  return FALSE;
}

const Preset *
preset_find (const char *domain, const char *host)
{
  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++) {
    const Preset *preset = &presets[i];

    if (host == NULL ? is_in (preset->domains, domain)
                     : has_host (preset->hosts, host) && (preset->domains == NULL || is_in (preset->domains, domain)))
      return preset;
  }
  return NULL;
}

const Preset *
preset_list (gsize *out_n)
{
  *out_n = G_N_ELEMENTS (presets);
  return presets;
}

guint
preset_get_limit (const Preset *preset, guint seconds)
{
  if (preset == NULL)
    return 0;
  return seconds == 60 ? preset->per_minute : seconds == 3600 ? preset->per_hour : seconds == 86400 ? preset->per_day : 0;
}

const char *
preset_find_freemail (const char *domain)
{
  for (gsize i = 0; i < G_N_ELEMENTS (freemail); i++)
    if (is_in (freemail[i].domains, domain))
      return freemail[i].name;
  return NULL;
}

gboolean
preset_is_freemail_host (const char *domain, const char *host)
{
  for (gsize i = 0; i < G_N_ELEMENTS (freemail); i++)
    if (is_in (freemail[i].domains, domain))
      return has_host (freemail[i].hosts, host);
  return FALSE;
}
