#include "records.h"

#include "fault.h"
#include "text.h"
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <string.h>

#define ANSWER_MAX_BYTES 65535 /* RFC 1035 §4.2.2: two octets of length */
#define RECORD_MAX_BYTES 4096  /* chosen: a DKIM key of 4096 bits needs less than 800 */

/* Character strings of one record, joined as RFC 7208 §3.3 and RFC 6376 §3.6.2.2 want it. */
static char *
parse_txt (const guint8 *data, gsize len)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize at = 0; at < len; at += 1 + (gsize) data[at]) {
    if (data[at] > len - at - 1)
      return NULL;
    g_string_append_len (text, (const char *) data + at + 1, data[at]);
  }
  return text_printable (text->str, (gssize) text->len, RECORD_MAX_BYTES);
}

static char *
parse_mx (ns_msg *message, const guint8 *data, gsize len)
{
  char host[NS_MAXDNAME];
  g_autofree char *shown = NULL;

  if (len < 3 || dn_expand (ns_msg_base (*message), ns_msg_end (*message), data + 2, host, sizeof host) < 0)
    return NULL;
  shown = text_printable (host[0] != '\0' ? host : ".", -1, sizeof host); /* RFC 7505: the root takes no mail */
  return g_strdup_printf ("%u %s", (guint) data[0] << 8 | data[1], shown);
}

/* The name that was asked for, as the answer repeats it, if one of its records is an address. */
static char *
parse_host (ns_msg *message)
{
  ns_rr record;

  for (int i = 0; i < ns_msg_count (*message, ns_s_an); i++) {
    if (ns_parserr (message, ns_s_an, i, &record) != 0)
      return NULL;
    if (ns_rr_class (record) == ns_c_in && (ns_rr_type (record) == ns_t_a || ns_rr_type (record) == ns_t_aaaa))
      return ns_parserr (message, ns_s_qd, 0, &record) == 0 ? text_printable (ns_rr_name (record), -1, NS_MAXDNAME) : NULL;
  }
  return NULL;
}

void
records_parse (const guint8 *answer, gsize len, RecordsType type, GPtrArray *out)
{
  ns_msg message;

  if (len > ANSWER_MAX_BYTES || ns_initparse (answer, (int) len, &message) != 0)
    return;
  if (type == RECORDS_HOST) {
    char *host = parse_host (&message);

    if (host != NULL)
      g_ptr_array_add (out, host);
    return;
  }
  for (int i = 0; i < ns_msg_count (message, ns_s_an) && out->len < RECORDS_MAX; i++) {
    ns_rr record;
    char *text;

    if (ns_parserr (&message, ns_s_an, i, &record) != 0)
      return;
    if (ns_rr_class (record) != ns_c_in || ns_rr_type (record) != (type == RECORDS_TXT ? ns_t_txt : ns_t_mx))
      continue; /* a CNAME on the way */
    text = type == RECORDS_TXT ? parse_txt (ns_rr_rdata (record), ns_rr_rdlen (record))
                               : parse_mx (&message, ns_rr_rdata (record), ns_rr_rdlen (record));
    if (text != NULL)
      g_ptr_array_add (out, text);
  }
}

/* Returns: the length of `answer`; -1: no such name or record; or -2 and why nobody knows. */
static int
records_ask (struct __res_state *state, const char *name, RecordsType type, guint8 *answer)
{
  static const int types[][2] = { [RECORDS_TXT] = { ns_t_txt, 0 }, [RECORDS_MX] = { ns_t_mx, 0 }, [RECORDS_HOST] = { ns_t_a, ns_t_aaaa } };
  int len = -1;

  for (guint i = 0; i < 2 && types[type][i] != 0 && len < 0; i++) {
    len = type == RECORDS_HOST ? res_nsearch (state, name, ns_c_in, types[type][i], answer, ANSWER_MAX_BYTES)
                               : res_nquery (state, name, ns_c_in, types[type][i], answer, ANSWER_MAX_BYTES);
    if (len < 0 && state->res_h_errno != HOST_NOT_FOUND && state->res_h_errno != NO_DATA)
      return -2;
  }
  return len;
}

char **
records_lookup (const char *name, RecordsType type, GError **error)
{
  g_autofree guint8 *answer = g_malloc (ANSWER_MAX_BYTES);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  struct __res_state state;
  int len;

  memset (&state, 0, sizeof state);
  if (res_ninit (&state) != 0) {
    g_set_error (error, FAULT, FAULT_TEMP, "the name server's address is not known; is there a network?");
    return NULL;
  }
  len = records_ask (&state, name, type, answer);
  res_nclose (&state);
  if (len == -2) {
    g_set_error (error, FAULT, FAULT_TEMP, "the records of %s could not be looked up: no network, or no name server answers", name);
    return NULL;
  }
  if (len > 0)
    records_parse (answer, (gsize) MIN (len, ANSWER_MAX_BYTES), type, found);
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&found), FALSE);
}
