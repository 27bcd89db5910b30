import { sentence } from '../../base/foreign';
import { bridge, type VaultStatus } from '../../bridge';
import { Badge } from '../../parts/Badge';
import { Button } from '../../parts/Button';
import { Loaded } from '../../parts/Loaded';
import { FaultNotice } from '../../parts/Notice';
import { Section } from '../../parts/Page';
import { useAction } from '../../state/action';
import { invalidate, useQuery } from '../../state/query';
import { say } from '../../state/toast';
import { openVault } from '../../state/vault';
import { settingsWords } from '../../words/rest';

const { vault: text } = settingsWords;

/** Core's own text names a file and a command: that is for the command line. Why it is locked is said by core alone. */
function tierOf(vault: VaultStatus): string[] {
  if (vault.state !== 'open')
    return [sentence(vault.text, 500)];
  const others = vault.slots.filter((slot) => slot !== vault.tier);
  const lines = [text.tiers[vault.tier] ?? vault.tier, ...others.map((slot) => text.also[slot] ?? slot)];
  return vault.tier === 'keyring' && others.length === 0 ? [...lines, text.noRecovery] : lines;
}

function Tier({ vault }: { vault: VaultStatus }) {
  return tierOf(vault).map((line) => <p key={line} className="muted" dir="auto">{line}</p>);
}

export function Vault() {
  const query = useQuery('vault', () => bridge().vaultStatus());
  const unlock = useAction(async () => {
    await openVault(await bridge().vaultStatus());
    say(text.unlocked);
    invalidate('');
  });
  const protect = useAction(async () => {
    await bridge().vaultProtect();
    say(text.changed);
    invalidate('vault');
  });
  const keyring = useAction(async () => {
    await bridge().vaultKeyringAdd();
    say(text.keyringUsed);
    invalidate('vault');
  });

  return (
    <Section title={text.title}>
      <Loaded query={query} rows={2}>
        {(vault) => {
          const isLocked = vault.state === 'locked';
          const hasKeyring = vault.slots.includes('keyring');
          return (
            <>
              <div className="row-spread">
                <div className="grow">
                  <p>
                    {text.states[vault.state] ?? vault.state} <Badge state={vault.state} />
                  </p>
                  <Tier vault={vault} />
                </div>
                <div className="row">
                  {isLocked && <Button kind="primary" icon="lock" busy={unlock.busy} onClick={() => void unlock.run()}>{hasKeyring ? text.keyringUnlock : text.unlock}</Button>}
                  {!isLocked && !hasKeyring && <Button icon="lock" busy={keyring.busy} onClick={() => void keyring.run()}>{text.keyring}</Button>}
                  {!isLocked && <Button icon="lock" busy={protect.busy} onClick={() => void protect.run()}>{vault.slots.includes('passphrase') ? text.unprotect : text.protect}</Button>}
                </div>
              </div>
              {!isLocked && !hasKeyring && <p className="muted small">{text.keyringHint}</p>}
              <p className="muted small">{text.protectHint}</p>
            </>
          );
        }}
      </Loaded>
      <FaultNotice failure={unlock.failure ?? protect.failure ?? keyring.failure} />
    </Section>
  );
}
