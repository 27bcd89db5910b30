#include "redirect-query.h"

#include <string.h>

static void
wipe_free (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

static void
take_secret (SecretBytes **out, const char *value)
{
  if (*out == NULL && strlen (value) <= SECRET_BYTES_MAX)
    *out = secret_bytes_new (value, strlen (value));
}

static void
take_text (char **out, const char *value)
{
  if (*out == NULL)
    *out = g_strdup (value);
}

/* What has no value counts as left out (RFC 6749 §3.1). */
static void
take_parameter (RedirectQuery *self, const char *key, const char *value)
{
  if (*value == '\0')
    return;
  if (strcmp (key, "state") == 0)
    take_secret (&self->state, value);
  else if (strcmp (key, "code") == 0)
    take_secret (&self->code, value);
  else if (strcmp (key, "iss") == 0)
    take_text (&self->iss, value);
  else if (strcmp (key, "error") == 0)
    take_text (&self->error, value);
  else if (strcmp (key, "error_description") == 0)
    take_text (&self->description, value);
}

RedirectQuery *
redirect_query_parse (const char *query)
{
  RedirectQuery *self = g_new0 (RedirectQuery, 1);
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  GUriParamsIter iter;
  char *key, *value;

  g_uri_params_iter_init (&iter, query, -1, "&", G_URI_PARAMS_WWW_FORM);
  while (g_uri_params_iter_next (&iter, &key, &value, &error)) {
    take_parameter (self, key, value);
    wipe_free (value);
    self->is_doubled |= !g_hash_table_add (keys, key);
  }
  self->is_torn = error != NULL;
  return self;
}

void
redirect_query_free (RedirectQuery *self)
{
  if (self == NULL)
    return;
  secret_bytes_free (self->state);
  secret_bytes_free (self->code);
  g_free (self->iss);
  g_free (self->error);
  g_free (self->description);
  g_free (self);
}
