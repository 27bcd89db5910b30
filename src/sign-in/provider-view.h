/* provider-view.h - the web view that shows a provider's pages, and all that they may not do.
 * Trust:  pages are hostile. What they reach is gate's to say; here they are kept from the person's things, from a second window and from the address.
 * Used in: sign-in (provider-window). Source: WebKitGTK 2.50 reference. */
#pragma once
#include <webkit/webkit.h>

#define PROVIDER_ADDRESS_MAX 16384 /* octets of a redirect: the contract's */

typedef struct ProviderView ProviderView;

typedef struct {
  void (*moved)      (const char *address, gpointer data); /* another document is shown now, by its address: ASCII */
  void (*redirected) (const char *address, gpointer data); /* led to the redirect, and stopped. Printable ASCII, PROVIDER_ADDRESS_MAX at most */
  void (*failed)     (const char *host, gboolean is_certificate, gpointer data); /* a page could not be shown. host: ASCII; or "" */
  void (*offered)    (WebKitOptionMenu *menu, gpointer data); /* a select was opened: activate an item or not, then close it */
  void (*ended)      (gpointer data);                      /* the web process is gone */
} ProviderViewFuncs;

/* redirect: copied; proxy: its port. funcs: kept by pointer. Returns: (transfer full), never NULL. */
ProviderView *provider_view_new  (const char *redirect, guint16 proxy, const ProviderViewFuncs *funcs, gpointer data);
void          provider_view_free (ProviderView *self); /* NULL is a no-op */
GtkWidget    *provider_view_get_widget (ProviderView *self); /* borrowed */
void          provider_view_load (ProviderView *self, const char *url);
