/* send-fd.h - a file or a secret on its way to core: a handle and the list that holds the descriptor. Used in: cli. */
#pragma once
#include "secret-bytes.h"
#include <gio/gunixfdlist.h>

typedef struct {
  GUnixFDList *list;   /* owned */
  GVariant    *handle; /* an h, owned */
} SendFd;

gboolean send_fd_take   (SendFd *self, int fd, GError **error); /* closes `fd` in any case; -1 with `error` set before: FALSE */
gboolean send_fd_secret (SendFd *self, const SecretBytes *secret, GError **error); /* NULL: an empty one */
void     send_fd_clear  (SendFd *self);
