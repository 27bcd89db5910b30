// What a locked transport would build, simplified: a MIME message with the fields of one person.
import type { Human } from './people';

export interface Parts {
  subject: string;
  html: string;
  text: string;
  from: string;
}

const lookup = (who: Human | null, field: string): string => {
  const key = field.trim().toLowerCase();
  if (who === null)
    return field.trim();
  const builtin: Record<string, string> = { name: who.name, email: who.email, phone: who.phone };
  return builtin[key] ?? Object.entries(who.fields).find(([name]) => name.toLowerCase() === key)?.[1] ?? '';
};

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

export function fill(template: string, who: Human | null, isHtml: boolean, missing: Set<string>): string {
  return template.replace(/\{\{([^{}#^/!|]+)(?:\|([^{}]*))?\}\}/g, (_, field: string, fallback: string | undefined) => {
    const value = lookup(who, field) || fallback;
    if (value === undefined || value === '')
      missing.add(field.trim());
    return isHtml ? escapeHtml(value ?? '') : (value ?? '');
  });
}

const encode = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text))).replace(/.{76}/g, '$&\r\n');
const header = (text: string) => (/^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${encode(text).replace(/\s/g, '')}?=`);

export function build(parts: Parts, who: Human | null): { message: Uint8Array; missing: string[] } {
  const missing = new Set<string>();
  const subject = fill(parts.subject, who, false, missing);
  const html = fill(parts.html, who, true, missing);
  const text = parts.text !== '' ? fill(parts.text, who, false, missing) : html.replace(/<[^>]*>/g, '').replace(/\n{3,}/g, '\n\n').trim();
  const to = who === null ? 'Name <name@example.org>' : `${/^[A-Za-z0-9 -]*$/.test(who.name) ? who.name : `=?UTF-8?B?${encode(who.name).replace(/\s/g, '')}?=`} <${who.email}>`;
  const head = [`From: ${parts.from || 'office@school.example'}`, `To: ${to}`, `Subject: ${header(subject)}`, 'Date: Tue, 15 Sep 2026 10:00:00 +0000', 'Message-ID: <preview@school.example>', 'MIME-Version: 1.0'];
  const part = (type: string, body: string) => `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${encode(body)}\r\n`;
  const body = html === '' ? part('text/plain', text) : `Content-Type: multipart/alternative; boundary="b1"\r\n\r\n--b1\r\n${part('text/plain', text)}--b1\r\n${part('text/html', html)}--b1--\r\n`;
  return { message: new TextEncoder().encode(head.join('\r\n') + '\r\n' + body), missing: [...missing] };
}
