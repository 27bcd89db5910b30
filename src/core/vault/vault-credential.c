#include "vault-credential.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where ACLs give us the right to read, the group's bits are the ACL's mask: those say nothing of others. */
static gboolean
is_private (int fd, const char *path, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode)) {
    g_set_error (error, FAULT, FAULT_CONFIG, "%s is not a credential", path);
    return FALSE;
  }
  if ((status.st_uid != 0 && status.st_uid != geteuid ()) || (status.st_mode & 007) != 0) {
    g_set_error (error, FAULT, FAULT_NO_PERM, "the credential %s belongs to another user, or others can read it (mode %04o)", path, (guint) status.st_mode & 07777);
    return FALSE;
  }
  return TRUE;
}

static SecretBytes *
read_opened (int fd, const char *path, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (SecretBytes) secret = NULL;

  if (!is_private (fd, path, error))
    return NULL;
  secret = secret_bytes_read_fd (fd, FALSE, &problem);
  if (secret == NULL || secret_bytes_get_length (secret) < VAULT_CREDENTIAL_MIN) {
    g_set_error (error, FAULT, FAULT_CONFIG, "the credential %s has to have between %d and %d octets; head -c 32 /dev/urandom makes a good one", path,
                 VAULT_CREDENTIAL_MIN, SECRET_BYTES_MAX);
    return NULL;
  }
  return g_steal_pointer (&secret);
}

SecretBytes *
vault_credential_read (GError **error)
{
  const char *folder = g_getenv ("CREDENTIALS_DIRECTORY");
  g_autofree char *path = folder != NULL && *folder == '/' ? g_build_filename (folder, VAULT_CREDENTIAL_NAME, NULL) : NULL;
  SecretBytes *secret;
  int fd;

  if (path == NULL) {
    g_set_error_literal (error, FAULT, FAULT_NO_INPUT,
                         "core was not started with a credential: start it as a service of systemd with LoadCredential=" VAULT_CREDENTIAL_NAME ":PATH");
    return NULL;
  }
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    g_set_error (error, FAULT, errno == ENOENT ? FAULT_NO_INPUT : FAULT_NO_PERM, "the credential %s cannot be read: %s", path, g_strerror (errno));
    return NULL;
  }
  secret = read_opened (fd, path, error);
  close (fd);
  return secret;
}
