import { useState } from 'react';
import { toNumber } from '../../../base/decimal';
import { count } from '../../../base/format';
import { bridge } from '../../../bridge';
import { Bar } from '../../../parts/Bar';
import { Section } from '../../../parts/Page';
import { useEvent } from '../../../state/query';
import { importWords } from '../../../words/contacts';

const { progress: text } = importWords;

export function ImportProgress() {
  const [now, setNow] = useState({ rows: '0', reading: 0, size: 1 });
  useEvent(bridge().onImportProgress, (rows, reading, size) => setNow({ rows, reading: toNumber(reading), size: Math.max(1, toNumber(size)) }));

  return (
    <Section title={text.title}>
      <Bar label={text.label} parts={[{ kind: 'info', value: now.reading }]} total={now.size} />
      <p className="muted number" role="status">{text.rows(count(now.rows, 'row', 'rows'))}</p>
    </Section>
  );
}
