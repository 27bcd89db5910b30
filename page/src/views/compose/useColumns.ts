// The fields that people on the lists have, and what their files called the name, the address and the number: for chips, filters and warnings.
import { bridge } from '../../bridge';
import { useQuery } from '../../state/query';

const LISTS_MAX = 8; // looked at; chosen

async function load(lists: readonly string[]): Promise<string[]> {
  const all = await bridge().lists();
  const names = (lists.length > 0 ? [...lists] : all.map((list) => list.name)).slice(0, LISTS_MAX);
  const pages = await Promise.all(names.map((name) => bridge().listRows(name, '0', 1)));
  const aliases = all.filter((list) => names.includes(list.name)).flatMap((list) => Object.keys(list.aliases));
  return [...new Set([...pages.flatMap((page) => page.columns), ...aliases])];
}

/** lists: empty: of all lists. */
export function useColumns(lists: readonly string[] = []) {
  return useQuery(`lists/columns/${JSON.stringify(lists)}`, () => load(lists));
}
