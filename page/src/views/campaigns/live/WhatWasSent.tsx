// The letters of a campaign, one person after the other, each as it went out.
import { useEffect, useState } from 'react';
import { toFailure, type Failure } from '../../../base/fault';
import { oneLine } from '../../../base/foreign';
import { bridge, type Campaign, type Decimal } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { Badge } from '../../../parts/Badge';
import { Empty, FaultNotice, Loading } from '../../../parts/Notice';
import { Section } from '../../../parts/Page';
import { sentWords } from '../../../words/campaigns';
import { toLedgerRow, type LedgerRow } from './ledger';
import { SentLetter } from './SentLetter';

const BEGUN = ['accepted', 'refused', 'later', 'unknown', 'handed'];
const AT_ONCE = 50; // people asked for ahead

/** Those whom a letter was handed over for, as far as somebody looked; of a campaign that has not begun: those who are still to get one. */
function useLetters(campaign: Decimal, states: readonly string[]) {
  const [found, setFound] = useState<{ rows: LedgerRow[]; next: Decimal }>({ rows: [], next: '0' });
  const [failure, setFailure] = useState<Failure | null>(null);

  const more = async (before: typeof found) => {
    let { rows, next } = before;
    const wanted = rows.length + AT_ONCE;
    try {
      while (next !== '' && rows.length < wanted) {
        const answer = await bridge().campaignFind(campaign, [...states], '', next, AT_ONCE);
        rows = [...rows, ...answer.rows.map(toLedgerRow)];
        next = answer.scanned === '0' ? '' : answer.scanned;
      }
      setFound({ rows, next });
      setFailure(null);
    } catch (error) {
      setFailure(toFailure(error));
    }
  };
  const first = () => void more({ rows: [], next: '0' });
  useEffect(first, [campaign]); // once
  return { ...found, failure, isAsked: found.rows.length > 0 || found.next === '', more: () => void more(found), again: first };
}

export function WhatWasSent({ campaign }: { campaign: Campaign }) {
  const isBegun = BEGUN.some((state) => campaign[state as 'accepted'] !== '0');
  const letters = useLetters(campaign.id, isBegun ? BEGUN : ['queued']);
  const [at, setAt] = useState(0);
  const row = letters.rows[at];

  useEffect(() => {
    if (letters.next !== '' && letters.rows.length > 0 && at >= letters.rows.length - 2)
      letters.more();
  }, [at, letters.rows.length]);

  if (letters.failure !== null)
    return <FaultNotice failure={letters.failure} onRetry={letters.again} />;
  if (row === undefined)
    return letters.isAsked ? <Empty icon="campaign" title={sentWords.none} /> : <Loading rows={6} />;
  return (
    <Section
      title={isBegun ? sentWords.title : sentWords.titleNext}
      actions={
        <>
          <Button icon="back" disabled={at === 0} onClick={() => setAt(at - 1)}>{sentWords.before}</Button>
          <Button icon="next" disabled={at >= letters.rows.length - 1} onClick={() => setAt(at + 1)}>{sentWords.next}</Button>
        </>
      }
    >
      <p className="row" role="status">
        <strong><bdi>{oneLine(row.name || row.address, 60) || sentWords.nameErased}</bdi></strong> <Badge state={row.state} />
      </p>
      <SentLetter campaign={campaign.id} recipient={row.id} />
    </Section>
  );
}
