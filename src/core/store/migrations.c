#include "migrations.h"

/* A tag for the row with this id: 32 random bits, not 0, that no row of this store ever had. The id stands in it so that each row draws its own. */
#define DRAWN_TAG(id) \
  "(WITH RECURSIVE draw(tag) AS (SELECT random()&4294967295 WHERE " id ">0" \
  " UNION ALL SELECT random()&4294967295 FROM draw WHERE tag=0 OR tag IN (SELECT tag FROM tag_used))" \
  " SELECT tag FROM draw WHERE tag<>0 AND tag NOT IN (SELECT tag FROM tag_used))"

/* What was for a list of this name, and went with it, is for the new one. */
#define TAKE_UP_FORMER \
  "UPDATE OR REPLACE suppression SET scope='list:'||new.id WHERE scope IN (SELECT 'list:'||id FROM list_former WHERE name=new.name);" \
  "UPDATE OR REPLACE campaign_list SET list=new.id WHERE list IN (SELECT id FROM list_former WHERE name=new.name);" \
  "DELETE FROM list_former WHERE name=new.name;"

const char *const migrations[] = {
  /* 1: times are UTC seconds, 0 is never; names that people give compare without case */
  "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"

  /* --- people. fields: shared/wire/fields. email_key, name_key: folded, for comparing; NULL email_key: no address --- */
  "CREATE TABLE contact ("
  "  id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '', name_key TEXT NOT NULL DEFAULT '',"
  "  email TEXT NOT NULL DEFAULT '', email_key TEXT, phone TEXT NOT NULL DEFAULT '', fields BLOB NOT NULL DEFAULT x'',"
  "  created_utc INTEGER NOT NULL, changed_utc INTEGER NOT NULL);"
  "CREATE UNIQUE INDEX contact_by_email ON contact(email_key, name_key) WHERE email_key IS NOT NULL;"
  "CREATE INDEX contact_by_phone ON contact(phone, name_key) WHERE phone <> '';"
  "CREATE INDEX contact_by_name ON contact(name_key);"
  "CREATE TABLE consent (contact INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE, source TEXT NOT NULL, channel TEXT NOT NULL DEFAULT '',"
  "  time_utc INTEGER NOT NULL, PRIMARY KEY (contact, source)) WITHOUT ROWID;"
  "CREATE TABLE list (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, created_utc INTEGER NOT NULL);"
  "CREATE TABLE member (list INTEGER NOT NULL REFERENCES list ON DELETE CASCADE, contact INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,"
  "  PRIMARY KEY (list, contact)) WITHOUT ROWID;"
  "CREATE INDEX member_by_contact ON member(contact);"
  /* every field name that people of a list have, in the order in which it was first seen */
  /* key first: SQLite 3.40's integrity_check calls a column that stands between those of a key NULL though it is not */
  "CREATE TABLE list_field (list INTEGER NOT NULL REFERENCES list ON DELETE CASCADE, name TEXT NOT NULL, position INTEGER NOT NULL,"
  "  PRIMARY KEY (list, name)) WITHOUT ROWID;"
  /* address: folded, or '' for a forgotten person, whose keyed hash alone is left. scope: all | from:ADDR | list:NAME */
  "CREATE TABLE suppression (id INTEGER PRIMARY KEY, address TEXT NOT NULL DEFAULT '', hash BLOB NOT NULL DEFAULT x'', scope TEXT NOT NULL DEFAULT 'all',"
  "  reason TEXT NOT NULL DEFAULT '', source TEXT NOT NULL DEFAULT '', created_utc INTEGER NOT NULL);"
  "CREATE UNIQUE INDEX suppression_by_address ON suppression(address, scope) WHERE address <> '';"
  "CREATE UNIQUE INDEX suppression_by_hash ON suppression(hash, scope) WHERE hash <> x'';"

  /* --- what is sent, and from where. No secret is in this file --- */
  "CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, address TEXT NOT NULL, host TEXT NOT NULL, port INTEGER NOT NULL,"
  "  tls TEXT NOT NULL, user TEXT NOT NULL DEFAULT '', pin TEXT NOT NULL DEFAULT '', insecure INTEGER NOT NULL DEFAULT 0,"
  "  keeps_password INTEGER NOT NULL DEFAULT 0, needs_password INTEGER NOT NULL DEFAULT 0, connections INTEGER NOT NULL DEFAULT 0,"
  "  per_minute INTEGER NOT NULL DEFAULT 0, per_hour INTEGER NOT NULL DEFAULT 0, per_day INTEGER NOT NULL DEFAULT 0, server_size INTEGER NOT NULL DEFAULT 0,"
  "  created_utc INTEGER NOT NULL, removed_utc INTEGER NOT NULL DEFAULT 0);"
  "CREATE TABLE template (name TEXT PRIMARY KEY COLLATE NOCASE, subject TEXT NOT NULL, html TEXT NOT NULL, text TEXT NOT NULL, changed_utc INTEGER NOT NULL) WITHOUT ROWID;"

  /* --- the ledger. campaign.state: campaign-state.h. identity seeds Message-IDs --- */
  "CREATE TABLE campaign (id INTEGER PRIMARY KEY, identity BLOB NOT NULL, account INTEGER NOT NULL REFERENCES account, state INTEGER NOT NULL,"
  "  reason TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '', sender TEXT NOT NULL, reply_to TEXT NOT NULL DEFAULT '', unsubscribe TEXT NOT NULL DEFAULT '',"
  "  subject TEXT NOT NULL, lists TEXT NOT NULL DEFAULT '', columns BLOB NOT NULL DEFAULT x'', per_hour INTEGER NOT NULL DEFAULT 0, connections INTEGER NOT NULL DEFAULT 0,"
  "  lifetime_s INTEGER NOT NULL DEFAULT 86400, once_key TEXT UNIQUE, list_key TEXT NOT NULL DEFAULT '', version INTEGER NOT NULL DEFAULT 1,"
  "  created_utc INTEGER NOT NULL, started_utc INTEGER NOT NULL DEFAULT 0, ended_utc INTEGER NOT NULL DEFAULT 0);"
  "CREATE TABLE campaign_version (campaign INTEGER NOT NULL REFERENCES campaign ON DELETE CASCADE, version INTEGER NOT NULL, subject TEXT NOT NULL,"
  "  html TEXT NOT NULL, text TEXT NOT NULL, created_utc INTEGER NOT NULL, PRIMARY KEY (campaign, version)) WITHOUT ROWID;"
  /* sha256 names the file in files/; role: attach | inline */
  "CREATE TABLE campaign_file (campaign INTEGER NOT NULL REFERENCES campaign ON DELETE CASCADE, position INTEGER NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL,"
  "  media_type TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (campaign, position)) WITHOUT ROWID;"
  /* hot and narrow: rewritten at each move. id counts from 1 within the campaign. state, reason: shared/base/outcome.h; journal: serial or 0 */
  "CREATE TABLE recipient (campaign INTEGER NOT NULL, id INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',"
  "  attempt INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 0, journal INTEGER NOT NULL DEFAULT 0, first_utc INTEGER NOT NULL DEFAULT 0,"
  "  not_before_utc INTEGER NOT NULL DEFAULT 0, time_utc INTEGER NOT NULL DEFAULT 0, reply TEXT NOT NULL DEFAULT '', PRIMARY KEY (campaign, id)) WITHOUT ROWID;"
  "CREATE INDEX recipient_queued ON recipient(campaign, id) WHERE state = 0;"
  "CREATE INDEX recipient_handed ON recipient(journal) WHERE state = 1;"
  "CREATE INDEX recipient_later ON recipient(campaign, not_before_utc) WHERE state = 4;"
  /* cold: the snapshot of the person; fields: values in frame form, in the order of campaign.columns. list: through which they came */
  "CREATE TABLE snapshot (campaign INTEGER NOT NULL, id INTEGER NOT NULL, contact INTEGER NOT NULL, list TEXT NOT NULL DEFAULT '', address TEXT NOT NULL,"
  "  address_key TEXT NOT NULL, name TEXT NOT NULL DEFAULT '', fields BLOB NOT NULL DEFAULT x'', PRIMARY KEY (campaign, id)) WITHOUT ROWID;"
  "CREATE INDEX snapshot_by_contact ON snapshot(contact);"
  "CREATE INDEX snapshot_by_address ON snapshot(address_key);"
  /* answers before the last one (greylisting and the like) */
  "CREATE TABLE outcome (campaign INTEGER NOT NULL, recipient INTEGER NOT NULL, attempt INTEGER NOT NULL, state INTEGER NOT NULL, reply TEXT NOT NULL,"
  "  time_utc INTEGER NOT NULL, PRIMARY KEY (campaign, recipient, attempt)) WITHOUT ROWID;"
  "CREATE TABLE tally (campaign INTEGER NOT NULL, state INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (campaign, state)) WITHOUT ROWID;"
  "CREATE TABLE pace (account INTEGER NOT NULL, second_utc INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (account, second_utc)) WITHOUT ROWID;"
  /* live journals: journals/SERIAL. is_dropped: the transport lied, its journal proves nothing */
  "CREATE TABLE journal (serial INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, is_dropped INTEGER NOT NULL DEFAULT 0, created_utc INTEGER NOT NULL);"
  "CREATE TABLE audit (id INTEGER PRIMARY KEY, time_utc INTEGER NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL);",

  /* A recipient gets a row of its own when something becomes of it. Without one it is queued from campaign.next_recipient on, else handed over
   * with the range of `handover` that holds it: docs/decisions/hand-over-is-a-range.md. */
  "ALTER TABLE campaign ADD COLUMN next_recipient INTEGER NOT NULL DEFAULT 0;"
  "UPDATE campaign SET next_recipient=1+coalesce((SELECT max(id) FROM recipient WHERE campaign=campaign.id),0);"
  "CREATE TABLE handover (campaign INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, journal INTEGER NOT NULL, version INTEGER NOT NULL,"
  "  time_utc INTEGER NOT NULL, first_utc INTEGER NOT NULL, PRIMARY KEY (campaign, first)) WITHOUT ROWID;"
  "CREATE INDEX handover_by_journal ON handover(journal);"
  "CREATE INDEX recipient_unknown ON recipient(campaign, id) WHERE state = 5;"
  "CREATE INDEX recipient_skipped ON recipient(campaign, reason) WHERE state = 6;"
  /* addresses come in any order: for a million people it rewrote the whole index for each thousand */
  "DROP INDEX snapshot_by_address;"
  /* who stands where: the one way to read it */
  "CREATE VIEW ledger AS SELECT s.campaign, s.id, s.contact, s.list, s.address, s.address_key, s.name, s.fields,"
  "  coalesce(r.state, s.id < c.next_recipient) AS state, coalesce(r.reason, '') AS reason, coalesce(r.attempt, s.id < c.next_recipient) AS attempt,"
  "  coalesce(r.version, h.version, 0) AS version, coalesce(r.journal, h.journal, 0) AS journal, coalesce(r.first_utc, h.first_utc, 0) AS first_utc,"
  "  coalesce(r.not_before_utc, 0) AS not_before_utc, coalesce(r.time_utc, h.time_utc, 0) AS time_utc, coalesce(r.reply, '') AS reply"
  "  FROM snapshot s JOIN campaign c ON c.id = s.campaign LEFT JOIN recipient r ON r.campaign = s.campaign AND r.id = s.id"
  "  LEFT JOIN handover h ON r.id IS NULL AND h.campaign = s.campaign AND h.first <= s.id AND h.last >= s.id;",

  /* pause_after: pauses by itself when so many were begun, 0 never. cleared_utc: its names, addresses and replies were taken away for their
   * age; -1: that is under way */
  "ALTER TABLE campaign ADD COLUMN pause_after INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE campaign ADD COLUMN cleared_utc INTEGER NOT NULL DEFAULT 0;",

  /* People whom an import writes are seen by nobody before its last transaction: docs/decisions/import-is-one-transaction.md. Everybody reads the
   * views contact and member; person and membership are written, and read by core/store/merge alone. No foreign key of membership: its list may
   * not be there yet; the triggers do what a cascade would. */
  "INSERT INTO meta(key,value) VALUES('hash_key',hex(randomblob(16)));"
  "DROP INDEX contact_by_email; DROP INDEX contact_by_phone; DROP INDEX contact_by_name;"
  "ALTER TABLE contact RENAME TO person;"
  "CREATE TABLE membership (list INTEGER NOT NULL, contact INTEGER NOT NULL, PRIMARY KEY (list, contact)) WITHOUT ROWID;"
  "INSERT INTO membership SELECT list,contact FROM member;"
  "DROP TABLE member;"
  "CREATE INDEX membership_by_contact ON membership(contact);"
  "CREATE TABLE arrival (base INTEGER NOT NULL);" /* a row while an import is at work: people with an id above base are not there yet */
  "CREATE VIEW contact AS SELECT id,name,name_key,email,email_key,phone,fields,created_utc,changed_utc FROM person"
  "  WHERE id<=coalesce((SELECT base FROM arrival),9223372036854775807);"
  "CREATE VIEW member AS SELECT list,contact FROM membership WHERE contact<=coalesce((SELECT base FROM arrival),9223372036854775807);"
  "CREATE TABLE known (hash INTEGER NOT NULL, contact INTEGER NOT NULL, PRIMARY KEY (hash, contact)) WITHOUT ROWID;" /* contact-hash-index.h */
  "INSERT INTO known SELECT key_hash(email_key) AS hash,id FROM person WHERE email_key IS NOT NULL ORDER BY hash,id;"
  "INSERT OR IGNORE INTO known SELECT key_hash(phone) AS hash,id FROM person WHERE phone<>'' ORDER BY hash,id;"
  "CREATE TRIGGER person_changes AFTER UPDATE OF email_key,phone ON person WHEN old.email_key IS NOT new.email_key OR old.phone IS NOT new.phone BEGIN"
  "  DELETE FROM known WHERE hash IN (key_hash(old.email_key),key_hash(old.phone)) AND contact=old.id;"
  "  INSERT OR IGNORE INTO known SELECT key_hash(new.email_key),new.id WHERE key_hash(new.email_key) IS NOT NULL;"
  "  INSERT OR IGNORE INTO known SELECT key_hash(new.phone),new.id WHERE key_hash(new.phone) IS NOT NULL;"
  "END;"
  "CREATE TRIGGER person_leaves AFTER DELETE ON person BEGIN"
  "  DELETE FROM known WHERE hash IN (key_hash(old.email_key),key_hash(old.phone)) AND contact=old.id;"
  "  DELETE FROM membership WHERE contact=old.id;"
  "END;"
  "CREATE TRIGGER list_leaves AFTER DELETE ON list BEGIN DELETE FROM membership WHERE list=old.id; END;",

  /* The letter that is being written in the window, one or none. files: names of what was attached, a line each */
  "CREATE TABLE draft (id INTEGER PRIMARY KEY CHECK (id=1), subject TEXT NOT NULL, html TEXT NOT NULL, text TEXT NOT NULL, is_html INTEGER NOT NULL,"
  "  own_text INTEGER NOT NULL, template TEXT NOT NULL, files TEXT NOT NULL, changed_utc INTEGER NOT NULL);",

  /* list_alias: a header as a file of this list has it, for the column it was taken for (name, email, phone): a name in templates beside the canonical
   * one. key: text_fold() of it. campaign.aliases: those of its lists, alias and field by turns, a line each */
  "CREATE TABLE list_alias (list INTEGER NOT NULL REFERENCES list ON DELETE CASCADE, key TEXT NOT NULL, alias TEXT NOT NULL, field TEXT NOT NULL,"
  "  PRIMARY KEY (list, key)) WITHOUT ROWID;"
  "ALTER TABLE campaign ADD COLUMN aliases BLOB;",

  /* Who was answered as gone within the last hour, and who waits for a person's word (is_held): core/ledger/gone.h. provider: a keyed hash of the
   * domain. settled: letters of the campaign with an answer by then. gone_answers: how often a person said that they are gone */
  "CREATE TABLE gone (campaign INTEGER NOT NULL, recipient INTEGER NOT NULL, provider INTEGER NOT NULL, settled INTEGER NOT NULL, time_utc INTEGER NOT NULL,"
  "  is_suppressed INTEGER NOT NULL DEFAULT 0, is_held INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (campaign, recipient)) WITHOUT ROWID;"
  "CREATE INDEX gone_by_provider ON gone(campaign, provider, time_utc) WHERE is_held=0;"
  "CREATE INDEX gone_by_settled ON gone(campaign, settled) WHERE is_held=0;"
  "CREATE INDEX gone_by_time ON gone(time_utc) WHERE is_held=0;"
  "CREATE INDEX gone_held ON gone(campaign) WHERE is_held=1;"
  "ALTER TABLE campaign ADD COLUMN gone_answers INTEGER NOT NULL DEFAULT 0;",

  /* helo: what EHLO says, "" the address literal. display_name: of the default From */
  "ALTER TABLE account ADD COLUMN helo TEXT NOT NULL DEFAULT '';"
  "ALTER TABLE account ADD COLUMN display_name TEXT NOT NULL DEFAULT '';",

  /* agreed_utc: when a person agreed to where the account sends; 0: nobody was asked. Whoever gave a password for it was. */
  "ALTER TABLE account ADD COLUMN agreed_utc INTEGER NOT NULL DEFAULT 0;"
  "UPDATE account SET agreed_utc=created_utc WHERE needs_password=1;",

  /* former: an address or number and a name that a person had (former.h); name as written. former_value: key_hash() of a field's value before it was
   * changed by hand; field without case. forgotten: forgotten.h */
  "CREATE TABLE former (key TEXT NOT NULL, name_key TEXT NOT NULL, contact INTEGER NOT NULL REFERENCES person ON DELETE CASCADE, name TEXT NOT NULL,"
  "  PRIMARY KEY (key, name_key)) WITHOUT ROWID;"
  "CREATE INDEX former_by_contact ON former(contact);"
  "CREATE TABLE former_value (contact INTEGER NOT NULL REFERENCES person ON DELETE CASCADE, field TEXT NOT NULL, hash INTEGER NOT NULL,"
  "  PRIMARY KEY (contact, field, hash)) WITHOUT ROWID;"
  "CREATE TABLE forgotten (hash BLOB PRIMARY KEY, created_utc INTEGER NOT NULL) WITHOUT ROWID;",

  /* kind: email, phone, or domain: address is then "@example.org" (all at it) or "*.example.org" (all below it) */
  "ALTER TABLE suppression ADD COLUMN kind TEXT NOT NULL DEFAULT 'email';"
  "UPDATE suppression SET kind='phone' WHERE address<>'' AND instr(address,'@')=0;"
  "CREATE INDEX suppression_domains ON suppression(address) WHERE kind='domain';",
  /* archived_utc: when a person put it away; 0: it stands with the others. is_test: one letter to oneself, for trying it. template_file: as
   * campaign_file, in the same folder */
  "ALTER TABLE campaign ADD COLUMN archived_utc INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE campaign ADD COLUMN is_test INTEGER NOT NULL DEFAULT 0;"
  "CREATE TABLE template_file (template TEXT NOT NULL COLLATE NOCASE, position INTEGER NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL,"
  "  media_type TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (template, position)) WITHOUT ROWID;",

  /* trouble: why the last attempt to reach the account's server failed, "" it did not. worked_utc: when it was first known to work, 0 never */
  "ALTER TABLE account ADD COLUMN trouble TEXT NOT NULL DEFAULT '';"
  "ALTER TABLE account ADD COLUMN trouble_text TEXT NOT NULL DEFAULT '';"
  "ALTER TABLE account ADD COLUMN worked_utc INTEGER NOT NULL DEFAULT 0;"
  "UPDATE account SET worked_utc=created_utc WHERE server_size>0;",

  /* Ids of people, lists, campaigns and accounts are never given again: AUTOINCREMENT. It changes no row, only how SQLite chooses a rowid, so the
   * definition alone is written anew: docs/decisions/ids-come-once.md. */
  "PRAGMA writable_schema=ON;"
  "UPDATE sqlite_schema SET sql=replace(sql,'id INTEGER PRIMARY KEY,','id INTEGER PRIMARY KEY AUTOINCREMENT,')"
  " WHERE type='table' AND name IN ('person','list','campaign','account');"
  "PRAGMA writable_schema=RESET;"
  "INSERT INTO sqlite_sequence(name,seq) SELECT 'person',max(coalesce((SELECT max(id) FROM person),0),coalesce((SELECT max(contact) FROM snapshot),0));"
  "INSERT INTO sqlite_sequence(name,seq) SELECT 'list',max(coalesce((SELECT max(id) FROM list),0),coalesce((SELECT max(list) FROM membership),0));"
  "INSERT INTO sqlite_sequence(name,seq) SELECT 'campaign',max(coalesce((SELECT max(id) FROM campaign),0),coalesce((SELECT max(campaign) FROM snapshot),0));"
  "INSERT INTO sqlite_sequence(name,seq) SELECT 'account',coalesce((SELECT max(id) FROM account),0);"
  /* import-undo.h. fields: the last position of list_field before. consent: the import that wrote it last, and its time before that (0: it was not there) */
  "ALTER TABLE consent ADD COLUMN import INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE consent ADD COLUMN was_utc INTEGER NOT NULL DEFAULT 0;"
  "CREATE TABLE import_run (id INTEGER PRIMARY KEY AUTOINCREMENT, time_utc INTEGER NOT NULL, name TEXT NOT NULL, list INTEGER NOT NULL,"
  "  is_new_list INTEGER NOT NULL, fields INTEGER NOT NULL, consent TEXT NOT NULL, base INTEGER NOT NULL, last INTEGER NOT NULL);"
  "CREATE TABLE import_trace (contact INTEGER NOT NULL, import INTEGER NOT NULL, has_joined INTEGER NOT NULL DEFAULT 0, has_agreed INTEGER NOT NULL DEFAULT 0,"
  "  is_changed INTEGER NOT NULL DEFAULT 0, name TEXT, name_key TEXT, email TEXT, email_key TEXT, phone TEXT, fields BLOB, changed_utc INTEGER,"
  "  PRIMARY KEY (contact, import)) WITHOUT ROWID;"
  "CREATE INDEX import_trace_by_import ON import_trace(import);"
  "CREATE TRIGGER person_is_written AFTER UPDATE ON person BEGIN"
  "  DELETE FROM import_run WHERE base<old.id AND last>=old.id;"
  "  DELETE FROM import_run WHERE id IN (SELECT import FROM import_trace WHERE contact=old.id);"
  "END;"
  "CREATE TRIGGER person_leaves_traces AFTER DELETE ON person BEGIN DELETE FROM import_trace WHERE contact=old.id; END;"
  "CREATE TRIGGER import_run_leaves AFTER DELETE ON import_run BEGIN DELETE FROM import_trace WHERE import=old.id; END;",

  /* forgotten_back: rows of forgotten, and of suppression (kind is not NULL), that an import took away because these people have agreed anew */
  "CREATE TABLE forgotten_back (import INTEGER NOT NULL, hash BLOB NOT NULL, kind TEXT, created_utc INTEGER NOT NULL);"
  "CREATE INDEX forgotten_back_by_import ON forgotten_back(import);"
  "CREATE TRIGGER import_run_leaves_forgotten AFTER DELETE ON import_run BEGIN DELETE FROM forgotten_back WHERE import=old.id; END;",

  /* kind: core/account/kind.h; settings: those of its kind (shared/wire/fields), by the rows of its table. limit: at most amount units (message,
   * person) in any so many seconds; amount 0: none. pool: account (its own), address:ADDRESS, portfolio:NAME: accounts of one share what was used
   * (account-limit.h). pace_person: who was written to when, for limits that count people; person: key_hash() of the address */
  "CREATE TABLE \"limit\" (account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE, seconds INTEGER NOT NULL, amount INTEGER NOT NULL, unit TEXT NOT NULL,"
  "  pool TEXT NOT NULL, PRIMARY KEY (account, seconds)) WITHOUT ROWID;"
  "CREATE INDEX limit_by_pool ON \"limit\"(pool) WHERE pool<>'account';"
  "CREATE TABLE pace_person (account INTEGER NOT NULL, second_utc INTEGER NOT NULL, campaign INTEGER NOT NULL, recipient INTEGER NOT NULL, person INTEGER NOT NULL,"
  "  PRIMARY KEY (account, second_utc, campaign, recipient)) WITHOUT ROWID;"
  "INSERT INTO \"limit\"(account,seconds,amount,unit,pool)"
  " WITH length(seconds) AS (VALUES(60),(3600),(86400)), found(account,seconds,amount,pool) AS (SELECT id,seconds,"
  "  CASE seconds WHEN 60 THEN per_minute WHEN 3600 THEN per_hour ELSE per_day END,"
  "  iif(host IN ('smtp.gmail.com','smtp.googlemail.com','smtp-relay.gmail.com'),'address:'||lower(address),'account') FROM account, length WHERE host<>'')"
  " SELECT account,seconds,amount,'message',pool FROM found WHERE amount>0 OR pool<>'account';"
  "ALTER TABLE account ADD COLUMN kind TEXT NOT NULL DEFAULT 'smtp';"
  "ALTER TABLE account ADD COLUMN settings BLOB NOT NULL DEFAULT x'';"
  "UPDATE account SET settings=fields('host',host,'port',port,'tls',tls,'user',user,'pin',pin,'insecure',iif(insecure<>0,'yes',''),"
  " 'connections',nullif(connections,0),'helo',helo,'display_name',display_name) WHERE host<>'';"
  "ALTER TABLE account DROP COLUMN host;"
  "ALTER TABLE account DROP COLUMN port;"
  "ALTER TABLE account DROP COLUMN tls;"
  "ALTER TABLE account DROP COLUMN user;"
  "ALTER TABLE account DROP COLUMN pin;"
  "ALTER TABLE account DROP COLUMN insecure;"
  "ALTER TABLE account DROP COLUMN connections;"
  "ALTER TABLE account DROP COLUMN helo;"
  "ALTER TABLE account DROP COLUMN display_name;"
  "ALTER TABLE account DROP COLUMN per_minute;"
  "ALTER TABLE account DROP COLUMN per_hour;"
  "ALTER TABLE account DROP COLUMN per_day;",

  /* account_record: what core keeps for an account's transport (core/account/account-record.h); value is opaque */
  "CREATE TABLE account_record (account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE, key TEXT NOT NULL, value BLOB NOT NULL,"
  "  PRIMARY KEY (account, key)) WITHOUT ROWID;",

  /* provider_id: what the server calls the message of the last answer, NULL none. delivery: what was heard of a message later; kind, rank and whose time
   * stays: delivery.h. delivery_tally: how many rows of a kind a campaign has; nothing takes a row away */
  "ALTER TABLE recipient ADD COLUMN provider_id TEXT;"
  "CREATE INDEX recipient_by_provider_id ON recipient(provider_id) WHERE provider_id IS NOT NULL;"
  "DROP VIEW ledger;"
  "CREATE VIEW ledger AS SELECT s.campaign, s.id, s.contact, s.list, s.address, s.address_key, s.name, s.fields,"
  "  coalesce(r.state, s.id < c.next_recipient) AS state, coalesce(r.reason, '') AS reason, coalesce(r.attempt, s.id < c.next_recipient) AS attempt,"
  "  coalesce(r.version, h.version, 0) AS version, coalesce(r.journal, h.journal, 0) AS journal, coalesce(r.first_utc, h.first_utc, 0) AS first_utc,"
  "  coalesce(r.not_before_utc, 0) AS not_before_utc, coalesce(r.time_utc, h.time_utc, 0) AS time_utc, coalesce(r.reply, '') AS reply, r.provider_id"
  "  FROM snapshot s JOIN campaign c ON c.id = s.campaign LEFT JOIN recipient r ON r.campaign = s.campaign AND r.id = s.id"
  "  LEFT JOIN handover h ON r.id IS NULL AND h.campaign = s.campaign AND h.first <= s.id AND h.last >= s.id;"
  "CREATE TABLE delivery (campaign INTEGER NOT NULL, recipient INTEGER NOT NULL, kind TEXT NOT NULL, time_utc INTEGER NOT NULL, code TEXT NOT NULL DEFAULT '',"
  "  words TEXT NOT NULL DEFAULT '', PRIMARY KEY (campaign, recipient, kind)) WITHOUT ROWID;"
  "CREATE TABLE delivery_tally (campaign INTEGER NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (campaign, kind)) WITHOUT ROWID;"
  "CREATE TRIGGER delivery_is_new AFTER INSERT ON delivery BEGIN"
  "  INSERT INTO delivery_tally VALUES(new.campaign,new.kind,1) ON CONFLICT DO UPDATE SET count=count+1;"
  "END;",

  /* part: part.h. zone: whose local time it waits for, "" nobody's */
  "CREATE TABLE part (campaign INTEGER NOT NULL REFERENCES campaign ON DELETE CASCADE, position INTEGER NOT NULL, account INTEGER NOT NULL REFERENCES account,"
  "  zone TEXT NOT NULL DEFAULT '', first INTEGER NOT NULL, last INTEGER NOT NULL, next_recipient INTEGER NOT NULL, PRIMARY KEY (campaign, position)) WITHOUT ROWID;"
  "CREATE UNIQUE INDEX part_by_first ON part(campaign, first);"
  "CREATE INDEX part_by_account ON part(account);"
  "INSERT INTO part(campaign,position,account,first,last,next_recipient) SELECT id,1,account,1,"
  "  coalesce((SELECT max(s.id) FROM snapshot s WHERE s.campaign=c.id),0),max(1,next_recipient) FROM campaign c WHERE state<>0;"
  "DROP VIEW ledger;"
  "ALTER TABLE campaign DROP COLUMN next_recipient;"
  /* before its parts are made everybody is queued */
  "CREATE VIEW ledger AS SELECT s.campaign, s.id, s.contact, s.list, s.address, s.address_key, s.name, s.fields,"
  "  coalesce(r.state, s.id < (SELECT p.next_recipient FROM part p WHERE p.campaign = s.campaign AND p.first <= s.id ORDER BY p.first DESC LIMIT 1), 0) AS state,"
  "  coalesce(r.reason, '') AS reason,"
  "  coalesce(r.attempt, s.id < (SELECT p.next_recipient FROM part p WHERE p.campaign = s.campaign AND p.first <= s.id ORDER BY p.first DESC LIMIT 1), 0) AS attempt,"
  "  coalesce(r.version, h.version, 0) AS version, coalesce(r.journal, h.journal, 0) AS journal, coalesce(r.first_utc, h.first_utc, 0) AS first_utc,"
  "  coalesce(r.not_before_utc, 0) AS not_before_utc, coalesce(r.time_utc, h.time_utc, 0) AS time_utc, coalesce(r.reply, '') AS reply, r.provider_id"
  "  FROM snapshot s LEFT JOIN recipient r ON r.campaign = s.campaign AND r.id = s.id"
  "  LEFT JOIN handover h ON r.id IS NULL AND h.campaign = s.campaign AND h.first <= s.id AND h.last >= s.id;",

  /* tag: what names a list or a campaign outside of this machine: docs/decisions/tags-name-what-leaves.md. tag_used: all that were ever given; nothing is
   * ever taken out of it */
  "CREATE TABLE tag_used (tag INTEGER PRIMARY KEY);"
  "ALTER TABLE list ADD COLUMN tag INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE campaign ADD COLUMN tag INTEGER NOT NULL DEFAULT 0;"
  "CREATE TRIGGER list_has_tag AFTER UPDATE OF tag ON list BEGIN INSERT INTO tag_used(tag) VALUES(new.tag); END;"
  "CREATE TRIGGER campaign_has_tag AFTER UPDATE OF tag ON campaign BEGIN INSERT INTO tag_used(tag) VALUES(new.tag); END;"
  "CREATE TRIGGER list_gets_tag AFTER INSERT ON list BEGIN UPDATE list SET tag=" DRAWN_TAG ("new.id") " WHERE id=new.id; END;"
  "CREATE TRIGGER campaign_gets_tag AFTER INSERT ON campaign BEGIN UPDATE campaign SET tag=" DRAWN_TAG ("new.id") " WHERE id=new.id; END;"
  "UPDATE list SET tag=" DRAWN_TAG ("list.id") ";"
  "UPDATE campaign SET tag=" DRAWN_TAG ("campaign.id") ";",

  /* kind, reason: suppression-words.h; words: why, for people; source: what caused it, a word, or a word and an id ("import:7"); scope: list:ID now
   * (docs/decisions/suppressed-by-kind.md). campaign_list: to whom a campaign goes; list_former: lists that are gone and have suppressions, which the next
   * list of that name takes up. campaign.address_kind: of its account: email or phone */
  "CREATE TABLE campaign_list (campaign INTEGER NOT NULL REFERENCES campaign ON DELETE CASCADE, list INTEGER NOT NULL, PRIMARY KEY (campaign, list)) WITHOUT ROWID;"
  "CREATE TABLE list_former (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE);"
  "ALTER TABLE campaign ADD COLUMN address_kind TEXT NOT NULL DEFAULT 'email';"
  "ALTER TABLE suppression ADD COLUMN words TEXT NOT NULL DEFAULT '';"
  "DROP INDEX suppression_by_address; DROP INDEX suppression_by_hash;"
  "INSERT INTO list_former(id,name) SELECT (SELECT seq FROM sqlite_sequence WHERE name='list')+row_number() OVER (ORDER BY name),name FROM"
  "  (SELECT min(substr(scope,6)) AS name FROM suppression WHERE substr(scope,1,5)='list:' GROUP BY substr(scope,6) COLLATE NOCASE) f"
  "  WHERE NOT EXISTS (SELECT 1 FROM list l WHERE l.name=f.name);"
  "UPDATE sqlite_sequence SET seq=max(seq,coalesce((SELECT max(id) FROM list_former),0)) WHERE name='list';"
  /* names with a comma may say more lists than there were: better one letter too few */
  "INSERT INTO campaign_list(campaign,list) SELECT c.id,l.id FROM campaign c JOIN (SELECT id,name FROM list UNION ALL SELECT id,name FROM list_former) l"
  "  ON instr(lower(', '||c.lists||', '),lower(', '||l.name||', '))>0;"
  "UPDATE suppression SET words=reason, hash=coalesce(substr(hash,1,16),x''), reason=CASE WHEN source='server' OR reason='gone' THEN 'gone'"
  "  WHEN source='import' AND reason='left, according to an imported file' THEN 'left' WHEN source='import' THEN 'import' ELSE 'person' END;"
  "UPDATE suppression SET scope='list:'||coalesce((SELECT id FROM list WHERE name=substr(scope,6)),(SELECT id FROM list_former WHERE name=substr(scope,6)))"
  "  WHERE substr(scope,1,5)='list:';"
  "DELETE FROM suppression WHERE id NOT IN (SELECT min(id) FROM suppression GROUP BY kind,address,hash,scope,source);"
  "CREATE UNIQUE INDEX suppression_by_address ON suppression(address,kind,scope,source) WHERE address<>'';"
  "CREATE UNIQUE INDEX suppression_by_hash ON suppression(hash,kind,scope,source) WHERE hash<>x'';"
  "CREATE INDEX suppression_by_source ON suppression(source) WHERE instr(source,':')>0;"
  /* of the last hour: what may still be lifted */
  "UPDATE suppression SET source='server:'||(SELECT c.tag FROM gone g JOIN snapshot s ON s.campaign=g.campaign AND s.id=g.recipient JOIN campaign c ON c.id=g.campaign"
  "  WHERE g.is_suppressed=1 AND s.address_key=suppression.address LIMIT 1) WHERE source='server' AND scope='all' AND address IN"
  "  (SELECT s.address_key FROM gone g JOIN snapshot s ON s.campaign=g.campaign AND s.id=g.recipient WHERE g.is_suppressed=1);"
  "UPDATE forgotten_back SET hash=substr(hash,1,16) WHERE kind IS NOT NULL;"
  "CREATE TRIGGER list_becomes_former AFTER DELETE ON list WHEN EXISTS (SELECT 1 FROM suppression WHERE scope='list:'||old.id) BEGIN"
  "  INSERT INTO list_former(id,name) VALUES(old.id,old.name);"
  "END;"
  "CREATE TRIGGER list_takes_up AFTER INSERT ON list WHEN EXISTS (SELECT 1 FROM list_former WHERE name=new.name) BEGIN " TAKE_UP_FORMER " END;"
  "CREATE TRIGGER list_renamed_takes_up AFTER UPDATE OF name ON list WHEN EXISTS (SELECT 1 FROM list_former WHERE name=new.name) BEGIN " TAKE_UP_FORMER " END;"
  /* an import that can be undone no more: what it suppressed stays for good */
  "CREATE TRIGGER import_run_leaves_suppressions AFTER DELETE ON import_run BEGIN"
  "  UPDATE OR IGNORE suppression SET source='import' WHERE source='import:'||old.id AND instr(source,':')>0;"
  "  DELETE FROM suppression WHERE source='import:'||old.id AND instr(source,':')>0;"
  "END;",

  /* title: what people call it; first its subject */
  "ALTER TABLE campaign ADD COLUMN title TEXT NOT NULL DEFAULT '';"
  "UPDATE campaign SET title=subject;",

  /* sign_in: what a person granted an account at its provider: grant.h. scope as granted; times 0: not known; ended: why it does not hold any more, "" it does.
   * Its token is in the vault */
  "CREATE TABLE sign_in (account INTEGER PRIMARY KEY REFERENCES account ON DELETE CASCADE, scope TEXT NOT NULL, since_utc INTEGER NOT NULL,"
  "  until_utc INTEGER NOT NULL DEFAULT 0, ended TEXT NOT NULL DEFAULT '');",
};
const gsize migrations_count = G_N_ELEMENTS (migrations);
