#include "domain-check.h"

#include "contract-keys.h"
#include "preset.h"
#include "text.h"
#include <string.h>

#define RECORD_SHOWN_MAX 512 /* octets */
#define TIMEOUT_MS 25000 /* chosen: a person waits; without a network each look-up alone may take a minute */
#define NO_ANSWER "could not be looked up: no answer from DNS"

/* DKIM selectors cannot be listed. These are what Google, Microsoft, Mailchimp, SendGrid, Fastmail, Proton, Zoho, cPanel, rspamd and Postfix
 * guides use; Amazon's are random. */
static const char *const selectors[] = { "google", "selector1", "selector2", "default", "mail", "dkim", "s1", "s2", "k1", "k2", "smtp",
                                          "fm1", "protonmail", "zoho", "sig1", "mandrill" };

void
domain_check_free (DomainCheck *self)
{
  if (self == NULL)
    return;
  g_free (self->domain);
  g_free (self->parent);
  g_strfreev (self->txt);
  g_strfreev (self->mx);
  g_strfreev (self->dmarc);
  g_strfreev (self->dmarc_parent);
  g_ptr_array_unref (self->selectors);
  g_free (self);
}

/* --- looking up --- */

typedef struct {
  GTask      *task; /* reference */
  Dialer     *dialer;
  GStrv      *out;      /* inside the task's DomainCheck; NULL: a selector */
  const char *selector;
} Lookup;

typedef struct {
  DomainCheck  *check;   /* NULL: given to the caller */
  GCancellable *lookups; /* cancelled, so that lookups whose time is over are not begun */
  guint         pending, timer;
} Checking;

static void
checking_free (gpointer data)
{
  Checking *self = data;

  domain_check_free (self->check);
  g_object_unref (self->lookups);
  g_free (self);
}

static gboolean
is_dkim_key (const char *record)
{
  return strstr (record, "p=") != NULL && strstr (record, "p=;") == NULL; /* an empty p= is a revoked key */
}

static void
note_selector (DomainCheck *check, const char *selector, GStrv records)
{
  check->is_dkim_answered |= records != NULL;
  for (gsize i = 0; records != NULL && records[i] != NULL; i++)
    if (is_dkim_key (records[i])) {
      g_ptr_array_add (check->selectors, g_strdup (selector));
      return;
    }
}

static void
domain_check_conclude (GTask *task)
{
  Checking *checking = g_task_get_task_data (task);

  g_clear_handle_id (&checking->timer, g_source_remove);
  g_task_return_pointer (task, g_steal_pointer (&checking->check), (GDestroyNotify) domain_check_free);
}

/* Takes the answers that have come by now for all. */
static gboolean
timeout_cb (gpointer data)
{
  GTask *task = data;
  Checking *checking = g_task_get_task_data (task);

  checking->timer = 0;
  domain_check_conclude (task);
  g_cancellable_cancel (checking->lookups);
  return G_SOURCE_REMOVE;
}

static void
lookup_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Lookup *lookup = data;
  g_autoptr (GTask) task = lookup->task;
  Checking *checking = g_task_get_task_data (task);
  g_auto (GStrv) records = dialer_lookup_finish (lookup->dialer, result, NULL);

  checking->pending--;
  if (checking->check == NULL) /* too late */
    return;
  if (lookup->out != NULL)
    *lookup->out = g_steal_pointer (&records);
  else
    note_selector (checking->check, lookup->selector, records);
  if (checking->pending == 0)
    domain_check_conclude (task);
}

static void
look_up (GTask *task, Dialer *dialer, const char *name, const char *type, GStrv *out, const char *selector)
{
  Checking *checking = g_task_get_task_data (task);
  Lookup *lookup = g_new (Lookup, 1);

  *lookup = (Lookup){ g_object_ref (task), dialer, out, selector };
  checking->pending++;
  dialer_lookup_async (dialer, name, type, checking->lookups, lookup_cb, lookup);
}

