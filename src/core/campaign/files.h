/* files.h - attachments and images, content-addressed: home/files/SHA256. The same file in ten campaigns lies there once.
 * Used in: core/campaign, core/app, core/control. */
#pragma once
#include "core.h"

#define FILES_ONE_MAX (25 * 1024 * 1024) /* chosen: what the large providers take in a message at all */
#define FILES_ALL_MAX (40 * 1024 * 1024)

/* files: a(sssh), its fds in `fds` (borrowed). Copies them and notes them for the campaign, inside the caller's transaction.
 * Errors: FAULT_DATA (too large, no file, bad name), FAULT_IO. */
gboolean files_keep (Core *core, guint64 campaign, GVariant *files, GUnixFDList *fds, GError **error);

/* The same for a template, in place of those that it had. */
gboolean files_keep_template (Core *core, const char *template, GVariant *files, GUnixFDList *fds, GError **error);

/* What is kept for a template, or (NULL) for the campaign. Returns: a floating a(ssth): role, name, octets, the file in `out_fds`; or NULL. */
GVariant *files_list (Core *core, guint64 campaign, const char *template, GUnixFDList *out_fds, GError **error);

/* What Transport2.BeginCampaign wants of the campaign's. Returns: a floating a(sssh), its fds appended to `out_fds`; or NULL. Errors: FAULT_IO (one is gone). */
GVariant *files_give (Core *core, guint64 campaign, GUnixFDList *out_fds, GError **error);

/* The same files opened anew, for a message that is only looked at: who reads them has an offset of their own.
 * Returns: a floating a(sssh), its fds appended to `out_fds`; or NULL. Errors: FAULT_DATA (too large, no file), FAULT_IO. */
GVariant *files_reopen (GVariant *files, GUnixFDList *fds, GUnixFDList *out_fds, GError **error);

/* Removes what no campaign and no template names any more. */
void     files_sweep (Core *core);
