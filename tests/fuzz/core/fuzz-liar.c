/* One honest client, and a peer that lies: the whole input is what LIAR (the program's name, given by the build) says, and when.
 * What must hold is in fixture.c. */
#include "fixture.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const struct { const char *liar, *method, *body; } scenes[] = {
  { "import", "Import", "(handle 0, 'people', {'consent': <'at the fair'>})" },
  { "import", "Import", "(handle 0, 'others', @a{sv} {})" },
  { "smtp", "CampaignPrepare", "({'account': <'a'>, 'lists': <['people']>, 'subject': <'Hello {{name}}'>, 'text': <'hello'>, 'again': <true>}, @a(sssh) [])" },
  { "smtp", "CampaignPreview", "(uint64 1, uint64 0, uint32 5, true)" },
  { "smtp", "CampaignStart", "(uint64 1,)" },
  { "smtp", "CampaignShow", "(uint64 1,)" },
  { "smtp", "CampaignPause", "(uint64 1,)" },
  { "smtp", "CampaignResume", "(uint64 1, {'subject': <'better'>})" },
  { "smtp", "CampaignShow", "(uint64 1,)" },
  { "smtp", "CampaignRows", "(uint64 1, uint64 0, uint32 100)" },
  { "smtp", "CampaignCancel", "(uint64 1,)" },
  { "smtp", "AccountTest", "('a',)" },
  { "dial", "AccountTest", "('a',)" },
  { "dial", "AccountTest", "('a',)" },
  { "dial", "SinkStart", "(uint16 0, '/', @a{sv} {})" },
};

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fixture_init ();
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Bytes lies = bytes_new (data, size);
  static Fixture fixture;

  fixture_open (&fixture, TRUE, &lies, LIAR);
  for (gsize i = 0; i < G_N_ELEMENTS (scenes); i++)
    if (strcmp (scenes[i].liar, LIAR) == 0)
      fixture_call_text (&fixture, scenes[i].method, scenes[i].body);
  fixture_settle (&fixture);
  fixture_close (&fixture);
  return 0;
}
