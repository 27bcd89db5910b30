#include "provider-view.h"

#include "refusals.h"
#include <string.h>

struct ProviderView {
  WebKitWebView        *view;
  WebKitWebContext     *context;
  WebKitNetworkSession *session;
  char                 *redirect;
  gboolean              is_coming; /* another document is on its way: its address is not this one's */
  const ProviderViewFuncs *funcs;
  gpointer              data;
};

/* --- what a sign-in has no use for --- */

static const struct {
  const char *property;
  gboolean    is_on;
} settings_off[] = {
  { "allow-file-access-from-file-urls", FALSE },
  { "allow-universal-access-from-file-urls", FALSE },
  { "allow-top-navigation-to-data-urls", FALSE },
  { "allow-modal-dialogs", FALSE },
  { "javascript-can-open-windows-automatically", FALSE },
  { "javascript-can-access-clipboard", FALSE },
  { "enable-developer-extras", FALSE },
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
  { "enable-write-console-messages-to-stdout", FALSE },
  { "disable-web-security", FALSE },
};

/* Features by WebKit's own names; one that this WebKit does not know is passed over. What draws beside the page's own place is among them (data lists). */
static const char *const features_unused[] = {
  "AsyncClipboardAPI", "DataListElement", "DirectoryUpload", "DownloadAttribute", "FullScreen", "GStreamer", "Gamepad", "GeolocationAPI", "InputTypeColor", "LinkPreconnect",
  "MediaDevices", "MediaRecorder", "MediaSession", "MediaSource", "Notifications", "PDFJSViewer", "PeerConnection", "PermissionsAPI", "PointerLock", "PushAPI", "ScreenCapture", "ScreenWakeLockAPI",
  "SpeechSynthesisAPI", "VideoPresentationModeAPI", "WebAudio", "WebCodecsAudio", "WebCodecsVideo", "WebGL", "WebRTC", "WirelessPlaybackTargetAPI",
};

static WebKitSettings *
make_settings (void)
{
  WebKitSettings *settings = webkit_settings_new ();
  g_autoptr (WebKitFeatureList) all = webkit_settings_get_all_features ();

  for (gsize i = 0; i < G_N_ELEMENTS (settings_off); i++)
    if (g_object_class_find_property (G_OBJECT_GET_CLASS (settings), settings_off[i].property) != NULL)
      g_object_set (settings, settings_off[i].property, settings_off[i].is_on, NULL);
  for (gsize i = 0; i < webkit_feature_list_get_length (all); i++) {
    WebKitFeature *feature = webkit_feature_list_get (all, i);

    for (gsize k = 0; k < G_N_ELEMENTS (features_unused); k++)
      if (strcmp (webkit_feature_get_identifier (feature), features_unused[k]) == 0)
        webkit_settings_set_feature_enabled (settings, feature, FALSE);
  }
  webkit_settings_set_hardware_acceleration_policy (settings, WEBKIT_HARDWARE_ACCELERATION_POLICY_NEVER);
  webkit_settings_set_user_agent_with_application_details (settings, "Postrider", POSTRIDER_VERSION); /* WebKit's own, which says what it is, and our name */
  return settings;
}

/* --- where it may go --- */

static gboolean
is_redirect (const ProviderView *self, const char *address)
{
  gsize len = strlen (self->redirect);

  return strncmp (address, self->redirect, len) == 0 && (address[len] == '\0' || address[len] == '?' || address[len] == '#');
}

static gboolean
is_plain (const char *address)
{
  gsize len = strlen (address);

  for (gsize i = 0; i < len; i++)
    if (address[i] <= ' ' || address[i] > '~')
      return FALSE;
  return len <= PROVIDER_ADDRESS_MAX;
}

/* Frames are made with the two behind; what is in the clear gate refuses besides. */
static gboolean
may_go (const char *address)
{
  return g_str_has_prefix (address, "https://") || strcmp (address, "about:blank") == 0 || strcmp (address, "about:srcdoc") == 0;
}

