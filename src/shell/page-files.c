#include "page-files.h"

#include "fault.h"
#include "page-address.h"
#include "weaken.h"
#include <string.h>

/* By header alone: the view's own default-content-security-policy takes the place of every header (measured on 2.50), and with it would go what
 * differs between a page and a mail. All that has no header here (about:blank, srcdoc, blob:) inherits the page's.
 * No inline script or style, no eval, nothing from anywhere else; what is not named falls to 'none'; no text becomes markup (trusted types). */
#define PAGE_POLICY                                                                                                                  \
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'none'; frame-src app://mail; " \
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

/* A stranger's mail: looks, and images that it brought along. sandbox: an origin of its own, no script, no form, no way to the top. */
#define MAIL_POLICY "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors app://postrider"

typedef struct {
  GHashTable *files; /* address → its resource's path */
  MailStore  *mails;
} Pages;

static const struct {
  const char *suffix, *type;
} types[] = {
  { ".html", "text/html; charset=utf-8" }, { ".js", "text/javascript; charset=utf-8" }, { ".css", "text/css; charset=utf-8" },
  { ".svg", "image/svg+xml" },             { ".png", "image/png" },                     { ".woff2", "font/woff2" },
};

static const char *
find_type (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (path, types[i].suffix))
      return types[i].type;
  return NULL;
}

static void
page_files_answer (WebKitURISchemeRequest *request, guint status, GBytes *body, const char *type, const char *policy)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (body);
  g_autoptr (WebKitURISchemeResponse) response = webkit_uri_scheme_response_new (stream, (gint64) g_bytes_get_size (body));
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);

  soup_message_headers_append (headers, "Content-Type", type); /* without it in here, CSS is dropped (measured) */
  if (!WEAKENED ("csp") || policy == NULL)
    soup_message_headers_append (headers, "Content-Security-Policy", policy != NULL ? policy : "default-src 'none'");
  soup_message_headers_append (headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_append (headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_append (headers, "Cache-Control", "no-store");
  webkit_uri_scheme_response_set_content_type (response, type);
  webkit_uri_scheme_response_set_status (response, status, status == 200 ? "OK" : "Not Found");
  webkit_uri_scheme_response_set_http_headers (response, headers); /* takes them */
  webkit_uri_scheme_request_finish_with_response (request, response);
}

static void
asked_cb (WebKitURISchemeRequest *request, gpointer data)
{
  Pages *self = data;
  const char *address = webkit_uri_scheme_request_get_uri (request), *path;
  gboolean is_get = strcmp (webkit_uri_scheme_request_get_http_method (request), "GET") == 0;
  g_autoptr (GBytes) mail = is_get ? mail_store_dup (self->mails, address) : NULL;
  g_autoptr (GBytes) body = NULL;

  if (mail != NULL) {
    page_files_answer (request, 200, mail, "text/html; charset=utf-8", WEAKENED ("mail-policy") ? "default-src * 'unsafe-inline' data:" : MAIL_POLICY);
    return;
  }
  path = is_get ? g_hash_table_lookup (self->files, address) : NULL;
  body = path != NULL ? g_resources_lookup_data (path, 0, NULL) : NULL;
  if (body != NULL) {
    page_files_answer (request, 200, body, find_type (path), PAGE_POLICY);
    return;
  }
  body = g_bytes_new_static ("Not found", strlen ("Not found"));
  page_files_answer (request, 404, body, "text/plain; charset=utf-8", NULL);
}

/* Every file of the resource whose kind we know, by the address that it has; the document by none but the root. */
static void
page_files_collect (GHashTable *files, const char *folder)
{
  g_auto (GStrv) names = g_resources_enumerate_children (folder, 0, NULL);

  for (gsize i = 0; names != NULL && names[i] != NULL; i++) {
    g_autofree char *path = g_strconcat (folder, "/", names[i], NULL);
    gboolean is_document = strcmp (path, PAGE_FILES_ROOT "/index.html") == 0;

    if (g_str_has_suffix (path, "/")) {
      path[strlen (path) - 1] = '\0';
      page_files_collect (files, path);
    } else if (is_document || (find_type (path) != NULL && !g_str_has_suffix (path, ".html"))) {
      char *address = is_document ? g_strdup (PAGE_ADDRESS) : g_strconcat ("app://postrider", path + strlen (PAGE_FILES_ROOT), NULL);

      g_hash_table_insert (files, address, g_steal_pointer (&path));
    }
  }
}

static void
pages_free (gpointer data)
{
  Pages *self = data;

  g_hash_table_unref (self->files);
  g_free (self);
}

gboolean
page_files_serve (WebKitWebContext *context, MailStore *mails, GError **error)
{
  Pages *self = g_new0 (Pages, 1);

  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->mails = mails;
  page_files_collect (self->files, PAGE_FILES_ROOT);
  if (!g_hash_table_contains (self->files, PAGE_ADDRESS)) {
    g_set_error (error, FAULT, FAULT_SOFTWARE, "This program holds no page. Please install Postrider again.");
    pages_free (self);
    return FALSE;
  }
  webkit_web_context_register_uri_scheme (context, "app", asked_cb, self, pages_free);
  if (!WEAKENED ("secure"))
    webkit_security_manager_register_uri_scheme_as_secure (webkit_web_context_get_security_manager (context), "app");
  return TRUE;
}
