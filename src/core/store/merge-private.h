/* merge-private.h - what merge.c (taking rows, the steps), merge-match.c (who is who) and merge-apply.c (values) share. Used in: core/store only. */
#pragma once
#include "bloom-filter.h"
#include "external-sort.h"
#include "former.h"
#include "merge-batch.h"
#include "merge.h"
#include "shared-address-cache.h"

typedef enum { MERGE_BY_EMAIL = 1, MERGE_BY_PHONE = 2 } MergeKind; /* column staged.kind: by what a row is known */

typedef enum {
  MERGE_READING,  /* rows come */
  MERGE_PASSING,  /* staged rows that change nothing are done with */
  MERGE_LAYING,   /* the new people's hashes are laid into `known` */
  MERGE_DECIDING, /* the last transaction */
  MERGE_CLEARING, /* for nothing: people who were written go */
  MERGE_OVER,
} MergeStage;

/* A row whose address nobody has had before, neither an older person nor a row in front of it, is a new person and goes straight into person
 * ("fresh"), where nobody sees it yet (import-watermark.h). The others are staged: they are compared with each other and with whom they may mean when
 * all rows are there. */
struct Merge {
  Database           *database;
  MergeStage          stage;
  gboolean            is_open; /* the watermark is ours */
  char               *list_name, *consent;
  MergeBatch         *people, *staged, *entries; /* of the current batch */
  sqlite3_stmt       *insert_people, *insert_staged, *insert_known;
  BloomFilter        *seen;    /* hashes of addresses and numbers of older people, and of addresses in this file */
  BloomFilter        *in_file, *twice; /* hashes of addresses in this file; of those that come more than once */
  ExternalSort       *sorter;  /* the new people's hashes, for `known` */
  GByteArray         *keys;    /* scratch */
  gint64              rows, written, flushed, passed, fresh;
  guint64             bytes; /* of all rows */
  gint64              kind_rows[3]; /* staged ones, by MergeKind */
  gint64              base;         /* a new person gets the id base + row */
  gint64              list, now_utc;
  gint64              consent_utc;  /* 0: now */
  gboolean            has_consents; /* rows with their own */
  gint64              import;       /* its number, by which it can be undone */
  SharedAddressCache *by_shared[3], *claimable; /* while rows are matched: by MergeKind; and who has a number alone */
  gboolean            has_claims;
  MergeCounts         counts;
};

/* Staged rows up to `last` that say what their person has already, who is in the list already: nothing is to be done for them. Most are such
 * when a file comes again. */
gboolean merge_pass (Merge *self, gint64 last, GError **error);
void     merge_register_functions (Merge *self); /* SQL for it; gone with merge_unregister_functions() */
void     merge_unregister_functions (Merge *self);

/* Stages what shares its hash with a staged row but went straight into person: the first of several. */
gboolean merge_fetch_firsts (Merge *self, GError **error);

/* Finds for each staged row of `kind` its person. Table decision gets a row for each that is not simply a new person by itself;
 * an older person who lacked the name or the address by which the row is known gets it at once. */
gboolean merge_match (Merge *self, MergeKind kind, GError **error);

/* Puts the values of one staged row into `id`, an older person; counts it. */
gboolean merge_apply_one (Merge *self, MergeKind kind, gint64 row, gint64 id, GError **error);

/* The same for all rows whose address or number comes more than once in the file, person by person, in the file's order. */
gboolean merge_apply_multi (Merge *self, MergeKind kind, GError **error);