/* news.example.org -> example.org; example.org has none that could hold a policy. */
static char *
dup_parent (const char *domain)
{
  const char *dot = strchr (domain, '.');

  return dot != NULL && strchr (dot + 1, '.') != NULL ? g_strdup (dot + 1) : NULL;
}

void
domain_check_async (Dialer *dialer, const char *domain, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_autofree char *dmarc = g_strconcat ("_dmarc.", domain, NULL);
  Checking *checking = g_new0 (Checking, 1);
  DomainCheck *check = g_new0 (DomainCheck, 1);

  g_task_set_source_tag (task, domain_check_async);
  g_task_set_task_data (task, checking, checking_free);
  checking->check = check;
  checking->lookups = g_cancellable_new ();
  checking->timer = g_timeout_add (TIMEOUT_MS, timeout_cb, task); /* each look-up holds a reference */
  check->domain = g_strdup (domain);
  check->parent = dup_parent (domain);
  check->selectors = g_ptr_array_new_with_free_func (g_free);
  look_up (task, dialer, domain, "TXT", &check->txt, NULL);
  look_up (task, dialer, domain, "MX", &check->mx, NULL);
  look_up (task, dialer, dmarc, "TXT", &check->dmarc, NULL);
  if (check->parent != NULL) {
    g_autofree char *above = g_strconcat ("_dmarc.", check->parent, NULL);

    look_up (task, dialer, above, "TXT", &check->dmarc_parent, NULL);
  }
  for (gsize i = 0; preset_find_freemail (domain) == NULL && i < G_N_ELEMENTS (selectors); i++) {
    g_autofree char *name = g_strconcat (selectors[i], "._domainkey.", domain, NULL);

    look_up (task, dialer, name, "TXT", NULL, selectors[i]);
  }
}

DomainCheck *
domain_check_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- judging --- */

/* The records that begin with `version`, as a tag of its own. Returns: the first one, borrowed; *out_count: how many. */
static const char *
find_record (GStrv records, const char *version, guint *out_count)
{
  const char *first = NULL;
  gsize len = strlen (version);

  *out_count = 0;
  for (gsize i = 0; records != NULL && records[i] != NULL; i++)
    if (g_ascii_strncasecmp (records[i], version, len) == 0 && (records[i][len] == '\0' || strchr (" ;\t", records[i][len]) != NULL)) {
      first = first != NULL ? first : records[i];
      (*out_count)++;
    }
  return first;
}

static void
add_text (GVariantBuilder *report, const char *key, const char *text)
{
  g_autofree char *shown = text_printable (text, -1, RECORD_SHOWN_MAX);

  g_variant_builder_add (report, "{sv}", key, g_variant_new_string (shown));
}

static void
judge_include (const DomainCheck *self, const Account *account, const char *spf, GStrvBuilder *advice)
{
  const char *host = account_get_text (account, SETTING_HOST);
  const Preset *preset = preset_find (self->domain, host);

  if (preset != NULL && preset->spf_include != NULL && strstr (spf, preset->spf_include) == NULL && strstr (spf, "redirect=") == NULL)
    text_add_sentence (advice, "SPF of %s does not name %s, by which this account sends: add include:%s to the record.", self->domain, host, preset->spf_include);
}

static void
judge_spf (const DomainCheck *self, const Account *account, GVariantBuilder *report, GStrvBuilder *advice)
{
  guint count = 0;
  const char *spf = find_record (self->txt, "v=spf1", &count);

  add_text (report, KEY_ACCOUNT_TEST_SPF, self->txt == NULL ? NO_ANSWER : spf != NULL ? spf : "missing");
  if (self->txt == NULL)
    return;
  if (spf == NULL)
    text_add_sentence (advice, "%s has no SPF record: publish a TXT record \"v=spf1 include:… ~all\" with the include that your mail provider's help names; "
                       "without it receivers take your mail for forged.", self->domain);
  else if (count > 1)
    text_add_sentence (advice, "%s has %u SPF records, which counts as an error (RFC 7208 §4.5): join them into one.", self->domain, count);
  else if (strstr (spf, "+all") != NULL || g_str_has_suffix (spf, " all"))
    text_add_sentence (advice, "SPF of %s ends in +all and so allows everybody to send in its name: end it in ~all or -all.", self->domain);
  else
    judge_include (self, account, spf, advice);
}

