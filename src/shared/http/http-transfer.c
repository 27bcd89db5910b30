#include "http-transfer.h"

#include "fault.h"
#include "http-address.h"
#include "http-answer-reader.h"
#include "text.h"
#include <string.h>
#include <unistd.h>

#define NEVER_DIALLED "192.0.2.1" /* RFC 5737: libcurl wants an address, and the socket is there already */
#define TEXT_MAX 300              /* chosen: octets of libcurl's words that people are shown */

struct HttpTransfer {
  CURL              *easy;
  HttpSocket        *socket;
  gboolean           keeps;
  HttpAddress       *address;
  struct curl_slist *headers, *resolved;
  char              *authorities; /* PEM, its NUL behind */
  HttpBodyFunc       body;
  HttpDoneFunc       done;
  gpointer           data;
  gboolean           is_begun, is_given_up;
  HttpAnswerReader   answer;
  char               words[CURL_ERROR_SIZE];
};

/* --- what libcurl asks --- */

/* Asked a second time it would repeat the request on another socket: there is none. */
static curl_socket_t
open_socket_cb (void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
  HttpTransfer *self = data;
  int fd = self->socket->fd;

  self->socket->fd = -1;
  self->socket->is_open = self->socket->is_open || fd >= 0;
  return fd >= 0 ? fd : CURL_SOCKET_BAD;
}

/* data: the socket, not the transfer: a connection outlives the one that opened it. */
static int
close_socket_cb (void *data, curl_socket_t fd)
{
  HttpSocket *socket = data;

  socket->is_open = FALSE;
  return close (fd);
}

static int
socket_option_cb (void *data, curl_socket_t fd, curlsocktype purpose)
{
  return CURL_SOCKOPT_ALREADY_CONNECTED;
}

static size_t
body_cb (char *buffer, size_t size, size_t count, void *data)
{
  HttpTransfer *self = data;
  gssize n = self->body (buffer, size * count, self->data);

  if (n < 0) {
    self->is_given_up = TRUE;
    return CURL_READFUNC_ABORT;
  }
  self->is_begun = self->is_begun || n > 0;
  return (size_t) n;
}

static size_t
line_cb (char *line, size_t size, size_t count, void *data)
{
  HttpTransfer *self = data;

  return http_answer_reader_take_line (&self->answer, line, size * count) ? size * count : 0;
}

static size_t
octets_cb (char *octets, size_t size, size_t count, void *data)
{
  HttpTransfer *self = data;

  return http_answer_reader_take_body (&self->answer, octets, size * count) ? size * count : 0;
}

/* --- its settings; each function returns how many were refused, in bits --- */

static int
transfer_set_socket (HttpTransfer *self)
{
  int failed = 0;

  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket_cb);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_OPENSOCKETDATA, self);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket_cb);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_CLOSESOCKETDATA, self->socket);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_SOCKOPTFUNCTION, socket_option_cb);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_RESOLVE, self->resolved);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_TCP_NODELAY, 0L); /* dial has set it; here it would be setsockopt() */
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_TCP_KEEPALIVE, 0L);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_FORBID_REUSE, self->keeps ? 0L : 1L);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_NOSIGNAL, 1L);
  return failed;
}

static int
transfer_set_tls (HttpTransfer *self, GBytes *system_authorities)
{
  struct curl_blob blob = { .flags = CURL_BLOB_NOCOPY };
  int failed = 0;

  blob.data = self->authorities != NULL ? self->authorities : (void *) g_bytes_get_data (system_authorities, NULL);
  blob.len = self->authorities != NULL ? strlen (self->authorities) : g_bytes_get_size (system_authorities);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_CAINFO_BLOB, &blob);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_CAINFO, NULL);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_CAPATH, NULL);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_SSL_VERIFYPEER, 1L);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_SSL_VERIFYHOST, 2L);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  return failed;
}

/* All that libcurl would do beyond one request and one answer. */
static int
transfer_set_refusals (HttpTransfer *self)
{
  int failed = 0;

  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_PROTOCOLS_STR, self->address->is_plain ? "http" : "https");
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_HTTP09_ALLOWED, 0L);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_FOLLOWLOCATION, 0L);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_PROXY, "");
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_TRANSFER_ENCODING, 0L);
  return failed;
}

static int
transfer_set_request (HttpTransfer *self, const HttpRequest *request)
{
  int failed = 0;

  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_CURLU, self->address->parsed);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_HTTPHEADER, self->headers);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_TIMEOUT_MS, (long) MIN (MAX (request->timeout_ms, 1), G_MAXINT));
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_ERRORBUFFER, self->words);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_PRIVATE, self);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_HEADERFUNCTION, line_cb);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_HEADERDATA, self);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_WRITEFUNCTION, octets_cb);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_WRITEDATA, self);
  if (self->body == NULL)
    return failed;
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_POST, 1L); /* with no seek function, so that a lost connection is an error and no second copy */
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->body_bytes);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_READFUNCTION, body_cb);
  failed |= (int) curl_easy_setopt (self->easy, CURLOPT_READDATA, self);
  return failed;
}

