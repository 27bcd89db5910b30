/* oauth-service.h - oauth's side of org.postrider.OAuth1: one call at a time, from its descriptors to its answer.
 * Trust:  core calls. Used in: main.c. */
#pragma once
#include "http-client.h"
#include <gio/gio.h>

typedef struct OauthService OauthService;

OauthService *oauth_service_new  (HttpClient *http); /* http: borrowed for its life. (transfer full) */
void          oauth_service_free (OauthService *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OauthService, oauth_service_free)

GDBusInterfaceSkeleton *oauth_service_get_skeleton (OauthService *self); /* borrowed */
