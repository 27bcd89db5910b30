// What only a person can decide or give.
import { isZero } from '../../base/decimal';
import { oneLine, sentence } from '../../base/foreign';
import { bridge, type Account, type Campaign } from '../../bridge';
import { Button, LinkButton } from '../../parts/Button';
import { Notice } from '../../parts/Notice';
import { invalidate } from '../../state/query';
import { toHash } from '../../state/router';
import { sayFailed } from '../../state/toast';
import { openVault } from '../../state/vault';
import { titleOf } from '../campaigns/title';
import { startWords } from '../../words/start';

function unlock(): void {
  bridge().vaultStatus().then(openVault).then(() => invalidate(''), sayFailed);
}

export function Attention({ campaigns, accounts, isVaultLocked }: { campaigns: Campaign[]; accounts: Account[]; isVaultLocked: boolean }) {
  const undecided = campaigns.filter((campaign) => !isZero(campaign.unknown) && campaign.state !== 'sending').slice(0, 3);
  const paused = campaigns.filter((campaign) => campaign.state === 'paused' && campaign.text !== '' && isZero(campaign.unknown)).slice(0, 3);
  const locked = accounts.filter((account) => account.state === 'password').slice(0, 3);
  const failing = accounts.filter((account) => account.state === 'failing').slice(0, 3);
  if (undecided.length + paused.length + locked.length + failing.length === 0 && !isVaultLocked)
    return null;

  return (
    <section className="stack-tight" aria-label={startWords.attention}>
      {isVaultLocked && (
        <Notice kind="warn" action={<Button icon="lock" onClick={unlock}>{startWords.unlock}</Button>}>
          {startWords.vaultLocked}
        </Notice>
      )}
      {undecided.map((campaign) => (
        <Notice key={campaign.id} kind="warn" action={<LinkButton href={toHash('campaigns', campaign.id)}>{startWords.decide}</LinkButton>}>
          <p dir="auto">{startWords.unknownOpen(titleOf(campaign.title, 80))}</p>
        </Notice>
      ))}
      {paused.map((campaign) => (
        <Notice key={campaign.id} kind="warn" title={titleOf(campaign.title, 80)} action={<LinkButton href={toHash('campaigns', campaign.id)}>{startWords.decide}</LinkButton>}>
          <p dir="auto">{sentence(campaign.text, 300)}</p>
        </Notice>
      ))}
      {failing.map((account) => (
        <Notice key={account.name} kind="warn" title={startWords.accountFailing(oneLine(account.name, 60))} action={<LinkButton href={toHash('accounts')}>{startWords.look}</LinkButton>}>
          <p dir="auto">{sentence(account.text, 300)}</p>
        </Notice>
      ))}
      {locked.map((account) => (
        <Notice key={account.name} kind="warn" action={<LinkButton href={toHash('accounts')}>{startWords.decide}</LinkButton>}>
          <p dir="auto">{startWords.passwordNeeded(oneLine(account.name, 60))}</p>
        </Notice>
      ))}
    </section>
  );
}
