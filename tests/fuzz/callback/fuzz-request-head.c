/* Property: a head that was accepted holds what it says, in characters that cannot be read in two ways; it reads the same when it is written
 * anew from its values; and none is found in a part of what was measured as more to come. */
#include "route-table.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
assert_plain (const char *text)
{
  for (; *text != '\0'; text++)
    g_assert (*text > 0x20 && *text < 0x7f && *text != '"' && *text != '<' && *text != '#');
}

static void
assert_same_again (const RequestHead *head)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (RequestHead) again = NULL;

  g_string_printf (text, "%s %s?%s HTTP/1.1\r\n", head->method, head->path, head->query);
  for (guint i = 0; i < head->fields->len; i++) {
    const RequestField *field = g_ptr_array_index (head->fields, i);

    g_string_append_printf (text, "%s: %s\r\n", field->name, field->value);
  }
  g_string_append (text, "\r\n");
  again = request_head_parse (text->str, text->len, NULL);
  g_assert (again != NULL && strcmp (again->path, head->path) == 0 && strcmp (again->query, head->query) == 0 && strcmp (again->host, head->host) == 0 &&
            again->body_len == head->body_len && again->fields->len == head->fields->len);
}

static void
assert_routed (const RequestHead *head)
{
  g_autoptr (RouteTable) table = route_table_new ();
  const Route *route;

  g_assert (route_table_add (table, 1, "GET", "/cb", 0, 0, TRUE, NULL) && route_table_add (table, 2, "POST", "/u/*", 9, 0, TRUE, NULL));
  route = route_table_find (table, head, 80);
  g_assert (route == NULL || (strcmp (route->method, head->method) == 0 && g_str_has_prefix (head->path, route->path) && head->body_len <= route->body_max &&
                              g_str_has_suffix (head->host, ":80")));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gssize measured = request_head_measure ((const char *) data, size);
  g_autoptr (RequestHead) head = request_head_parse ((const char *) data, measured > 0 ? (gsize) measured : size, NULL);

  g_assert (measured <= (gssize) size && (measured > 0 || head == NULL));
  if (measured > 0)
    g_assert (request_head_measure ((const char *) data, (gsize) measured - 1) == 0);
  if (head == NULL)
    return 0;
  g_assert (*head->path == '/' && strlen (head->path) <= REQUEST_HEAD_PATH_MAX && strlen (head->query) <= REQUEST_HEAD_QUERY_MAX);
  assert_plain (head->path);
  assert_plain (head->query);
  assert_plain (head->host);
  assert_same_again (head);
  assert_routed (head);
  return 0;
}
