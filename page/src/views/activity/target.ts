// What a line of the log is about, where that has a page of its own.
import { toHash } from '../../state/router';
import type { AuditRow, Campaign, List } from '../../bridge';
import { titleOf } from '../campaigns/title';

export interface Target {
  href: string;
  text: string;
  rest: string; // of the detail
}

function ofCampaign(detail: string, campaigns: readonly Campaign[]): Target | null {
  const match = /^campaign ([1-9]\d{0,19})(?:: (.*))?$/s.exec(detail);
  const found = campaigns.find((campaign) => campaign.id === match?.[1]);
  return match?.[1] === undefined || found === undefined ? null : { href: toHash('campaigns', match[1]), text: titleOf(found.title, 80), rest: match[2] ?? '' };
}

/** A list's name may hold anything: of those that are there, the longest that fits. */
function ofList(detail: string, lists: readonly List[]): Target | null {
  const fits = lists.filter(({ name }) => detail.startsWith('list ') && detail.slice(5).startsWith(name) && /^(?:$|[:,] )/.test(detail.slice(5 + name.length)));
  const found = fits.sort((a, b) => b.name.length - a.name.length)[0];
  return found === undefined ? null : { href: toHash('contacts', 'list', found.name), text: found.name, rest: detail.slice(5 + found.name.length).replace(/^[:,] /, '') };
}

function ofPerson(detail: string): Target | null {
  const match = /^person (#[1-9]\d{0,18})\b(.*)$/s.exec(detail);
  return match?.[1] === undefined ? null : { href: toHash('contacts', 'person', match[1]), text: match[1], rest: (match[2] ?? '').replace(/^[:,] /, '') };
}

export function targetOf({ what, detail }: AuditRow, campaigns: readonly Campaign[], lists: readonly List[]): Target | null {
  switch (what.split('.')[0]) {
    case 'campaign':
      return ofCampaign(detail, campaigns);
    case 'import':
    case 'list':
      return ofList(detail, lists);
    case 'contact':
      return ofPerson(detail);
    case 'account':
      return what === 'account.remove' || detail === '' ? null : { href: toHash('accounts'), text: detail, rest: '' };
    case 'suppress':
      return { href: toHash('suppressions'), text: detail, rest: '' };
    case 'settings':
      return { href: toHash('settings'), text: detail, rest: '' };
    default:
      return null;
  }
}
