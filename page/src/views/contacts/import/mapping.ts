// What each column is taken for. One column a role (many may be fields); the import takes role -> column.
import type { ImportLook } from '../../../bridge';

export const ROLES = ['email', 'name', 'first', 'last', 'phone', 'field'] as const;
export type Role = (typeof ROLES)[number];

export const toRole = (word: string | undefined): Role => ROLES.find((role) => role === word) ?? 'field';

/** `columns[index]` becomes `role`: who had it before becomes a field. */
export function assign(roles: readonly Role[], index: number, role: Role): Role[] {
  return roles.map((old, at) => (at === index ? role : role !== 'field' && old === role ? 'field' : old));
}

/** The header's words where they name one column, else its number (from 1). */
function columnName(look: ImportLook['look'], index: number): string {
  const name = look.columns[index] ?? '';
  const folded = name.trim().toLowerCase();
  const isOne = look.columns.filter((other) => other.trim().toLowerCase() === folded).length === 1;
  return look.has_header && folded !== '' && isOne ? name : String(index + 1);
}

/** Empty when nothing differs from what the import would do by itself. */
export function toMap(look: ImportLook['look'], roles: readonly Role[]): Record<string, string> {
  if (roles.every((role, index) => role === toRole(look.roles[index])))
    return {};
  const map: Record<string, string> = {};
  roles.forEach((role, index) => {
    if (role !== 'field')
      map[role] = columnName(look, index);
  });
  return map;
}
