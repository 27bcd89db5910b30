/* The preload bridge: loaded by WebKit into its web process, beside whatever the page manages to do there. Add nothing that decides. */
#include "bridge.h"
#include "fault.h"
#include "page-address.h"
#include "weaken.h"
#ifdef POSTRIDER_AUTOMATION
#include "raw.h"
#endif
#include <string.h>

G_MODULE_EXPORT void webkit_web_process_extension_initialize_with_user_data (WebKitWebProcessExtension *extension, GVariant *data);

#define BRIDGE_KEY "postrider-bridge"

static void
drop_bridge (gpointer data)
{
  bridge_free (data);
}

static gboolean
may_have_bridge (WebKitFrame *frame)
{
  if (WEAKENED ("bridge-address"))
    return TRUE;
  return webkit_frame_is_main_frame (frame) && page_address_is_page (webkit_frame_get_uri (frame));
}

/* A new document of a frame, before any script of it. */
static void
cleared_cb (WebKitScriptWorld *world, WebKitWebPage *page, WebKitFrame *frame, gpointer data)
{
  g_autoptr (JSCContext) context = NULL;

  if (webkit_frame_is_main_frame (frame))
    g_object_set_data (G_OBJECT (page), BRIDGE_KEY, NULL); /* its document has gone */
  if (!may_have_bridge (frame))
    return;
  context = webkit_frame_get_js_context_for_script_world (frame, world);
  g_object_set_data_full (G_OBJECT (page), BRIDGE_KEY, bridge_new (page, context), drop_bridge);
#ifdef POSTRIDER_AUTOMATION
  raw_expose (page, context);
#endif
}

/* The shell tells the page something; the reply says that the next may come. */
static gboolean
told_cb (WebKitWebPage *page, WebKitUserMessage *message, gpointer data)
{
  Bridge *bridge = g_object_get_data (G_OBJECT (page), BRIDGE_KEY);

  if (bridge != NULL)
    bridge_tell (bridge, webkit_user_message_get_name (message), webkit_user_message_get_parameters (message));
  webkit_user_message_send_reply (message, webkit_user_message_new ("taken", NULL));
  return TRUE;
}

static void
page_created_cb (WebKitWebProcessExtension *extension, WebKitWebPage *page, gpointer data)
{
  g_signal_connect (page, "user-message-received", G_CALLBACK (told_cb), NULL);
}

void
webkit_web_process_extension_initialize_with_user_data (WebKitWebProcessExtension *extension, GVariant *data)
{
  fault_quark ();
#ifdef POSTRIDER_AUTOMATION
  weaken_set (data != NULL && g_variant_is_of_type (data, G_VARIANT_TYPE_STRING) ? g_variant_get_string (data, NULL) : NULL);
#endif
  g_signal_connect (extension, "page-created", G_CALLBACK (page_created_cb), NULL);
  g_signal_connect (webkit_script_world_get_default (), "window-object-cleared", G_CALLBACK (cleared_cb), NULL);
}