static gboolean
decide_navigation (ProviderView *self, WebKitPolicyDecision *decision)
{
  WebKitNavigationAction *action = webkit_navigation_policy_decision_get_navigation_action (WEBKIT_NAVIGATION_POLICY_DECISION (decision));
  const char *address = webkit_uri_request_get_uri (webkit_navigation_action_get_request (action));

  if (!is_redirect (self, address))
    return may_go (address);
  if (is_plain (address))
    self->funcs->redirected (address, self->data);
  return FALSE;
}

static gboolean
decide_cb (WebKitWebView *view, WebKitPolicyDecision *decision, WebKitPolicyDecisionType type, gpointer data)
{
  gboolean is_fine = FALSE;

  if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION)
    is_fine = decide_navigation (data, decision);
  else if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE) /* what cannot be shown would be a download */
    is_fine = webkit_response_policy_decision_is_mime_type_supported (WEBKIT_RESPONSE_POLICY_DECISION (decision));
  if (is_fine)
    webkit_policy_decision_use (decision);
  else
    webkit_policy_decision_ignore (decision);
  return TRUE;
}

static void
download_cb (WebKitNetworkSession *session, WebKitDownload *download, gpointer data)
{
  webkit_download_cancel (download);
}

/* --- where it is --- */

static void
provider_view_tell_address (ProviderView *self)
{
  const char *address = webkit_web_view_get_uri (self->view);

  if (address != NULL && !self->is_coming)
    self->funcs->moved (address, self->data);
}

static void
load_changed_cb (WebKitWebView *view, WebKitLoadEvent event, gpointer data)
{
  ProviderView *self = data;

  self->is_coming = event == WEBKIT_LOAD_STARTED || event == WEBKIT_LOAD_REDIRECTED;
  provider_view_tell_address (self);
}

/* A document may change its own address, within its origin. */
static void
address_cb (WebKitWebView *view, GParamSpec *property, gpointer data)
{
  provider_view_tell_address (data);
}

static void
provider_view_tell_failure (ProviderView *self, const char *address, gboolean is_certificate)
{
  g_autoptr (GUri) uri = address != NULL ? g_uri_parse (address, G_URI_FLAGS_ENCODED, NULL) : NULL;
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  self->is_coming = FALSE;
  self->funcs->failed (host != NULL && is_plain (host) ? host : "", is_certificate, self->data);
}

static gboolean
load_failed_cb (WebKitWebView *view, WebKitLoadEvent event, const char *address, GError *error, gpointer data)
{
  if (!g_error_matches (error, WEBKIT_POLICY_ERROR, WEBKIT_POLICY_ERROR_FRAME_LOAD_INTERRUPTED_BY_POLICY_CHANGE) &&
      !g_error_matches (error, WEBKIT_NETWORK_ERROR, WEBKIT_NETWORK_ERROR_CANCELLED))
    provider_view_tell_failure (data, address, FALSE);
  return TRUE; /* no error page: it would be a document that nobody made */
}

static gboolean
certificate_cb (WebKitWebView *view, const char *address, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer data)
{
  provider_view_tell_failure (data, address, TRUE);
  return TRUE;
}

/* --- what would be drawn beside its place --- */

static gboolean
refuse_menu_cb (WebKitWebView *view, WebKitContextMenu *menu, WebKitHitTestResult *hit, gpointer data)
{
  return TRUE;
}

static gboolean
refuse_tip_cb (GtkWidget *view, int x, int y, gboolean is_keyboard, GtkTooltip *tip, gpointer data)
{
  g_signal_stop_emission_by_name (view, "query-tooltip");
  return FALSE;
}

/* A page's own picture for the cursor may be 128 pixels high, and lie over the address. */
static void
cursor_cb (GtkWidget *view, GParamSpec *property, gpointer data)
{
  GdkCursor *cursor = gtk_widget_get_cursor (view);

  if (cursor != NULL && gdk_cursor_get_name (cursor) == NULL)
    gtk_widget_set_cursor_from_name (view, "default");
}

static gboolean
options_cb (WebKitWebView *view, WebKitOptionMenu *menu, GdkRectangle *place, gpointer data)
{
  ProviderView *self = data;

  self->funcs->offered (menu, self->data);
  return TRUE;
}

