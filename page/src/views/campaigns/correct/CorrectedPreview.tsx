import { useEffect, useRef, useState } from 'react';
import { toFailure, type Failure } from '../../../base/fault';
import { oneLine, sentence } from '../../../base/foreign';
import { bridge, type Correction, type Decimal, type FrameRow } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { FaultNotice, Loading, Notice } from '../../../parts/Notice';
import { Section } from '../../../parts/Page';
import { composeWords } from '../../../words/compose';
import { correctWords as text } from '../../../words/campaigns';
import { MailView } from '../../compose/MailView';

const { preview } = composeWords;
const WAIT_MS = 400; // chosen: a pause in typing

interface Props {
  campaign: Decimal;
  changes: Correction;
  isCalm: boolean;
  onShown: (who: { address: string; name: string }) => void;
}

/** One message at a time, of those who wait. Fields of a row: message, address, name, why it was chosen, why it cannot be made. */
export function CorrectedPreview({ campaign, changes, isCalm, onShown }: Props) {
  const [behind, setBehind] = useState<Decimal[]>(['0']); // the person is the first behind the last of these
  const [row, setRow] = useState<FrameRow | null>(null);
  const [isEnd, setEnd] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const turn = useRef(0);
  const after = behind.at(-1) ?? '0';
  const key = JSON.stringify(changes);

  useEffect(() => {
    const mine = ++turn.current;
    const timer = setTimeout(() => {
      bridge().campaignCorrected(campaign, JSON.parse(key) as Correction, after, 2).then(
        (rows) => {
          if (mine !== turn.current)
            return;
          setRow(rows[0] ?? null);
          setEnd(rows.length < 2);
          setFailure(null);
          onShown({ address: rows[0]?.fields[1] ?? '', name: rows[0]?.fields[2] ?? '' });
        },
        (error: unknown) => mine === turn.current && setFailure(toFailure(error)),
      );
    }, WAIT_MS);
    return () => {
      turn.current++;
      clearTimeout(timer);
    };
  }, [campaign, key, after, onShown]);

  const [message = '', address = '', name = '', , why = ''] = row?.fields ?? [];
  return (
    <Section title={preview.title}>
      <div className="row-spread">
        <p role="status"><strong><bdi>{oneLine(name || address, 60)}</bdi></strong></p>
        <span className="row-actions">
          <Button className="button-small" icon="back" disabled={behind.length < 2} onClick={() => setBehind(behind.slice(0, -1))}>{preview.before}</Button>
          <Button className="button-small" icon="next" disabled={isEnd || row === null} onClick={() => row !== null && setBehind([...behind, row.key])}>{preview.next}</Button>
        </span>
      </div>
      {isCalm && <FaultNotice failure={failure} />}
      {row === null ? failure === null && <Loading rows={5} /> : message === '' ? <Notice kind="warn" title={text.cannot}>{sentence(why)}</Notice> : <Letter message={message} />}
    </Section>
  );
}

/** The octets came as text: one character an octet where they are not UTF-8. */
function Letter({ message }: { message: string }) {
  const [octets, setOctets] = useState(() => new TextEncoder().encode(message));
  useEffect(() => setOctets(new TextEncoder().encode(message)), [message]);
  return <MailView message={octets} />;
}
