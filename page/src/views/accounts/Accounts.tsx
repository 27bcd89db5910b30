import { bridge } from '../../bridge';
import { LinkButton } from '../../parts/Button';
import { Loaded } from '../../parts/Loaded';
import { Empty } from '../../parts/Notice';
import { Page } from '../../parts/Page';
import { useQuery } from '../../state/query';
import { toHash } from '../../state/router';
import { accountWords } from '../../words/accounts';
import { AccountCard } from './AccountCard';

export const useAccounts = () => useQuery('accounts', () => bridge().accountList());

/** What was just added or changed is tested at once, or signed in. */
export function Accounts({ tested = '', signing = '' }: { tested?: string; signing?: string }) {
  const query = useAccounts();
  const add = <LinkButton kind="primary" icon="plus" href={toHash('accounts', 'new')}>{accountWords.add}</LinkButton>;

  return (
    <Page title={accountWords.title} lead={`${accountWords.lead} ${accountWords.later}`} actions={add}>
      <Loaded query={query}>
        {(accounts) =>
          accounts.length === 0 ? (
            <Empty icon="account" title={accountWords.empty} action={add}>{accountWords.emptyText}</Empty>
          ) : (
            <>
              {accounts.map((account) => (
                <AccountCard key={account.name} account={account} at={account.name === tested ? 'test' : account.name === signing ? 'sign-in' : ''} />
              ))}
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
