import { moment } from '../../base/format';
import { bridge, type AuditRow } from '../../bridge';
import { Button } from '../../parts/Button';
import { Foreign } from '../../parts/Foreign';
import { Empty, FaultNotice, Loading } from '../../parts/Notice';
import { Page } from '../../parts/Page';
import { Table, type Column } from '../../parts/Table';
import { usePagesOf } from '../../state/pages';
import { words } from '../../words';
import { activityWords as text } from '../../words/rest';

const PAGE = 100;

const COLUMNS: Column<AuditRow>[] = [
  { head: text.column.time, cell: (row) => <span className="number">{moment(row.time)}</span> },
  { head: text.column.what, cell: (row) => text.what[row.what] ?? <Foreign text={row.what} max={40} /> },
  { head: text.column.detail, cell: (row) => <Foreign text={row.detail} max={300} /> },
];

export function Activity() {
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
          <Table label={text.label} columns={COLUMNS} rows={pages.rows} rowKey={(row) => row.id} />
          {!pages.isEnd && <Button busy={pages.busy} onClick={pages.more}>{words.more}</Button>}
        </>
      )}
    </Page>
  );
}
