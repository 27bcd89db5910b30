/* kind.h - the kinds of account: what each is called, which program sends for it, what can be set, where its transport may be connected to, what
 * limits it and what it can. A kind is a file (kind-smtp.c) and a row in kinds.c; a setting is a row in the kind's file, from which the store, App1,
 * the command line and the page take it.
 * Used in: core. Words are those of App1.AccountKinds. */
#pragma once
#include "address-kind.h"
#include "message-kind.h"

typedef struct Account Account; /* account.h */
typedef struct Preset Preset;   /* preset.h */

typedef enum { KIND_SECRET_NONE, KIND_SECRET_PASSWORD, KIND_SECRET_OAUTH, KIND_SECRET_TOKEN, KIND_SECRET_STATE } KindSecret;
typedef enum { KIND_UNIT_MESSAGE, KIND_UNIT_PERSON } KindUnit;       /* what a limit counts; a person once, however many messages */
typedef enum { KIND_POOL_ACCOUNT, KIND_POOL_ADDRESS, KIND_POOL_PORTFOLIO } KindPool; /* with whom a limit is shared */

typedef enum {
  KIND_CAN_RECEIPTS      = 1 << 0, /* says that a message was delivered, or read */
  KIND_CAN_INCOMING      = 1 << 1, /* hands on what people write back */
  KIND_STOPS_WITH_CORE   = 1 << 2, /* sends nothing more once core is gone, not even what is begun */
  KIND_NEEDS_CONSENT     = 1 << 3, /* only to people whose consent is kept */
  KIND_IS_RISKY          = 1 << 4, /* its provider may close the account for it */
} KindTraits;

typedef enum {
  SETTING_TOLD    = 1 << 0, /* its transport is told */
  SETTING_PLACE   = 1 << 1, /* another value is another place: the secret does not go there unasked */
  SETTING_HEALTH  = 1 << 2, /* what is known of the server was known of this value */
  SETTING_PRIVATE = 1 << 3, /* goes with the account, though a campaign of it stays */
  SETTING_FIXED   = 1 << 4, /* its kind says it: no form has it and no client sets it */
  SETTING_OWN     = 1 << 5, /* of a server of one's own: said when the account is made, by AccountAddOwn alone, and never changed */
  SETTING_FILE    = 1 << 6, /* all of a file, in lines: no answer shows it */
} SettingMarks;

/* Keys that core itself asks for. A kind that has such a setting calls it so. */
#define SETTING_HOST "host"
#define SETTING_PORT "port"
#define SETTING_TLS "tls"
#define SETTING_USER "user"
#define SETTING_PIN "pin"
#define SETTING_INSECURE "insecure"
#define SETTING_CONNECTIONS "connections"
#define SETTING_DISPLAY_NAME "display_name"
#define SETTING_VIA "via" /* which of several ways it sends by */
#define SETTING_CLIENT_ID "client_id" /* of a kind with KIND_SECRET_OAUTH, so all of these: */
#define SETTING_TENANT "tenant"
#define SETTING_AUTHORIZE "authorize"
#define SETTING_TOKEN "token"
#define SETTING_REVOKE "revoke"
#define SETTING_ISSUER "issuer"
#define SETTING_API "api"       /* origins of Gmail's API */
#define SETTING_UPLOAD "upload"
#define SETTING_UPLOAD_HOST "upload_host"
#define SETTING_UPLOAD_PORT "upload_port"
#define SETTING_UNITS "units_per_minute"
#define SETTING_SMTP "smtp" /* smtp://HOST:PORT: host, port and protection in one */
#define SETTING_AUTHORITIES "authorities" /* PEM, in place of the system's */
#define SETTING_PROVIDER "provider"       /* a file of one's own (signin/provider-own.h) */
#define SETTING_PORTFOLIO "portfolio" /* whose accounts share a limit of KIND_POOL_PORTFOLIO */

#define SETTING_IS_ADDRESS "{address}" /* as fallback: the account's address */
#define SETTING_TEXT_MAX 4096          /* octets of a text whose row says no less; chosen */

typedef struct {
  const char *word, *label;
} SettingChoice;

