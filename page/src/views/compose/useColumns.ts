// The fields that people on the lists have: for chips, filters and warnings.
import { bridge } from '../../bridge';
import { useQuery } from '../../state/query';

const LISTS_MAX = 8; // looked at; chosen

async function load(lists: readonly string[]): Promise<string[]> {
  const names = lists.length > 0 ? lists : (await bridge().lists()).map((list) => list.name);
  const pages = await Promise.all(names.slice(0, LISTS_MAX).map((name) => bridge().listRows(name, '0', 1)));
  return [...new Set(pages.flatMap((page) => page.columns))];
}

/** lists: empty: of all lists. */
export function useColumns(lists: readonly string[] = []) {
  return useQuery(`lists/columns/${JSON.stringify(lists)}`, () => load(lists));
}
