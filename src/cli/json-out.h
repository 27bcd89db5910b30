/* json-out.h - what programs read: JSON with a schema number. Source: docs/json.md. Used in: cli. */
#pragma once
#include <json-glib/json-glib.h>

#define JSON_OUT_SCHEMA 1

/* Strings as they are, numbers as numbers, x (a time) as ISO 8601 UTC or null, dictionaries as objects. */
void json_out_variant (JsonBuilder *builder, GVariant *value);
void json_out_members (JsonBuilder *builder, GVariant *dict); /* of an a{sv}: into the object that is open */

JsonBuilder *json_out_begin (void); /* an open object, "schema" in it. Transfer full */
/* Closes the object and prints it on one line; `builder` is taken. */
void json_out_end (JsonBuilder *builder);

void json_out_document (GVariant *dict); /* an a{sv} with the schema number */
void json_out_count (const char *name, guint64 count); /* {"schema":1,NAME:COUNT} */
/* is_stream: one line a row (--jsonl); else one document {"schema":1,NAME:[…]}. rows: aa{sv}. */
void json_out_rows (const char *name, GVariant *rows, gboolean is_stream);
