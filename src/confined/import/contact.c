#include "contact.h"

#include "clean.h"
#include "dialect.h"
#include "encoded-word.h"
#include "encoding.h"
#include "header.h"
#include "person-name.h"
#include "phone.h"
#include "text.h"
#include "value.h"
#include <string.h>

#define SWALLOWED_MAX 100 /* lines of a value that are named */

typedef struct {
  const char *word, *sentence;
} Reason;

static const Reason no_address = { "no-address", "there is neither an e-mail address nor a phone number in this row" };
static const Reason bad_encoding = { "bad-encoding", "the value is not valid text in the encoding of the file: see --encoding" };
static const Reason long_name = { "too-long", "a name has at most 512 octets: is a delimiter or a quotation mark missing?" };
static const Reason too_many = { "wrong-columns", "the row has more values than the file has columns: a delimiter inside a value needs quotes around it" };
static const Reason controls = { "control-characters", "control characters in this value mean nothing: they were left out" };
static const Reason stray_quote = { "stray-quote", "a quotation mark in this row opens what nothing closes: it was left out" };
static const Reason swallowed = { "stray-quote", "a value in quotation marks seems to hold a row of its own: a mark is missing or too many" };
static const Reason above = { "above-header", "this row stands above the header" };
static const Reason several = { "several-addresses", "there are several addresses in this cell: are they one person's (then the first one may do), or several people's?" };
static const Reason only_first = { "several-addresses", "there are several addresses in this cell: the first one was taken" };
static const Reason second_column = { "other-address", "the only address of this row stands in a column that was not chosen for addresses" };
static const Reason named_by_address = { "name-is-address", "an address is no name" };
static const Reason has_left = { "left", "the file says that this person left: nothing is sent to them" };

static const Reason lost = { "formula", "the formula in this cell was never calculated: open the workbook in a spreadsheet program, save it there, and import that" };

#define TAKEN 2 /* aux of a line about a value that was taken all the same: the row is none to be mended */

typedef struct { /* one row at work */
  const Plan   *plan;
  const ContactRules *rules;
  const CsvRow *row;
  FrameWriter  *rejects;
  gboolean      has_contact, is_told; /* is_told: the row's cells stand in the rejects already */
  char         *name, *first_half, *last_half;
  char         *no_name; /* an address in a name's place, or NULL */
  AddressCell   found;
  char          phone[PHONE_E164_LEN];
  struct { const char *field; Slice value; Reason reason; } flaws[16]; /* of addresses and numbers: a row has few */
  guint         n_flaws;
} ContactDraft;

static Slice
get_value (const CsvRow *row, int column)
{
  return column >= 0 && (guint) column < row->n_cells ? value_bare (row->cells[column]) : (Slice){ "", 0 };
}

static gboolean
is_lost_at (const CsvRow *row, int column)
{
  return column >= 0 && (guint) column < row->n_cells && import_table_is_lost (row->cells[column]);
}

/* U+FFFD stands for what the decoder, or whoever made the file, could not read: nobody wants it in a letter. */
static gboolean
is_read (Slice value)
{
  return text_is_plain (value.data, value.len) || (encoding_utf8_prefix ((const guint8 *) value.data, value.len) == value.len &&
                                                   memmem (value.data, value.len, "\xef\xbf\xbd", 3) == NULL);
}

/* A whole cell for a file that a person mends. */
static void
write_cell (FrameWriter *rejects, Slice cell)
{
  g_autofree char *valid = NULL, *text = NULL;
  gboolean is_lost;

  if (cell.len == 0 || (text_is_plain (cell.data, cell.len))) {
    frame_writer_field (rejects, cell.data, cell.len);
    return;
  }
  valid = g_utf8_make_valid (cell.data, (gssize) cell.len);
  text = clean_text ((Slice){ valid, strlen (valid) }, CLEAN_TEXT, &is_lost);
  frame_writer_string (rejects, text);
}

static guint
count_cells (const ContactDraft *draft, guint aux)
{
  return draft->is_told || aux == TAKEN ? 0 : MAX (draft->row->n_cells, draft->plan->heads->len);
}

static void
write_cells (ContactDraft *draft, guint aux)
{
  const GPtrArray *heads = draft->plan->heads;
  guint n = count_cells (draft, aux);

  for (guint i = 0; i < n; i++) {
    frame_writer_string (draft->rejects, i < heads->len ? g_ptr_array_index (heads, i) : "");
    write_cell (draft->rejects, i < draft->row->n_cells ? draft->row->cells[i] : (Slice){ "", 0 });
  }
  draft->is_told = draft->is_told || aux != TAKEN;
}

