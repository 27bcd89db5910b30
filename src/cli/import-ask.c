#include "import-ask.h"

#include "connect.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "send-fd.h"
#include "spool.h"
#include <stdio.h>

static char *
ask_encoding (char **readings, GError **error)
{
  guint n = g_strv_length (readings) / 2;
  char answer[16] = "";
  guint64 number;

  fputs ("The file is not clearly in one encoding. In which one do its names read right?\n", stderr);
  for (guint i = 0; i < n; i++)
    fprintf (stderr, "  %u  %-14s %s\n", i + 1, readings[2 * i], readings[2 * i + 1]);
  fprintf (stderr, "Number: ");
  fflush (stderr);
  if (fgets (answer, sizeof answer, stdin) != NULL && g_ascii_string_to_unsigned (g_strstrip (answer), 10, 1, n, &number, NULL))
    return g_strdup (readings[2 * (number - 1)]);
  g_set_error (error, FAULT, FAULT_USAGE, "no encoding was chosen, so nothing was read; say it with --encoding NAME (names of iconv -l)");
  return NULL;
}

/* Import's options without those that ImportLook has not. */
static GVariant *
look_options (GVariant *options)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, options);
  g_variant_dict_remove (&dict, KEY_IMPORT_CONSENT);
  g_variant_dict_remove (&dict, KEY_IMPORT_DRY_RUN);
  g_variant_dict_remove (&dict, KEY_IMPORT_NAME);
  return g_variant_dict_end (&dict);
}

gboolean
import_ask_encoding (Session *session, const char *path, GVariant *options, char **out_encoding, GError **error)
{
  g_autoptr (GVariant) look = NULL, rows = NULL, head = NULL, readings = NULL;
  g_autofree const char **words = NULL;
  SendFd file = { 0 };
  gboolean is_fine;

  *out_encoding = NULL;
  if (!send_fd_take (&file, spool_open (path, error), error) || session_core (session, error) == NULL) {
    send_fd_clear (&file);
    return FALSE;
  }
  is_fine = pr_app1_call_import_look_sync (session->core, file.handle, look_options (options), file.list, &look, &rows, &head, NULL, NULL, error);
  send_fd_clear (&file);
  if (!is_fine) {
    connect_explain (error);
    return FALSE;
  }
  readings = dict_child (look, KEY_IMPORT_LOOK_READINGS, "as");
  if (readings == NULL || g_variant_n_children (readings) < 2)
    return TRUE;
  words = g_variant_get_strv (readings, NULL);
  *out_encoding = ask_encoding ((char **) words, error);
  return *out_encoding != NULL;
}
