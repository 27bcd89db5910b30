// What opens the saved passwords, and opening them: by the keyring where it can, else by the passphrase, which the shell asks for.
import { bridge, type VaultStatus } from '../bridge';

/** The keyring may ask for its own password on the screen. A passphrase is asked for only where there is one. */
export async function openVault(vault: VaultStatus): Promise<void> {
  if (vault.slots.includes('keyring')) {
    try {
      await bridge().vaultUnlockKeyring(true);
      return;
    } catch (failed) {
      if (!vault.slots.includes('passphrase'))
        throw failed;
    }
  }
  await bridge().vaultUnlock();
}
