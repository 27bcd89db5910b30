#include "message.h"

#include "contract-keys.h"
#include <string.h>

static GVariant *
make_parts (const Campaign *campaign)
{
  const struct {
    const char *name, *text;
  } parts[] = {
    { KEY_PART_SUBJECT, campaign->subject }, { KEY_PART_HTML, campaign->html },         { KEY_PART_TEXT, campaign->body_text },
    { KEY_PART_FROM, campaign->sender },     { KEY_PART_REPLY_TO, campaign->reply_to }, { KEY_PART_UNSUBSCRIBE, campaign->unsubscribe },
  };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    g_variant_builder_add (&builder, "{ss}", parts[i].name, parts[i].text);
  return g_variant_builder_end (&builder);
}

void
message_of_campaign (const Campaign *campaign, TransportMessage *out_message)
{
  *out_message = (TransportMessage){
    .campaign = campaign->id, .version = (guint) campaign->version, .parts = make_parts (campaign), .is_inspection = campaign->id == 0,
    .columns = (const char *const *) campaign->columns, .aliases = (const char *const *) campaign->aliases,
  };
  memcpy (out_message->identity, campaign->identity, sizeof out_message->identity);
}
