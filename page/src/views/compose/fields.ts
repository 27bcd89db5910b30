// Which fields a template speaks of. The judge is core's own compiler (TemplateInspect); this is for chips and hints while somebody types.
//   {{field}}  {{field|fallback}}  {{#field}}there{{/field}}  {{^field}}missing{{/field}}  {{! remark }}
export interface FieldUse {
  name: string;
  isRequired: boolean; // no fallback, and outside sections
}

export const normal = (name: string) => name.trim().replace(/\s+/g, ' ').toLowerCase();

export function fieldsOf(template: string): FieldUse[] {
  const found = new Map<string, FieldUse>();
  let depth = 0;
  for (const match of template.matchAll(/\{\{([^{}]*)\}\}/g)) {
    const inside = (match[1] ?? '').trim();
    const mark = inside[0] ?? '';
    if (mark === '!')
      continue;
    if (mark === '/') {
      depth = Math.max(0, depth - 1);
      continue;
    }
    const isSection = mark === '#' || mark === '^';
    const [name = '', fallback] = (isSection ? inside.slice(1) : inside).split('|', 2);
    const key = normal(name);
    const isRequired = !isSection && fallback === undefined && depth === 0;
    if (key !== '')
      found.set(key, { name: name.trim(), isRequired: isRequired || found.get(key)?.isRequired === true });
    if (isSection)
      depth++;
  }
  return [...found.values()];
}

/** Names that the program fills, or will: a column of such a name is {{field.NAME}}. */
export const OWN_NAMES: readonly string[] = ['unsubscribe', 'message', 'preheader'];

export function placeholder(field: string, fallback = ''): string {
  const name = OWN_NAMES.includes(normal(field)) ? `field.${field}` : field;
  return fallback === '' ? `{{${name}}}` : `{{${name}|${fallback}}}`;
}
