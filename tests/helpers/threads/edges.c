/* edges.c - preloaded under ThreadSanitizer: tells it what GLib orders. GLib is not instrumented, and its locks are futexes of its own, so
 * that whatever is handed from one thread to another by a lock, a main context or a thread's start looks like a race.
 * What is told: g_mutex_lock() after g_mutex_unlock() of the same lock; a source's callback after g_source_set_callback(); a thread's
 * first step after g_thread_new(); the count of references that reached zero after each that was dropped.
 * Only calls that cross a library are seen (libglib binds its own to itself): ours and GIO's, and those are the ones that matter here.
 * Used in: checks/threads.sh. Source: compiler-rt, tsan_interface.h (__tsan_acquire, __tsan_release). */
#include <dlfcn.h>
#include <glib.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

static void *
find (const char *name, void **cache)
{
  void *found = __atomic_load_n (cache, __ATOMIC_ACQUIRE);

  if (found == NULL) {
    found = dlsym (RTLD_NEXT, name);
    __atomic_store_n (cache, found, __ATOMIC_RELEASE);
  }
  return found;
}
#define NEXT(name) ({ static void *cache; ((__typeof__ (&name)) find (#name, &cache)); })

void
g_mutex_lock (GMutex *mutex)
{
  NEXT (g_mutex_lock) (mutex);
  __tsan_acquire (mutex);
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  gboolean is_locked = NEXT (g_mutex_trylock) (mutex);

  if (is_locked)
    __tsan_acquire (mutex);
  return is_locked;
}

void
g_mutex_unlock (GMutex *mutex)
{
  __tsan_release (mutex);
  NEXT (g_mutex_unlock) (mutex);
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  __tsan_release (mutex);
  NEXT (g_cond_wait) (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  gboolean is_signalled;

  __tsan_release (mutex);
  is_signalled = NEXT (g_cond_wait_until) (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return is_signalled;
}

/* --- main contexts --- */

typedef struct {
  GSourceFunc    func;
  gpointer       data;
  GDestroyNotify notify;
} Handed;

static gboolean
run_cb (gpointer data)
{
  Handed *handed = data;

  __tsan_acquire (handed);
  return handed->func (handed->data);
}

static void
drop_cb (gpointer data)
{
  Handed *handed = data;

  __tsan_acquire (handed);
  if (handed->notify != NULL)
    handed->notify (handed->data);
  g_free (handed);
}

/* Child watches and sources of descriptors call with other arguments: those stay in one thread, and as they are. */
static gboolean
is_plain (GSource *source)
{
  static const GSourceFuncs *idle, *timeout;

  if (idle == NULL) {
    g_autoptr (GSource) an_idle = g_idle_source_new ();
    g_autoptr (GSource) a_timeout = g_timeout_source_new (1);

    timeout = a_timeout->source_funcs;
    idle = an_idle->source_funcs;
  }
  return source->source_funcs == idle || source->source_funcs == timeout;
}

void
g_source_set_callback (GSource *source, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  Handed *handed;

  if (!is_plain (source)) {
    NEXT (g_source_set_callback) (source, func, data, notify);
    return;
  }
  handed = g_new (Handed, 1);
  *handed = (Handed){ func, data, notify };
  __tsan_release (handed);
  NEXT (g_source_set_callback) (source, run_cb, handed, drop_cb);
}

guint
g_idle_add_full (gint priority, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, data, notify);
  return g_source_attach (source, NULL);
}

guint
g_idle_add (GSourceFunc func, gpointer data)
{
  return g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, func, data, NULL);
}

/* --- threads --- */

static gpointer
start_cb (gpointer data)
{
  Handed *handed = data;
  GThreadFunc func = (GThreadFunc) (void (*) (void)) handed->func;
  gpointer given = handed->data;

  __tsan_acquire (handed);
  g_free (handed);
  return func (given);
}

GThread *
g_thread_new (const gchar *name, GThreadFunc func, gpointer data)
{
  Handed *handed = g_new0 (Handed, 1);

  handed->func = (GSourceFunc) (void (*) (void)) func;
  handed->data = data;
  __tsan_release (handed);
  return NEXT (g_thread_new) (name, start_cb, handed);
}

/* --- references --- */

gboolean
(g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  gboolean is_zero;

  __tsan_release (count);
  is_zero = NEXT (g_atomic_ref_count_dec) (count);
  if (is_zero)
    __tsan_acquire (count);
  return is_zero;
}
