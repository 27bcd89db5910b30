#include "bridge.h"

#include "bridge-call.h"
#include "fault.h"
#include "from-variant.h"
#include "intrinsics.h"
#include "to-variant.h"
#include <string.h>

#define IN_FLIGHT_MAX 64   /* chosen: as the shell takes; a page asks for a handful at a time */
#define LISTENERS_MAX 256  /* chosen: a page that forgets to clean up is told so */

struct Bridge {
  WebKitWebPage *page;
  Intrinsics     js;
  GCancellable  *gone;
  GPtrArray     *listeners; /* of Listener */
  guint          in_flight;
  grefcount      references; /* its functions and its calls outlive the document for a moment */
  gboolean       is_gone;
};

typedef struct {
  Bridge            *bridge;
  const ContractRow *row;
} Method;

typedef struct {
  Bridge            *bridge;
  const ContractRow *row;
  JSCValue          *function;
} Listener;

typedef struct {
  Bridge            *bridge;
  const ContractRow *row;
  GPtrArray         *arguments; /* borrowed, while the call is made */
  JSCValue          *resolve, *reject;
} ScriptCall;

static Bridge *
bridge_ref (Bridge *self)
{
  g_ref_count_inc (&self->references);
  return self;
}

static void
bridge_unref (Bridge *self)
{
  if (!g_ref_count_dec (&self->references))
    return;
  g_object_unref (self->gone);
  g_ptr_array_unref (self->listeners);
  g_free (self);
}

static void
method_free (gpointer data)
{
  Method *self = data;

  bridge_unref (self->bridge);
  g_free (self);
}

/* --- calls --- */

static void
call_free (ScriptCall *self)
{
  if (!self->bridge->is_gone)
    self->bridge->in_flight--;
  g_clear_object (&self->resolve);
  g_clear_object (&self->reject);
  bridge_unref (self->bridge);
  g_free (self);
}

/* Exceptions that the page's own code throws while it is told are its own affair. */
static void
bridge_settle (Bridge *bridge, JSCValue *function, JSCValue *value)
{
  G_GNUC_UNUSED g_autoptr (JSCValue) ignored = jsc_value_function_call (function, JSC_TYPE_VALUE, value, G_TYPE_NONE);

  jsc_context_clear_exception (bridge->js.context);
}

static void
script_call_reject (ScriptCall *self, const char *fault, const char *text)
{
  g_autoptr (JSCValue) error = intrinsics_fault (&self->bridge->js, fault, text);

  bridge_settle (self->bridge, self->reject, error);
}

static void
reject_error (ScriptCall *self, const GError *error)
{
  g_autofree char *name = g_dbus_error_encode_gerror (error);
  const char *dot = g_str_has_prefix (name, "org.postrider.Fault.") ? strrchr (name, '.') : NULL;

  script_call_reject (self, dot != NULL ? dot + 1 : "Software", error->message);
}

static void
script_call_answer (ScriptCall *self, WebKitUserMessage *reply)
{
  const ContractRow *row = contract_find (self->row->interface, self->row->member, CONTRACT_REPLY);
  GVariant *tuple = webkit_user_message_get_parameters (reply);
  g_autoptr (GVariant) nothing = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JSCValue) value = NULL;
  const char *fault, *text;

  if (strcmp (webkit_user_message_get_name (reply), BRIDGE_NAME_FAULT) == 0 && tuple != NULL &&
      g_variant_is_of_type (tuple, BRIDGE_FAULT_TYPE)) {
    g_variant_get (tuple, "(&s&s)", &fault, &text);
    script_call_reject (self, fault, text);
    return;
  }
  if (tuple == NULL)
    tuple = nothing = g_variant_ref_sink (g_variant_new_tuple (NULL, 0));
  if (strcmp (webkit_user_message_get_name (reply), self->row->member) == 0 &&
      g_strcmp0 (g_variant_get_type_string (tuple), row->signature) == 0)
    value = from_variant_result (self->bridge->js.context, row, tuple, &error);
  if (value != NULL)
    bridge_settle (self->bridge, self->resolve, value);
  else
    script_call_reject (self, "Protocol", error != NULL ? error->message : "the shell's answer is not what the contract says");
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ScriptCall *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WebKitUserMessage) reply = webkit_web_page_send_message_to_view_finish (WEBKIT_WEB_PAGE (source), result, &error);

  if (!self->bridge->is_gone) { /* after that the reply's values would belong to a document that has gone */
    if (reply != NULL)
      script_call_answer (self, reply);
    else
      script_call_reject (self, "Unavailable", "the window does not answer");
  }
  call_free (self);
}

