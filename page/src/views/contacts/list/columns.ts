// The columns of a list: three that everybody has, then fields of any name.
import { oneLine } from '../../../base/foreign';
import { contactWords } from '../../../words/contacts';

const TITLES: Record<string, string> = { name: contactWords.column.name, email: contactWords.column.address, phone: contactWords.column.number };
export const OWN = 3; // name, address, number: they stay

export const titleOfColumn = (columns: readonly string[], index: number) => (index < OWN ? (TITLES[columns[index] ?? ''] ?? '') : oneLine(columns[index] ?? '', 40));