static void
write_reject (ContactDraft *draft, guint aux, const char *field, Slice value, Reason reason)
{
  g_autofree char *shown = text_printable (value.data, (gssize) value.len, CONTACT_REJECT_VALUE_MAX);

  frame_writer_row (draft->rejects, draft->row->number, aux, 4 + 2 * count_cells (draft, aux));
  frame_writer_string (draft->rejects, field);
  frame_writer_string (draft->rejects, shown);
  frame_writer_string (draft->rejects, reason.word);
  frame_writer_string (draft->rejects, reason.sentence);
  write_cells (draft, aux);
}

static void
add_flaw (ContactDraft *draft, const char *field, Slice value, Reason reason)
{
  if (draft->n_flaws < G_N_ELEMENTS (draft->flaws)) {
    draft->flaws[draft->n_flaws].field = field;
    draft->flaws[draft->n_flaws].value = value;
    draft->flaws[draft->n_flaws++].reason = reason;
  }
}

/* The next of "a ::: b" (Google Contacts). Returns: FALSE at the end. */
static gboolean
next_part (Slice *rest, Slice *out_part)
{
  const char *mark;

  while (rest->len > 0) {
    mark = memmem (rest->data, rest->len, ":::", 3);
    *out_part = value_trim ((Slice){ rest->data, mark != NULL ? (gsize) (mark - rest->data) : rest->len });
    rest->len -= mark != NULL ? (gsize) (mark - rest->data) + 3 : rest->len;
    rest->data = mark != NULL ? mark + 3 : rest->data;
    if (out_part->len > 0)
      return TRUE;
  }
  return FALSE;
}

static Reason
address_reason (AddressFlaw flaw)
{
  return (Reason){ flaw == ADDRESS_TOO_LONG ? "too-long" : "bad-email", address_flaw_to_sentence (flaw) };
}

/* Settles a cell with several addresses: all, the first, or none of them. */
static void
settle_several (ContactDraft *draft, Slice part)
{
  AddressCell *found = &draft->found;

  if (draft->rules->several == SEVERAL_LISTED || found->n == 0) {
    address_cell_clear (found);
    add_flaw (draft, "email", part, several);
    return;
  }
  if (draft->rules->several == SEVERAL_EACH) {
    if (found->flaw != ADDRESS_FINE)
      add_flaw (draft, "email", part, address_reason (found->flaw));
    return;
  }
  while (found->n > 1)
    g_clear_pointer (&found->addresses[--found->n], g_free);
  add_flaw (draft, "email", part, only_first);
}

static void
find_address (ContactDraft *draft)
{
  for (guint i = 0; i < draft->plan->emails->len && draft->found.n == 0; i++) {
    Slice rest = get_value (draft->row, (int) g_array_index (draft->plan->emails, guint, i)), part;

    while (draft->found.n == 0 && next_part (&rest, &part)) {
      if (!is_read (part)) {
        add_flaw (draft, "email", part, bad_encoding);
        continue;
      }
      address_cell_read (&draft->found, part);
      if (draft->found.has_several)
        settle_several (draft, part);
      else if (draft->found.n == 0)
        add_flaw (draft, "email", part, address_reason (draft->found.flaw));
    }
  }
}

/* Notes an address in a column that was not chosen: no mail goes there, but the row is not without one. */
static void
find_second (ContactDraft *draft)
{
  for (guint i = 0; i < draft->plan->second->len && draft->found.n == 0; i++) {
    Slice value = get_value (draft->row, (int) g_array_index (draft->plan->second, guint, i));

    if (dialect_is_email (value)) {
      add_flaw (draft, "email", value, second_column);
      return;
    }
  }
}

static void
find_phone (ContactDraft *draft)
{
  static const char *const words[] = { [PHONE_BAD] = "bad-phone", [PHONE_AMBIGUOUS] = "ambiguous-phone", [PHONE_ROUNDED] = "bad-phone",
                                       [PHONE_DATE] = "bad-phone", [PHONE_CODE] = "ambiguous-phone" };

  for (guint i = 0; i < draft->plan->phones->len && draft->phone[0] == '\0'; i++) {
    Slice rest = get_value (draft->row, (int) g_array_index (draft->plan->phones, guint, i)), part;

    while (draft->phone[0] == '\0' && next_part (&rest, &part)) {
      PhoneFlaw flaw = phone_parse (part.data, part.len, draft->rules->region, draft->phone);

      if (flaw != PHONE_FINE)
        add_flaw (draft, "phone", part, is_read (part) ? (Reason){ words[flaw], phone_flaw_to_sentence (flaw) } : bad_encoding);
    }
  }
}

