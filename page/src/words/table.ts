/** Words by key, and by nothing else: keys come from outside, and "constructor" is none of ours. */
export function table(rows: Record<string, string>): Readonly<Record<string, string>> {
  return Object.assign(Object.create(null) as Record<string, string>, rows);
}
