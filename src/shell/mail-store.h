/* mail-store.h - the mails that the page wants to show, each at an address that cannot be guessed; the oldest goes when there are too many.
 * Trust:  the HTML is a stranger's; it is never parsed here. Used in: shell. Contract: Window1.ShowMail. */
#pragma once
#include <glib.h>

typedef struct MailStore MailStore;

MailStore *mail_store_new  (void);
void       mail_store_free (MailStore *self);
char      *mail_store_add  (MailStore *self, const char *html);    /* (transfer full) its address; `html` is copied */
gboolean   mail_store_has  (MailStore *self, const char *raw_address);
GBytes    *mail_store_dup  (MailStore *self, const char *raw_address); /* (transfer full), or NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MailStore, mail_store_free)
