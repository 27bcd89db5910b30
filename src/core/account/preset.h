/* preset.h - what is known of mail providers: where they take mail, how much of it, and what they want for a password.
 * Used in: core/account. Source: docs/providers.md, which says of each figure whose it is and how sure. */
#pragma once
#include <glib.h>

typedef struct Preset Preset;

struct Preset {
  const char *name, *title; /* title: for people */
  const char *const *domains; /* of addresses; NULL: found by host alone */
  const char *const *hosts;   /* the first one is proposed; "*.x" stands for anything that ends in .x */
  guint16     port;
  const char *tls;
  guint       per_minute, per_hour, per_day; /* 0: none published */
  gboolean    is_by_address;                 /* the limits are the address's, by whatever way it sends there */
  const char *spf_include;                   /* what its servers need in the SPF record of a domain of one's own; NULL: nothing */
  const char *sure;                          /* of the limits: high | medium | low */
  const char *passwords_end;                 /* the day, or the month, from which it takes no password for SMTP as it comes; or "" */
  const char *note;                          /* a sentence for people, or "" */
};

/* host NULL: by the address's domain. Else by host, where the domain tells personal from business accounts.
 * Both in lower case. Returns: static, or NULL: nothing is known. */
const Preset *preset_find (const char *domain, const char *host);

/* All that are known, in the order in which they are tried. Returns: static; `out_n` rows. */
const Preset *preset_list (gsize *out_n);

/* What it publishes for a window of so many seconds. 0: nothing; preset may be NULL. */
guint preset_get_limit (const Preset *preset, guint seconds);

/* Domains of free mail whose DMARC policy or provider refuses them through another relay (5.7.26 and the like).
 * Returns: (static) the provider's name for people, or NULL. */
const char *preset_find_freemail (const char *domain);

/* Is `host` one of those that may send for that free-mail domain? */
gboolean preset_is_freemail_host (const char *domain, const char *host);
