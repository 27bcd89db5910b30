// The kinds of account that core has; the first is what is meant where none is named.
import { bridge, type Account, type AccountKind } from '../../bridge';
import { useQuery } from '../../state/query';

export const useKinds = () => useQuery('kinds', () => bridge().accountKinds());

export const kindOf = (kinds: readonly AccountKind[], account: Account): AccountKind | undefined => kinds.find(({ word }) => word === account.kind) ?? kinds[0];
