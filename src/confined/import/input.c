#include "input.h"

#include "charset.h"
#include "descriptor.h"
#include "fault.h"
#include "foreign.h"
#include "western.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_HEAD_MAX 8192 /* octets in which another format that is text must begin: blank lines may come first */
#define HEAD_MAX 65536 /* octets looked at for controls */

struct Input {
  int         fd;
  guint64     size, start, at; /* start: behind the byte order mark */
  Decoder     decoder;
  Charset    *charset; /* or NULL: `decoder` does it */
  char       *word;    /* of that encoding */
  gboolean    is_clear;
  guint8     *piece; /* INPUT_PIECE octets */
  GByteArray *text;
};

Input *
input_new (int fd, GError **error)
{
  g_autoptr (Input) self = g_new0 (Input, 1);
  struct stat status;

  self->fd = fd;
  self->piece = g_malloc (INPUT_PIECE);
  self->text = g_byte_array_new ();
  if (!descriptor_has_mode (fd, O_RDONLY)) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "the file was not opened to be read, and nothing else");
    return NULL;
  }
  if (fstat (fd, &status) != 0) {
    g_set_error (error, FAULT, FAULT_IO, "the file cannot be read: %s", g_strerror (errno));
    return NULL;
  }
  if (!S_ISREG (status.st_mode) || status.st_size <= 0 || (guint64) status.st_size > INPUT_MAX) {
    g_set_error_literal (error, FAULT, FAULT_DATA, !S_ISREG (status.st_mode) ? "that is no file (a folder or a device)" :
                         status.st_size <= 0 ? "the file is empty" : "the file is larger than 1 GiB: split it");
    return NULL;
  }
  self->size = (guint64) status.st_size;
  return g_steal_pointer (&self);
}

void
input_free (Input *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->piece);
  g_byte_array_unref (self->text);
  charset_free (self->charset);
  g_free (self->word);
  g_free (self);
}

guint64
input_get_size (const Input *self)
{
  return self->size;
}

guint64
input_get_position (const Input *self)
{
  return self->at;
}

const char *
input_get_encoding (const Input *self)
{
  return self->charset != NULL ? self->word : encoding_to_word (self->decoder.encoding);
}

gboolean
input_is_clear (const Input *self)
{
  return self->is_clear;
}

gboolean
input_read (Input *self, guint64 offset, void *buffer, gsize len, GError **error)
{
  for (gsize done = 0; done < len;) {
    gssize n = pread (self->fd, (char *) buffer + done, len - done, (off_t) (offset + done));

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      g_set_error (error, FAULT, n < 0 ? FAULT_IO : FAULT_DATA, "the file cannot be read: %s",
                   n < 0 ? g_strerror (errno) : "it became shorter meanwhile");
      return FALSE;
    }
    done += (gsize) n;
  }
  return TRUE;
}

#define SAVE_AS "save the contacts as .xlsx or as CSV (UTF-8), and import that"

