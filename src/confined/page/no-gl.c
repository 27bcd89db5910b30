/* no-gl.c - a GL driver that has nothing: what the web process finds where there is no GPU.
 * WebKit's web process does not begin without an EGL display, and loads Mesa for it, with LLVM behind it: 20 MiB, 50 ms, and a compiler inside the cage,
 * for a page that is drawn by the CPU. libEGL takes this instead (shell/no-gl.c points to it): its display begins, and has no configuration to draw with.
 * Used in: the web process, by libEGL. Source: glvnd/libeglabi.h; EGL 1.5 §3.2-3.4. */
#include <EGL/egl.h>
#include <gmodule.h>
#include <glvnd/libeglabi.h>
#include <string.h>

#define PLATFORM "EGL_MESA_platform_surfaceless"

G_MODULE_EXPORT EGLBoolean __egl_Main (uint32_t version, const __EGLapiExports *exports, __EGLvendorInfo *vendor, __EGLapiImports *imports);

static int the_display; /* its address is all that it is */

static EGLDisplay
get_display (EGLenum platform, void *native, const EGLAttrib *attributes)
{
  return &the_display;
}

static EGLBoolean
no_gl_initialize (EGLDisplay display, EGLint *out_major, EGLint *out_minor)
{
  if (out_major != NULL)
    *out_major = 1;
  if (out_minor != NULL)
    *out_minor = 5;
  return EGL_TRUE;
}

static const char *
query_string (EGLDisplay display, EGLint name)
{
  switch (name) {
  case EGL_VENDOR:
    return "Postrider";
  case EGL_VERSION:
    return "1.5";
  case EGL_CLIENT_APIS:
    return "OpenGL_ES";
  default:
    return display == EGL_NO_DISPLAY ? "EGL_EXT_platform_base " PLATFORM : "";
  }
}

static EGLint
get_error (void)
{
  return EGL_SUCCESS;
}

static EGLBoolean
choose_config (EGLDisplay display, const EGLint *wanted, EGLConfig *out_configs, EGLint size, EGLint *out_count)
{
  if (out_count != NULL)
    *out_count = 0;
  return EGL_TRUE;
}

static EGLBoolean
get_configs (EGLDisplay display, EGLConfig *out_configs, EGLint size, EGLint *out_count)
{
  return choose_config (display, NULL, out_configs, size, out_count);
}

static EGLBoolean
bind_api (EGLenum api)
{
  return EGL_TRUE;
}

static EGLBoolean
no_gl_terminate (EGLDisplay display)
{
  return EGL_TRUE;
}

/* Contexts, surfaces, images: EGL_FALSE and NULL are one and the same here. */
static void *
no_gl_refuse (void)
{
  return NULL;
}

static void *
find_function (const char *name)
{
  static const struct { const char *name; void *function; } functions[] = {
    { "eglInitialize", no_gl_initialize }, { "eglQueryString", query_string }, { "eglGetError", get_error },   { "eglChooseConfig", choose_config },
    { "eglGetConfigs", get_configs }, { "eglBindAPI", bind_api },        { "eglTerminate", no_gl_terminate },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    if (strcmp (functions[i].name, name) == 0)
      return functions[i].function;
  return g_str_has_prefix (name, "egl") ? (void *) no_gl_refuse : NULL; /* GL itself is not there */
}

static const char *
get_vendor_string (int name)
{
  return name == __EGL_VENDOR_STRING_PLATFORM_EXTENSIONS ? PLATFORM : NULL;
}

static void *
find_dispatch (const char *name)
{
  return NULL; /* no extension of its own */
}

static void
set_dispatch_index (const char *name, int index)
{
}

EGLBoolean
__egl_Main (uint32_t version, const __EGLapiExports *exports, __EGLvendorInfo *vendor, __EGLapiImports *imports)
{
  if (EGL_VENDOR_ABI_GET_MAJOR_VERSION (version) != EGL_VENDOR_ABI_MAJOR_VERSION)
    return EGL_FALSE;
  imports->getPlatformDisplay = get_display;
  imports->getSupportsAPI = bind_api;
  imports->getVendorString = get_vendor_string;
  imports->getProcAddress = find_function;
  imports->getDispatchAddress = find_dispatch;
  imports->setDispatchIndex = set_dispatch_index;
  return EGL_TRUE;
}