static char *
read_name_part (ContactDraft *draft, int column)
{
  Slice value = get_value (draft->row, column);
  g_autofree char *line = NULL, *decoded = NULL;
  gboolean is_lost = FALSE, is_lost_again;

  if (value.len == 0)
    return g_strdup ("");
  if (!is_read (value) || value.len > CONTACT_NAME_MAX) {
    add_flaw (draft, "name", value, value.len > CONTACT_NAME_MAX ? long_name : bad_encoding);
    return g_strdup ("");
  }
  line = clean_text (value, CLEAN_LINE, &is_lost);
  if (is_lost)
    add_flaw (draft, "name", value, controls);
  if (strstr (line, "=?") == NULL)
    return g_steal_pointer (&line);
  decoded = encoded_word_decode (line);
  return clean_text ((Slice){ decoded, strlen (decoded) }, CLEAN_LINE, &is_lost_again);
}

static char *
contact_join (const char *a, const char *b)
{
  return g_strconcat (a, a[0] != '\0' && b[0] != '\0' ? " " : "", b, NULL);
}

/* "Fuchs, Rosa" */
static void
split_name (ContactDraft *draft)
{
  if (!person_name_has_comma ((Slice){ draft->name, strlen (draft->name) }))
    return;
  draft->first_half = person_name_first (draft->name);
  draft->last_half = person_name_last (draft->name);
  g_free (draft->name);
  draft->name = contact_join (draft->first_half, draft->last_half);
}

/* Drops an address in the name's place, which is no name. (Programs write people's own there where they know none.) */
static void
drop_address (ContactDraft *draft)
{
  Slice name = { draft->name, strlen (draft->name) };

  if (!dialect_is_email (value_without_apostrophes (name)))
    return;
  if (draft->found.n == 0 || g_ascii_strcasecmp (draft->name, draft->found.addresses[0]) != 0)
    add_flaw (draft, "name", name, named_by_address);
  draft->no_name = draft->name; /* the flaw borrows from it */
  draft->name = g_strdup ("");
}

/* A name column beside one half of the name is the other half ("Vorname;Name", "Nombre;Apellidos"), unless it holds both. */
static void
find_name (ContactDraft *draft)
{
  g_autofree char *name = read_name_part (draft, draft->plan->name), *first = read_name_part (draft, draft->plan->first);
  g_autofree char *last = read_name_part (draft, draft->plan->last);

  if (name[0] == '\0')
    draft->name = contact_join (first, last);
  else if (first[0] != '\0' && draft->plan->last < 0 && strstr (name, first) == NULL)
    draft->name = contact_join (first, name);
  else if (last[0] != '\0' && draft->plan->first < 0 && strstr (name, last) == NULL)
    draft->name = contact_join (name, last);
  else
    draft->name = g_steal_pointer (&name);
  if (draft->plan->first < 0 && draft->plan->last < 0)
    split_name (draft);
  drop_address (draft);
}

static gboolean
is_blank (const CsvRow *row)
{
  for (guint i = 0; i < row->n_cells; i++)
    if (get_value (row, (int) i).len > 0 || import_table_is_lost (row->cells[i]))
      return FALSE;
  return TRUE;
}

static gboolean
has_surplus (const Plan *plan, const CsvRow *row)
{
  for (guint i = plan->n_columns; i < row->n_cells; i++)
    if (get_value (row, (int) i).len > 0)
      return TRUE;
  return FALSE;
}

static void
write_field (ContactDraft *draft, guint index, Slice value, FrameWriter *contacts)
{
  g_autofree char *text = NULL;
  gboolean is_lost = FALSE, is_fine = is_read (value);

  if (is_fine && text_is_plain (value.data, value.len)) {
    frame_writer_field (contacts, value.data, value.len);
    return;
  }
  text = is_fine ? clean_text (value, CLEAN_TEXT, &is_lost) : g_strdup ("");
  if (!is_fine || is_lost)
    write_reject (draft, 1, g_ptr_array_index (draft->plan->names, index), value, is_fine ? controls : bad_encoding);
  frame_writer_string (contacts, text);
}

