/* message.h - a campaign's message as its transport is told of it. Used in: core/campaign, core/dispatch. Source: Transport2.BeginCampaign. */
#pragma once
#include "campaign.h"
#include "transport-link.h"

/* Fills in all but the files: what belongs to the campaign is borrowed from it, parts are floating, the columns (with those that core makes) are
 * the caller's to free. A campaign without an id is a template that belongs to
 * no people yet: any field will do. */
void message_of_campaign (const Campaign *campaign, TransportMessage *out_message);
