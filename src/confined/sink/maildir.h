/* maildir.h - captured messages as files of a Maildir: written under tmp, renamed into new.
 * Trust:  names are ours; envelope addresses were parsed by command.c and hold no control characters.
 * Used in: confined/sink. Source: cr.yp.to/proto/maildir.html; RFC 5321 §4.4 (Return-Path).
 * A file holds the lines "Return-Path:" and one "Delivered-To:" a recipient, then the octets as received, with LF for CRLF. No fsync:
 * after a power cut the last seconds may be missing. */
#pragma once
#include "session.h"

typedef struct Maildir        Maildir;        /* the folder, shared by all connections */
typedef struct MaildirMessage MaildirMessage; /* one connection's message at hand */

/* Before the lock: makes `path` (absolute) and tmp, new, cur beneath it where they are missing, and opens them.
 * Returns: (transfer full), or NULL with FAULT_CANT_CREATE. */
Maildir *maildir_open (const char *path, GError **error);
void     maildir_free (Maildir *self); /* NULL is a no-op */
guint64  maildir_get_count (const Maildir *self); /* messages stored, or counted only */
void     maildir_set_kept (Maildir *self, gboolean is_kept); /* FALSE: messages are counted and thrown away */

MaildirMessage  *maildir_message_new  (Maildir *maildir); /* borrowed: must outlive it */
void             maildir_message_free (MaildirMessage *self); /* drops a half message; NULL is a no-op */
SinkSessionStore maildir_message_get_store (MaildirMessage *self);
