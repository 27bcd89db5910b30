// The window is being closed. While campaigns run, the person decides what becomes of them; else what is being written is kept, and it goes.
import { useState } from 'react';
import { count } from '../base/format';
import { bridge } from '../bridge';
import { Button } from '../parts/Button';
import { Dialog } from '../parts/Dialog';
import { FaultNotice } from '../parts/Notice';
import { useAction } from '../state/action';
import { useEvent } from '../state/query';
import { keep } from '../views/compose/keep';
import { words } from '../words';

type How = 'background' | 'pause' | 'stay';

export function CloseQuestion() {
  const [campaigns, setCampaigns] = useState(0);
  const answer = useAction(async (how: How) => {
    await bridge().closeAnswered(how);
    setCampaigns(0);
  });
  useEvent(bridge().onCloseAsked, (running) => {
    setCampaigns(running);
    if (running > 0)
      bridge().closeTaken().catch(() => {}); // asked here, for as long as somebody thinks about it
    void keep().then(() => (running === 0 ? bridge().closeAnswered('background') : undefined));
  });
  useEvent(bridge().onCloseOver, () => setCampaigns(0));
  if (campaigns === 0)
    return null;

  return (
    <Dialog
      title={words.closing.title}
      onClose={() => void answer.run('stay')}
      actions={
        <>
          <Button onClick={() => void answer.run('stay')}>{words.closing.stay}</Button>
          <Button busy={answer.busy} onClick={() => void answer.run('pause')}>{words.closing.pause}</Button>
          <Button kind="primary" busy={answer.busy} onClick={() => void answer.run('background')}>{words.closing.background}</Button>
        </>
      }
    >
      <p>{words.closing.text(count(campaigns, 'campaign is', 'campaigns are'))}</p>
      <FaultNotice failure={answer.failure} />
    </Dialog>
  );
}
