// parse.mjs - reads messages with npm's mailparser and says what it understood, one JSON line a file.
// node parse.mjs FILE|FOLDER… : {"file", "to", "from", "subject", "messageId", "text", "html", "attachments": [{"name", "type", "size", "cid"}], "unsubscribe"}
// A folder stands for its *.eml files, or for all files of a Maildir's new. Exit status 65 when a file is not readable as a message.
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';

function* files(paths) {
  for (const path of paths) {
    if (!statSync(path).isDirectory()) {
      yield path;
      continue;
    }
    const names = readdirSync(path);
    if (names.includes('new')) yield* files([join(path, 'new')]);
    else for (const name of names.filter((each) => each.endsWith('.eml') || each.endsWith('.postrider'))) yield join(path, name);
  }
}

const addresses = (field) => (field ? [field].flat().flatMap(({ value }) => value.map(({ name, address }) => ({ name, address }))) : []);

let status = 0;
for (const file of files(process.argv.slice(2))) {
  const mail = await simpleParser(createReadStream(file), { skipTextToHtml: true, skipTextLinks: true, skipImageLinks: true });
  if (!mail.messageId) status = 65;
  console.log(JSON.stringify({
    file, to: addresses(mail.to), from: addresses(mail.from), subject: mail.subject ?? null, messageId: mail.messageId ?? null,
    text: mail.text ?? null, html: mail.html || null, unsubscribe: mail.headers.get('list')?.unsubscribe ?? null,
    attachments: mail.attachments.map(({ filename, contentType, size, cid }) => ({ name: filename ?? null, type: contentType, size, cid: cid ?? null })),
  }));
}
process.exitCode = status;
