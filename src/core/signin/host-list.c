#include "host-list.h"

#include "endpoint.h"
#include "fault.h"
#include "loopback.h"
#include "text.h"
#include <string.h>

#define TLS_PORT 443
#define NAME_MAX_BYTES 253 /* RFC 1035 §2.3.4, as is the next */
#define LABEL_MAX_BYTES 63
#define SHOWN_MAX 200

typedef struct {
  char    *name;
  guint16  port;
  gboolean is_below; /* not it, but what ends with a dot and it */
} HostRule;

struct HostList {
  GArray *rules; /* of HostRule */
};

static void
host_rule_clear (gpointer data)
{
  g_free (((HostRule *) data)->name);
}

static void
host_list_add (HostList *self, const char *name, guint16 port, gboolean is_below)
{
  const HostRule rule = { g_ascii_strdown (name, -1), port, is_below };

  g_array_append_val (self->rules, rule);
}

/* --- what a person or the table names --- */

/* The last label begins with a letter: "127.1", "0x7f000001" and the like are addresses to the resolver. */
static gboolean
is_domain (const char *text)
{
  g_auto (GStrv) labels = g_strsplit (text, ".", -1);
  guint n = g_strv_length (labels);

  for (guint i = 0; i < n; i++)
    if (*labels[i] == '\0' || strlen (labels[i]) > LABEL_MAX_BYTES || !g_ascii_isalnum (*labels[i]) ||
        strspn (labels[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != strlen (labels[i]))
      return FALSE;
  return n >= 2 && strlen (text) <= NAME_MAX_BYTES && g_ascii_isalpha (*labels[n - 1]);
}

static gboolean
take_word (HostList *self, const char *word, GError **error)
{
  gboolean is_below = g_str_has_prefix (word, "*.");
  g_auto (GStrv) parts = g_strsplit (word + (is_below ? 2 : 0), ":", 2);
  g_autofree char *shown = NULL;
  guint64 port = TLS_PORT;

  if ((is_domain (parts[0]) || (strcmp (parts[0], "localhost") == 0 && !is_below)) &&
      (parts[1] == NULL || g_ascii_string_to_unsigned (parts[1], 10, 1, G_MAXUINT16, &port, NULL))) {
    host_list_add (self, parts[0], (guint16) port, is_below);
    return TRUE;
  }
  shown = text_quote (word, SHOWN_MAX);
  g_set_error (error, FAULT, FAULT_DATA, "%s is no host: say a name such as login.example.org, *.example.org, or either with :PORT", shown);
  return FALSE;
}

static gboolean
take_words (HostList *self, const char *hosts, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (hosts, " \t", -1);

  for (gsize i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && !take_word (self, words[i], error))
      return FALSE;
  if (self->rules->len <= HOST_LIST_MAX)
    return TRUE;
  g_set_error (error, FAULT, FAULT_DATA, "more than %d of them", HOST_LIST_MAX);
  return FALSE;
}

static gboolean
take_authorize (HostList *self, const char *authorize, GError **error)
{
  g_autoptr (Endpoint) endpoint = endpoint_parse ("authorize", authorize, ENDPOINT_WHOLE, error);

  if (endpoint == NULL)
    return FALSE;
  if (endpoint->is_tls && (is_domain (endpoint->host) || strcmp (endpoint->host, "localhost") == 0 || is_loopback_literal (endpoint->host))) {
    host_list_add (self, endpoint->host, endpoint->port, FALSE);
    return TRUE;
  }
  g_set_error_literal (error, FAULT, FAULT_DATA, endpoint->is_tls ? "its sign-in page has an address of numbers, and the window goes by names" : "its sign-in page is without TLS, and the window goes nowhere without");
  return FALSE;
}

static HostList *
host_list_new_empty (void)
{
  HostList *self = g_new0 (HostList, 1);

  self->rules = g_array_new (FALSE, FALSE, sizeof (HostRule));
  g_array_set_clear_func (self->rules, host_rule_clear);
  return self;
}

gboolean
host_list_check (const char *hosts, GError **error)
{
  g_autoptr (HostList) self = host_list_new_empty ();

  return take_words (self, hosts, error);
}

HostList *
host_list_new (const char *authorize, const char *hosts, GError **error)
{
  g_autoptr (HostList) self = host_list_new_empty ();

  if (!take_authorize (self, authorize, error) || (hosts != NULL && !take_words (self, hosts, error)))
    return NULL;
  return g_steal_pointer (&self);
}

void
host_list_free (HostList *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->rules);
  g_free (self);
}

/* --- what is asked for --- */

static gboolean
host_rule_fits (const HostRule *self, const char *host)
{
  gsize len = strlen (host), name_len = strlen (self->name);

  if (!self->is_below)
    return strcmp (host, self->name) == 0;
  return len > name_len + 1 && host[len - name_len - 1] == '.' && strcmp (host + len - name_len, self->name) == 0;
}

gboolean
host_list_has (const HostList *self, const char *host, guint16 port)
{
  for (guint i = 0; i < self->rules->len; i++) {
    const HostRule *rule = &g_array_index (self->rules, HostRule, i);

    if (rule->port == port && host_rule_fits (rule, host))
      return TRUE;
  }
  return FALSE;
}

gboolean
host_list_is_local (const char *host)
{
  return strcmp (host, "localhost") == 0 || is_loopback_literal (host);
}
