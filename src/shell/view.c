#include "view.h"

#include "fault.h"
#include "no-gl.h"
#include "page-address.h"
#include "page-files.h"
#include "refusals.h"
#include "weaken.h"
#include <glib/gstdio.h>
#include <string.h>

/* Blocks everything, then lets the two addresses through. WebKit's own rule language (a list of regular expressions, later ones win). */
static const char filter_rules[] =
    "[{\"trigger\":{\"url-filter\":\".*\"},\"action\":{\"type\":\"block\"}},"
    "{\"trigger\":{\"url-filter\":\"^app://postrider/\"},\"action\":{\"type\":\"ignore-previous-rules\"}},"
    "{\"trigger\":{\"url-filter\":\"^app://mail/\"},\"action\":{\"type\":\"ignore-previous-rules\"}},"
    "{\"trigger\":{\"url-filter\":\"^data:image/\",\"resource-type\":[\"image\"]},\"action\":{\"type\":\"ignore-previous-rules\"}}]";

#define BLACK_HOLE "http://127.0.0.1:9" /* discard: what were to slip through goes nowhere */

struct View {
  WebKitWebView     *view;
  WebKitWebContext  *context;
  WebKitNetworkSession *session;
  MailStore         *mails;
  ViewFuncs          funcs;
  gpointer           data;
  char              *folder; /* in the window's own /tmp, which lies in memory and goes with it */
  char              *no_gl;  /* file in it: what the web process finds for a GL driver; "": what there is */
};

/* --- what a page has no use for --- */

static const struct {
  const char *property;
  gboolean    is_on;
} settings_table[] = {
  { "allow-file-access-from-file-urls", FALSE },
  { "allow-universal-access-from-file-urls", FALSE },
  { "allow-top-navigation-to-data-urls", FALSE },
  { "allow-modal-dialogs", FALSE },
  { "javascript-can-open-windows-automatically", FALSE },
  { "javascript-can-access-clipboard", FALSE },
  { "enable-developer-extras", FALSE },
  { "enable-html5-database", FALSE },
  { "enable-html5-local-storage", FALSE },
  { "enable-page-cache", FALSE },
  { "enable-fullscreen", FALSE },
  { "enable-webgl", FALSE },
  { "enable-webaudio", FALSE },
  { "enable-webrtc", FALSE },
  { "enable-media", FALSE },
  { "enable-media-stream", FALSE },
  { "enable-media-capabilities", FALSE },
  { "enable-mediasource", FALSE },
  { "enable-encrypted-media", FALSE },
  { "enable-back-forward-navigation-gestures", FALSE },
  { "enable-site-specific-quirks", FALSE },
  { "enable-write-console-messages-to-stdout", FALSE },
  { "disable-web-security", FALSE },
  { "draw-compositing-indicators", FALSE },
};

/* Features by WebKit's own names: an interface that is not there cannot be attacked. A name that this WebKit does not know is passed over. */
static const char *const features_off[] = {
  "AsyncClipboardAPI", "BeaconAPI", "BroadcastChannel", "CacheAPI", "CookieStoreAPI", "Databases", "DirectoryUpload", "DownloadAttribute",
  "EmbedElement", "FullScreen", "GStreamer", "Gamepad", "GeolocationAPI", "HTTPEquiv", "IndexedDBAPI", "LinkDNSPrefetch", "LinkPreconnect",
  "LinkPreconnectEarlyHints", "LocalStorage", "MathML", "MediaDevices", "MediaRecorder", "MediaSession", "MediaSource", "NotificationEvent",
  "Notifications", "PDFJSViewer", "PermissionsAPI", "PointerLock", "PrivateClickMeasurement", "PushAPI", "SafeBrowsing", "ScreenCapture",
  "ScreenWakeLockAPI", "ServiceWorkers", "SharedWorker", "SpeechSynthesisAPI", "VideoPresentationModeAPI", "WebAudio", "WebCodecsAudio",
  "WebCodecsVideo", "WebGL", "WebLocksAPI", "WebSocket", "WirelessPlaybackTargetAPI", "XSLT",
};

static void
switch_features_off (WebKitSettings *settings)
{
  g_autoptr (WebKitFeatureList) all = webkit_settings_get_all_features ();

  for (gsize i = 0; i < webkit_feature_list_get_length (all); i++) {
    WebKitFeature *feature = webkit_feature_list_get (all, i);

    for (gsize k = 0; k < G_N_ELEMENTS (features_off); k++)
      if (strcmp (webkit_feature_get_identifier (feature), features_off[k]) == 0)
        webkit_settings_set_feature_enabled (settings, feature, FALSE);
  }
}

