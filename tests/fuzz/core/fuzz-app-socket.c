/* Any octets into core's socket. The first one says what stands before them: nothing, the greeting of D-Bus, or the greeting and a header
 * whose lengths fit. Whatever they were, core still answers the next client. */
#include "fixture.h"

#include <gio/gunixsocketaddress.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define HEADER_LEN 16 /* D-Bus specification 0.41, "Message Format" */

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fixture_init ();
  return 0;
}

static void
put_greeting (GByteArray *out)
{
  g_autofree char *uid = g_strdup_printf ("%u", getuid ());
  g_autoptr (GString) hex = g_string_new ("");
  g_autofree char *text = NULL;

  for (const char *p = uid; *p != '\0'; p++)
    g_string_append_printf (hex, "%02x", (guint) *p);
  text = g_strdup_printf ("AUTH EXTERNAL %s\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n", hex->str);
  g_byte_array_append (out, (const guint8 *) "", 1);
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
}

/* The fields' array and the body as long as there are octets for them. */
static void
put_header (GByteArray *out, Bytes *bytes)
{
  guint32 left = (guint32) (bytes->end - bytes->at), fields = left * bytes_take (bytes, 256) / 256, body;
  guint8 header[HEADER_LEN] = { 'l', (guint8) (1 + bytes_take (bytes, 4)), (guint8) bytes_take (bytes, 8), 1 };

  left = (guint32) (bytes->end - bytes->at);
  fields = MIN (fields, left) & ~7u;
  body = GUINT32_TO_LE (left - fields);
  memcpy (header + 4, &body, 4);
  header[8] = 1; /* serial */
  fields = GUINT32_TO_LE (fields);
  memcpy (header + 12, &fields, 4);
  g_byte_array_append (out, header, sizeof header);
}

static gboolean
send_all (GSocket *socket, const GByteArray *bytes)
{
  for (gsize at = 0; at < bytes->len;) {
    gssize n = g_socket_send_with_blocking (socket, (const char *) bytes->data + at, bytes->len - at, FALSE, NULL, NULL);

    if (n > 0)
      at += (gsize) n;
    else if (g_socket_condition_check (socket, G_IO_HUP | G_IO_ERR) != 0)
      return FALSE; /* it has heard enough */
    g_main_context_iteration (NULL, FALSE);
  }
  return g_socket_shutdown (socket, FALSE, TRUE, NULL);
}

/* To the end: core hangs up on what it cannot read, and on who has nothing more to say. */
static void
listen_to_end (GSocket *socket)
{
  gint64 until_us = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
  char buffer[4096];

  while (g_get_monotonic_time () < until_us) {
    g_autoptr (GError) error = NULL;
    gssize n = g_socket_receive_with_blocking (socket, buffer, sizeof buffer, FALSE, NULL, &error);

    if (n == 0 || (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)))
      return;
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (50);
  }
  fixture_fail ("core keeps a connection", "one that is at its end");
}

static void
say (Bytes *bytes)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture_get_socket ());
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint kind = bytes_take (bytes, 4);

  if (kind > 0)
    put_greeting (out);
  if (kind > 1)
    put_header (out, bytes);
  g_byte_array_append (out, bytes->at, (guint) (bytes->end - bytes->at));
  g_assert_true (g_socket_connect (socket, address, NULL, NULL));
  if (send_all (socket, out))
    listen_to_end (socket);
  g_socket_close (socket, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Bytes bytes = bytes_new (data, size), none = bytes_new (NULL, 0);
  static Fixture fixture;

  fixture_open (&fixture, TRUE, &none, NULL);
  say (&bytes);
  fixture_call_text (&fixture, "Hello", "()");
  fixture_close (&fixture);
  return 0;
}
