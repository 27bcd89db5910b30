/* list-edit.h - list create, rename, add, drop, field: rows of list_commands. Used in: cli. */
#pragma once
#include "prompt.h"
#include "session.h"

typedef struct {
  char    *consent, *consent_time, *region;
  gboolean is_again_consented;
} ListEditOptions;
extern const Option list_edit_add_options[];

int list_edit_create (Session *session, const void *values, char **words, GError **error);
int list_edit_rename (Session *session, const void *values, char **words, GError **error);
int list_edit_add    (Session *session, const void *values, char **words, GError **error);
int list_edit_drop   (Session *session, const void *values, char **words, GError **error);
int list_edit_field  (Session *session, const void *values, char **words, GError **error);