static void
write_lost (ContactDraft *draft, guint index, FrameWriter *contacts)
{
  write_reject (draft, 1, g_ptr_array_index (draft->plan->names, index), (Slice){ "", 0 }, lost);
  frame_writer_string (contacts, "");
}

static void
write_contact (ContactDraft *draft, const char *address, const char *name, FrameWriter *contacts)
{
  const Plan *plan = draft->plan;

  frame_writer_row (contacts, draft->row->number, 0, 3 + plan->columns->len);
  frame_writer_string (contacts, name);
  frame_writer_string (contacts, address);
  frame_writer_string (contacts, draft->phone);
  for (guint i = 0; i < plan->columns->len; i++) {
    guint column = g_array_index (plan->columns, guint, i);

    if (column == PLAN_FIRST_HALF || column == PLAN_LAST_HALF)
      frame_writer_string (contacts, column == PLAN_FIRST_HALF ? draft->first_half : draft->last_half);
    else if (is_lost_at (draft->row, (int) column) && (int) column != plan->first && (int) column != plan->last)
      write_lost (draft, i, contacts);
    else
      write_field (draft, i, get_value (draft->row, (int) column), contacts);
  }
}

/* The name beside an address in its cell, where no column has one. Returns: (transfer full). */
static char *
name_of (const ContactDraft *draft, guint index)
{
  Slice beside = draft->found.n > 0 ? draft->found.names[index] : (Slice){ "", 0 };
  gboolean is_lost;

  if (beside.len == 0 || beside.len > CONTACT_NAME_MAX || (draft->name[0] != '\0' && draft->found.n < 2))
    return g_strdup (draft->name);
  return clean_text (beside, CLEAN_LINE, &is_lost);
}

static void
write_typo (ContactDraft *draft, const char *address)
{
  const char *meant = address_cell_find_typo (strrchr (address, '@') + 1);
  g_autofree char *sentence = meant != NULL ? g_strdup_printf ("is this a typing error for %s? It was taken as it is", meant) : NULL;

  if (meant != NULL)
    write_reject (draft, TAKEN, "email", (Slice){ address, strlen (address) }, (Reason){ "domain-typo", sentence });
}

static void
write_contacts (ContactDraft *draft, FrameWriter *contacts)
{
  for (guint i = 0; i < MAX (draft->found.n, 1); i++) {
    g_autofree char *name = name_of (draft, i);

    write_contact (draft, draft->found.n > 0 ? draft->found.addresses[i] : "", name, contacts);
    if (draft->found.n > 0)
      write_typo (draft, draft->found.addresses[i]);
  }
}

static gboolean
is_any_lost (const CsvRow *row, const GArray *columns)
{
  for (guint i = 0; i < columns->len; i++)
    if (is_lost_at (row, (int) g_array_index (columns, guint, i)))
      return TRUE;
  return FALSE;
}

/* Of address, number and name; of the fields in write_contact(). */
static void
find_lost (ContactDraft *draft)
{
  const Plan *plan = draft->plan;
  const Slice none = { "", 0 };

  if (draft->found.n == 0 && is_any_lost (draft->row, plan->emails))
    add_flaw (draft, "email", none, lost);
  if (draft->phone[0] == '\0' && is_any_lost (draft->row, plan->phones))
    add_flaw (draft, "phone", none, lost);
  if (is_lost_at (draft->row, plan->name) || is_lost_at (draft->row, plan->first) || is_lost_at (draft->row, plan->last))
    add_flaw (draft, "name", none, lost);
}

/* The first line of a rejected row stands for the row, the others for further values in it. */
static void
write_flaws (ContactDraft *draft)
{
  for (guint i = 0; i < draft->n_flaws; i++)
    write_reject (draft, draft->has_contact || i > 0, draft->flaws[i].field, draft->flaws[i].value,
                  draft->flaws[i].reason);
}

/* Over lines, and an address in it: rows that a quotation mark swallowed. */
static gboolean
has_swallowed_name (const Plan *plan, const CsvRow *row)
{
  const int columns[] = { plan->name, plan->first, plan->last };

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++) {
    Slice value = get_value (row, columns[i]);

    if (value.len > 0 && memchr (value.data, '@', value.len) != NULL && memchr (value.data, '\n', value.len) != NULL)
      return TRUE;
  }
  return FALSE;
}

