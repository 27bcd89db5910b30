/* dict.h - values of an a{sv} from core, by name; what is missing or of another type is empty. Pure. Used in: cli. */
#pragma once
#include <glib.h>

guint64     dict_number (GVariant *dict, const char *key); /* y q u t n i x (below zero: 0); else 0 */
double      dict_double (GVariant *dict, const char *key);
gboolean    dict_flag   (GVariant *dict, const char *key);
const char *dict_text   (GVariant *dict, const char *key); /* borrowed from `dict`; "" when missing */
/* Returns: (transfer full) the child of that type, or NULL. */
GVariant   *dict_child  (GVariant *dict, const char *key, const char *type);
gboolean    dict_has    (GVariant *dict, const char *key, const char *text); /* whether it is one of the strings of an `as` */
/* Returns: (transfer full) the strings of an `as`, joined; "" when missing. */
char       *dict_join   (GVariant *dict, const char *key, const char *separator);

/* rows: an aa{sv}, or NULL. Returns: (transfer full) the first whose `key` is `value`, in whatever case (ASCII), or NULL. */
GVariant   *dict_find_row (GVariant *rows, const char *key, const char *value);

/* Adds what was given: NULL, 0 and FALSE are not written. */
void dict_put_text   (GVariantDict *out, const char *key, const char *text);
void dict_put_texts  (GVariantDict *out, const char *key, char **texts);
void dict_put_number (GVariantDict *out, const char *key, guint64 number, const char *type); /* q u t */
void dict_put_flag   (GVariantDict *out, const char *key, gboolean flag);
