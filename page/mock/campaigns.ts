// Campaigns whose recipients are computed: states by number, so a ledger of a million rows costs nothing.
import type { Campaign, FrameRow } from '../src/bridge';
import { COLUMNS, human } from './people';

export const NOW = 1_790_000_000; // seconds; fixed, so that pictures can be compared

export interface MockCampaign {
  numbers: Campaign;
  message: { subject: string; html: string; text: string; from: string; reply_to: string; unsubscribe: string; files: string[] };
}

const REPLIES: Record<string, string> = {
  accepted: '250 2.0.0 Ok: queued as 4XkQ9z3Lp',
  refused: '550 5.1.1 <…>: Recipient address rejected: User unknown in virtual mailbox table',
  later: '451 4.7.1 Greylisting in action, please come back later',
  unknown: '',
  queued: '',
  handed: '',
  skipped: '',
};

const zero = { queued: '0', handed: '0', accepted: '0', refused: '0', later: '0', unknown: '0', skipped: '0' };

export function campaign(part: Partial<Campaign>): Campaign {
  return {
    id: '1', state: 'done', reason: '', text: '', title: part.subject ?? '', subject: '', account: 'School office', lists: ['Parents 2026'], created: String(NOW - 90000), started: String(NOW - 86400), ended: '0',
    version: 1, total: '0', ...zero, per_second: 0, seconds_left: '0', next: '0', last: [], archived: false, test: false, ...part,
  };
}

const message = (subject: string, html = '', text = 'Dear {{first name|friend}},\n\nthe summer fair is on 12 June.\n') => ({ subject, html, text, from: 'School office <office@school.example>', reply_to: '', unsubscribe: 'mailto:office@school.example?subject=unsubscribe', files: [] });

export function campaigns(): MockCampaign[] {
  const lines = ['250 2.0.0 Ok: queued as 4XkQ9z3Lp', '550 5.1.1 <no.one@example.com>: Recipient address rejected: User unknown', '250 2.0.0 Ok: queued as 4XkQ9z3Lq', '<b>250</b> <script>alert(1)</script> \u202Eko'];
  return [
    { numbers: campaign({ id: '7', state: 'sending', subject: 'Summer fair: {{first name|hello}}, we look forward to seeing you', total: '5200', queued: '3120', handed: '20', accepted: '2011', refused: '37', later: '12', per_second: 18.4, seconds_left: '171', started: String(NOW - 120), last: lines }), message: message('Summer fair: {{first name|hello}}, we look forward to seeing you') },
    { numbers: campaign({ id: '6', state: 'paused', reason: 'asked', text: 'you paused it', subject: 'New timetable', total: '412', queued: '299', accepted: '108', unknown: '3', skipped: '2', skipped_reasons: { suppressed: '2' }, last: lines.slice(0, 2) }), message: message('New timetable', '<p>Dear {{name|parents}},</p>\n<p>here is the <b>new</b> timetable.</p>\n') },
    { numbers: campaign({ id: '5', state: 'done', subject: 'Annual report to all members', lists: ['All members'], total: '1000000', accepted: '997310', refused: '1890', unknown: '0', skipped: '800', skipped_reasons: { suppressed: '620', 'no-address': '180' }, ended: String(NOW - 40000), last: lines }), message: message('Annual report to all members') },
    { numbers: campaign({ id: '4', state: 'done', subject: '<img src=x onerror=alert(1)> \u202Eesrever', total: '89', accepted: '89', ended: String(NOW - 300000), started: String(NOW - 301000) }), message: message('x') },
    { numbers: campaign({ id: '3', state: 'cancelled', subject: 'دعوة إلى الحفل السنوي', total: '57', accepted: '20', skipped: '37', skipped_reasons: { cancelled: '37' }, ended: String(NOW - 600000), started: String(NOW - 601000) }), message: message('دعوة إلى الحفل السنوي') },
    { numbers: campaign({ id: '1', state: 'done', test: true, subject: '[Test] New timetable', total: '1', accepted: '1', ended: String(NOW - 700000), started: String(NOW - 700010) }), message: message('[Test] New timetable') },
    { numbers: campaign({ id: '2', state: 'prepared', subject: 'Half-finished idea', total: '412', queued: '412', started: '0' }), message: message('Half-finished idea') },
  ];
}

/** The state of recipient `id` (1..total): bands by share, spread so that each page shows several. */
export function stateOf(numbers: Campaign, id: number): string {
  const total = Number(numbers.total);
  const spread = (id * 7919) % total;
  let end = 0;
  for (const state of ['refused', 'unknown', 'later', 'skipped', 'handed', 'queued'] as const) {
    end += Number(numbers[state]);
    if (spread < end)
      return state;
  }
  return 'accepted';
}

export function ledgerRow(numbers: Campaign, id: number): FrameRow {
  const person = human(id);
  const state = stateOf(numbers, id);
  const isTried = state !== 'queued' && state !== 'skipped';
  const time = isTried ? new Date((NOW - 86400 + Math.floor(id / 20)) * 1000).toISOString().replace('.000', '') : '';
  return {
    key: String(id),
    aux: isTried ? 1 : 0,
    fields: [person.email, person.name, state, state === 'skipped' ? 'suppressed' : '', time, REPLIES[state] ?? '', isTried ? `<${id}.4XkQ9@school.example>` : '', '1', ...Array<string>(13).fill(''), ...COLUMNS.slice(3).map((column) => person.fields[column] ?? '')],
  };
}

/** Recipient 3 of each was forgotten. */
export const ERASED = 3;

export function history(numbers: Campaign, step: number) {
  const total = Number(numbers.accepted) + Number(numbers.refused);
  const begin = Number(numbers.started);
  const length = Math.max(1, (Number(numbers.ended) > 0 ? Number(numbers.ended) : NOW) - begin);
  const bars = Math.max(1, Math.min(60, Math.floor(length / step)));
  return Array.from({ length: bars }, (_, index) => {
    const time = String(Math.floor((begin + (index * length) / bars) / step) * step);
    const count = Math.floor(total / bars) + (index === 0 ? total % bars : 0);
    const refused = index % 7 === 2 ? Math.min(count, Math.ceil(Number(numbers.refused) / 9)) : 0;
    return [{ time, state: 'accepted', count: String(count - refused) }, { time, state: 'refused', count: String(refused) }];
  }).flat();
}
