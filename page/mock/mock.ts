// A whole core and shell in memory, for development and tests. Nothing of it is in the bundle (test/bundle.test.ts looks).
import type { Account, AccountKind, AuditRow, Campaign, ChosenFileRow, Decimal, FrameRow, KeptDraft, List, Look, MessageFile, Person, Postrider, Suppressed, TemplateRow, VaultStatus } from '../src/bridge';
import { campaign, campaigns, ERASED, history, ledgerRow, NOW, stateOf, type MockCampaign } from './campaigns';
import { channel, MockFault } from './events';
import { SMTP } from './kinds';
import { build } from './mail';
import { cells, COLUMNS, human, ODD } from './people';

export interface MockOptions {
  scene?: string; // full | empty | locked
  dark?: boolean;
  locale?: string;
  delay?: number; // ms of each call
  isLive?: boolean; // the sending campaign goes on by itself
}

const STARTER = '<p>Dear {{first name|friend}},</p>\n<p>the summer fair is on <b>12 June</b>.</p>\n<p><a href="https://school.example/fair">All about it</a></p>\n';

const LISTS: List[] = [
  { name: 'Parents 2026', people: '412', with_email: '405', with_phone: '210', created: String(NOW - 4000000), aliases: { 'Full Name': 'name' } },
  { name: 'All members', people: '1000000', with_email: '999820', with_phone: '333333', created: String(NOW - 9000000), aliases: {} },
  { name: 'Förderverein & Freunde des Städtischen Gymnasiums – Rundbrief mit sehr langem Namen', people: '57', with_email: '57', with_phone: '3', created: String(NOW - 800000), aliases: {} },
  { name: '<img src=x onerror=alert(1)>', people: '12', with_email: '12', with_phone: '0', created: String(NOW - 700000), aliases: {} },
  { name: 'الآباء والأمهات', people: '89', with_email: '89', with_phone: '40', created: String(NOW - 600000), aliases: {} },
];

const account = (part: Partial<Account>): Account => ({
  kind: 'smtp', name: 'School office', address: 'office@school.example', host: 'smtp.school.example', port: 587, tls: 'starttls', user: 'office@school.example', pin: '', insecure: false,
  keeps_password: true, needs_password: true, connections: 2, per_minute: 0, per_hour: 0, per_day: 2000, used_minute: '12', used_hour: '300', used_day: '1311', state: 'ready', text: '', via: 'smtp', signed_in: false, expires: '0', scope: '', units_used: '0', endpoints: {}, ...part,
});

function settingsOf({ endpoints: _, ...settings }: Account) {
  return settings;
}

const WHAT = ['campaign.sending', 'import', 'campaign.done', 'contact.edit', 'suppress.add', 'account.add', 'contact.forget', 'campaign.paused'];

function audit(): AuditRow[] {
  return Array.from({ length: 240 }, (_, index) => ({
    id: String(240 - index), time: String(NOW - index * 3700), what: WHAT[index % WHAT.length] ?? 'import',
    detail: ['campaign 7', 'list Parents 2026: 412 rows: 12 new', 'campaign 5: <script>alert(1)</script>', 'person #7'][index % 4] ?? '',
  }));
}

function suppressed(): Suppressed[] {
  return Array.from({ length: 230 }, (_, index) => ({
    id: String(index + 1), address: index % 17 === 3 ? '' : index === 1 ? '"><img src=x onerror=alert(1)>@example.org' : human(index * 11).email, scope: index % 9 === 4 ? 'list:Parents 2026' : 'all',
    reason: ['asked', 'bounced', 'unsubscribed'][index % 3] ?? '', source: ['command', 'server', 'import'][index % 3] ?? '', time: String(NOW - index * 86000),
    kind: 'email', cause: ['person', 'gone', 'left'][index % 3] ?? '',
  }));
}

const DOCTOR = [
  { what: 'data folder', state: 'ok', text: '/home/office/.local/share/postrider, open to you alone' },
  { what: 'import: files', state: 'ok', text: 'locked: opens no file' },
  { what: 'import: network', state: 'ok', text: 'locked: makes no socket' },
  { what: 'smtp: ports', state: 'missing', text: 'this kernel (6.1) cannot limit ports by Landlock: Linux 6.7 can' },
  { what: 'vault', state: 'note', text: 'open, protected by a key file alone: a passphrase is stronger' },
  { what: 'window: sandbox', state: 'ok', text: 'no network, no home, no session bus' },
];

