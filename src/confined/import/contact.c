#include "contact.h"

#include "address-idna.h"
#include "dialect.h"
#include "encoding.h"
#include "phone.h"
#include "text.h"
#include <string.h>

typedef struct {
  const char *word, *sentence;
} Reason;

static const Reason no_address = { "no-address", "there is neither an e-mail address nor a phone number in this row" };
static const Reason bad_encoding = { "bad-encoding", "the value is not valid text in the encoding of the file: see --encoding" };
static const Reason long_name = { "too-long", "a name has at most 512 octets: is a delimiter or a quotation mark missing?" };
static const Reason too_many = { "wrong-columns", "the row has more values than the file has columns: a delimiter inside a value needs quotes around it" };

static const Reason lost = { "formula", "the formula in this cell was never calculated: open the workbook in a spreadsheet program, save it there, and import that" };

typedef struct { /* one row at work */
  const Plan   *plan;
  const char   *region;
  const CsvRow *row;
  FrameWriter  *rejects;
  gboolean      has_contact, is_told; /* is_told: the row's cells stand in the rejects already */
  char         *name, *address;
  char          phone[PHONE_E164_LEN];
  struct { const char *field; Slice value; Reason reason; } flaws[16]; /* of addresses and numbers: a row has few */
  guint         n_flaws;
} Draft;

static Slice
get_value (const CsvRow *row, int column)
{
  Slice cell = column >= 0 && (guint) column < row->n_cells ? dialect_trim (row->cells[column]) : (Slice){ "", 0 };

  return text_is_missing (cell.data, cell.len) ? (Slice){ "", 0 } : cell;
}

static gboolean
is_lost_at (const CsvRow *row, int column)
{
  return column >= 0 && (guint) column < row->n_cells && table_is_lost (row->cells[column]);
}

/* U+FFFD stands for what the decoder, or whoever made the file, could not read: nobody wants it in a letter. */
static gboolean
is_clean_text (Slice value)
{
  return text_is_plain (value.data, value.len) ||
         (memchr (value.data, '\0', value.len) == NULL &&
         encoding_utf8_prefix ((const guint8 *) value.data, value.len) == value.len &&
         memmem (value.data, value.len, "\xef\xbf\xbd", 3) == NULL);
}

/* A whole cell for a file that a person mends. */
static void
write_cell (FrameWriter *rejects, Slice cell)
{
  g_autofree char *text = NULL;

  if (cell.len == 0 || (text_is_plain (cell.data, cell.len))) {
    frame_writer_field (rejects, cell.data, cell.len);
    return;
  }
  text = g_utf8_make_valid (cell.data, (gssize) cell.len);
  for (char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)) && strchr ("\n\r\t", *p) == NULL)
      memset (p, ' ', (gsize) (g_utf8_next_char (p) - p));
  frame_writer_string (rejects, text);
}

static guint
count_cells (const Draft *draft)
{
  return draft->is_told ? 0 : MAX (draft->row->n_cells, draft->plan->heads->len);
}

static void
write_cells (Draft *draft)
{
  const GPtrArray *heads = draft->plan->heads;
  guint n = count_cells (draft);

  for (guint i = 0; i < n; i++) {
    frame_writer_string (draft->rejects, i < heads->len ? g_ptr_array_index (heads, i) : "");
    write_cell (draft->rejects, i < draft->row->n_cells ? draft->row->cells[i] : (Slice){ "", 0 });
  }
  draft->is_told = TRUE;
}

static void
write_reject (Draft *draft, guint aux, const char *field, Slice value, Reason reason)
{
  g_autofree char *shown = text_printable (value.data, (gssize) value.len, CONTACT_REJECT_VALUE_MAX);

  frame_writer_row (draft->rejects, draft->row->number, aux, 4 + 2 * count_cells (draft));
  frame_writer_string (draft->rejects, field);
  frame_writer_string (draft->rejects, shown);
  frame_writer_string (draft->rejects, reason.word);
  frame_writer_string (draft->rejects, reason.sentence);
  write_cells (draft);
}