static void
script_call_send (ScriptCall *self)
{
  Bridge *bridge = self->bridge;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) tuple = NULL;

  if (bridge->in_flight > IN_FLIGHT_MAX) {
    script_call_reject (self, "TempFail", "too many calls at a time; wait for their answers");
    call_free (self);
    return;
  }
  tuple = to_variant_call (&bridge->js, self->row, self->arguments, &error);
  if (bridge->is_gone || tuple == NULL) { /* a getter may have led the page elsewhere meanwhile */
    if (!bridge->is_gone)
      reject_error (self, error);
    call_free (self);
    return;
  }
  webkit_web_page_send_message_to_view (bridge->page, webkit_user_message_new (self->row->member, tuple), bridge->gone, answered_cb, self);
}

static void
promised_cb (JSCValue *resolve, JSCValue *reject_function, gpointer data)
{
  ScriptCall *self = data;

  self->resolve = g_object_ref (resolve);
  self->reject = g_object_ref (reject_function);
}

static JSCValue *
called_cb (GPtrArray *arguments, gpointer data)
{
  Method *method = data;
  JSCValue *promise;
  ScriptCall *call;

  if (method->bridge->is_gone)
    return NULL;
  call = g_new0 (ScriptCall, 1);
  call->bridge = bridge_ref (method->bridge);
  call->row = method->row;
  call->arguments = arguments;
  call->bridge->in_flight++;
  promise = jsc_value_new_promise (method->bridge->js.context, promised_cb, call);
  if (call->resolve != NULL)
    script_call_send (call);
  else
    call_free (call);
  return promise;
}

/* --- signals --- */

static void
listener_free (gpointer data)
{
  Listener *self = data;

  g_clear_object (&self->function);
  g_free (self);
}

typedef struct {
  Bridge   *bridge;
  Listener *listener; /* compared only: it may have gone with the document */
} CleanUp;

static void
clean_up_free (gpointer data)
{
  CleanUp *self = data;

  bridge_unref (self->bridge);
  g_free (self);
}

static JSCValue *
cleaned_cb (GPtrArray *arguments, gpointer data)
{
  CleanUp *self = data;

  g_ptr_array_remove (self->bridge->listeners, self->listener);
  self->listener = NULL; /* a second time does nothing, even when another has its place */
  return NULL;
}

static JSCValue *
listened_cb (GPtrArray *arguments, gpointer data)
{
  Method *method = data;
  Bridge *bridge = method->bridge;
  JSCContext *context = bridge->js.context;
  g_autoptr (JSCValue) clean_up = NULL;
  Listener *listener;
  CleanUp *clean;

  if (bridge->is_gone)
    return NULL;
  if (arguments->len != 1 || !jsc_value_is_function (g_ptr_array_index (arguments, 0)) || bridge->listeners->len >= LISTENERS_MAX) {
    g_autoptr (JSCException) exception = jsc_exception_new (context, "takes one function, and not too many of them");

    jsc_context_throw_exception (context, exception);
    return NULL;
  }
  listener = g_new0 (Listener, 1);
  listener->row = method->row;
  listener->function = g_object_ref (g_ptr_array_index (arguments, 0));
  g_ptr_array_add (bridge->listeners, listener);
  clean = g_new0 (CleanUp, 1);
  clean->bridge = bridge_ref (bridge);
  clean->listener = listener;
  clean_up = jsc_value_new_function_variadic (context, "cleanUp", G_CALLBACK (cleaned_cb), clean, clean_up_free, JSC_TYPE_VALUE);
  return intrinsics_freeze (&bridge->js, clean_up);
}

