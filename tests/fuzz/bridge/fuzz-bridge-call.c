/* fuzz-bridge-call.c - any octets as what an owned web process says: which call (first two), then the tuple. Refused, or a call that passes the
 * contract and names no file but the one there is. */
#include "bridge-call.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gint32
file_cb (guint32 number, gpointer data)
{
  return number == 5 ? 1 : -1;
}

static const ContractRow *
choose (guint number)
{
  guint count = 0;

  for (const ContractRow *row = contract_rows; row->interface != NULL; row++)
    count += row->side == CONTRACT_CALL && row->exposure == CONTRACT_EXPOSED_PAGE;
  g_assert (count > 0);
  number %= count;
  for (const ContractRow *row = contract_rows;; row++)
    if (row->side == CONTRACT_CALL && row->exposure == CONTRACT_EXPOSED_PAGE && number-- == 0)
      return row;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const ContractRow *row;
  g_autofree char *signature = NULL;
  g_autofree void *aligned = NULL;
  g_autoptr (GVariant) given = NULL;
  g_autoptr (GVariant) call = NULL;
  g_autoptr (GError) error = NULL;

  if (size < 2)
    return 0;
  row = choose ((guint) data[0] << 8 | data[1]);
  signature = bridge_call_signature (row);
  aligned = g_memdup2 (data + 2, size - 2);
  given = g_variant_ref_sink (g_variant_new_from_data (G_VARIANT_TYPE (signature), aligned, size - 2, FALSE, NULL, NULL));
  call = bridge_call_resolve (row, given, file_cb, NULL, 0, &error);
  g_assert_true ((call == NULL) == (error != NULL));
  if (call != NULL)
    g_assert_true (contract_check (row->interface, row->member, CONTRACT_CALL, call, NULL));
  return 0;
}
