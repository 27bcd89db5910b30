#include "message.h"

#include <string.h>

void
message_of_campaign (const Campaign *campaign, TransportMessage *out_message)
{
  *out_message = (TransportMessage){
    .campaign = campaign->id, .version = (guint) campaign->version, .parts = message_parts_to_variant (campaign->parts), .is_inspection = campaign->id == 0,
    .columns = (const char *const *) campaign_get_all_columns (campaign), .aliases = (const char *const *) campaign->aliases,
  };
  memcpy (out_message->identity, campaign->identity, sizeof out_message->identity);
}