static void
tell_one (Bridge *self, JSCValue *function, GPtrArray *values)
{
  G_GNUC_UNUSED g_autoptr (JSCValue) ignored = jsc_value_function_callv (function, values->len, (JSCValue **) values->pdata);

  jsc_context_clear_exception (self->js.context);
}

void
bridge_tell (Bridge *self, const char *member, GVariant *arguments)
{
  const ContractRow *row = bridge_call_find (member, CONTRACT_SIGNAL);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) functions = g_ptr_array_new_with_free_func (g_object_unref);

  if (row == NULL || g_strcmp0 (arguments != NULL ? g_variant_get_type_string (arguments) : "()", row->signature) != 0)
    return;
  for (guint i = 0; i < self->listeners->len; i++) { /* a listener may add or remove some */
    Listener *listener = g_ptr_array_index (self->listeners, i);

    if (listener->row == row)
      g_ptr_array_add (functions, g_object_ref (listener->function));
  }
  for (guint i = 0; functions->len > 0 && arguments != NULL && i < g_variant_n_children (arguments); i++) {
    JSCValue *value = from_variant_argument (self->js.context, row, arguments, i, NULL);

    if (value == NULL)
      return;
    g_ptr_array_add (values, value);
  }
  bridge_ref (self);
  for (guint i = 0; i < functions->len && !self->is_gone; i++)
    tell_one (self, g_ptr_array_index (functions, i), values);
  bridge_unref (self);
}

/* --- the object --- */

static char *
name_of (const ContractRow *row)
{
  char *name = row->side == CONTRACT_SIGNAL ? g_strconcat ("on", row->member, NULL) : g_strdup (row->member);

  name[0] = g_ascii_tolower (name[0]);
  return name;
}

static void
add_function (Bridge *self, JSCValue *object, const ContractRow *row)
{
  g_autofree char *name = name_of (row);
  g_autoptr (JSCValue) function = NULL;
  g_autoptr (JSCValue) frozen = NULL;
  Method *method = g_new0 (Method, 1);

  method->bridge = bridge_ref (self);
  method->row = row;
  function = jsc_value_new_function_variadic (self->js.context, name, row->side == CONTRACT_SIGNAL ? G_CALLBACK (listened_cb) : G_CALLBACK (called_cb),
                                              method, method_free, JSC_TYPE_VALUE);
  frozen = intrinsics_freeze (&self->js, function);
  jsc_value_object_define_property_data (object, name, JSC_VALUE_PROPERTY_ENUMERABLE, function);
}

Bridge *
bridge_new (WebKitWebPage *page, JSCContext *context)
{
  Bridge *self = g_new0 (Bridge, 1);
  g_autoptr (JSCValue) object = NULL;
  g_autoptr (JSCValue) frozen = NULL;
  g_autoptr (JSCValue) global = NULL;

  g_ref_count_init (&self->references);
  self->page = page;
  self->gone = g_cancellable_new ();
  self->listeners = g_ptr_array_new_with_free_func (listener_free);
  if (!intrinsics_take (&self->js, context)) {
    bridge_unref (self);
    return NULL;
  }
  object = jsc_value_new_object (context, NULL, NULL);
  for (const ContractRow *row = contract_rows; row->interface != NULL; row++)
    if (row->exposure == CONTRACT_EXPOSED_PAGE && row->side != CONTRACT_REPLY)
      add_function (self, object, row);
  frozen = intrinsics_freeze (&self->js, object);
  global = jsc_context_get_global_object (context);
  jsc_value_object_define_property_data (global, "postrider", JSC_VALUE_PROPERTY_ENUMERABLE, object);
  return self;
}

/* Not while the page's own code may be running above us on the stack. */
static gboolean
let_go_cb (gpointer data)
{
  Bridge *self = data;

  intrinsics_clear (&self->js);
  bridge_unref (self);
  return G_SOURCE_REMOVE;
}

void
bridge_free (Bridge *self)
{
  if (self == NULL)
    return;
  self->is_gone = TRUE;
  g_cancellable_cancel (self->gone);
  g_ptr_array_set_size (self->listeners, 0);
  g_idle_add (let_go_cb, self);
}
