// Those of whom nobody knows whether they got it: explained, with the two choices. Nothing is chosen in advance.
import { useState } from 'react';
import { isZero } from '../../../base/decimal';
import { bridge, type Campaign } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { ConfirmDialog } from '../../../parts/Dialog';
import { FaultNotice, Notice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate } from '../../../state/query';
import { say } from '../../../state/toast';
import { liveWords } from '../../../words/campaigns';
import { people } from '../numbers';

type How = 'resend' | 'sent';

export function Unknown({ campaign }: { campaign: Campaign }) {
  const [asked, setAsked] = useState<How | null>(null);
  const resolve = useAction(async (how: How) => {
    const changed = await bridge().campaignResolve(campaign.id, how, []);
    say(liveWords.resolved(people(changed)));
    invalidate('campaign');
    setAsked(null);
  });
  if (isZero(campaign.unknown))
    return null;
  const canDecide = campaign.state !== 'sending';

  return (
    <Notice
      kind="warn"
      title={liveWords.unknownTitle(people(campaign.unknown))}
      action={
        canDecide && (
          <div className="stack-tight">
            <Button onClick={() => setAsked('resend')}>{liveWords.resend}…</Button>
            <Button onClick={() => setAsked('sent')}>{liveWords.treat}…</Button>
          </div>
        )
      }
    >
      <p>{liveWords.unknownText}</p>
      {!canDecide && <p className="muted">{liveWords.unknownWait}</p>}
      {asked !== null && (
        <ConfirmDialog
          title={asked === 'resend' ? liveWords.resend : liveWords.treat}
          text={`${people(campaign.unknown)}: ${asked === 'resend' ? liveWords.resendHint : liveWords.treatHint}`}
          yes={asked === 'resend' ? liveWords.resend : liveWords.treat}
          busy={resolve.busy}
          problem={<FaultNotice failure={resolve.failure} />}
          onYes={() => void resolve.run(asked)}
          onClose={() => {
            resolve.clear();
            setAsked(null);
          }}
        />
      )}
    </Notice>
  );
}
