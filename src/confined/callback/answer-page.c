#include "answer-page.h"

#include "escape.h"
#include "fault.h"
#include <string.h>

#define WORDS_MAX_BYTES 1024 /* of one word. Chosen */
#define HTML "text/html; charset=utf-8"
#define PLAIN "text/plain; charset=utf-8"
#define HOLE '\1' /* stands in no page for itself */
#define WALLS "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
#define SHOWS WALLS "form-action 'none'; sandbox"
#define ASKS WALLS "form-action 'self'; sandbox allow-forms"
#define DOCUMENT(title, body) \
  "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">" \
  "<meta name=\"viewport\" content=\"width=device-width\"><title>" title "</title></head>\n<body><h1>" title "</h1>\n" body "\n</body></html>\n"

static const struct {
  const char *word, *type, *policy, *text;
} pages[] = {
  { "signed-in", HTML, SHOWS, DOCUMENT ("Signed in", "<p>Postrider may now send for <b>\1</b>. This page can be closed.</p>") },
  { "received", HTML, SHOWS, DOCUMENT ("Almost done", "<p>Postrider finishes the sign-in and says how it ends. This page can be closed.</p>") },
  { "not-signed-in", HTML, SHOWS, DOCUMENT ("Not signed in", "<p>\1</p>\n<p>This page can be closed; Postrider says what to do.</p>") },
  { "challenge", PLAIN, SHOWS, "\1" },
  { "taken", PLAIN, SHOWS, "" },
  { "leave", HTML, ASKS,
    DOCUMENT ("Leave this list?", "<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\"><button>Leave</button></form>") },
  { "left", HTML, SHOWS, DOCUMENT ("You have left", "<p>No more messages of this list will be sent to you.</p>") },
  { "later", PLAIN, SHOWS, "Too much to do just now. Try again in a minute.\n" },
  { "not-found", PLAIN, SHOWS, "Nothing is here.\n" },
};

const AnswerField answer_fields[] = {
  { "Connection", "close" },
  { "Cache-Control", "no-store" },
  { "Referrer-Policy", "no-referrer" },
  { "X-Content-Type-Options", "nosniff" },
  { "Cross-Origin-Resource-Policy", "same-origin" },
  { NULL, NULL },
};

static gssize
find_page (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    if (strcmp (pages[i].word, word) == 0)
      return (gssize) i;
  return -1;
}

static guint
count_holes (const char *text)
{
  guint count = 0;

  for (; *text != '\0'; text++)
    count += *text == HOLE;
  return count;
}

static void
put_cb (void *sink, const char *data, gsize len)
{
  g_string_append_len (sink, data, (gssize) len);
}

static char *
fill_holes (const char *text, Place place, const char *const *words)
{
  GString *out = g_string_new (NULL);

  for (; *text != '\0'; text++) {
    if (*text != HOLE) {
      g_string_append_c (out, *text);
      continue;
    }
    g_assert (*words != NULL); /* counted before */
    escape_value (place, (Slice) { *words, MIN (strlen (*words), WORDS_MAX_BYTES) }, put_cb, out);
    words++;
  }
  return g_string_free (out, FALSE);
}

/* A redirect could lead anywhere, a 1xx is no answer. */
static gboolean
is_status (guint status)
{
  return (status >= 200 && status <= 299) || (status >= 400 && status <= 599);
}

AnswerPage *
answer_page_new (guint status, const char *word, const char *const *words, GError **error)
{
  gssize at = find_page (word);
  AnswerPage *self;

  if (at < 0 || !is_status (status) || g_strv_length ((char **) words) != count_holes (pages[at].text)) {
    g_set_error (error, FAULT, FAULT_USAGE, "callback has no page “%s” with status %u and so many words", word, status);
    return NULL;
  }
  self = g_new0 (AnswerPage, 1);
  self->status = status;
  self->type = pages[at].type;
  self->policy = pages[at].policy;
  self->text = fill_holes (pages[at].text, strcmp (pages[at].type, HTML) == 0 ? PLACE_HTML : PLACE_HEADER, words);
  return self;
}

void
answer_page_free (AnswerPage *self)
{
  if (self != NULL)
    g_free (self->text);
  g_free (self);
}

char *
answer_page_dup_raw (guint status, const char *word)
{
  static const char *const none[] = { NULL };
  g_autoptr (AnswerPage) page = answer_page_new (status, word, none, NULL);
  GString *out = g_string_new (NULL);

  g_string_printf (out, "HTTP/1.1 %u %s\r\n", status, status == 404 ? "Not Found" : "Service Unavailable");
  for (const AnswerField *field = answer_fields; field->name != NULL; field++)
    g_string_append_printf (out, "%s: %s\r\n", field->name, field->value);
  g_string_append_printf (out, "Content-Security-Policy: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", page->policy, page->type, strlen (page->text),
                          page->text);
  return g_string_free (out, FALSE);
}
