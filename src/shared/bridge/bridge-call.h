/* bridge-call.h - the form in which a call of the contract crosses from the page to the shell: a tuple of its arguments in which a file
 * is the number that the shell gave for it (u), and a secret is left out (the shell asks the person for it).
 * Trust:  the tuple comes from the web process: hostile. Pure: no I/O, no WebKit.
 * Used in: confined/page (before it is sent), shell (when it arrives). Errors: FAULT_USAGE, with a sentence that holds no value. */
#pragma once
#include "contract.h"

#define BRIDGE_NAME_FAULT "fault" /* the reply that says no: (ss), the word behind org.postrider.Fault and a sentence */
#define BRIDGE_FAULT_TYPE G_VARIANT_TYPE ("(ss)")
#define BRIDGE_WINDOW "org.postrider.Window1"
#define BRIDGE_APP "org.postrider.App1"

/* The row of a member that the page may use; member names are unique over both interfaces (contract/checks.py sees to it).
 * Returns: static, or NULL. */
const ContractRow *bridge_call_find (const char *raw_member, ContractSide side);

/* How many arguments the page gives. */
guint bridge_call_count (const ContractRow *row);

/* index: of an argument of the row; type: of one argument. Returns: (transfer full) its type as the page gives it, or NULL: it gives none. */
char *bridge_call_argument_type (const ContractRow *row, guint index);
char *bridge_call_signature     (const ContractRow *row); /* (transfer full) of the whole tuple */

/* number: as the page gave it. Returns: the handle that stands for the file, or -1: there is none of that number. */
typedef gint32 (*BridgeFileFunc) (guint32 number, gpointer data);

/* Turns the page's tuple (borrowed; NULL: none) into the call's, and checks it against the contract. file: asked for each number, NULL: any
 * number is fine, and stands for handle 0 (where none are known). secret: the handle of the secret, when the row wants one.
 * Returns: (transfer full) a tuple, not floating, or NULL with FAULT_USAGE. */
GVariant *bridge_call_resolve (const ContractRow *row, GVariant *raw_arguments, BridgeFileFunc file, gpointer data, gint32 secret, GError **error);

gboolean bridge_call_wants_secret (const ContractRow *row);