typedef struct {
  const char *key;         /* NULL: the end. The command line has it with dashes */
  const char *type;        /* in App1: s, b, or a number: u (q: a port) */
  gboolean    is_required; /* no account without it */
  const char *fallback;    /* what stands where nothing is given, as text; NULL: "", 0, no */
  guint       least, most; /* of a number; most: of a text in octets. 0: none. A least of 1: no 0 that would lift it */
  const SettingChoice *choices; /* ends with word NULL; or NULL: any value */
  char     *(*check) (const char *text, GError **error); /* Returns: (transfer full) the form that is kept, or NULL with FAULT_USAGE. NULL: any */
  guint       marks;       /* SettingMarks */
  const char *group;       /* where the page asks for it: "server", "login" or "limits"; NULL: nowhere */
  const char *when;        /* asked only then: "unencrypted" (no TLS, to another machine); NULL: always */
  const char *label, *hint; /* on the page; NULL: none */
  const char *value, *help; /* on the command line: --key VALUE, help; value NULL: a flag */
  guint       seconds;     /* above 0: a limit, so many units in any so many seconds; it is kept in the table of limits */
  KindUnit    unit;
  KindPool    pool;
} KindSetting;

typedef struct {
  const char *word;                /* NULL: the end */
  const char *host_key, *port_key; /* the settings that say where; or NULL, and: */
  const char *host;
  guint16     port;
} KindEndpoint;

typedef struct { /* one of several ways by which accounts of a kind send */
  const char *word, *program;      /* word: of SETTING_VIA; NULL: the end */
  const KindEndpoint *endpoints;
  const char *own_name_key;
  guint       use;                 /* of a sign-in: ProviderUse (signin/provider.h) */
  guint       units;               /* that its provider counts for a message; 0: one */
  guint64     size_max;            /* octets of a message that it takes; 0: the server says */
} KindWay;

#define KIND_ENDPOINTS_MAX 8 /* rows of a table; chosen */

/* Records that core keeps for a transport (Transport2.StateChanged): keys are WORD/… */
typedef struct {
  const char *word;     /* NULL: the end */
  gboolean    is_first; /* handed over when the account is opened; others when they are asked for */
} KindRecord;

typedef struct {
  const char *word, *title, *program; /* program: below libexec, postrider-PROGRAM */
  KindAddress address;
  KindMessage message;
  KindSecret  secret;
  guint       traits;                 /* KindTraits */
  const KindSetting  *settings;       /* in the order of forms and help; ends with key NULL */
  const KindEndpoint *endpoints;      /* what its transport may ask to be connected to, by row: core never dials a name that a transport says */
  const KindRecord   *records;        /* what core keeps for its transport; ends with word NULL. NULL: nothing */
  const char *provider;               /* of a sign-in: the word of its row (signin/provider.h); NULL: SETTING_PROVIDER has it, or there is none */
  const KindWay *ways;                /* of a kind with SETTING_VIA: a row each of its choices, the first is the usual one, in place of program, endpoints and
                                         own_name_key; ends with word NULL. NULL: there is one */
  const char *own_name_key;           /* the setting in whose place this machine's own name stands while it is empty; or NULL */

  /* What its settings mean together; each may be NULL: then the rows are all there is to it. */
  /* After each value was checked for itself (what was not given is not set): fills in what follows from the rest, needs_password too. */
  gboolean (*complete) (Account *account, GVariant *settings, const Preset **out_preset, GError **error);
  /* merged: all of `before`, then `changes`. Takes out what follows from a change. */
  void     (*merge) (const Account *before, GVariant *changes, GVariantDict *merged);
  char    *(*describe_place) (const Account *account); /* (transfer full) "the server “…” (port 587), encrypted" */
  gboolean (*is_less_safe) (const Account *before, const Account *account); /* the secret does not go there unasked */
  gboolean (*is_asked) (const Account *before, const Account *account);     /* a person has to agree to this change of place */
  KindPool (*find_pool) (const Account *account, const KindSetting *limit);
  const char *(*remark) (const Account *account); /* static: a sentence for people in place of the preset's note, or "" */
} AccountKind;

extern const AccountKind *const kinds[]; /* kinds.c; ends with NULL. The first is what an account is of whose kind nobody speaks */

const AccountKind *kind_find (const char *word); /* NULL: there is none */
const KindSetting *kind_find_setting (const AccountKind *self, const char *key);
GVariant          *kinds_describe (void); /* as App1.AccountKinds; floating */

const char        *kind_unit_to_word (KindUnit unit); /* "message", "person": App1's and the table's of limits */
const char        *kind_secret_to_reason (KindSecret secret); /* why a campaign is paused that lacks it: "password", "sign-in" */
const char        *kind_secret_to_word (KindSecret secret); /* "password", "oauth"…: App1's and OpenAccount's */

/* A value of App1 as the text that is kept, and back (floating). "" is nothing, 0, no. */
char     *setting_to_text  (const KindSetting *self, GVariant *value);
GVariant *setting_to_value (const KindSetting *self, const char *text);
