/* lies.h - what a transport in wrong hands would tell core, past the send queue, which tells no lies. Words: kind-null.c, `--lie`.
 * Used in: main. Source: contract/org.postrider.Transport2.xml (Outcomes, Paused); core/intake/outcomes.h, which has to see each. */
#pragma once
#include "row.h"

void lies_tell (const char *lie, const Row *row, gpointer skeleton); /* of PrTransport2; row: begun, and not ended */
