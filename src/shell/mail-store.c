#include "mail-store.h"

#include "page-address.h"
#include <string.h>
#include <sys/random.h>

#define MAILS_MAX 17 /* contract: it holds until 16 others were shown */
#define MAILS_MAX_BYTES (64 * 1024 * 1024) /* chosen: four of the largest */

typedef struct {
  char   *address;
  GBytes *html;
} Mail;

struct MailStore {
  GQueue mails; /* of Mail, oldest first */
  gsize  bytes;
};

static void
mail_free (gpointer data)
{
  Mail *self = data;

  g_free (self->address);
  g_bytes_unref (self->html);
  g_free (self);
}

MailStore *
mail_store_new (void)
{
  MailStore *self = g_new0 (MailStore, 1);

  g_queue_init (&self->mails);
  return self;
}

void
mail_store_free (MailStore *self)
{
  if (self == NULL)
    return;
  g_queue_clear_full (&self->mails, mail_free);
  g_free (self);
}

static char *
make_address (void)
{
  guint8 random[PAGE_ADDRESS_TOKEN_LEN / 2];
  GString *address = g_string_new (PAGE_ADDRESS_MAIL);

  while (getrandom (random, sizeof random, 0) != (gssize) sizeof random)
    ;
  for (gsize i = 0; i < sizeof random; i++)
    g_string_append_printf (address, "%02x", random[i]);
  return g_string_free (address, FALSE);
}

char *
mail_store_add (MailStore *self, const char *html)
{
  Mail *mail = g_new0 (Mail, 1);

  mail->address = make_address ();
  mail->html = g_bytes_new (html, strlen (html));
  g_queue_push_tail (&self->mails, mail);
  self->bytes += g_bytes_get_size (mail->html);
  while (self->mails.length > 1 && (self->mails.length > MAILS_MAX || self->bytes > MAILS_MAX_BYTES)) {
    Mail *oldest = g_queue_pop_head (&self->mails);

    self->bytes -= g_bytes_get_size (oldest->html);
    mail_free (oldest);
  }
  return g_strdup (mail->address);
}

static Mail *
mail_store_find (MailStore *self, const char *raw_address)
{
  if (!page_address_is_mail (raw_address))
    return NULL;
  for (GList *link = self->mails.head; link != NULL; link = link->next)
    if (strcmp (((Mail *) link->data)->address, raw_address) == 0)
      return link->data;
  return NULL;
}

gboolean
mail_store_has (MailStore *self, const char *raw_address)
{
  return mail_store_find (self, raw_address) != NULL;
}

GBytes *
mail_store_dup (MailStore *self, const char *raw_address)
{
  Mail *mail = mail_store_find (self, raw_address);

  return mail != NULL ? g_bytes_ref (mail->html) : NULL;
}