static WebKitSettings *
make_settings (void)
{
  WebKitSettings *settings = webkit_settings_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (settings_table); i++)
    if (g_object_class_find_property (G_OBJECT_GET_CLASS (settings), settings_table[i].property) != NULL)
      g_object_set (settings, settings_table[i].property, settings_table[i].is_on, NULL);
  if (!WEAKENED ("features"))
    switch_features_off (settings);
  else
    g_object_set (settings, "enable-webrtc", TRUE, "enable-media-stream", TRUE, "javascript-can-open-windows-automatically", TRUE,
                  "enable-html5-local-storage", TRUE, "enable-html5-database", TRUE, NULL);
  if (no_gl_is_wanted ())
    webkit_settings_set_hardware_acceleration_policy (settings, WEBKIT_HARDWARE_ACCELERATION_POLICY_NEVER);
  webkit_settings_set_user_agent (settings, "Postrider");
  return settings;
}

/* --- where it may go --- */

static gboolean
may_go (View *self, const char *address)
{
  return WEAKENED ("policy") || page_address_is_page (address) || mail_store_has (self->mails, address);
}

static gboolean
decide_response (View *self, WebKitResponsePolicyDecision *decision)
{
  const char *address = webkit_uri_response_get_uri (webkit_response_policy_decision_get_response (decision));
  gboolean is_main = webkit_response_policy_decision_is_main_frame_main_resource (decision);

  /* A mail is only ever shown inside the page; the page is only ever the whole view. */
  return WEAKENED ("policy") || (is_main ? page_address_is_page (address) : mail_store_has (self->mails, address));
}

static gboolean
decide_cb (WebKitWebView *view, WebKitPolicyDecision *decision, WebKitPolicyDecisionType type, gpointer data)
{
  View *self = data;
  gboolean is_fine = FALSE;

  if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION) {
    WebKitNavigationAction *action =
        webkit_navigation_policy_decision_get_navigation_action (WEBKIT_NAVIGATION_POLICY_DECISION (decision));

    is_fine = may_go (self, webkit_uri_request_get_uri (webkit_navigation_action_get_request (action)));
  } else if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE) {
    is_fine = decide_response (self, WEBKIT_RESPONSE_POLICY_DECISION (decision));
  }
  if (is_fine)
    webkit_policy_decision_use (decision);
  else
    webkit_policy_decision_ignore (decision);
  return TRUE;
}

static gboolean
failed_cb (WebKitWebView *view, WebKitLoadEvent event, const char *address, GError *error, gpointer data)
{
  return TRUE; /* no error page: it would be a document that nobody made */
}

static void
download_cb (WebKitNetworkSession *session, WebKitDownload *download, gpointer data)
{
  if (!WEAKENED ("policy"))
    webkit_download_cancel (download);
}

/* --- the menu of a text --- */

static void
run_command (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  webkit_web_view_execute_editing_command (view, strcmp (g_action_get_name (G_ACTION (action)), "undo") == 0 ? WEBKIT_EDITING_COMMAND_UNDO : WEBKIT_EDITING_COMMAND_REDO);
}

/* WebKit's own menu has neither. */
static void
prepend_command (WebKitWebView *view, WebKitContextMenu *menu, const char *name, const char *label, gboolean is_there)
{
  g_autoptr (GSimpleAction) action = g_simple_action_new (name, NULL);

  g_simple_action_set_enabled (action, is_there);
  g_signal_connect (action, "activate", G_CALLBACK (run_command), view);
  webkit_context_menu_prepend (menu, webkit_context_menu_item_new_from_gaction (G_ACTION (action), label, NULL));
}

static void
add_commands (WebKitWebView *view, WebKitContextMenu *menu)
{
  WebKitEditorState *state = webkit_web_view_get_editor_state (view);

  webkit_context_menu_prepend (menu, webkit_context_menu_item_new_separator ());
  prepend_command (view, menu, "redo", "_Redo", webkit_editor_state_is_redo_available (state));
  prepend_command (view, menu, "undo", "_Undo", webkit_editor_state_is_undo_available (state));
}

