#include "address-cell.h"

#include "address-idna.h"
#include "text-list.h"
#include "value.h"
#include <string.h>

static void
address_cell_add (AddressCell *self, char *address, Slice name, AddressFlaw flaw)
{
  if (address == NULL) {
    self->flaw = self->flaw == ADDRESS_FINE ? flaw : self->flaw;
    return;
  }
  self->addresses[self->n] = address;
  self->names[self->n++] = name;
}

/* Several, or one with words around it. */
static void
read_items (AddressCell *self, Slice cell, AddressFlaw whole_flaw)
{
  guint n_addresses = 0, n_others = 0;
  TextLine line;
  TextItem item;

  text_line_open (&line, cell.data, cell.len);
  while (n_addresses < ADDRESS_CELL_MAX && text_line_next (&line, &item)) {
    AddressFlaw flaw;

    if (item.kind != TEXT_ITEM_EMAIL) {
      n_others++;
      continue;
    }
    n_addresses++;
    item.value = value_without_apostrophes (item.value);
    address_cell_add (self, address_canonical (item.value.data, item.value.len, &flaw), item.name, flaw);
  }
  self->has_several = n_addresses > 1;
  if (n_addresses == 1 && n_others > 0) /* words that are neither a name nor an address: nothing is guessed */
    address_cell_clear (self);
  if (self->n == 0 && self->flaw == ADDRESS_FINE)
    self->flaw = whole_flaw;
}

void
address_cell_read (AddressCell *self, Slice cell)
{
  AddressFlaw flaw;
  char *address;

  memset (self, 0, sizeof *self);
  cell = value_without_apostrophes (cell);
  if (cell.len == 0) {
    self->flaw = ADDRESS_NO_AT;
    return;
  }
  address = address_canonical (cell.data, cell.len, &flaw);
  if (address != NULL)
    address_cell_add (self, address, (Slice){ "", 0 }, ADDRESS_FINE);
  else
    read_items (self, cell, flaw);
}

void
address_cell_clear (AddressCell *self)
{
  for (guint i = 0; i < self->n; i++)
    g_clear_pointer (&self->addresses[i], g_free);
  self->n = 0;
}

/* --- typing errors --- */

static const char *const well_known[] = {
  "gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "protonmail.com", "comcast.net", "btinternet.com", "rediffmail.com",
  "hotmail.co.uk", "yahoo.co.uk", "yahoo.co.in", "hotmail.fr", "outlook.fr", "yahoo.fr", "wanadoo.fr", "orange.fr", "laposte.net", "libero.it", "hotmail.it", "virgilio.it",
  "hotmail.es", "outlook.es", "yahoo.es", "hotmail.de", "outlook.de", "yahoo.de", "freenet.de", "t-online.de", "verizon.net", "sbcglobal.net", "web.de", "gmx.de", "gmx.net",
  "live.com", "aol.com", "msn.com", "bluewin.ch", "telenet.be", "ziggo.nl", "hotmail.nl", "seznam.cz", "yandex.ru", "naver.com", "tutanota.com", "fastmail.com",
};

/* Real ones that look like another. */
static const char *const real[] = { "mail.com", "email.com", "ymail.com", "gmx.com", "gmx.at", "gmx.ch", "gmx.fr", "mac.com", "me.com", "mail.de", "email.de", "aim.com", "live.de",
                                    "live.fr", "live.it", "live.nl", "live.ca", "mail.ru", "yandex.com", "yahoo.ca", "yahoo.it", "yahoo.in", "yahoo.at", "hotmail.at",
                                    "hotmail.se", "hotmail.be", "hotmail.ca", "hotmail.ch", "outlook.it", "outlook.be", "outlook.at", "outlook.dk", "outlook.ie", "outlook.in",
                                    "orange.es", "orange.pl", "love.com", "line.com", "aon.at", "gmx.eu", "gmx.us", "gmx.es", "gmx.li" };

#define SHORT_MAX 8 /* octets of a domain in which one wrong letter is another domain: web.de, gmx.net; there only the ending may be wrong, or two letters changed places */

/* One letter wrong, missing, too many, or two that changed places. */
static gboolean
is_one_off (const char *typed, const char *meant, gboolean is_swap_only)
{
  gsize same = 0, n = strlen (typed), m = strlen (meant);

  while (typed[same] != '\0' && typed[same] == meant[same])
    same++;
  typed += same, meant += same;
  if (n == m && n - same >= 2 && typed[0] == meant[1] && typed[1] == meant[0] && strcmp (typed + 2, meant + 2) == 0)
    return TRUE;
  if (is_swap_only)
    return FALSE;
  return (n == m && n > same && strcmp (typed + 1, meant + 1) == 0) || (n == m + 1 && strcmp (typed + 1, meant) == 0) ||
         (m == n + 1 && strcmp (typed, meant + 1) == 0);
}

const char *
address_cell_find_typo (const char *domain)
{
  const char *found = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (real); i++)
    if (strcmp (domain, real[i]) == 0)
      return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (well_known); i++)
    if (strcmp (domain, well_known[i]) == 0)
      return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (well_known) && found == NULL; i++)
    if (is_one_off (domain, well_known[i], strlen (well_known[i]) <= SHORT_MAX))
      found = well_known[i];
  return found;
}