/* So can the picture of what is dragged. In a world of its own, before the page's first script. */
static void
refuse_drags (WebKitUserContentManager *manager)
{
  static const char source[] = "window.addEventListener('dragstart', (event) => event.preventDefault(), true)";
  WebKitUserScript *script = webkit_user_script_new_for_world (source, WEBKIT_USER_CONTENT_INJECT_ALL_FRAMES, WEBKIT_USER_SCRIPT_INJECT_AT_DOCUMENT_START, "postrider", NULL, NULL);

  webkit_user_content_manager_add_script (manager, script);
  webkit_user_script_unref (script);
}

/* --- building it --- */

static void
ended_cb (WebKitWebView *view, WebKitWebProcessTerminationReason reason, gpointer data)
{
  ProviderView *self = data;

  self->funcs->ended (self->data);
}

static void
connect_view (ProviderView *self)
{
  static const struct {
    const char *signal;
    GCallback   callback;
  } rows[] = {
    { "decide-policy", G_CALLBACK (decide_cb) },
    { "load-changed", G_CALLBACK (load_changed_cb) },
    { "notify::uri", G_CALLBACK (address_cb) },
    { "load-failed", G_CALLBACK (load_failed_cb) },
    { "load-failed-with-tls-errors", G_CALLBACK (certificate_cb) },
    { "context-menu", G_CALLBACK (refuse_menu_cb) },
    { "query-tooltip", G_CALLBACK (refuse_tip_cb) },
    { "notify::cursor", G_CALLBACK (cursor_cb) },
    { "show-option-menu", G_CALLBACK (options_cb) },
    { "web-process-terminated", G_CALLBACK (ended_cb) },
  };

  refusals_connect (self->view);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_signal_connect (self->view, rows[i].signal, rows[i].callback, self);
}

/* In memory, and through gate alone: no host is excepted, and no name is asked for in here. Certificates are checked, as WebKit does by itself; nothing can say otherwise. */
static void
make_session (ProviderView *self, guint16 proxy)
{
  g_autofree char *address = g_strdup_printf ("http://127.0.0.1:%u", proxy);
  WebKitNetworkProxySettings *settings = webkit_network_proxy_settings_new (address, NULL);

  self->session = webkit_network_session_new_ephemeral ();
  webkit_network_session_set_proxy_settings (self->session, WEBKIT_NETWORK_PROXY_MODE_CUSTOM, settings);
  webkit_network_session_set_tls_errors_policy (self->session, WEBKIT_TLS_ERRORS_POLICY_FAIL);
  g_signal_connect (self->session, "download-started", G_CALLBACK (download_cb), self);
  webkit_network_proxy_settings_free (settings);
}

static void
make_context (ProviderView *self)
{
  static const char *const english[] = { "en", NULL };

  self->context = webkit_web_context_new ();
  webkit_web_context_set_cache_model (self->context, WEBKIT_CACHE_MODEL_DOCUMENT_VIEWER);
  if (strcmp (g_get_language_names ()[0], "C") == 0) /* where LANG is unset a page would be told that its language is "C" */
    webkit_web_context_set_preferred_languages (self->context, english);
}

ProviderView *
provider_view_new (const char *redirect, guint16 proxy, const ProviderViewFuncs *funcs, gpointer data)
{
  ProviderView *self = g_new0 (ProviderView, 1);
  g_autoptr (WebKitSettings) settings = make_settings ();
  g_autoptr (WebKitUserContentManager) manager = webkit_user_content_manager_new ();

  self->redirect = g_strdup (redirect);
  self->funcs = funcs;
  self->data = data;
  make_context (self);
  make_session (self, proxy);
  refuse_drags (manager);
  self->view = g_object_new (WEBKIT_TYPE_WEB_VIEW, "web-context", self->context, "network-session", self->session, "settings", settings, "user-content-manager", manager, NULL);
  g_object_ref_sink (self->view);
  connect_view (self);
  return self;
}

void
provider_view_free (ProviderView *self)
{
  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->view, self);
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_object_unref (self->view);
  g_object_unref (self->session);
  g_object_unref (self->context);
  g_free (self->redirect);
  g_free (self);
}

GtkWidget *
provider_view_get_widget (ProviderView *self)
{
  return GTK_WIDGET (self->view);
}

void
provider_view_load (ProviderView *self, const char *url)
{
  webkit_web_view_load_uri (self->view, url);
}