/* Cut, copy, paste, and what the dictionary proposes; not reload, open, save, inspect. A word is learned for this window alone (ignored): its home is empty. */
static gboolean
is_kept (WebKitContextMenuAction action)
{
  static const WebKitContextMenuAction kept[] = { WEBKIT_CONTEXT_MENU_ACTION_COPY,           WEBKIT_CONTEXT_MENU_ACTION_CUT,
                                                  WEBKIT_CONTEXT_MENU_ACTION_PASTE,          WEBKIT_CONTEXT_MENU_ACTION_DELETE,
                                                  WEBKIT_CONTEXT_MENU_ACTION_SELECT_ALL,     WEBKIT_CONTEXT_MENU_ACTION_SPELLING_GUESS,
                                                  WEBKIT_CONTEXT_MENU_ACTION_IGNORE_SPELLING };

  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    if (action == kept[i])
      return TRUE;
  return FALSE;
}

static gboolean
menu_cb (WebKitWebView *view, WebKitContextMenu *menu, WebKitHitTestResult *hit, gpointer data)
{
  GList *next;
  guint count = 0;

  for (GList *link = webkit_context_menu_get_items (menu); link != NULL; link = next) {
    gboolean is_fine = is_kept (webkit_context_menu_item_get_stock_action (link->data));

    next = link->next;
    count += is_fine;
    if (!is_fine)
      webkit_context_menu_remove (menu, link->data);
  }
  if (webkit_hit_test_result_context_is_editable (hit))
    add_commands (view, menu);
  return count == 0;
}

static void
terminated_cb (WebKitWebView *view, WebKitWebProcessTerminationReason reason, gpointer data)
{
  View *self = data;

  self->funcs.ended (view, self->data);
}

static gboolean
message_cb (WebKitWebView *view, WebKitUserMessage *message, gpointer data)
{
  View *self = data;

  return self->funcs.message (view, message, self->data);
}

static void
connect_view (View *self)
{
  static const struct {
    const char *signal;
    GCallback   callback;
  } rows[] = {
    { "decide-policy", G_CALLBACK (decide_cb) },
    { "load-failed", G_CALLBACK (failed_cb) },
    { "context-menu", G_CALLBACK (menu_cb) },
    { "web-process-terminated", G_CALLBACK (terminated_cb) },
    { "user-message-received", G_CALLBACK (message_cb) },
  };

  refusals_connect (self->view);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_signal_connect (self->view, rows[i].signal, rows[i].callback, self);
}

/* --- building it --- */

/* postrider-page.so lies in a folder of its own beside us, since WebKit loads each module that it finds there. */
static char *
find_module_folder (GError **error)
{
  static const char *const folders[] = { "page", "../confined/page" };
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *here = self != NULL ? g_path_get_dirname (self) : NULL;

  for (gsize i = 0; here != NULL && i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *folder = g_build_filename (here, folders[i], NULL);
    g_autofree char *module = g_build_filename (folder, "postrider-page.so", NULL);

    if (g_file_test (module, G_FILE_TEST_IS_REGULAR))
      return g_canonicalize_filename (folder, NULL);
  }
  g_set_error (error, FAULT, FAULT_CONFIG, "A part of Postrider (postrider-page.so) is not where it belongs. Please install Postrider again.");
  return NULL;
}

static void
extensions_cb (WebKitWebContext *context, gpointer data)
{
  webkit_web_context_set_web_process_extensions_directory (context, data);
#ifdef POSTRIDER_AUTOMATION
  webkit_web_context_set_web_process_extensions_initialization_user_data (context, g_variant_new_string (weaken_get ()));
#endif
}

/* In the languages of the desktop, as far as their dictionaries are there: a word of another one is not called wrong. */
static void
switch_spelling_on (WebKitWebContext *context)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) languages = NULL;

  for (const char *const *name = g_get_language_names (); *name != NULL; name++)
    if (strcmp (*name, "C") != 0 && strpbrk (*name, ".@") == NULL)
      g_strv_builder_add (builder, *name);
  languages = g_strv_builder_end (builder);
  webkit_web_context_set_spell_checking_languages (context, *languages != NULL ? (const char *const *) languages : (const char *const[]){ "en_US", NULL });
  webkit_web_context_set_spell_checking_enabled (context, TRUE);
}

