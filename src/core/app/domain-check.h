/* domain-check.h - what the sender's domain says of itself in DNS (SPF, DKIM, DMARC, MX), and what is missing there.
 * Trust:  the records are a stranger's words that came through dial: capped, made printable, never acted on.
 * Used in: core/app. Source: RFC 7208 (SPF), RFC 6376 §3.6.2 (DKIM), RFC 7489 §6.1, §6.6.3 (DMARC). */
#pragma once
#include "account.h"
#include "dialer.h"

typedef struct {
  char    *domain;
  GStrv    txt, mx, dmarc, dmarc_parent; /* as DNS has them; NULL: no answer */
  char    *parent;                       /* domain above, where DMARC is looked for too; NULL: there is none */
  GPtrArray *selectors;                  /* of char: DKIM selectors that have a key */
  gboolean is_dkim_answered;             /* at least one selector's look-up was answered */
} DomainCheck;

void domain_check_free (DomainCheck *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DomainCheck, domain_check_free)

/* domain: A-labels. Look-ups that get no answer are no error. */
void         domain_check_async  (Dialer *dialer, const char *domain, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
DomainCheck *domain_check_finish (GAsyncResult *result, GError **error); /* (transfer full), or NULL: cancelled */

/* Pure. Adds spf, dkim, dmarc (strings) to an a{sv}, and sentences on what to do to `advice`. */
void domain_check_describe (const DomainCheck *self, const Account *account, GVariantBuilder *report, GStrvBuilder *advice);
