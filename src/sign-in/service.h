/* service.h - org.postrider.SignIn1: one window in, its browser's connections and redirects out.
 * Trust:  core calls; its arguments were checked against contract/. Used in: sign-in (main). */
#pragma once
#include <gio/gio.h>

typedef struct SignInService SignInService;

SignInService *sign_in_service_new    (void);
void           sign_in_service_free   (SignInService *self); /* closes the window; NULL is a no-op */
gboolean       sign_in_service_export (SignInService *self, GDBusConnection *connection, GError **error);