static void
make_context (View *self, char *module_folder)
{
  static const char *const english[] = { "en", NULL };
  g_autoptr (WebKitNetworkProxySettings) proxy = webkit_network_proxy_settings_new (BLACK_HOLE, NULL);

  self->context = webkit_web_context_new ();
  if (strcmp (g_get_language_names ()[0], "C") == 0) /* where LANG is unset the page would be told that its language is "C", which Intl refuses */
    webkit_web_context_set_preferred_languages (self->context, english);
  switch_spelling_on (self->context);
  webkit_web_context_set_cache_model (self->context, WEBKIT_CACHE_MODEL_DOCUMENT_VIEWER);
  webkit_web_context_add_path_to_sandbox (self->context, module_folder, TRUE); /* read-only; /usr is there anyhow, a build folder is not */
  if (*self->no_gl != '\0')
    webkit_web_context_add_path_to_sandbox (self->context, self->no_gl, TRUE);
  g_signal_connect_data (self->context, "initialize-web-process-extensions", G_CALLBACK (extensions_cb), module_folder, (GClosureNotify) (void (*) (void)) g_free, 0);
  self->session = webkit_network_session_new_ephemeral ();
  if (!WEAKENED ("proxy"))
    webkit_network_session_set_proxy_settings (self->session, WEBKIT_NETWORK_PROXY_MODE_CUSTOM, proxy);
  g_signal_connect (self->session, "download-started", G_CALLBACK (download_cb), self);
}

static void
make_view (View *self)
{
  g_autoptr (WebKitSettings) settings = make_settings ();

  self->view = g_object_new (WEBKIT_TYPE_WEB_VIEW, "web-context", self->context, "network-session", self->session, "settings", settings,
#ifdef POSTRIDER_AUTOMATION
                             "is-controlled-by-automation", g_getenv ("WEBKIT_INSPECTOR_SERVER") != NULL,
#endif
                             NULL);
  g_object_ref_sink (self->view);
  connect_view (self);
}

static void
filter_saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  View *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WebKitUserContentFilter) filter = webkit_user_content_filter_store_save_finish (WEBKIT_USER_CONTENT_FILTER_STORE (source), result, &error);

  if (filter == NULL) {
    g_autoptr (GError) told = g_error_new (FAULT, FAULT_SOFTWARE, "The window's filter could not be made: %s", error->message);

    self->funcs.failed (told, self->data);
    return;
  }
  if (!WEAKENED ("filter"))
    webkit_user_content_manager_add_filter (webkit_web_view_get_user_content_manager (self->view), filter);
  self->funcs.ready (self->view, self->data);
}

/* Compiled into a folder that the web process cannot see: WebKit shows it all of the cache folder, and would let it change what was compiled. */
static void
compile_filter (View *self)
{
  g_autofree char *path = g_build_filename (self->folder, "filter", NULL);
  g_autoptr (WebKitUserContentFilterStore) store = webkit_user_content_filter_store_new (path);
  g_autoptr (GBytes) rules = g_bytes_new_static (filter_rules, strlen (filter_rules));

  webkit_user_content_filter_store_save (store, "postrider", rules, NULL, filter_saved_cb, self);
}

View *
view_new (MailStore *mails, const ViewFuncs *funcs, gpointer data, GError **error)
{
  g_autoptr (View) self = g_new0 (View, 1);
  g_autofree char *module_folder = find_module_folder (error);

  if (module_folder == NULL)
    return NULL;
  self->mails = mails;
  self->funcs = *funcs;
  self->data = data;
  self->folder = g_dir_make_tmp ("postrider-window-XXXXXX", error);
  if (self->folder == NULL)
    return NULL;
  self->no_gl = no_gl_begin (module_folder, self->folder, error);
  if (self->no_gl == NULL)
    return NULL;
  make_context (self, g_strdup (module_folder));
  if (!page_files_serve (self->context, mails, error))
    return NULL;
  make_view (self);
  no_gl_offer (self->no_gl);
  compile_filter (self);
  return g_steal_pointer (&self);
}

void
view_free (View *self)
{
  if (self == NULL)
    return;
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->view);
  g_clear_object (&self->session);
  g_clear_object (&self->context);
  g_free (self->folder);
  g_free (self->no_gl);
  g_free (self);
}

WebKitWebView *
view_get_widget (View *self)
{
  return self->view;
}

void
view_load (View *self)
{
  webkit_web_view_load_uri (self->view, PAGE_ADDRESS);
}
