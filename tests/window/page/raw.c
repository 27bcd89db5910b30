#include "raw.h"

typedef struct {
  WebKitWebPage *page;
  char          *name;
  GVariant      *tuple;
  JSCValue      *resolve;
} Raw;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Raw *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WebKitUserMessage) reply = webkit_web_page_send_message_to_view_finish (self->page, result, &error);
  GVariant *parameters = reply != NULL ? webkit_user_message_get_parameters (reply) : NULL;
  g_autofree char *printed = parameters != NULL ? g_variant_print (parameters, FALSE) : g_strdup ("");
  g_autofree char *text = reply != NULL ? g_strdup_printf ("%s %s", webkit_user_message_get_name (reply), printed) : g_strdup (error->message);
  G_GNUC_UNUSED g_autoptr (JSCValue) ignored = jsc_value_function_call (self->resolve, G_TYPE_STRING, text, G_TYPE_NONE);

  g_object_unref (self->resolve);
  g_free (self->name);
  g_free (self);
}

static void
promised_cb (JSCValue *resolve, JSCValue *reject, gpointer data)
{
  Raw *self = data;

  self->resolve = g_object_ref (resolve);
}

/* rawBridge (name, text of a GVariant, how deep to wrap it in variants) */
static JSCValue *
called_cb (GPtrArray *arguments, gpointer data)
{
  WebKitWebPage *page = data;
  g_autofree char *name = jsc_value_to_string (g_ptr_array_index (arguments, 0));
  g_autofree char *text = jsc_value_to_string (g_ptr_array_index (arguments, 1));
  int depth = arguments->len > 2 ? jsc_value_to_int32 (g_ptr_array_index (arguments, 2)) : 0;
  JSCContext *context = jsc_value_get_context (g_ptr_array_index (arguments, 0));
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);
  Raw *self;
  JSCValue *promise;

  if (value == NULL)
    return jsc_value_new_string (context, error->message);
  for (int i = 0; i < depth; i++)
    value = g_variant_new_variant (value);
  if (depth > 0)
    value = g_variant_new_tuple (&value, 1);
  self = g_new0 (Raw, 1);
  self->page = page;
  promise = jsc_value_new_promise (context, promised_cb, self);
  webkit_web_page_send_message_to_view (page, webkit_user_message_new (name, value), NULL, answered_cb, self);
  return promise;
}

void
raw_expose (WebKitWebPage *page, JSCContext *context)
{
  g_autoptr (JSCValue) function = jsc_value_new_function_variadic (context, "rawBridge", G_CALLBACK (called_cb), page, NULL, JSC_TYPE_VALUE);

  jsc_context_set_value (context, "rawBridge", function);
}