function numberOf(lists: readonly List[], names: readonly string[]): number {
  return lists.filter((list) => names.includes(list.name)).reduce((sum, list) => sum + Number(list.with_email), 0);
}

export class Mock {
  campaignChanged = channel<[Decimal, Campaign]>();
  importProgress = channel<[Decimal, Decimal, Decimal]>();
  importRejected = channel<[FrameRow[]]>();
  closeAsked = channel<[number]>();
  closeOver = channel<[]>();
  filesDropped = channel<[ChosenFileRow[]]>();
  dragChanged = channel<[boolean]>();
  lookChanged = channel<[Look]>();
  coreLost = channel<[boolean]>();

  calls: [string, ...unknown[]][] = [];
  failures = new Map<string, MockFault>(); // method: what it rejects with
  signedIn: (reason: string, text: string) => void = () => {}; // what a browser would come back with
  overrides: Partial<Postrider> = {}; // in place of the mock's own answers
  isEmpty: boolean;
  lists: List[];
  accounts: Account[];
  kinds: AccountKind[] = [SMTP];
  campaigns: MockCampaign[];
  draft: KeptDraft = {};
  templates: (TemplateRow & { parts: Record<string, string>; files?: readonly MessageFile[] })[];
  suppressed: Suppressed[];
  vault: VaultStatus = { state: 'open', slots: ['key-file'], tier: 'key-file', opened_by: 'key-file', keyring: '', text: 'open, protected by a key file alone: who can read all your files can read the passwords; a passphrase is stronger' };
  keepDays = 0;
  watched = '0';
  file = 10;
  mails = 0;
  timer: ReturnType<typeof setInterval> | undefined;
  look: Look;

