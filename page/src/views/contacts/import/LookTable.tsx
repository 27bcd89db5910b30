import { number } from '../../../base/format';
import { oneLine } from '../../../base/foreign';
import type { ImportLook } from '../../../bridge';
import { SelectField } from '../../../parts/Field';
import { Foreign } from '../../../parts/Foreign';
import { importWords } from '../../../words/contacts';
import { choices, toRole, type Role } from './mapping';

const { look: text } = importWords;
const COLUMNS_MAX = 40; // drawn; the import takes all
const ROWS_MAX = 8;

interface Props {
  look: ImportLook;
  roles: readonly Role[];
  onRole: (index: number, role: Role) => void;
}

export function LookTable({ look, roles, onRole }: Props) {
  const columns = look.look.columns.slice(0, COLUMNS_MAX);
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={text.title}>
      <table className="table cells-table">
        <thead>
          <tr>
            <th scope="col" className="cell-number">{text.row}</th>
            {columns.map((column, index) => (
              <th key={index} scope="col">
                <div className="stack-tight">
                  <Foreign text={column} max={40} />
                  <SelectField label={text.meaning(oneLine(column, 40))} hideLabel value={roles[index] ?? 'field'} onValue={(role) => onRole(index, toRole(role))} options={choices(look.look, index).map((role) => [role, text.roles[role] ?? role] as const)} />
                </div>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {look.rows.slice(0, ROWS_MAX).map((row) => (
            <tr key={row.key}>
              <td className="muted cell-number">{number(row.key)}</td>
              {columns.map((_, index) => (
                <td key={index} className={roles[index] === 'unused' ? 'muted' : undefined}>
                  <Foreign text={row.fields[index] ?? ''} max={80} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