/* --- its life --- */

static void
transfer_add_lists (HttpTransfer *self, const HttpRequest *request)
{
  g_autofree char *row = g_strdup_printf ("%s:%s:" NEVER_DIALLED, self->address->host, self->address->port);

  self->headers = curl_slist_append (NULL, "Expect:");
  for (guint i = 0; request->headers != NULL && request->headers[i] != NULL; i++)
    self->headers = curl_slist_append (self->headers, request->headers[i]);
  if (self->address->host[0] != '[') /* a name; a number is not looked up */
    self->resolved = curl_slist_append (NULL, row);
}

HttpTransfer *
http_transfer_new (const HttpRequest *request, HttpSocket *socket, GBytes *system_authorities, HttpDoneFunc done, gpointer data, GError **error)
{
  g_autoptr (HttpTransfer) self = g_new0 (HttpTransfer, 1);

  self->socket = socket;
  self->keeps = request->keeps;
  self->body = request->body;
  self->done = done;
  self->data = data;
  self->authorities = g_strdup (request->authorities);
  self->address = http_address_parse (request->url, socket->is_near, error);
  if (self->address == NULL)
    return NULL;
  transfer_add_lists (self, request);
  self->easy = curl_easy_init ();
  if (self->easy == NULL || transfer_set_socket (self) != 0 || transfer_set_tls (self, system_authorities) != 0 ||
      transfer_set_refusals (self) != 0 || transfer_set_request (self, request) != 0) {
    g_set_error (error, FAULT, FAULT_SOFTWARE, "libcurl does not take a setting that is needed");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
http_transfer_free (HttpTransfer *self)
{
  if (self == NULL)
    return;
  curl_easy_cleanup (self->easy);
  curl_slist_free_all (self->headers);
  curl_slist_free_all (self->resolved);
  g_clear_pointer (&self->address, http_address_free);
  http_answer_reader_clear (&self->answer);
  g_free (self->authorities);
  g_free (self);
}

CURL *
http_transfer_get_easy (HttpTransfer *self)
{
  return self->easy;
}

HttpTransfer *
http_transfer_of_easy (CURL *easy)
{
  char *self = NULL;

  (void) curl_easy_getinfo (easy, CURLINFO_PRIVATE, &self);
  return (HttpTransfer *) (void *) self;
}

/* --- its end --- */

static HttpEnd
transfer_judge (const HttpTransfer *self, CURLcode code)
{
  if (self->answer.problem != NULL)
    return HTTP_NONSENSE;
  switch (code) {
  case CURLE_OK:
    return HTTP_ANSWERED;
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_ISSUER_ERROR:
    return HTTP_UNTRUSTED;
  case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
  case CURLE_WEIRD_SERVER_REPLY:
  case CURLE_PARTIAL_FILE:
  case CURLE_BAD_CONTENT_ENCODING:
  case CURLE_WRITE_ERROR:
  case CURLE_OUT_OF_MEMORY: /* also a line that is longer than libcurl's own limit */
#if LIBCURL_VERSION_NUM >= 0x080600
  case CURLE_TOO_LARGE: /* the same, of later ones */
#endif
    return HTTP_NONSENSE;
  default:
    return HTTP_LOST;
  }
}

static char *
transfer_describe (const HttpTransfer *self, CURLcode code)
{
  g_autofree char *words = text_printable (*self->words != '\0' ? self->words : curl_easy_strerror (code), -1, TEXT_MAX);

  if (self->is_given_up)
    return g_strdup ("the request was given up before it left");
  if (self->answer.problem != NULL)
    return g_strdup_printf ("the answer of %s is not taken: %s", self->address->host, self->answer.problem);
  if (code == CURLE_OPERATION_TIMEDOUT)
    return g_strdup_printf ("%s did not answer in time", self->address->host);
  if (code == CURLE_PARTIAL_FILE)
    return g_strdup_printf ("the answer of %s was cut short", self->address->host);
  return g_strdup_printf ("%s: %s", self->address->host, words);
}

void
http_transfer_conclude (HttpTransfer *self, CURLcode code)
{
  HttpAnswer answer = { .end = transfer_judge (self, code), .is_begun = self->is_begun || self->body == NULL, .text = "", .media_type = "", .retry_after = "", .body = "" };
  g_autofree char *text = NULL;
  long status = 0;

  if (answer.end != HTTP_ANSWERED) {
    answer.text = text = transfer_describe (self, code);
  } else {
    (void) curl_easy_getinfo (self->easy, CURLINFO_RESPONSE_CODE, &status);
    answer.status = (guint) CLAMP (status, 0, 999);
    answer.media_type = self->answer.media_type;
    answer.retry_after = self->answer.retry_after;
    answer.body = self->answer.body != NULL ? self->answer.body : "";
    answer.body_bytes = self->answer.body_bytes;
  }
  self->done (&answer, self->data);
}
