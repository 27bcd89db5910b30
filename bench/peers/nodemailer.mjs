// nodemailer.mjs HOST PORT COUNT CONNECTIONS LETTER.json PEOPLE.csv [tls]: one personal message to each of the first COUNT people, by
// nodemailer's pool, as its manual has it. Prints how many were accepted. The CSV has no quotes: it is split, not parsed.
import { readFileSync } from 'node:fs';
import nodemailer from 'nodemailer';

const [host, port, count, connections, letterFile, peopleFile, tls] = process.argv.slice(2);
const letter = JSON.parse(readFileSync(letterFile, 'utf8'));
const [head, ...people] = readFileSync(peopleFile, 'utf8').split('\n', Number(count) + 1);
const columns = head.split(',');
const transport = nodemailer.createTransport({
  host, port: Number(port), pool: true, maxConnections: Number(connections), maxMessages: Infinity,
  secure: false, ignoreTLS: !tls, requireTLS: Boolean(tls), tls: { rejectUnauthorized: false },
});

const htmlEscapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (value) => value.replace(/[&<>"]/g, (char) => htmlEscapes[char]);
const fill = (template, person, escape) => template.replace(/{{(.*?)}}/g, (_, field) => escape(person[field]));
const plain = (value) => value;

let next = 0, accepted = 0;
async function work() {
  while (next < people.length) {
    const values = people[next++].split(',');
    const person = Object.fromEntries(columns.map((column, i) => [column, values[i]]));
    await transport.sendMail({
      from: 'Office <office@example.org>',
      to: { name: `${person['first name']} ${person['last name']}`, address: person.email },
      subject: fill(letter.subject, person, plain),
      text: fill(letter.text, person, plain),
      html: fill(letter.html, person, escapeHtml),
    });
    accepted++;
  }
}
// twice as many as connections: the pool never runs dry
await Promise.all(Array.from({ length: 2 * Number(connections) }, work));
transport.close();
console.log(accepted);
