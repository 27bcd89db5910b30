// Text from strangers, made fit to be looked at: what would turn the direction of other text, or hide, becomes a visible mark.
import { plain } from '../words/plain';

const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/g;
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\u{e0000}-\u{e007f}]/gu;

export function printable(text: string): string {
  return text.replace(DIRECTION, '\ufffd').replace(CONTROL, '\ufffd');
}

/** Core's sentences begin small, as on a terminal, and may name its options; here they stand alone. */
export function sentence(text: string, max = 400): string {
  const line = oneLine(plain(text), max);
  return line.charAt(0).toUpperCase() + line.slice(1);
}

const JOINTS = /(?<=[@_/]|\.(?!\d))(?=[^\s@._/])/;

/** An address or a file's name, cut where it may go on in the next line before it is broken in mid-word: not in a number (6.7, 5.1.1). */
export const pieces = (text: string): string[] => text.split(JOINTS);

/** On one line, at most `max` characters (whole ones). */
export function oneLine(text: string, max = 200): string {
  const line = printable(text).replace(/\s+/g, ' ').trim();
  const characters = Array.from(line);
  return characters.length > max ? characters.slice(0, max - 1).join('') + '…' : line;
}
