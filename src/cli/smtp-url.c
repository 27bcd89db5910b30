#include "smtp-url.h"

#include "fault.h"
#include <string.h>

gboolean
smtp_url_is (const char *text)
{
  return g_ascii_strncasecmp (text, "smtp://", 7) == 0 || g_ascii_strncasecmp (text, "smtps://", 8) == 0;
}

gboolean
smtp_url_parse (const char *text, SmtpUrl *out_url, GError **error)
{
  g_autofree char *scheme = NULL, *user = NULL, *password = NULL, *host = NULL, *path = NULL;
  int port = -1;

  if (!g_uri_split_with_user (text, G_URI_FLAGS_HAS_PASSWORD, &scheme, &user, &password, NULL, &host, &port, &path, NULL,
                              NULL, NULL) ||
      host == NULL || *host == '\0' || port == 0 || (path != NULL && *path != '\0' && strcmp (path, "/") != 0)) {
    g_set_error (error, FAULT, FAULT_USAGE,
                 "that is no address of a mail server: write smtp://USER@HOST:PORT or smtps://USER@HOST");
    return FALSE;
  }
  if (password != NULL) {
    g_set_error (error, FAULT, FAULT_USAGE,
                 "the URL holds a password: every user of this machine can read a command's words, and the shell keeps them; "
                 "leave it out (you are asked), or use --password-file or --password-command");
    return FALSE;
  }
  *out_url = (SmtpUrl){ g_steal_pointer (&host), g_steal_pointer (&user), port > 0 ? (guint) port : 0,
                        g_ascii_strcasecmp (scheme, "smtps") == 0 ? "implicit" : "starttls" };
  return TRUE;
}

void
smtp_url_clear (SmtpUrl *self)
{
  g_clear_pointer (&self->host, g_free);
  g_clear_pointer (&self->user, g_free);
}
