// What a careful colleague would say before it goes out. Nothing here decides: core checks again.
import { size, words as listed } from '../../base/format';
import { oneLine } from '../../base/foreign';
import { composeWords } from '../../words/compose';
import { partsOf, type Draft } from './draft';
import { fieldsOf, normal, OWN_NAMES } from './fields';

const { warn } = composeWords;
const HTML_MAX = 100_000; // Gmail cuts at about 102 kB
const FILES_MAX = 10_000_000; // chosen: what nearly every mailbox takes

export interface Warning {
  kind: 'warn' | 'info';
  text: string;
  isBlank?: boolean; // nothing is there yet
}

function attributes(html: string, tag: string, name: string): string[] {
  const pattern = new RegExp(`<${tag}\\b[^>]*?\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'gi');
  return [...html.matchAll(pattern)].map((match) => (match[1] ?? match[2] ?? match[3] ?? '').trim());
}

function linkWarnings(html: string): Warning[] {
  return [...new Set(attributes(html, 'a', 'href'))].flatMap((address): Warning[] => {
    const shown = oneLine(address, 80);
    if (address === '' || address === '#')
      return [{ kind: 'warn', text: warn.emptyLink }];
    if (address.includes('{{') || /^(mailto:|tel:)./i.test(address))
      return [];
    if (!/^https?:\/\/[^\s/]+\.[^\s]+$/i.test(address))
      return [{ kind: 'warn', text: warn.link(shown) }];
    return address.startsWith('http:') ? [{ kind: 'info', text: warn.http(shown) }] : [];
  });
}

function imageWarnings(html: string, draft: Draft): Warning[] {
  const names = new Set(draft.files.map((file) => file.name));
  const sources = attributes(html, 'img', 'src');
  const missing = sources.filter((source) => !/^(https?:|data:|cid:)/i.test(source) && !names.has(source));
  return [
    ...missing.map((name): Warning => ({ kind: 'warn', text: warn.missingImage(oneLine(name, 60)) })),
    ...(sources.some((source) => /^https?:/i.test(source)) ? [{ kind: 'info', text: warn.remoteImage } as const] : []),
  ];
}

function fieldWarnings(all: string, columns: readonly string[] | undefined): Warning[] {
  const used = fieldsOf(all);
  const known = new Set(['name', 'email', 'address', ...(columns ?? []).map(normal)]);
  const isColumn = (name: string) => (name.startsWith('field.') ? known.has(name.slice('field.'.length)) : known.has(name) && !OWN_NAMES.includes(name));
  const unknown = columns === undefined ? [] : used.filter((field) => normal(field.name) !== 'unsubscribe' && !isColumn(normal(field.name)));
  const required = used.filter((field) => field.isRequired && isColumn(normal(field.name)) && normal(field.name) !== 'email' && normal(field.name) !== 'address');
  return [
    ...unknown.map((field): Warning => ({ kind: 'warn', text: warn.unknownField(oneLine(field.name, 60)) })),
    ...(required.length > 0 ? [{ kind: 'info', text: warn.required(listed(required.map((field) => `{{${field.name}}}`))) } as const] : []),
  ];
}

/** columns: what the lists know; undefined: not asked yet. */
export function warningsOf(draft: Draft, columns: readonly string[] | undefined): Warning[] {
  const { subject, html, text } = partsOf(draft);
  const files = draft.files.reduce((sum, file) => sum + Number(file.size), 0);
  const found: Warning[] = [];
  if (subject.trim() === '')
    found.push({ kind: 'warn', text: warn.noSubject, isBlank: true });
  if (html.trim() === '' && text.trim() === '')
    found.push({ kind: 'warn', text: warn.noBody, isBlank: true });
  found.push(...draft.lost.map((name): Warning => ({ kind: 'warn', text: warn.lostFile(oneLine(name, 60)) })));
  found.push(...fieldWarnings([subject, html, text].join('\n'), columns), ...linkWarnings(html), ...imageWarnings(html, draft));
  if (/<(script|form|iframe|object|embed)\b/i.test(html))
    found.push({ kind: 'warn', text: warn.script });
  if (files > FILES_MAX)
    found.push({ kind: 'warn', text: warn.large(size(files)) });
  if (html.length > HTML_MAX)
    found.push({ kind: 'warn', text: warn.cut });
  if (html.trim() !== '' && !draft.hasOwnText)
    found.push({ kind: 'info', text: warn.autoText });
  return found;
}
