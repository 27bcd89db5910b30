#include "from-variant.h"
#include "to-variant.h"

#include "fault.h"
#include "frame.h"

/* script: an array of arguments; sent: what goes to the shell, NULL: refused. */
static const struct {
  const char *member, *script, *sent;
} calls[] = {
  { "Hello", "[]", "()" },
  { "Hello", "[1]", NULL },
  { "TemplateShow", "['t']", "('t',)" },
  { "TemplateShow", "['']", "('',)" },
  { "TemplateShow", "['a\\ud800b']", NULL }, /* the engine would make \"a\" of it */
  { "TemplateShow", "['a\\0b']", NULL },
  { "TemplateShow", "[new String('t')]", NULL },
  { "TemplateShow", "[undefined]", NULL },
  { "CampaignShow", "['9223372036854775807']", "(9223372036854775807,)" },
  { "CampaignShow", "['9223372036854775808']", NULL }, /* what the store cannot count */
  { "CampaignShow", "['18446744073709551616']", NULL },
  { "CampaignShow", "['-0']", NULL },
  { "CampaignShow", "['0']", "(0,)" },
  { "CampaignShow", "['00']", NULL },
  { "CampaignShow", "[9007199254740993]", NULL }, /* a number that JavaScript cannot hold */
  { "AccountSet", "['a', {paper_ink: 'blue', folded: true, copies: 3}]", "('a', {'paper_ink': <'blue'>, 'folded': <true>, 'copies': <uint32 3>})" }, /* as the kind's table may have */
  { "AccountSet", "['a', {port: 3, copies: 3}]", "('a', {'port': <uint16 3>, 'copies': <uint32 3>})" },
  { "AccountSet", "['a', {copies: 1.5}]", NULL },
  { "AccountSet", "['a', {copies: -1}]", NULL },
  { "AccountSet", "['a', {inks: ['blue']}]", NULL },
  { "AccountSet", "['a', {ink: {a: 1}}]", NULL },
  { "AccountSet", "['a', {Ink: 'blue'}]", NULL },
  { "AuditList", "['0', 4294967295]", "(0, 4294967295)" },
  { "AuditList", "['0', 4294967296]", NULL },
  { "AuditList", "['0', -0]", "(0, 0)" },
  { "AuditList", "['0', 0.5]", NULL },
  { "AuditList", "['0', true]", NULL },
  { "SettingsChange", "[{keep_days: 30}]", "({'keep_days': <uint32 30>},)" },
  { "SettingsChange", "[{keep_days: undefined}]", "({},)" },
  { "SettingsChange", "[Object.create({keep_days: 30})]", "({},)" }, /* inherited is not there */
  { "SettingsChange", "[{keep_days: null}]", NULL },
  { "SettingsChange", "[{other: 1}]", NULL },
  { "SettingsChange", "[{get keep_days() { return 30 }}]", NULL },
  { "SettingsChange", "[[]]", NULL },
  { "SettingsChange", "['x']", NULL },
  { "SettingsChange", "[() => 1]", NULL },
  { "Import", "[7, 'l', {map: {email: 'Mail'}}]", "(7, 'l', {'map': <{'email': 'Mail'}>})" },
  { "Import", "[7, 'l', {map: {email: 1}}]", NULL },
  { "Import", "[7, 'l', {others: {Notes: 'unused'}}]", "(7, 'l', {'others': <{'Notes': 'unused'}>})" },
  { "AccountSecret", "['office']", "('office',)" }, /* the shell asks for the rest */
  { "AccountSecret", "['office', 'password']", NULL },
  { "MessagePreview", "[{}, '', [['inline', 'a.png', 'image/png', 3]]]", "({}, '', [('inline', 'a.png', 'image/png', 3)])" },
  { "MessagePreview", "[{}, '', [['inline', 'a.png', 'image/png']]]", NULL },
  { "MessagePreview", "[{}, '', [[[[[[]]]]]]]", NULL },
  { "SuppressAdd", "[['a@example.org', 'b@example.org'], 'all', '']", "(['a@example.org', 'b@example.org'], 'all', '')" },
  { "SuppressAdd", "[[, 'b@example.org'], 'all', '']", NULL },
  { "SuppressAdd", "[new Proxy(['a@example.org'], {}), 'all', '']", NULL },
  { "SuppressAdd", "[{length: 1, 0: 'a@example.org'}, 'all', '']", NULL },
  { "SuppressAdd", "[Object.defineProperty([], 0, {get() { throw 1 }}), 'all', '']", NULL },
};

/* What a page could have done to the world before it calls: none of it may matter. */
static const char tampering[] =
    "Object.defineProperty (Object.prototype, 'other', {value: 1, enumerable: true});"
    "Object.defineProperty (Object.prototype, 'value', {get () { throw new Error ('seen') }});"
    "Reflect.ownKeys = Object.hasOwn = Reflect.getOwnPropertyDescriptor = Object.freeze = () => { throw new Error ('seen') };"
    "String.prototype.isWellFormed = Function.prototype.call = () => { throw new Error ('seen') };"
    "globalThis.Error = globalThis.Promise = undefined; JSON.parse = JSON.stringify = () => { throw new Error ('seen') };";

static GPtrArray *
read_arguments (JSCContext *context, const char *script)
{
  g_autoptr (JSCValue) array = jsc_context_evaluate (context, script, -1);
  g_autoptr (JSCValue) length = jsc_value_object_get_property (array, "length");
  GPtrArray *arguments = g_ptr_array_new_with_free_func (g_object_unref);

  for (gint32 i = 0; i < jsc_value_to_int32 (length); i++)
    g_ptr_array_add (arguments, jsc_value_object_get_property_at_index (array, (guint) i));
  return arguments;
}

