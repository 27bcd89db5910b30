// One letter as its reader got it: built again by core from the version and the values of that day.
import { oneLine } from '../../../base/foreign';
import { moment } from '../../../base/format';
import { bridge, type Decimal } from '../../../bridge';
import { Loaded } from '../../../parts/Loaded';
import { Notice } from '../../../parts/Notice';
import { useQuery } from '../../../state/query';
import { sentWords } from '../../../words/campaigns';
import { MailView } from '../../compose/MailView';

export const useSent = (campaign: Decimal, recipient: Decimal) =>
  useQuery(recipient === '' ? null : `sent/${campaign}/${recipient}`, () => bridge().campaignSent(campaign, recipient));

export function SentLetter({ campaign, recipient }: { campaign: Decimal; recipient: Decimal }) {
  const query = useSent(campaign, recipient);
  return (
    <Loaded query={query} rows={6}>
      {({ message, facts }) => (
        <>
          {facts.erased && <Notice title={sentWords.erased}>{sentWords.erasedText}</Notice>}
          {facts.version === 0 && <Notice>{sentWords.notYet}</Notice>}
          {facts.version > 1 && <p className="muted small">{sentWords.version(String(facts.version))}</p>}
          <MailView key={`${campaign}/${recipient}`} message={message} to={facts.erased ? sentWords.nameErased : undefined} />
          {facts.reply !== '' && (
            <p className="muted small" dir="auto">{sentWords.answer(moment(facts.time), oneLine(facts.reply, 300))}</p>
          )}
        </>
      )}
    </Loaded>
  );
}
