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
import { settingsWords } from '../../words/rest';

const { vault: text } = settingsWords;

/** Core's own text names a file and a command: that is for the command line. Why it is locked is said by core alone. */
function tierOf(vault: VaultStatus): string {
  if (vault.state !== 'open')
    return sentence(vault.text, 500);
  return vault.slots.includes('passphrase') ? text.tiers.passphrase : text.tiers.keyFile;
}

export function Vault() {
  const query = useQuery('vault', () => bridge().vaultStatus());
  const unlock = useAction(async () => {
    await bridge().vaultUnlock();
    say(text.unlocked);
    invalidate('');
  });
  const protect = useAction(async () => {
    await bridge().vaultProtect();
    say(text.changed);
    invalidate('vault');
  });

  return (
    <Section title={text.title}>
      <Loaded query={query} rows={2}>
        {(vault) => (
          <>
            <div className="row-spread">
              <div className="grow">
                <p>
                  {text.states[vault.state] ?? vault.state} <Badge state={vault.state} />
                </p>
                <p className="muted" dir="auto">{tierOf(vault)}</p>
              </div>
              <div className="row">
                {vault.state === 'locked' && <Button kind="primary" icon="lock" busy={unlock.busy} onClick={() => void unlock.run()}>{text.unlock}</Button>}
                {vault.state !== 'locked' && <Button icon="lock" busy={protect.busy} onClick={() => void protect.run()}>{vault.slots.includes('passphrase') ? text.unprotect : text.protect}</Button>}
              </div>
            </div>
            <p className="muted small">{text.protectHint}</p>
          </>
        )}
      </Loaded>
      <FaultNotice failure={unlock.failure ?? protect.failure} />
    </Section>
  );
}
