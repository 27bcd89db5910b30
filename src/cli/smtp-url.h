/* smtp-url.h - smtp://user@host:port and smtps://… Pure. Used in: cli (account add). Source: RFC 3986; the scheme is a custom of mail programs. */
#pragma once
#include <glib.h>

typedef struct { /* all owned */
  char       *host;
  char       *user; /* NULL: none named */
  guint       port; /* 0: the usual one */
  const char *tls;  /* static: "starttls" | "implicit" */
} SmtpUrl;

gboolean smtp_url_is    (const char *text); /* starts with smtp:// or smtps:// */
/* Returns: FALSE with FAULT_USAGE; a URL with a password in it is refused with the reason. */
gboolean smtp_url_parse (const char *text, SmtpUrl *out_url, GError **error);
void     smtp_url_clear (SmtpUrl *self);