static void
try_calls (JSCContext *context, const Intrinsics *js)
{
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++) {
    g_autoptr (GPtrArray) arguments = read_arguments (context, calls[i].script);
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) sent = to_variant_call (js, bridge_call_find (calls[i].member, CONTRACT_CALL), arguments, &error);
    g_autofree char *printed = sent != NULL ? g_variant_print (sent, FALSE) : NULL;

    g_test_message ("%s %s", calls[i].member, calls[i].script);
    g_assert_cmpstr (printed, ==, calls[i].sent);
    g_assert_null (jsc_context_get_exception (context));
    if (calls[i].sent == NULL)
      g_assert_error (error, FAULT, FAULT_USAGE);
  }
}

static void
test_calls (gconstpointer is_tampered)
{
  g_autoptr (JSCContext) context = jsc_context_new ();
  G_GNUC_UNUSED g_autoptr (JSCValue) ignored = NULL;
  Intrinsics js;

  g_assert_true (intrinsics_take (&js, context));
  if (is_tampered != NULL)
    ignored = jsc_context_evaluate (context, tampering, -1);
  try_calls (context, &js);
  intrinsics_clear (&js);
}

/* A bridge that comes late finds no functions: none is better than a false one. */
static void
test_late (void)
{
  g_autoptr (JSCContext) context = jsc_context_new ();
  G_GNUC_UNUSED g_autoptr (JSCValue) ignored = jsc_context_evaluate (context, "Object.freeze = 1", -1);
  Intrinsics js;

  g_assert_false (intrinsics_take (&js, context));
}

static const struct {
  const char *variant, *json;
} values[] = {
  { "uint64 18446744073709551615", "\"18446744073709551615\"" },
  { "int64 -9223372036854775808", "\"-9223372036854775808\"" },
  { "uint32 4294967295", "4294967295" },
  { "1.5", "1.5" },
  { "true", "true" },
  { "'a\"b\\\\c\\n\\u0001</script>\\u2028'", "\"a\\\"b\\\\c\\u000a\\u0001</script>\xe2\x80\xa8\"" },
  { "{'__proto__': 'x', 'a': 'b'}", "{\"__proto__\":\"x\",\"a\":\"b\"}" },
  { "[{'id': <uint64 1>, 'lists': <['a']>}]", "[{\"id\":\"1\",\"lists\":[\"a\"]}]" },
  { "@as []", "[]" },
  { "@a{sv} {}", "{}" },
};

static void
test_json (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autoptr (GVariant) value = g_variant_parse (NULL, values[i].variant, NULL, NULL, NULL);
    g_autoptr (GString) json = g_string_new (NULL);

    g_assert_true (from_variant_append (json, value, FALSE, NULL));
    g_assert_cmpstr (json->str, ==, values[i].json);
  }
}

static void
test_frame (void)
{
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_PEOPLE);
  g_autoptr (GVariant) frame = NULL;
  g_autoptr (GVariant) broken = NULL;
  g_autoptr (GString) json = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  frame_writer_row (writer, 9007199254740993, 2, 2);
  frame_writer_string (writer, "Ann");
  frame_writer_field (writer, "\xff", 1); /* no UTF-8 */
  frame = g_variant_ref_sink (frame_writer_finish (writer));
  g_assert_true (from_variant_append (json, frame, TRUE, NULL));
  g_assert_cmpstr (json->str, ==, "[{\"key\":\"9007199254740993\",\"aux\":2,\"fields\":[\"Ann\",\"\xef\xbf\xbd\"]}]");
  broken = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, g_variant_get_data (frame), g_variant_get_size (frame) - 1, 1));
  g_assert_false (from_variant_append (json, broken, TRUE, &error));
  g_assert_error (error, FAULT, FAULT_PROTOCOL);
}

/* A setter on the page's Object.prototype sees nothing of what comes back. */
static void
test_result (void)
{
  g_autoptr (JSCContext) context = jsc_context_new ();
  g_autoptr (GVariant) tuple = g_variant_ref_sink (g_variant_new ("(su)", "1.0", 1));
  G_GNUC_UNUSED g_autoptr (JSCValue) ignored =
      jsc_context_evaluate (context, "seen = 0; for (const k of ['version', 'schema']) Object.defineProperty (Object.prototype, k, {set () { seen++ }})", -1);
  g_autoptr (JSCValue) result = from_variant_result (context, contract_find (BRIDGE_APP, "Hello", CONTRACT_REPLY), tuple, NULL);
  g_autoptr (JSCValue) seen = jsc_context_evaluate (context, "seen", -1);
  g_autofree char *json = jsc_value_to_json (result, 0);
  g_autofree char *camel = from_variant_camel ("settings_used");

  g_assert_cmpstr (json, ==, "{\"version\":\"1.0\",\"schema\":1}");
  g_assert_cmpint (jsc_value_to_int32 (seen), ==, 0);
  g_assert_cmpstr (camel, ==, "settingsUsed");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/confined/page/values/calls", NULL, test_calls);
  g_test_add_data_func ("/confined/page/values/calls-in-a-tampered-world", "", test_calls);
  g_test_add_func ("/confined/page/values/late", test_late);
  g_test_add_func ("/confined/page/values/json", test_json);
  g_test_add_func ("/confined/page/values/frame", test_frame);
  g_test_add_func ("/confined/page/values/result", test_result);
  return g_test_run ();
}
