/* commands.h - the commands, by noun: each file has a table that main.c and the tests read. Used in: cli. */
#pragma once
#include "session.h"

extern const Command account_commands[], import_commands[], list_commands[], contact_commands[], template_commands[], send_commands[],
  campaign_commands[], suppress_commands[], vault_commands[], settings_commands[], sink_commands[], doctor_commands[], app_commands[];

typedef struct {
  const char    *title;    /* of the group in the help that begins here; NULL: the group before goes on */
  const Command *commands; /* NULL: the end */
} CommandTable;

extern const CommandTable command_tables[]; /* all of them, in the order of the help */

const Command *command_find (const char *const *words, gsize *out_n_words); /* the longest name that fits; or NULL */
void           command_help (Session *session, const Command *command);     /* on standard output; asks core for what it has to draw */
void           command_overview (void);                                     /* of all, on standard output */
char          *command_unknown (const char *const *words);                  /* transfer full: a sentence with the nearest one */
