import { toHash } from '../../../state/router';

/** The wizard with a list already chosen. */
export const toHashWithList = (list: string) => toHash('campaigns', 'new', list);