static void
judge_dkim (const DomainCheck *self, GVariantBuilder *report, GStrvBuilder *advice)
{
  g_autofree char *tried = g_strjoinv (", ", (char **) (const char *[]){ "google", "selector1", "default", "mail", "s1", "k1", NULL });
  g_autofree char *found = NULL, *text = NULL;

  if (!self->is_dkim_answered) {
    add_text (report, KEY_ACCOUNT_TEST_DKIM, NO_ANSWER);
    return;
  }
  if (self->selectors->len == 0) {
    add_text (report, KEY_ACCOUNT_TEST_DKIM, "not found under the usual selectors");
    text_add_sentence (advice, "No DKIM key of %s was found under the usual selectors (%s…). DNS cannot list them, so there may be one under another name: "
                       "look whether your provider signs for %s, and switch it on if it does not.", self->domain, tried, self->domain);
    return;
  }
  g_ptr_array_add (self->selectors, NULL);
  found = g_strjoinv (", ", (char **) self->selectors->pdata);
  g_ptr_array_remove_index (self->selectors, self->selectors->len - 1);
  text = g_strdup_printf ("found (selector %s)", found);
  add_text (report, KEY_ACCOUNT_TEST_DKIM, text);
}

static void
judge_dmarc (const DomainCheck *self, GVariantBuilder *report, GStrvBuilder *advice)
{
  guint count = 0, above_count = 0;
  const char *dmarc = find_record (self->dmarc, "v=DMARC1", &count);
  const char *above = find_record (self->dmarc_parent, "v=DMARC1", &above_count);

  if (dmarc == NULL && above != NULL) {
    g_autofree char *text = g_strdup_printf ("%s (of %s)", above, self->parent);

    add_text (report, KEY_ACCOUNT_TEST_DMARC, text);
    return;
  }
  add_text (report, KEY_ACCOUNT_TEST_DMARC, self->dmarc == NULL ? NO_ANSWER : dmarc != NULL ? dmarc : "missing");
  if (self->dmarc != NULL && dmarc == NULL)
    text_add_sentence (advice, "%s has no DMARC record: publish a TXT record at _dmarc.%s, to begin with \"v=DMARC1; p=none\"; Gmail, Yahoo and Microsoft "
                       "want one from those who send 5,000 a day.", self->domain, self->domain);
  else if (count > 1)
    text_add_sentence (advice, "_dmarc.%s has %u DMARC records, so that none counts: leave one.", self->domain, count);
}

void
domain_check_describe (const DomainCheck *self, const Account *account, GVariantBuilder *report, GStrvBuilder *advice)
{
  const char *freemail = preset_find_freemail (self->domain);

  if (freemail != NULL) { /* its owner cares for these; nothing to advise */
    g_autofree char *text = g_strdup_printf ("as %s sets it", freemail);

    add_text (report, KEY_ACCOUNT_TEST_SPF, text);
    add_text (report, KEY_ACCOUNT_TEST_DKIM, text);
    add_text (report, KEY_ACCOUNT_TEST_DMARC, text);
    return;
  }
  judge_spf (self, account, report, advice);
  judge_dkim (self, report, advice);
  judge_dmarc (self, report, advice);
  if (self->mx != NULL && self->mx[0] == NULL)
    text_add_sentence (advice, "%s has no MX record: answers and bounces may not come back, and some servers refuse such senders.", self->domain);
}
