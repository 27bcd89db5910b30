// What each column is taken for. One column a role (many may be fields, or not used); the import takes role -> column, and column -> field or unused.
import type { ImportLook, ImportOptions } from '../../../bridge';

export const ROLES = ['email', 'name', 'first', 'last', 'phone', 'field', 'unused'] as const;
export type Role = (typeof ROLES)[number];
type Look = ImportLook['look'];

const isShared = (role: Role) => role === 'field' || role === 'unused';

export const toRole = (word: string | undefined): Role => ROLES.find((role) => role === word) ?? 'field';

export const rolesOf = (look: Look): Role[] => look.columns.map((_, index) => toRole(look.roles[index]));

const listRoles: readonly Role[] = ['name', 'email', 'phone']; // of a list of addresses

/** What a column can be: of a list of addresses each has its own meaning, or none. */
export function choices(look: Look, index: number): readonly Role[] {
  return look.format === 'text' ? ROLES.filter((role) => role === 'unused' || role === listRoles[index]) : ROLES;
}

/** `columns[index]` becomes `role`: who had it before becomes a field. */
export function assign(roles: readonly Role[], index: number, role: Role): Role[] {
  return roles.map((old, at) => (at === index ? role : !isShared(role) && old === role ? 'field' : old));
}

/** Without an address or a number nobody can be imported. */
export const hasAddress = (roles: readonly Role[]) => roles.includes('email') || roles.includes('phone');

/** The header's words where they name one column, else its number (from 1). */
function columnName(look: Look, index: number): string {
  const name = look.columns[index] ?? '';
  const folded = name.trim().toLowerCase();
  const isOne = look.columns.filter((other) => other.trim().toLowerCase() === folded).length === 1;
  return look.has_header && folded !== '' && isOne ? name : String(index + 1);
}

/** Empty when nothing differs from what the import would do by itself; else every column is said, so that nothing is guessed any more. */
export function toMapping(look: Look, roles: readonly Role[]): Pick<ImportOptions, 'map' | 'others'> {
  if (roles.every((role, index) => role === toRole(look.roles[index])))
    return {};
  const named = roles.map((role, index) => [role, columnName(look, index)] as const);
  const map = Object.fromEntries(named.filter(([role]) => !isShared(role)));
  const others = Object.fromEntries(named.filter(([role]) => isShared(role)).map(([role, column]) => [column, role]));
  return { map, ...(Object.keys(others).length > 0 ? { others } : {}) };
}