static void
add_flaw (Draft *draft, const char *field, Slice value, Reason reason)
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
    *out_part = dialect_trim ((Slice){ rest->data, mark != NULL ? (gsize) (mark - rest->data) : rest->len });
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

/* "mailto:ann@example.org", "Ann <ann@example.org>", "<ann@example.org>" */
static char *
read_address (Slice part, AddressFlaw *out_flaw)
{
  const char *open;

  if (part.len > 7 && g_ascii_strncasecmp (part.data, "mailto:", 7) == 0)
    part = (Slice){ part.data + 7, part.len - 7 };
  open = part.data[part.len - 1] == '>' ? memchr (part.data, '<', part.len) : NULL;
  if (open != NULL && part.data[0] != '"')
    part = (Slice){ open + 1, (gsize) (part.data + part.len - open) - 2 };
  else if (open != NULL && memmem (part.data, part.len, "\" <", 3) != NULL) {
    open = memmem (part.data, part.len, "\" <", 3);
    part = (Slice){ open + 3, (gsize) (part.data + part.len - open) - 4 };
  }
  return address_canonical (part.data, part.len, out_flaw);
}

static void
find_address (Draft *draft)
{
  for (guint i = 0; i < draft->plan->emails->len && draft->address == NULL; i++) {
    Slice rest = get_value (draft->row, (int) g_array_index (draft->plan->emails, guint, i)), part;

    while (draft->address == NULL && next_part (&rest, &part)) {
      AddressFlaw flaw;

      if (!is_clean_text (part)) {
        add_flaw (draft, "email", part, bad_encoding);
        continue;
      }
      draft->address = read_address (part, &flaw);
      if (draft->address == NULL)
        add_flaw (draft, "email", part, address_reason (flaw));
    }
  }
}

static void
find_phone (Draft *draft)
{
  static const char *const words[] = { [PHONE_BAD] = "bad-phone", [PHONE_AMBIGUOUS] = "ambiguous-phone", [PHONE_ROUNDED] = "bad-phone" };

  for (guint i = 0; i < draft->plan->phones->len && draft->phone[0] == '\0'; i++) {
    Slice rest = get_value (draft->row, (int) g_array_index (draft->plan->phones, guint, i)), part;

    while (draft->phone[0] == '\0' && next_part (&rest, &part)) {
      PhoneFlaw flaw = phone_parse (part.data, part.len, draft->region, draft->phone);

      if (flaw != PHONE_FINE)
        add_flaw (draft, "phone", part, is_clean_text (part) ? (Reason){ words[flaw], phone_flaw_to_sentence (flaw) } : bad_encoding);
    }
  }
}

/* On one line, white space and controls become single spaces. */
static char *
tidy (Slice value)
{
  gboolean is_gap = FALSE;
  GString *line;

  if (value.data != NULL && text_is_plain (value.data, value.len) && memmem (value.data, value.len, "  ", 2) == NULL) /* and it was trimmed */
    return g_strndup (value.data, value.len);
  line = g_string_sized_new (value.len);

  for (const char *p = value.data, *end = p + value.len; p < end; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (g_unichar_isspace (c) || g_unichar_iscntrl (c)) {
      is_gap = line->len > 0;
      continue;
    }
    if (is_gap)
      g_string_append_c (line, ' ');
    is_gap = FALSE;
    g_string_append_unichar (line, c);
  }
  return g_string_free (line, FALSE);
}

static char *
read_name_part (Draft *draft, int column)
{
  Slice value = get_value (draft->row, column);

  if (value.len == 0)
    return g_strdup ("");
  if (!is_clean_text (value) || value.len > CONTACT_NAME_MAX) {
    add_flaw (draft, "name", value, value.len > CONTACT_NAME_MAX ? long_name : bad_encoding);
    return g_strdup ("");
  }
  return tidy (value);
}

static char *
join (const char *a, const char *b)
{
  return g_strconcat (a, a[0] != '\0' && b[0] != '\0' ? " " : "", b, NULL);
}