static const struct { const char *magic; gsize len; const char *sentence; } foreign[] = {
  { "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, "this is an old .xls workbook, or one with a password: open it, " SAVE_AS " (without a password)" },
  { "%PDF-", 5, "this is a PDF: open what it was made from, " SAVE_AS },
  { "\x1f\x8b", 2, "this is compressed (gzip): unpack it first" },
  { "BZh", 3, "this is compressed (bzip2): unpack it first" },
  { "\xfd" "7zXZ", 5, "this is compressed (xz): unpack it first" },
  { "7z\xbc\xaf\x27\x1c", 6, "this is a 7z archive: unpack it first" },
  { "Rar!", 4, "this is a RAR archive: unpack it first" },
  { "\x28\xb5\x2f\xfd", 4, "this is compressed (zstd): unpack it first" },
  { "\x89PNG", 4, "this is a picture, not a list of contacts" },
  { "\xff\xd8\xff", 3, "this is a picture, not a list of contacts" },
  { "SQLite format 3", 15, "this is a database: export its contacts as CSV (UTF-8), and import that" },
  { "{\\rtf", 5, "this is an RTF document: copy its text into a plain text file, or " SAVE_AS },
  { "PAR1", 4, "this is a Parquet file: export its contacts as CSV (UTF-8), and import that" },
};

/* The head in UTF-8, in lower case, lines ended by \n alone, from the first character that is not blank. */
static char *
fold_head (Input *self, GError **error)
{
  guint8 head[TEXT_HEAD_MAX];
  gsize len = (gsize) MIN (sizeof head, self->size), mark;
  g_autoptr (GByteArray) text = g_byte_array_new ();
  Decoder decoder = { .encoding = ENCODING_UTF_8 };
  g_autofree char *folded = NULL;

  if (!input_read (self, 0, head, len, error))
    return NULL;
  mark = encoding_find_mark (head, len, &decoder.encoding);
  decoder_feed (&decoder, head + mark, len - mark, FALSE, text);
  g_byte_array_append (text, (const guint8 *) "", 1);
  folded = g_ascii_strdown ((const char *) text->data, -1);
  for (char *from = folded, *to = folded; ; from++)
    if (*from != '\r' && (*to++ = *from) == '\0')
      break;
  return g_strdup (folded + strspn (folded, " \t\n\f\v"));
}

gboolean
input_find_kind (Input *self, InputKind *out_kind, GError **error)
{
  guint8 head[16] = { 0 };
  g_autofree char *text = NULL;
  const char *sentence;

  if (!input_read (self, 0, head, (gsize) MIN (sizeof head, self->size), error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    if (memcmp (head, foreign[i].magic, foreign[i].len) == 0) {
      g_set_error_literal (error, FAULT, FAULT_DATA, foreign[i].sentence);
      return FALSE;
    }
  text = fold_head (self, error);
  sentence = text != NULL ? foreign_find (text) : NULL;
  if (sentence != NULL)
    g_set_error_literal (error, FAULT, FAULT_DATA, sentence);
  if (text == NULL || sentence != NULL)
    return FALSE;
  *out_kind = memcmp (head, "PK\3\4", 4) == 0 || memcmp (head, "PK\5\6", 4) == 0 ? INPUT_ZIP : INPUT_TEXT;
  return TRUE;
}

typedef struct { /* beside what is ASCII */
  guint64 good, bad; /* characters of UTF-8; octets that are none */
} Tally;

static void
tally_piece (Tally *self, const guint8 *data, gsize len)
{
  for (gsize i = 0; i < len; i++)
    self->good += data[i] >= 0xc0; /* valid UTF-8: one such octet a character */
}

/* Decides on the whole file. A guess from its head would be wrong for the list whose first umlaut stands in row 90,000, and half
 * of it would be stored by then; one pass over what is in the page cache anyway costs a third of a second a gigabyte. */
static gboolean
count_utf8 (Input *self, Tally *out, GError **error)
{
  gsize carry = 0;

  for (guint64 at = self->start; at < self->size;) {
    gsize len = (gsize) MIN (INPUT_PIECE - carry, self->size - at), done = 0;

    if (!input_read (self, at, self->piece + carry, len, error))
      return FALSE;
    at += len;
    for (len += carry; done < len;) {
      gsize good = encoding_utf8_prefix (self->piece + done, len - done);

      tally_piece (out, self->piece + done, good);
      done += good;
      if (done == len || (at < self->size && encoding_is_utf8_start (self->piece + done, len - done)))
        break;
      out->bad++;
      done++;
    }
    carry = len - done;
    memmove (self->piece, self->piece + done, carry);
  }
  return TRUE;
}

static gboolean
look_western (Input *self, Western *out, GError **error)
{
  for (guint64 at = self->start; at < self->size;) {
    gsize len = (gsize) MIN (INPUT_PIECE, self->size - at);

    if (!input_read (self, at, self->piece, len, error))
      return FALSE;
    western_feed (out, self->piece, len);
    at += len;
  }
  western_feed (out, (const guint8 *) "\n", 1);
  return TRUE;
}

/* One octet that is none does not make another encoding of a file in UTF-8: what is in a hundred characters is listed. */
static gboolean
input_decide (Input *self, GError **error)
{
  Tally tally = { 0, 0 };
  Western western = { 0 };

  if (!count_utf8 (self, &tally, error))
    return FALSE;
  self->decoder.encoding = tally.bad * 100 <= tally.good + tally.bad ? ENCODING_UTF_8 : ENCODING_WINDOWS_1252;
  self->is_clear = TRUE;
  if (self->decoder.encoding == ENCODING_UTF_8)
    return TRUE;
  if (!look_western (self, &western, error))
    return FALSE;
  self->is_clear = tally.good == 0 && western_is_clear (&western);
  return TRUE;
}

/* One is dirt in a value; one in twenty octets and the file is none of text, or of UTF-16. */
static gboolean
has_controls (const guint8 *data, gsize len)
{
  gsize n = 0;

  for (gsize i = 0; i < len; i++)
    n += data[i] < 0x20 && !g_ascii_isspace (data[i]);
  return n * 20 > len;
}

static gboolean
guess_encoding (Input *self, GError **error)
{
  gsize len = (gsize) MIN (HEAD_MAX, self->size - self->start);

  if (!input_read (self, self->start, self->piece, len, error))
    return FALSE;
  if (has_controls (self->piece, len)) {
    g_set_error_literal (error, FAULT, FAULT_DATA,
                         "this is no text, or UTF-16 without a byte order mark: save the contacts as CSV (UTF-8), or say --encoding utf-16le");
    return FALSE;
  }
  return input_decide (self, error);
}

/* One of our own, or one that iconv knows. */
static gboolean
take_word (Input *self, const char *word, Encoding *out_encoding, GError **error)
{
  if (encoding_from_word (word, out_encoding))
    return TRUE;
  self->charset = charset_open (word);
  self->word = g_ascii_strdown (word, -1);
  if (self->charset == NULL)
    g_set_error (error, FAULT, FAULT_USAGE, "no such encoding: %s. Known are utf-8, utf-16, windows-1252 and the usual ones of iconv -l (windows-1250, macintosh, "
                 "shift_jis…)", word);
  return self->charset != NULL;
}

gboolean
input_find_encoding (Input *self, const char *word, GError **error)
{
  guint8 head[4] = { 0 };
  Encoding marked = ENCODING_UTF_8, wanted = ENCODING_UTF_8;
  gsize mark;

  if (!input_read (self, 0, head, (gsize) MIN (sizeof head, self->size), error))
    return FALSE;
  mark = encoding_find_mark (head, (gsize) MIN (sizeof head, self->size), &marked);
  self->is_clear = TRUE;
  if (word[0] != '\0' && !take_word (self, word, &wanted, error))
    return FALSE;
  if (word[0] != '\0' && g_ascii_strncasecmp (word, "utf-16", 6) == 0 && strlen (word) == 6 && mark == 2)
    wanted = marked;
  if (word[0] == '\0' || (wanted == marked && self->charset == NULL))
    self->start = mark;
  self->decoder.encoding = word[0] != '\0' ? wanted : marked;
  input_rewind (self);
  return word[0] != '\0' || mark > 0 || guess_encoding (self, error);
}

void
input_rewind (Input *self)
{
  self->at = self->start;
  self->decoder.n_carry = 0;
  if (self->charset != NULL)
    charset_reset (self->charset);
}

gboolean
input_next (Input *self, const char **out_data, gsize *out_len, gboolean *out_is_last, GError **error)
{
  gsize len = (gsize) MIN (INPUT_PIECE, self->size - self->at);

  if (!input_read (self, self->at, self->piece, len, error))
    return FALSE;
  self->at += len;
  *out_is_last = self->at == self->size;
  *out_data = (const char *) self->piece;
  *out_len = len;
  if (self->charset != NULL || self->decoder.encoding != ENCODING_UTF_8) {
    g_byte_array_set_size (self->text, 0);
    if (self->charset != NULL)
      (void) charset_feed (self->charset, self->piece, len, *out_is_last, self->text);
    else
      decoder_feed (&self->decoder, self->piece, len, *out_is_last, self->text);
    *out_data = (const char *) self->text->data;
    *out_len = self->text->len;
  }
  return TRUE;
}