  constructor(readonly options: MockOptions = {}) {
    this.isEmpty = options.scene === 'empty';
    this.lists = this.isEmpty ? [] : structuredClone(LISTS);
    this.accounts = this.isEmpty ? [] : [account({}), account({ name: 'Förderverein', address: 'verein@posteo.example', host: 'posteo.example', keeps_password: false, per_day: 0, used_day: '0', state: 'password' })];
    this.campaigns = this.isEmpty ? [] : campaigns();
    this.templates = this.isEmpty ? [] : [
      { name: 'Summer fair', subject: 'Summer fair on 12 June', changed: String(NOW - 50000), parts: { subject: 'Summer fair on 12 June', html: STARTER } },
      { name: 'Reminder <b>', subject: 'A short reminder', changed: String(NOW - 90000), parts: { subject: 'A short reminder', text: 'Dear {{name}},\n\nplease remember to hand in the form.\n' } },
    ];
    this.suppressed = this.isEmpty ? [] : suppressed();
    if (options.scene === 'locked')
      this.vault = { state: 'locked', slots: ['passphrase'], tier: 'passphrase', opened_by: '', keyring: '', text: 'locked: the passphrase was not given yet' };
    this.look = { dark: options.dark ?? false, contrast: false, animations: true, scale: 1, locale: options.locale ?? 'en-GB', clock24: true, version: '0.9.0' };
    if (options.isLive !== false)
      this.timer = setInterval(() => this.tick(), 500);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** The sending campaign goes on. */
  tick(): void {
    for (const { numbers } of this.campaigns) {
      if (numbers.state !== 'sending')
        continue;
      const some = Math.min(Number(numbers.queued), 8 + Math.floor(Math.random() * 4));
      numbers.queued = String(Number(numbers.queued) - some);
      numbers.accepted = String(Number(numbers.accepted) + some);
      numbers.seconds_left = String(Math.ceil(Number(numbers.queued) / 20));
      if (some === 0)
        Object.assign(numbers, { state: 'done', ended: String(NOW), handed: '0', accepted: String(Number(numbers.accepted) + Number(numbers.handed)), per_second: 0, seconds_left: '0' });
      if (this.watched === numbers.id)
        this.campaignChanged.emit(numbers.id, { ...numbers });
    }
  }

  campaignOf(id: Decimal): MockCampaign {
    const found = this.campaigns.find(({ numbers }) => numbers.id === id);
    if (found === undefined)
      throw new MockFault('NoInput', `there is no campaign ${id}`);
    return found;
  }

  change(id: Decimal, part: Partial<Campaign>): void {
    const { numbers } = this.campaignOf(id);
    Object.assign(numbers, part);
    this.campaignChanged.emit(id, { ...numbers });
  }

  person(who: string): Person {
    const index = who.startsWith('#') ? Number(who.slice(1)) : 7;
    if (!Number.isInteger(index) || who.includes('nobody'))
      throw new MockFault('NoUser', `nobody is called “${who}”`);
    const one = human(index);
    return {
      id: String(index), name: one.name, email: one.email, phone: one.phone, fields: { ...one.fields, note: '<b onmouseover=alert(1)>bold?</b>' }, lists: ['Parents 2026', 'All members'],
      formerly: index % 5 === 0 ? ['Ann Other'] : [],
      alike: index % 5 === 0 ? [{ id: '8', name: 'A. Other', email: 'a.other@office.example', phone: '' }] : [],
      consent: [{ source: 'form at the open day', date: String(NOW - 4000000) }],
      suppressed: index % 2 === 0 ? [{ address: one.email, scope: 'all', reason: 'asked by phone', source: 'you', date: String(NOW - 5000) }] : [],
      history: this.isEmpty ? [] : [
        { campaign: '7', subject: 'Summer fair: {{first name|hello}}', state: 'accepted', reason: '', reply: '250 2.0.0 Ok: queued as 4XkQ9z3Lp', time: String(NOW - 100), attempts: 1, message_id: '<1@school.example>', recipient: '7' },
        { campaign: '5', subject: 'Annual report', state: 'refused', reason: '', reply: '550 5.1.1 <img src=x onerror=alert(1)> user unknown', time: String(NOW - 86000), attempts: 2, message_id: '<2@school.example>', recipient: '3' },
      ],
    };
  }
}

type Methods = { [K in keyof Postrider as K extends `on${string}` ? never : K]: Postrider[K] };

function methods(mock: Mock): Methods {
  const prepared = (spec: Parameters<Postrider['campaignPrepare']>[0]) => {
    const id = String(Math.max(0, ...mock.campaigns.map(({ numbers }) => Number(numbers.id))) + 1);
    const total = spec.limit !== undefined ? Math.min(Number(spec.limit), numberOf(mock.lists, spec.lists ?? [])) : numberOf(mock.lists, spec.lists ?? []);
    const skipped = spec.test_to === undefined && total > 20 ? 3 : 0;
    const message = { subject: spec.subject ?? '', html: spec.html ?? '', text: spec.text ?? '', from: spec.from ?? '', reply_to: '', unsubscribe: '', files: [] };
    mock.campaigns.unshift({ numbers: campaign({ id, state: 'prepared', subject: message.subject, account: spec.account ?? '', lists: spec.lists ?? [], total: String(total), queued: String(total - skipped), skipped: String(skipped), created: String(NOW), started: '0' }), message });
    return { id, total, skipped };
  };

  return {
    hello: async () => ({ version: '0.9.0', schema: 1 }),
    doctor: async () => DOCTOR,
    vaultStatus: async () => mock.vault,
    vaultUnlock: async () => {
      mock.vault = { ...mock.vault, state: 'open', opened_by: 'passphrase', text: 'open, protected by a passphrase' };
    },
    vaultUnlockKeyring: async () => {
      mock.vault = { ...mock.vault, state: 'open', opened_by: 'keyring', keyring: 'done', text: 'open, protected by your keyring' };
    },
    vaultProtect: async () => {
      const slots = [...mock.vault.slots.filter((slot) => slot !== 'key-file' && slot !== 'passphrase'), 'passphrase'];
      mock.vault = { ...mock.vault, slots, tier: slots.includes('keyring') ? 'keyring' : 'passphrase', text: 'open, protected by a passphrase' };
    },
    vaultKeyringAdd: async () => {
      mock.vault = { ...mock.vault, slots: [...mock.vault.slots, 'keyring'] };
    },
    accountAdd: async (name, settings) => {
      const hasSignIn = mock.kinds.find(({ word }) => word === settings.kind)?.secret === 'oauth';
      const stored = account({ ...settings, ...(hasSignIn ? { needs_password: false, keeps_password: false, state: 'signed-out', via: 'api' } : {}), name, address: settings.address ?? '', host: settings.host ?? '', port: settings.port ?? 587, used_day: '0', used_hour: '0', used_minute: '0', per_day: settings.per_day ?? 0 });
      mock.accounts.push(stored);
      return { ...settingsOf(stored), keep: settings.keep ?? false, has_password: settings.has_password ?? false, preset: '', sure: 'high', note: '' };
    },
    accountSet: async (name, changes) => {
      const found = mock.accounts.find((one) => one.name === name);
      if (found === undefined)
        throw new MockFault('NoUser', `there is no account "${name}"`);
      const hasSignIn = mock.kinds.find(({ word }) => word === found.kind)?.secret === 'oauth';
      const forgotten = (hasSignIn ? ['via', 'client_id'] : found.needs_password ? ['host', 'port', 'user'] : []).some((key) => key in changes);
      Object.assign(found, changes, !forgotten ? {} : hasSignIn ? { state: 'signed-out', signed_in: false } : { state: 'password' });
      return { settingsUsed: { ...settingsOf(found), keep: found.keeps_password, has_password: found.needs_password, preset: '', sure: '', note: '' }, forgotten };
    },
    accountKinds: async () => mock.kinds,
    accountList: async () => mock.accounts,
    accountPreset: async (address) =>
      address.endsWith('@gmail.com')
        ? { preset: 'gmail', title: 'Gmail', host: 'smtp.gmail.com', port: 587, tls: 'starttls', per_minute: 0, per_hour: 0, per_day: 500, sure: 'medium', note: 'Google takes no normal password here: switch on two-step verification and make an app password at myaccount.google.com/apppasswords' }
        : { preset: '', title: '', host: '', port: 0, tls: '', per_minute: 0, per_hour: 0, per_day: 0, sure: 'low', note: '' },
    accountTest: async (name) =>
      name === 'Förderverein'
        ? { problem: 'The server refused the user name or the password: look at both, then try again.', reason: 'login', reply: '535 5.7.8 Error: authentication failed: <b>UGFzc3dvcmQ6</b>', greeting: '220 posteo.example ESMTP', tls: 'TLSv1.3', verified: true }
        : {
            problem: '', reason: '', greeting: '220 smtp.school.example ESMTP Postfix', tls: 'TLSv1.3 with TLS_AES_256_GCM_SHA384', fingerprint: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
            subject: 'smtp.school.example', issuer: 'Example CA', expires: String(NOW + 8000000), verified: true, extensions: ['PIPELINING', 'SIZE 52428800', 'STARTTLS', 'AUTH PLAIN LOGIN', 'CHUNKING', '8BITMIME'],
            mechanisms: ['PLAIN', 'LOGIN'], size: '52428800', logged_in: true, reply: '235 2.7.0 Authentication successful', address: '192.0.2.25:587', spf: 'v=spf1 include:school.example -all', dkim: 'found (selector mail)', dmarc: 'p=none',
            advice: ['DMARC of school.example only watches (p=none): once all is well, set p=quarantine.'],
          },
    accountSecret: async (name) => {
      const found = mock.accounts.find((one) => one.name === name);
      if (found !== undefined)
        found.state = 'ready';
    },
    accountPin: async (name, pin) => {
      const found = mock.accounts.find((one) => one.name === name);
      if (found !== undefined)
        found.pin = pin;
    },
    accountRemove: async (name) => {
      mock.accounts = mock.accounts.filter((one) => one.name !== name);
      return { revoked: 'none', text: '' };
    },
    accountSignInOpen: async (name, place) => ({
      until: String(Math.floor(Date.now() / 1000) + 300),
      why: place === 'window' && mock.accounts.find((one) => one.name === name)?.kind === 'gmail' ? 'Google lets nobody sign in in another program’s window' : '',
    }),
    accountSignInWait: async (name) => new Promise((resolve) => {
      mock.signedIn = (reason, text) => {
        const found = mock.accounts.find((one) => one.name === name);
        if (found !== undefined && reason === '')
          Object.assign(found, { signed_in: true, state: 'untried', text: '', scope: 'https://www.googleapis.com/auth/gmail.send' });
        resolve({ reason, text, address: found?.address ?? '', scope: found?.scope ?? '', expires: '0' });
      };
    }),
    accountSignInStop: async () => mock.signedIn('denied', 'nobody waits any more'),
    accountSignOut: async (name) => {
      Object.assign(mock.accounts.find((one) => one.name === name) ?? {}, { signed_in: false, state: 'signed-out', text: 'nobody has signed in yet' });
      return { revoked: 'yes', text: '' };
    },
    import: async (_file, list, options) => {
      for (let rows = 100; rows <= 400; rows += 100)
        mock.importProgress.emit(String(rows), String(rows * 50), '20000');
      mock.importRejected.emit([
        { key: '17', aux: 0, fields: ['email', 'ann(at)example.org', 'bad-email', 'there is no @ in it'] },
        { key: '88', aux: 0, fields: ['email', '<script>alert(1)</script>@x', 'bad-email', 'the domain has no dot'] },
        { key: '90', aux: 1, fields: ['phone', '12', 'bad-phone', 'too short for a phone number'] },
        { key: '120', aux: 2, fields: ['email', 'eve@gmial.com', 'domain-typo', 'is this a typing error for gmail.com? It was taken as it is'] },
      ]);
      if (options.dry_run !== true && !mock.lists.some((one) => one.name === list))
        mock.lists.push({ name: list, people: '398', with_email: '398', with_phone: '200', created: String(NOW), aliases: {} });
      return { read: '402', new: '390', updated: '6', merged: '1', unchanged: '3', rejected: { 'bad-email': '2' }, left_out: { 'bad-phone': '1' }, hints: { 'domain-typo': '1' }, suppressed: '0', format: 'csv', encoding: 'utf-8', fields: ['first name', 'town', 'class'], notes: [] };
    },
    importLook: async (_file, options) => ({
      look: { format: 'csv', encoding: options.encoding ?? 'utf-8', has_header: options.header !== 'no', columns: ['Full Name', 'E-Mail', 'Mobile', 'Town', 'Class', 'Notes <b>'], roles: ['name', 'email', 'phone', 'field', 'field', 'field'], problem: '', header_row: '1', notes: [], readings: [] },
      head: [{ key: '1', aux: 0, fields: ['Full Name', 'E-Mail', 'Mobile', 'Town', 'Class', 'Notes <b>'] }],
      rows: Array.from({ length: 12 }, (_, index) => {
        const one = human(index === 3 ? 287 : index);
        return { key: String(index + 2), aux: 0, fields: [index < ODD.length && index % 2 === 1 ? (ODD[index] ?? '') : one.name, one.email, one.phone, one.fields['town'] ?? '', one.fields['class'] ?? '', ''] };
      }),
    }),
    importUndo: async (number) => ({ import: number, name: 'people.csv', list: 'Parents', removed: '390', kept: '0', restored: '6', left: '0', lifted: '0' }),
    lists: async () => mock.lists,
    listRows: async (name, after, maxRows) => {
      const people = Number(mock.lists.find((list) => list.name === name)?.people ?? 0);
      const from = Number(after);
      const rows = Array.from({ length: Math.max(0, Math.min(maxRows, people - from)) }, (_, index) => ({ key: String(from + index + 1), aux: 0, fields: cells(human(from + index + 1)) }));
      return { columns: COLUMNS, rows };
    },
    listFind: async (name, text, _order, isDown, offset, maxRows) => {
      const people = Number(mock.lists.find((list) => list.name === name)?.people ?? 0);
      const all = Array.from({ length: Math.min(people, 5000) }, (_, index) => index + 1).filter((index) => cells(human(index)).join(' ').toLowerCase().includes(text.toLowerCase()));
      const page = (isDown ? all.reverse() : all).slice(Number(offset), Number(offset) + maxRows);
      return { total: String(all.length), columns: COLUMNS, rows: page.map((index) => ({ key: String(index), aux: 0, fields: cells(human(index)) })) };
    },
    listCreate: async (name) => {
      if (mock.lists.some((list) => list.name.toLowerCase() === name.toLowerCase()))
        throw new MockFault('DataErr', `there is a list “${name}” already: choose another name`);
      mock.lists.push({ name, people: '0', with_email: '0', with_phone: '0', created: String(NOW), aliases: {} });
    },
    listRename: async (name, newName) => {
      mock.lists = mock.lists.map((list) => (list.name === name ? { ...list, name: newName } : list));
    },
    listAdd: async (_name, who) => who.length,
    listDrop: async (_name, who) => who.length,
    listFieldRemove: async () => '12',
    listRemove: async (name) => {
      mock.lists = mock.lists.filter((list) => list.name !== name);
      return '12';
    },
    contactFind: async (text) => {
      const found = [];
      for (let index = 1; index < 5000 && found.length < 1000; index++) {
        const one = human(index);
        if ((one.name + one.email + one.phone).toLowerCase().includes(text.toLowerCase()))
          found.push({ id: String(index), name: one.name, email: one.email, phone: one.phone, lists: ['Parents 2026', 'All members'] });
      }
      return mock.isEmpty ? [] : found;
    },
    contactShow: async (who) => mock.person(who),
    contactEdit: async () => {},
    contactAdd: async () => ({ person: '7', isNew: true }),
    contactConsent: async () => {},
    contactMerge: async (who) => mock.person(who).id,
    contactForget: async () => 1,
    templateSave: async (name, parts, files) => {
      mock.templates = [...mock.templates.filter((one) => one.name !== name), { name, subject: parts['subject'] ?? '', changed: String(NOW), parts, files }];
    },
    templateRename: async (name, newName) => {
      if (mock.templates.some((one) => one.name === newName))
        throw new MockFault('DataErr', `there is a template “${newName}” already; choose another name`);
      mock.templates = mock.templates.map((one) => (one.name === name ? { ...one, name: newName } : one));
    },
    letterFiles: async (kind, which) =>
      kind === 'campaign' ? [{ file: ++mock.file, name: 'plan.pdf', size: '15', role: 'attach' }] : (mock.templates.find((one) => one.name === which)?.files ?? []).map(([role, name]) => ({ file: ++mock.file, name, size: '15', role })),
    templateShow: async (name) => mock.templates.find((one) => one.name === name)?.parts ?? {},
    templateList: async () => mock.templates.map(({ name, subject, changed }) => ({ name, subject, changed })),
    templateRemove: async (name) => {
      mock.templates = mock.templates.filter((one) => one.name !== name);
    },
    draftKeep: async (draft) => {
      mock.draft = { ...draft, changed: String(NOW) };
    },
    draftShow: async () => mock.draft,
    draftDrop: async () => {
      mock.draft = {};
    },
    messagePreview: async (parts, who) => build({ subject: parts['subject'] ?? '', html: parts['html'] ?? '', text: parts['text'] ?? '', from: parts['from'] ?? '' }, who === '' ? null : human(Number(who.slice(1)))),
    templateInspect: async (subject, html, text) => {
      const all = [subject, html, text].join('\n');
      if ((all.match(/\{\{/g) ?? []).length !== (all.match(/\}\}/g) ?? []).length)
        throw new MockFault('DataErr', 'text: line 1 column 7: {{ is never closed by }}');
      return { fields: [], required: [], images: [] };
    },
    suppressAdd: async (addresses, scope, reason) => {
      const last = mock.suppressed.length;
      mock.suppressed.push(...addresses.map((address, index) => ({ id: String(last + index + 1), address, scope, reason, source: 'command', time: String(NOW), kind: 'email', cause: 'person' })));
      return addresses.length;
    },
    suppressImport: async () => ({ read: '0', added: '0', known: '0', domains: '0', rejected: {}, format: 'csv', encoding: 'utf-8' }),
    suppressRemove: async (addresses, scope) => {
      const before = mock.suppressed.length;
      mock.suppressed = mock.suppressed.filter((row) => !(addresses.includes(row.address) && row.scope === scope));
      return before - mock.suppressed.length;
    },
    suppressList: async (after, maxRows) => mock.suppressed.filter((row) => Number(row.id) > Number(after)).slice(0, maxRows),
    campaignPrepare: async (spec) => {
      const { id, total, skipped } = prepared(spec);
      return {
        campaign: id,
        summary: {
          title: spec.title ?? spec.subject ?? '', total: String(total), queued: String(total - skipped), missing: skipped > 0 ? { town: '2' } : {}, lacking: {}, unknown: {}, sharing: '4', recent: '0', suppressed: String(skipped), no_address: '0', excluded: '0', alike: [{ id: '7', name: 'Ann Other', address: 'ann@school.example', other_id: '8', other_name: 'Ann Othr', other_address: 'ann@school.example' }], largest: '18200', server_size: '52428800', lifetime_s: '86400',
          seconds: String(Math.ceil(total / 5)), warnings: skipped > 0 ? ['there is no field “Twon”, so 400 people get its fallback, or nothing: did you mean “town”?', 'html: line 4 column 9: “*|FNAME|*” goes out as it is: a field is written {{FNAME}} here', 'the image banner.png is missing: people will see a gap'] : [], confirm: spec.lists?.includes('Parents 2026') === true ? ['campaign 6 with the same subject went to the same list within the last day'] : [],
        },
      };
    },
    campaignPreview: async (id, _after, maxRows) => {
      const { message } = mock.campaignOf(id);
      const why = ['longest', 'emptiest', 'non-latin', 'random', 'random', 'random'];
      return [7, 21, 47, 3, 4, 5].slice(0, maxRows).map((index, at) => {
        const one = human(index);
        return { key: String(index), aux: 0, fields: [new TextDecoder().decode(build(message, one).message), one.email, one.name, why[at] ?? ''] };
      });
    },
    campaignDiscard: async (id) => {
      mock.campaigns = mock.campaigns.filter(({ numbers }) => numbers.id !== id);
    },
    campaignStart: async (id) => mock.change(id, { state: 'sending', started: String(NOW), per_second: 20 }),
    campaignPause: async (id) => mock.change(id, { state: 'paused', reason: 'asked', text: 'you paused it', per_second: 0, handed: '0' }),
    campaignResume: async (id, correction) => {
      mock.change(id, { state: 'sending', reason: '', text: '', per_second: 20 });
      Object.assign(mock.campaignOf(id).message, correction);
    },
    campaignCancel: async (id) => {
      const { numbers } = mock.campaignOf(id);
      mock.change(id, { state: 'cancelled', skipped: String(Number(numbers.skipped) + Number(numbers.queued)), queued: '0', ended: String(NOW) });
    },
    campaignList: async () => mock.campaigns.map(({ numbers }) => ({ ...numbers })),
    campaignShow: async (id) => ({ ...mock.campaignOf(id).numbers }),
    campaignRows: async (id, after, maxRows) => {
      const { numbers } = mock.campaignOf(id);
      const from = Number(after);
      return { columns: COLUMNS.slice(3), rows: Array.from({ length: Math.max(0, Math.min(maxRows, Number(numbers.total) - from)) }, (_, index) => ledgerRow(numbers, from + index + 1)) };
    },
    campaignFind: async (id, states, text, after, maxRows) => {
      const { numbers } = mock.campaignOf(id);
      const total = Number(numbers.total);
      const rows: FrameRow[] = [];
      let at = Number(after);
      for (const end = Math.min(total, at + 20000); at < end && rows.length < maxRows; at++) {
        if (states.length > 0 && !states.includes(stateOf(numbers, at + 1)))
          continue;
        const row = ledgerRow(numbers, at + 1);
        if (text === '' || (row.fields[0] ?? '').includes(text) || (row.fields[1] ?? '').toLowerCase().includes(text.toLowerCase()) || (row.fields[5] ?? '').includes(text))
          rows.push(row);
      }
      return { columns: COLUMNS.slice(3), rows, scanned: at >= total ? '0' : String(at) };
    },
    campaignMessage: async (id) => mock.campaignOf(id).message,
    campaignSent: async (id, recipient) => {
      const { numbers, message } = mock.campaignOf(id);
      const one = human(Number(recipient));
      const state = stateOf(numbers, Number(recipient));
      const isErased = Number(recipient) === ERASED;
      const erased = { ...one, name: '[name was erased]', email: 'erased@example.invalid', phone: '', fields: Object.fromEntries(Object.keys(one.fields).map((key) => [key, `[${key} was erased]`])) };
      return {
        message: build(message, isErased ? erased : one).message,
        facts: {
          address: isErased ? '' : one.email, name: isErased ? '' : one.name, state, reason: '', time: String(NOW - 100), attempts: state === 'queued' ? 0 : 1, version: state === 'queued' ? 0 : numbers.version,
          reply: state === 'refused' ? '550 5.1.1 <img src=x onerror=alert(1)> user unknown' : '250 2.0.0 Ok', message_id: `<${recipient}@school.example>`, erased: isErased,
        },
      };
    },
    campaignCorrected: async (id, correction, after, maxRows) => {
      const { numbers, message } = mock.campaignOf(id);
      const waiting = Array.from({ length: Math.min(maxRows, Math.max(0, Number(numbers.queued) - Number(after))) }, (_, index) => Number(after) + index + 1);
      return waiting.map((index) => {
        const one = human(index);
        return { key: String(index), aux: 0, fields: [new TextDecoder().decode(build({ ...message, ...correction }, one).message), one.email, one.name, '', ''] };
      });
    },
    campaignHistory: async (id, step) => {
      const { numbers } = mock.campaignOf(id);
      return { counts: history(numbers, step), marks: [{ time: numbers.started, what: 'sending', text: '' }, { time: String(Number(numbers.started) + 60), what: 'paused', text: '<b>you paused it</b>' }], scanned: '0' };
    },
    campaignArchive: async (id, isArchived) => mock.change(id, { archived: isArchived }),
    campaignResolve: async (id, how) => {
      const { numbers } = mock.campaignOf(id);
      const changed = Number(numbers.unknown);
      mock.change(id, how === 'resend' ? { unknown: '0', queued: String(Number(numbers.queued) + changed) } : { unknown: '0', skipped: String(Number(numbers.skipped) + changed) });
      return changed;
    },
    campaignWatch: async (id) => {
      mock.watched = id;
    },
    auditList: async (before, maxRows) => (mock.isEmpty ? [] : audit().filter((row) => before === '0' || Number(row.id) < Number(before)).slice(0, maxRows)),
    settingsShow: async () => ({ keep_days: mock.keepDays, people: mock.isEmpty ? '0' : '1000412', campaigns: String(mock.campaigns.length), recipients: mock.isEmpty ? '0' : '1005758', bytes: '312400000', home: '/home/office/.local/share/postrider', state: '/home/office/.local/state/postrider' }),
    settingsChange: async (settings) => {
      mock.keepDays = settings.keep_days ?? mock.keepDays;
    },
    deleteAll: async (sure) => {
      if (sure !== 'delete')
        throw new MockFault('Usage', 'say delete');
      if (mock.campaigns.some(({ numbers }) => numbers.state === 'sending'))
        throw new MockFault('TempFail', 'a campaign is still open: finish or cancel it first');
    },
    chooseFiles: async (purpose) => [{ file: ++mock.file, name: purpose === 'image' ? 'banner.png' : purpose === 'contacts' ? 'parents-2026.csv' : 'Timetable 2026 – final (3).pdf', size: '184320' }],
    pasteText: async () => ++mock.file,
    releaseFile: async () => {},
    export: async (what) => ({ name: `${what}.csv`, rows: '412' }),
    openAddress: async () => true,
    showMail: async (html) => {
      const page = `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><body>${html}`;
      const bytes = new TextEncoder().encode(page);
      let binary = '';
      for (const byte of bytes)
        binary += String.fromCharCode(byte);
      return `data:text/html;base64,${btoa(binary)}`;
    },
    look: async () => mock.look,
    setTitle: async () => {},
    closeTaken: async () => {},
    closeAnswered: async () => {},
  };
}

/** Every call is noted, can be made to fail, and is answered later, as over a real bridge. */
function guarded(mock: Mock): Methods {
  const all = methods(mock) as Record<string, (...args: never[]) => Promise<unknown>>;
  return Object.fromEntries(
    Object.entries(all).map(([name, call]) => [
      name,
      async (...args: never[]) => {
        mock.calls.push([name, ...args]);
        await (mock.options.delay !== undefined && mock.options.delay > 0 ? new Promise((resolve) => setTimeout(resolve, mock.options.delay)) : Promise.resolve());
        const failure = mock.failures.get(name);
        if (failure !== undefined)
          throw failure;
        const other = mock.overrides[name as keyof Postrider] as typeof call | undefined;
        return structuredClone(await (other ?? call)(...args));
      },
    ]),
  ) as unknown as Methods;
}

export function bridgeOf(mock: Mock): Postrider {
  return Object.freeze({
    ...guarded(mock),
    onCampaignChanged: mock.campaignChanged.on,
    onImportProgress: mock.importProgress.on,
    onImportRejected: mock.importRejected.on,
    onCloseAsked: mock.closeAsked.on,
    onCloseOver: mock.closeOver.on,
    onFilesDropped: mock.filesDropped.on,
    onDragChanged: mock.dragChanged.on,
    onLookChanged: mock.lookChanged.on,
    onCoreLost: mock.coreLost.on,
  });
}

export function createMock(options: MockOptions = {}): Postrider {
  return bridgeOf(new Mock(options));
}
