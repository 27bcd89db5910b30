import { table } from '../words/table';
import { words } from '../words';

const KINDS = table({
  accepted: 'good', done: 'good', ready: 'good', ok: 'good', open: 'good',
  refused: 'bad', missing: 'bad', failing: 'bad',
  unknown: 'warn', paused: 'warn', password: 'warn', locked: 'warn', later: 'warn', waiting: 'warn',
  sending: 'info', handed: 'info', prepared: 'info', note: 'info', untried: 'info',
});

/** A state as a coloured word: the word says it, the colour only helps. */
export function Badge({ state, text }: { state: string; text?: string }) {
  return <span className={`badge badge-${KINDS[state] ?? 'none'}`}>{text ?? words.state[state] ?? state}</span>;
}
