#include "json-answer.h"

#include "fault.h"
#include <string.h>

typedef enum { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } JsonKind;

struct JsonAnswer {
  JsonKind    kind;
  gboolean    boolean;
  char       *text; /* JSON_STRING: its characters; JSON_NUMBER: as written */
  char       *key;  /* in an object, else NULL */
  JsonAnswer *first, *next; /* children of an array or object; the next child of the same parent */
};

typedef struct {
  const char *start, *at, *end;
  guint       depth, n_values;
  const char *problem; /* NULL: none so far */
} JsonReader;

static JsonAnswer *json_read_value (JsonReader *reader);

/* --- values --- */

static void
json_text_free (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

/* No recursion deeper than what was read: JSON_ANSWER_DEPTH_MAX. */
void
json_answer_free (JsonAnswer *self)
{
  while (self != NULL) {
    JsonAnswer *next = self->next;

    json_answer_free (self->first);
    json_text_free (self->text);
    json_text_free (self->key);
    g_free (self);
    self = next;
  }
}

static JsonAnswer *
json_fail (JsonReader *reader, const char *problem)
{
  if (reader->problem == NULL)
    reader->problem = problem;
  return NULL;
}

static JsonAnswer *
json_answer_new (JsonReader *reader, JsonKind kind)
{
  JsonAnswer *self;

  if (++reader->n_values > JSON_ANSWER_VALUES_MAX)
    return json_fail (reader, "too many values");
  self = g_new0 (JsonAnswer, 1);
  self->kind = kind;
  return self;
}

/* --- characters --- */

static void
json_skip_space (JsonReader *reader)
{
  while (reader->at < reader->end && memchr (" \t\r\n", *reader->at, 4) != NULL)
    reader->at++;
}

/* Returns: TRUE when `character` stood there; it is behind us then. */
static gboolean
json_take (JsonReader *reader, char character)
{
  if (reader->at == reader->end || *reader->at != character)
    return FALSE;
  reader->at++;
  return TRUE;
}

static guint
json_take_digits (JsonReader *reader)
{
  guint n = 0;

  for (; reader->at < reader->end && g_ascii_isdigit (*reader->at); n++)
    reader->at++;
  return n;
}

/* --- strings --- */

/* Four digits behind \u. Returns: -1: there are none. */
static gint32
json_take_unit (JsonReader *reader)
{
  gint32 unit = 0;

  if (reader->end - reader->at < 4)
    return -1;
  for (guint i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value (*reader->at++);

    if (digit < 0)
      return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

/* Behind \u. Returns: 0: no character, or none that a string of ours can hold: half a surrogate pair, NUL. */
static gunichar
json_take_escaped (JsonReader *reader)
{
  gint32 high = json_take_unit (reader), low;

  if (high <= 0 || (high >= 0xdc00 && high <= 0xdfff))
    return 0;
  if (high < 0xd800 || high > 0xdbff)
    return (gunichar) high;
  if (!json_take (reader, '\\') || !json_take (reader, 'u'))
    return 0;
  low = json_take_unit (reader);
  return low >= 0xdc00 && low <= 0xdfff ? 0x10000 + (((gunichar) high & 0x3ff) << 10) + ((gunichar) low & 0x3ff) : 0;
}

/* Behind the backslash. Returns: octets written to `out`, at most 4; 0: no escape of JSON's. */
static guint
json_take_escape (JsonReader *reader, char *out)
{
  static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  const char *found;
  gunichar character;

  if (reader->at == reader->end)
    return 0;
  if (json_take (reader, 'u'))
    return (character = json_take_escaped (reader)) != 0 ? (guint) g_unichar_to_utf8 (character, out) : 0;
  found = memchr (names, *reader->at++, sizeof names - 1);
  if (found == NULL)
    return 0;
  *out = meant[found - names];
  return 1;
}

/* How many octets there are to the closing quotation mark: what is read of them is never longer. */
static gsize
json_measure_string (const JsonReader *reader)
{
  const char *p = reader->at;

  while (p < reader->end && *p != '"')
    p += *p == '\\' && p + 1 < reader->end ? 2 : 1;
  return (gsize) (p - reader->at);
}

/* Behind the opening quotation mark. Returns: (transfer full), or NULL. */
static char *
json_read_string (JsonReader *reader)
{
  char *text = g_malloc0 (json_measure_string (reader) + 5), *out = text; /* once, so that no half of a token stays in an outgrown block */

  while (reader->at < reader->end && *reader->at != '"') {
    guint n = 1;

    if ((guchar) *reader->at < 0x20) {
      json_fail (reader, "a control character in a string");
      break;
    }
    if (*reader->at != '\\')
      *out = *reader->at++;
    else if (reader->at++, (n = json_take_escape (reader, out)) == 0) {
      json_fail (reader, "an escape that JSON does not have");
      break;
    }
    out += n;
  }
  if (reader->problem == NULL && !json_take (reader, '"'))
    json_fail (reader, "a string without an end");
  if (reader->problem == NULL)
    return text;
  explicit_bzero (text, (gsize) (out - text));
  g_free (text);
  return NULL;
}

/* --- scalars --- */

/* RFC 8259 §6: no plus, no leading zero, digits on both sides of the point. */
static JsonAnswer *
json_read_number (JsonReader *reader)
{
  const char *start = reader->at;
  JsonAnswer *self;
  gboolean is_fine;

  (void) json_take (reader, '-');
  is_fine = json_take (reader, '0') || json_take_digits (reader) > 0;
  if (is_fine && json_take (reader, '.'))
    is_fine = json_take_digits (reader) > 0;
  if (is_fine && (json_take (reader, 'e') || json_take (reader, 'E'))) {
    (void) (json_take (reader, '+') || json_take (reader, '-'));
    is_fine = json_take_digits (reader) > 0;
  }
  if (!is_fine)
    return json_fail (reader, "no value of JSON's");
  self = json_answer_new (reader, JSON_NUMBER);
  if (self != NULL)
    self->text = g_strndup (start, (gsize) (reader->at - start));
  return self;
}

static JsonAnswer *
json_read_word (JsonReader *reader)
{
  static const struct { const char *word; JsonKind kind; gboolean boolean; } words[] = {
    { "true", JSON_BOOLEAN, TRUE }, { "false", JSON_BOOLEAN, FALSE }, { "null", JSON_NULL, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    gsize len = strlen (words[i].word);

    if ((gsize) (reader->end - reader->at) >= len && memcmp (reader->at, words[i].word, len) == 0) {
      JsonAnswer *self = json_answer_new (reader, words[i].kind);

      if (self != NULL)
        self->boolean = words[i].boolean;
      reader->at += len;
      return self;
    }
  }
  return json_read_number (reader);
}

/* --- arrays and objects --- */

/* Returns: FALSE: no name and colon, or one that `parent` has already. */
static gboolean
json_read_key (JsonReader *reader, const JsonAnswer *parent, char **out_key)
{
  guint n = 0;

  if (!json_take (reader, '"')) {
    json_fail (reader, "a member without a name");
    return FALSE;
  }
  *out_key = json_read_string (reader);
  for (const JsonAnswer *child = parent->first; *out_key != NULL && child != NULL; child = child->next)
    if (++n >= JSON_ANSWER_MEMBERS_MAX || strcmp (child->key, *out_key) == 0) {
      json_fail (reader, n >= JSON_ANSWER_MEMBERS_MAX ? "too many members" : "the same key twice");
      return FALSE;
    }
  json_skip_space (reader);
  if (*out_key != NULL && !json_take (reader, ':'))
    json_fail (reader, "a member without a colon");
  return reader->problem == NULL;
}

/* One child and what stands around it. Returns: (transfer full), or NULL. */
static JsonAnswer *
json_read_child (JsonReader *reader, const JsonAnswer *parent)
{
  char *key = NULL;
  JsonAnswer *child = NULL;

  json_skip_space (reader);
  if (parent->kind == JSON_ARRAY || json_read_key (reader, parent, &key))
    child = json_read_value (reader);
  if (child == NULL) {
    json_text_free (key);
    return NULL;
  }
  child->key = key;
  return child;
}

/* Behind the opening bracket. */
static JsonAnswer *
json_read_container (JsonReader *reader, JsonKind kind)
{
  const char close = kind == JSON_ARRAY ? ']' : '}';
  g_autoptr (JsonAnswer) self = json_answer_new (reader, kind);
  JsonAnswer **last = self != NULL ? &self->first : NULL;

  if (self == NULL)
    return NULL;
  json_skip_space (reader);
  if (json_take (reader, close))
    return g_steal_pointer (&self);
  do {
    if ((*last = json_read_child (reader, self)) == NULL)
      return NULL;
    last = &(*last)->next;
    json_skip_space (reader);
  } while (json_take (reader, ','));
  return json_take (reader, close) ? g_steal_pointer (&self) : json_fail (reader, "an array or object without an end");
}

static JsonAnswer *
json_read_text (JsonReader *reader)
{
  char *text = json_read_string (reader);
  JsonAnswer *self = text != NULL ? json_answer_new (reader, JSON_STRING) : NULL;

  if (self == NULL) {
    json_text_free (text);
    return NULL;
  }
  self->text = text;
  return self;
}

static JsonAnswer *
json_read_value (JsonReader *reader)
{
  JsonAnswer *self;

  json_skip_space (reader);
  if (reader->depth >= JSON_ANSWER_DEPTH_MAX)
    return json_fail (reader, "too deep");
  reader->depth++;
  if (json_take (reader, '{'))
    self = json_read_container (reader, JSON_OBJECT);
  else if (json_take (reader, '['))
    self = json_read_container (reader, JSON_ARRAY);
  else
    self = json_take (reader, '"') ? json_read_text (reader) : json_read_word (reader);
  reader->depth--;
  return self;
}

JsonAnswer *
json_answer_parse (const char *data, gsize len, GError **error)
{
  JsonReader reader = { .start = data, .at = data, .end = data + len };
  g_autoptr (JsonAnswer) self = NULL;

  if (len > JSON_ANSWER_MAX)
    json_fail (&reader, "too long");
  else if (!g_utf8_validate_len (data, len, NULL)) /* a NUL is none either */
    json_fail (&reader, "not UTF-8");
  else
    self = json_read_value (&reader);
  json_skip_space (&reader);
  if (self != NULL && reader.at != reader.end)
    json_fail (&reader, "something behind the end");
  if (reader.problem == NULL)
    return g_steal_pointer (&self);
  g_set_error (error, FAULT, FAULT_PROTOCOL, "no JSON that can be taken: %s (octet %" G_GSIZE_FORMAT ")", reader.problem, (gsize) (reader.at - reader.start));
  return NULL;
}

/* --- what it holds --- */

gboolean
json_answer_is_object (const JsonAnswer *self)
{
  return self != NULL && self->kind == JSON_OBJECT;
}

const JsonAnswer *
json_answer_get_member (const JsonAnswer *self, const char *key)
{
  const JsonAnswer *child = json_answer_is_object (self) ? self->first : NULL;

  while (child != NULL && strcmp (child->key, key) != 0)
    child = child->next;
  return child;
}

const JsonAnswer *
json_answer_get_element (const JsonAnswer *self, guint index)
{
  const JsonAnswer *child = self != NULL && self->kind == JSON_ARRAY ? self->first : NULL;

  while (child != NULL && index-- > 0)
    child = child->next;
  return child;
}

const char *
json_answer_get_string (const JsonAnswer *self)
{
  return self != NULL && self->kind == JSON_STRING ? self->text : NULL;
}

gboolean
json_answer_get_integer (const JsonAnswer *self, gint64 *out_value)
{
  return self != NULL && self->kind == JSON_NUMBER && g_ascii_string_to_signed (self->text, 10, G_MININT64, G_MAXINT64, out_value, NULL);
}

gboolean
json_answer_get_boolean (const JsonAnswer *self, gboolean *out_value)
{
  if (self == NULL || self->kind != JSON_BOOLEAN)
    return FALSE;
  *out_value = self->boolean;
  return TRUE;
}
