import { useState } from 'react';
import { isZero } from '../../../base/decimal';
import { number } from '../../../base/format';
import { bridge, type Campaign } from '../../../bridge';
import { Button, LinkButton } from '../../../parts/Button';
import { ConfirmDialog } from '../../../parts/Dialog';
import { FaultNotice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate } from '../../../state/query';
import { toHash } from '../../../state/router';
import { say, sayFailed } from '../../../state/toast';
import { words } from '../../../words';
import { liveWords, sentWords } from '../../../words/campaigns';
import { archiveCampaign, copyCampaign } from '../keeping';
import { people } from '../numbers';

type Open = 'cancel' | 'restored' | null;

async function save(campaign: Campaign): Promise<void> {
  const { name, rows } = await bridge().export('campaign', campaign.id);
  if (name !== '')
    say(words.exported(name, number(rows)));
}

export function Actions({ campaign }: { campaign: Campaign }) {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const refresh = () => invalidate('campaign');

  const pause = useAction(async () => {
    await bridge().campaignPause(campaign.id);
    refresh();
  });
  const resume = useAction(async () => {
    try {
      await bridge().campaignResume(campaign.id, campaign.reason === 'restored' ? { restored: true } : {});
    } finally {
      refresh();
    }
    close();
  });
  const gone = useAction(async (how: 'suppress' | 'again') => {
    await bridge().campaignResume(campaign.id, { gone: how });
    refresh();
  });
  const cancel = useAction(async () => {
    await bridge().campaignCancel(campaign.id);
    refresh();
    close();
  });
  const password = useAction(async () => {
    await bridge().accountSecret(campaign.account);
    try {
      await bridge().campaignResume(campaign.id, {});
    } finally {
      refresh();
    }
  });

  const { state } = campaign;
  const isRunning = state === 'sending' || state === 'waiting';
  const isPasswordAsked = state === 'paused' && (campaign.reason === 'password' || campaign.reason === 'login' || resume.failure?.fault === 'NoPerm');
  const isGoneAsked = state === 'paused' && campaign.reason === 'gone';
  const failure = pause.failure ?? gone.failure ?? (open === null ? resume.failure : null) ?? password.failure;

  return (
    <>
      {isRunning && (
        <Button icon="pause" busy={pause.busy} onClick={() => void pause.run()}>
          {pause.busy ? liveWords.pausing : liveWords.pause}
        </Button>
      )}
      {isGoneAsked && (
        <>
          <Button icon="close" busy={gone.busy} onClick={() => void gone.run('suppress')}>
            {liveWords.goneAre}
          </Button>
          <Button icon="again" busy={gone.busy} onClick={() => void gone.run('again')}>
            {liveWords.goneAgain}
          </Button>
        </>
      )}
      {isPasswordAsked && (
        <Button kind="primary" icon="lock" busy={password.busy} onClick={() => void password.run()}>
          {liveWords.passwordAsk}
        </Button>
      )}
      {state === 'paused' && !isGoneAsked && (
        <Button kind={isPasswordAsked ? 'plain' : 'primary'} icon="play" busy={resume.busy} onClick={() => (campaign.reason === 'restored' ? setOpen('restored') : void resume.run())}>
          {liveWords.resume}
        </Button>
      )}
      {state === 'paused' && !isZero(campaign.queued) && (
        <LinkButton icon="compose" href={toHash('campaigns', 'correct', campaign.id)}>
          {liveWords.correct}
        </LinkButton>
      )}
      {(isRunning || state === 'paused') && (
        <Button icon="close" onClick={() => setOpen('cancel')}>
          {liveWords.cancelIt}
        </Button>
      )}
      {!isZero(campaign.refused) && (state === 'done' || state === 'cancelled') && (
        <LinkButton icon="again" href={toHash('campaigns', 'retry', campaign.id)}>
          {liveWords.retry}
        </LinkButton>
      )}
      <Button icon="copy" onClick={() => void copyCampaign(campaign.id).catch(sayFailed)}>
        {sentWords.copy}
      </Button>
      {(state === 'done' || state === 'cancelled') && (
        <Button icon="list" onClick={() => void archiveCampaign(campaign, !campaign.archived).catch(sayFailed)}>
          {campaign.archived ? sentWords.unarchive : sentWords.archive}
        </Button>
      )}
      <Button icon="download" onClick={() => void save(campaign).catch(sayFailed)}>
        {liveWords.export}
      </Button>
      {failure !== null && (
        <div className="grow">
          <FaultNotice failure={failure} />
        </div>
      )}
      {open === 'cancel' && (
        <ConfirmDialog title={liveWords.cancelTitle} text={liveWords.cancelText(people(campaign.queued))} yes={liveWords.cancelYes} danger busy={cancel.busy}
          problem={<FaultNotice failure={cancel.failure} />} onYes={() => void cancel.run()} onClose={close} />
      )}
      {open === 'restored' && (
        <ConfirmDialog title={liveWords.restoredTitle} text={liveWords.restoredText} yes={liveWords.restoredYes} busy={resume.busy}
          problem={<FaultNotice failure={resume.failure} />} onYes={() => void resume.run()} onClose={close} />
      )}
    </>
  );
}
