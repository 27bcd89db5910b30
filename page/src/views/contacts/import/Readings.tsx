// Where a file may be read in several encodings: three names as they would read in each. Whoever knows these people sees which is right.
import { oneLine } from '../../../base/foreign';
import { Button } from '../../../parts/Button';
import { Notice } from '../../../parts/Notice';
import { importWords } from '../../../words/contacts';

const { look: text } = importWords;

/** `readings`: an encoding and the names as it reads them, and so on in pairs. */
export const toPairs = (readings: readonly string[]): [string, string][] =>
  readings.flatMap((encoding, index): [string, string][] => (index % 2 === 0 ? [[encoding, readings[index + 1] ?? '']] : []));

export function Readings({ readings, onEncoding }: { readings: readonly string[]; onEncoding: (encoding: string) => void }) {
  if (readings.length < 2)
    return null;
  return (
    <Notice kind="warn" title={text.readings}>
      <p>{text.readingsHint}</p>
      <ul className="stack-tight">
        {toPairs(readings).map(([encoding, names]) => (
          <li key={encoding}>
            <Button onClick={() => onEncoding(encoding)}>
              <span dir="auto">{oneLine(names, 200)}</span> <span className="muted small">{encoding}</span>
            </Button>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
