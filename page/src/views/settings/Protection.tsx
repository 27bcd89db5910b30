import { useState } from 'react';
import { number } from '../../base/format';
import { bridge, type DoctorRow } from '../../bridge';
import { Badge } from '../../parts/Badge';
import { Button } from '../../parts/Button';
import { Foreign } from '../../parts/Foreign';
import { Loaded } from '../../parts/Loaded';
import { Notice } from '../../parts/Notice';
import { Section } from '../../parts/Page';
import { Table, type Column } from '../../parts/Table';
import { useQuery } from '../../state/query';
import { settingsWords } from '../../words/rest';

const { doctor: text } = settingsWords;

const COLUMNS: Column<DoctorRow>[] = [
  { head: text.column.what, cell: (row) => <Foreign text={row.what} max={60} /> },
  { head: text.column.state, cell: (row) => <Badge state={row.state} /> },
  { head: text.column.text, cell: (row) => <Foreign text={row.text} max={400} /> },
];

export function Protection() {
  const query = useQuery('doctor', () => bridge().doctor());
  const [isAll, setAll] = useState(false);

  return (
    <Section title={text.title} actions={<Button icon="again" busy={query.busy && query.value !== undefined} onClick={query.again}>{text.again}</Button>}>
      <p>{text.lead}</p>
      <Loaded query={query} rows={4}>
        {(rows) => {
          const missing = rows.filter((row) => row.state === 'missing');
          const shown = isAll ? rows : rows.filter((row) => row.state !== 'ok');
          return (
            <>
              <Notice kind={missing.length === 0 ? 'good' : 'warn'}>{missing.length === 0 ? text.fine : text.missing(number(missing.length))}</Notice>
              {shown.length > 0 && <Table label={text.title} columns={COLUMNS} rows={shown} rowKey={(row) => `${row.what}${row.text}`} />}
              {!isAll && shown.length < rows.length && (
                <div className="row">
                  <Button onClick={() => setAll(true)}>{text.all}</Button>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}
