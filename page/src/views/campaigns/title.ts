// What a campaign is called: its subject without fields, and without what joined them to the rest. "Dear {{name}}, the summer fair" is "Dear, the summer fair".
import { oneLine } from '../../base/foreign';
import { campaignWords } from '../../words/campaigns';

const FIELD = /\{\{\s*([^{}|]*)(?:\|[^{}]*)?\}\}|\*\|\s*([^|*]+?)\s*\|\*|\[\[\s*([^[\]]+?)\s*\]\]/g;
const OTHERWISE = /\{\{\^[^{}]*\}\}.*?\{\{\/[^{}]*\}\}/gs; // what stands there for who has no value

/** Joins a field to what stands before it. In the languages that subjects of ours are in most often; a word that is not here stays. */
const JOINING = /\s(?:for|to|of|from|by|with|and|für|von|an|mit|und|pour|de|à|et|para|con|y|per|di|voor|van|met|en|dla|do|til|och|för|till)$/i;

/** Of a subject that is nothing but fields: their names. */
function namesOf(subject: string): string {
  return [...subject.matchAll(FIELD)].map((match) => (match[1] ?? match[2] ?? match[3] ?? '').trim()).filter((name) => /^[^#^/!]/.test(name)).join(' ');
}

export function titleOf(subject: string, max = 120): string {
  const left = subject
    .replace(OTHERWISE, ' ')
    .replace(FIELD, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ([,;:.!?])/g, '$1')
    .replace(/([,;:–—-])[,;:–—-]+/g, '$1')
    .replace(/^[\s,;:.!?–—-]+|[\s,;:–—-]+$/gu, '');
  const isOpen = /(?:\}\}|\|\*|\]\])[\s.!?…]*$/.test(subject); // it ends with a field
  const whole = isOpen ? left.replace(/[.!?…]+$/, '').replace(JOINING, '') : left;
  return oneLine(/[\p{L}\p{N}]/u.test(whole) ? whole.charAt(0).toUpperCase() + whole.slice(1) : namesOf(subject) || whole, max) || campaignWords.noSubject;
}
