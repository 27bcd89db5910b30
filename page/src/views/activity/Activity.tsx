import { moment } from '../../base/format';
import { bridge, type AuditRow, type Campaign, type List } from '../../bridge';
import { Button } from '../../parts/Button';
import { Foreign } from '../../parts/Foreign';
import { Empty, FaultNotice, Loading } from '../../parts/Notice';
import { Page } from '../../parts/Page';
import { Table, type Column } from '../../parts/Table';
import { usePagesOf } from '../../state/pages';
import { useQuery } from '../../state/query';
import { words } from '../../words';
import { targetOf } from './target';
import { activityWords as text } from '../../words/rest';

const PAGE = 100;

const COLUMNS: Column<AuditRow>[] = [
  { head: text.column.time, kind: 'line', cell: (row) => <span className="number">{moment(row.time)}</span> },
  { head: text.column.what, cell: (row) => text.what[row.what] ?? <Foreign text={row.what} max={40} /> },
];

function Detail({ row, campaigns, lists }: { row: AuditRow; campaigns: readonly Campaign[]; lists: readonly List[] }) {
  const target = targetOf(row, campaigns, lists);
  if (target === null)
    return <Foreign text={row.detail} max={300} />;
  return (
    <>
      <a href={target.href} tabIndex={-1}>
        <Foreign text={target.text} max={80} />
      </a>{' '}
      <Foreign text={target.rest} max={300} />
    </>
  );
}

const NOTHING = { campaigns: [] as Campaign[], lists: [] as List[] };

/** Who is named in the log, as far as it is still there. */
async function load() {
  const [campaigns, lists] = await Promise.all([bridge().campaignList(), bridge().lists()]);
  return { campaigns, lists };
}

export function Activity() {
  const named = useQuery('activity/named', load);
  const { campaigns, lists } = named.value ?? NOTHING;
  const columns = [...COLUMNS, { head: text.column.detail, cell: (row: AuditRow) => <Detail row={row} campaigns={campaigns} lists={lists} /> }];
  const pages = usePagesOf<AuditRow>((last) => bridge().auditList(last?.id ?? '0', PAGE), PAGE);
  return (
    <Page title={text.title} lead={text.lead}>
      <FaultNotice failure={pages.failure} onRetry={pages.again} />
      {pages.rows === undefined ? (
        pages.failure === null && <Loading rows={8} />
      ) : pages.rows.length === 0 ? (
        <Empty icon="activity" title={text.empty}>{text.emptyText}</Empty>
      ) : (
        <>
          <Table label={text.label} columns={columns} rows={pages.rows} rowKey={(row) => row.id} />
          {!pages.isEnd && <Button busy={pages.busy} onClick={pages.more}>{words.more}</Button>}
        </>
      )}
    </Page>
  );
}
