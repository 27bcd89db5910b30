#include "layers.h"

#include <stdio.h>

#define LAYERS_MAX 16
#define NAME_MAX_BYTES 24
#define WHY_MAX_BYTES 160

static struct {
  char       name[NAME_MAX_BYTES];
  LayerState state;
  char       why[WHY_MAX_BYTES];
} layers[LAYERS_MAX];
static gsize n_layers = 0;

void
layer_note (const char *name, LayerState state, const char *format, ...)
{
  gsize at = 0;
  va_list arguments;

  while (at < n_layers && g_strcmp0 (layers[at].name, name) != 0)
    at++;
  g_return_if_fail (at < LAYERS_MAX);
  n_layers = MAX (n_layers, at + 1);
  g_strlcpy (layers[at].name, name, NAME_MAX_BYTES);
  layers[at].state = state;
  va_start (arguments, format);
  g_vsnprintf (layers[at].why, WHY_MAX_BYTES, format, arguments);
  va_end (arguments);
}

void
lock_print_layers (void)
{
  static const char *const words[] = { "not needed", "holds", "missing" };

  for (gsize i = 0; i < n_layers; i++)
    printf ("%s\t%s\t%s\n", layers[i].name, words[layers[i].state], layers[i].why);
  fflush (stdout);
}
