#include "server-traits.h"

ServerTraits *
server_traits_new (void)
{
  ServerTraits *self = g_new0 (ServerTraits, 1);

  self->refused_mechanisms = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
server_traits_free (ServerTraits *self)
{
  if (self != NULL)
    g_ptr_array_unref (self->refused_mechanisms);
  g_free (self);
}

gboolean
server_traits_is_refused (const ServerTraits *self, const char *mechanism)
{
  return g_ptr_array_find_with_equal_func (self->refused_mechanisms, mechanism, g_str_equal, NULL);
}

void
server_traits_refuse (ServerTraits *self, const char *mechanism)
{
  if (!server_traits_is_refused (self, mechanism))
    g_ptr_array_add (self->refused_mechanisms, g_strdup (mechanism));
}