/* A name column beside one half of the name is the other half ("Vorname;Name", "Nombre;Apellidos"), unless it holds both. */
static void
find_name (Draft *draft)
{
  g_autofree char *name = read_name_part (draft, draft->plan->name), *first = read_name_part (draft, draft->plan->first);
  g_autofree char *last = read_name_part (draft, draft->plan->last);

  if (name[0] == '\0')
    draft->name = join (first, last);
  else if (first[0] != '\0' && draft->plan->last < 0 && strstr (name, first) == NULL)
    draft->name = join (first, name);
  else if (last[0] != '\0' && draft->plan->first < 0 && strstr (name, last) == NULL)
    draft->name = join (name, last);
  else
    draft->name = g_steal_pointer (&name);
}

static gboolean
is_blank (const CsvRow *row)
{
  for (guint i = 0; i < row->n_cells; i++)
    if (get_value (row, (int) i).len > 0 || table_is_lost (row->cells[i]))
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
write_contact (Draft *draft, FrameWriter *contacts)
{
  const Plan *plan = draft->plan;

  frame_writer_row (contacts, draft->row->number, 0, 3 + plan->columns->len);
  frame_writer_string (contacts, draft->name);
  frame_writer_string (contacts, draft->address);
  frame_writer_string (contacts, draft->phone);
  for (guint i = 0; i < plan->columns->len; i++) {
    int column = (int) g_array_index (plan->columns, guint, i);
    Slice value = get_value (draft->row, column);

    if (is_lost_at (draft->row, column) && column != plan->first && column != plan->last)
      write_reject (draft, 1, g_ptr_array_index (plan->names, i), value, lost);
    if (!is_clean_text (value)) {
      write_reject (draft, 1, g_ptr_array_index (plan->names, i), value, bad_encoding);
      value.len = 0;
    }
    frame_writer_field (contacts, value.data, value.len);
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
find_lost (Draft *draft)
{
  const Plan *plan = draft->plan;
  const Slice none = { "", 0 };

  if (draft->address == NULL && is_any_lost (draft->row, plan->emails))
    add_flaw (draft, "email", none, lost);
  if (draft->phone[0] == '\0' && is_any_lost (draft->row, plan->phones))
    add_flaw (draft, "phone", none, lost);
  if (is_lost_at (draft->row, plan->name) || is_lost_at (draft->row, plan->first) || is_lost_at (draft->row, plan->last))
    add_flaw (draft, "name", none, lost);
}

/* The first line of a rejected row stands for the row, the others for further values in it. */
static void
write_flaws (Draft *draft)
{
  for (guint i = 0; i < draft->n_flaws; i++)
    write_reject (draft, draft->has_contact || i > 0, draft->flaws[i].field, draft->flaws[i].value,
                  draft->flaws[i].reason);
}

ContactFate
contact_write (const Plan *plan, const char *region, gboolean is_grid, const CsvRow *row, FrameWriter *contacts, FrameWriter *rejects)
{
  Draft draft = { .plan = plan, .region = region, .row = row, .rejects = rejects };
  guint n_addresses;

  if (is_blank (row))
    return CONTACT_BLANK;
  if (!is_grid && has_surplus (plan, row)) {
    write_reject (&draft, 0, "", row->cells[row->n_cells - 1], too_many);
    return CONTACT_REJECTED;
  }
  find_address (&draft);
  find_phone (&draft);
  find_lost (&draft);
  n_addresses = draft.n_flaws;
  find_name (&draft);
  draft.has_contact = draft.address != NULL || draft.phone[0] != '\0';
  if (!draft.has_contact && n_addresses == 0)
    write_reject (&draft, 0, "", (Slice){ draft.name, strlen (draft.name) }, no_address);
  else
    write_flaws (&draft);
  if (draft.has_contact)
    write_contact (&draft, contacts);
  g_free (draft.name);
  g_free (draft.address);
  return draft.has_contact ? CONTACT_KEPT : CONTACT_REJECTED;
}
