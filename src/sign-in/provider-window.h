/* provider-window.h - the window around a provider's pages: their address, a sentence of ours, the view; and what a person does with it.
 * Trust:  the address and the sentence are native widgets that no page draws. Used in: sign-in (service). */
#pragma once
#include <glib.h>

typedef struct ProviderWindow ProviderWindow;

typedef struct { /* copied as far as needed */
  const char *url, *redirect;
  const char *account; /* whose sign-in it is: its address */
} ProviderWindowSpec;

typedef struct {
  void (*redirected) (const char *address, gpointer data); /* as provider-view.h */
  void (*closed)     (gpointer data);                      /* by the person */
  void (*ended)      (gpointer data);                      /* its browser is gone */
} ProviderWindowFuncs;

/* proxy: a port of 127.0.0.1. Shows it and loads the page. funcs: kept by pointer. Returns: (transfer full), never NULL. */
ProviderWindow *provider_window_new  (const ProviderWindowSpec *spec, guint16 proxy, const ProviderWindowFuncs *funcs, gpointer data);
void            provider_window_free (ProviderWindow *self); /* NULL is a no-op */