/* Each of the lines is named: one of them may be a person of its own. */
static void
write_swallowed (ContactDraft *draft)
{
  const CsvRow *row = draft->row;
  guint n = 0;

  write_reject (draft, 0, "", row->cells[0], swallowed);
  for (guint i = 0; i < row->n_cells; i++) {
    Slice rest = row->cells[i];
    const char *end;

    while (n < SWALLOWED_MAX && rest.len > 0 && (end = memchr (rest.data, '\n', rest.len)) != NULL) {
      rest.len -= (gsize) (end + 1 - rest.data);
      rest.data = end + 1;
      end = rest.len > 0 ? memchr (rest.data, '\n', rest.len) : NULL;
      write_reject (draft, 1, "", value_trim ((Slice){ rest.data, end != NULL ? (gsize) (end - rest.data) : rest.len }), swallowed);
      n++;
    }
  }
}

static const Departure *
find_departure (const Plan *plan, const CsvRow *row)
{
  for (guint i = 0; i < plan->departures->len; i++) {
    const Departure *at = &g_array_index (plan->departures, Departure, i);

    if (departure_is (at->kind, get_value (row, (int) at->column)))
      return at;
  }
  return NULL;
}

/* Whole rows that are no people, whatever else they hold. */
static ContactFate
contact_draft_judge (ContactDraft *draft)
{
  const Plan *plan = draft->plan;
  const CsvRow *row = draft->row;
  Slice last = row->cells[row->n_cells - 1];

  if (is_blank (row) || (plan->has_header && (row->number == plan->header_row || (row->number < plan->header_row && !header_has_value (row)))))
    return CONTACT_BLANK;
  if (plan->has_header && row->number < plan->header_row)
    write_reject (draft, 0, "", row->cells[0], above);
  else if (row->quotes == CSV_QUOTES_SWALLOWED || has_swallowed_name (plan, row))
    write_swallowed (draft);
  else if (!draft->rules->is_grid && has_surplus (plan, row))
    write_reject (draft, 0, "", last, too_many);
  else
    return CONTACT_KEPT;
  return CONTACT_REJECTED;
}

static void
draft_clear (ContactDraft *draft)
{
  address_cell_clear (&draft->found);
  g_free (draft->name);
  g_free (draft->no_name);
  g_free (draft->first_half);
  g_free (draft->last_half);
}

/* People who left are named by the address that gets no mail. */
static ContactFate
write_left (ContactDraft *draft)
{
  const char *address = draft->found.n > 0 ? draft->found.addresses[0] : draft->phone[0] != '\0' ? draft->phone : draft->name;

  write_reject (draft, 0, draft->found.n > 0 ? "email" : "", (Slice){ address, strlen (address) }, has_left);
  return CONTACT_REJECTED;
}

static ContactFate
write_person (ContactDraft *draft, FrameWriter *contacts, guint *out_n)
{
  guint n_addresses;

  find_address (draft);
  find_phone (draft);
  find_second (draft);
  find_lost (draft);
  n_addresses = draft->n_flaws;
  find_name (draft);
  draft->has_contact = draft->found.n > 0 || draft->phone[0] != '\0';
  if (!draft->rules->takes_left && find_departure (draft->plan, draft->row) != NULL)
    return write_left (draft);
  if (!draft->has_contact && n_addresses == 0)
    write_reject (draft, 0, "", (Slice){ draft->name, strlen (draft->name) }, no_address);
  else
    write_flaws (draft);
  if (!draft->has_contact)
    return CONTACT_REJECTED;
  *out_n = MAX (draft->found.n, 1);
  write_contacts (draft, contacts);
  return CONTACT_KEPT;
}

ContactFate
contact_write (const Plan *plan, const ContactRules *rules, const CsvRow *row, FrameWriter *contacts, FrameWriter *rejects, guint *out_n)
{
  ContactDraft draft = { .plan = plan, .rules = rules, .row = row, .rejects = rejects };
  ContactFate fate = contact_draft_judge (&draft);

  *out_n = fate != CONTACT_BLANK;
  if (fate != CONTACT_KEPT)
    return fate;
  fate = write_person (&draft, contacts, out_n);
  if (row->quotes == CSV_QUOTES_STRAY)
    write_reject (&draft, 1, "", row->cells[0], stray_quote);
  draft_clear (&draft);
  return fate;
}
