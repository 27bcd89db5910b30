/* provider-client.h - the client that whoever distributes this program had a provider register for it: meson options google-client and
 * microsoft-client-id. A person's own goes first. Used in: core/account, core/grant. Source: RFC 8252 §8.5 (its secret is none). */
#pragma once

/* provider: its word. Both: static; "": none is built in. */
const char *provider_client_get_id     (const char *provider);
const char *provider_client_get_secret (const char *provider);
