import { describe, expect, test } from 'vitest';
import { add, compare, toNumber } from '../src/base/decimal';
import { oneLine, pieces, printable, sentence } from '../src/base/foreign';
import { count, duration, number, setFormats, size } from '../src/base/format';
import { toFailure } from '../src/base/fault';
import { toHash } from '../src/state/router';
import { fieldsOf, placeholder } from '../src/views/compose/fields';
import { warningsOf } from '../src/views/compose/warnings';
import { EMPTY, fromParts, mediaType, partsOf } from '../src/views/compose/draft';
import { EMPTY_PLAN, fromOf, isLeftOut, isWhatComplete, isWhoComplete, toSpec } from '../src/views/campaigns/wizard/plan';
import { changed as changedForm, emptyForm, isAsked, isComplete, toChanges, toCount, toForm, toSettings, type Form, type Values } from '../src/views/accounts/form';
import type { Account, AccountKind } from '../src/bridge';
import { MAIL, part, setting, SMTP } from '../mock/kinds';
import { stepOf } from '../src/state/undo';
import { assign, choices, hasAddress, toMapping } from '../src/views/contacts/import/mapping';
import { toAddresses } from '../src/views/suppressions/AddSuppressed';
import { changesOf } from '../src/views/campaigns/correct/correction';
import { changed } from '../src/views/contacts/person/EditPerson';
import { topFor, windowOf, ROW_HEIGHT } from '../src/parts/VirtualTable';

const key = (key: string, code: string, part: Partial<KeyboardEvent> = {}) => ({ key, code, ctrlKey: true, altKey: false, shiftKey: false, ...part });

test.each([
  [key('z', 'KeyZ'), 'undo'],
  [key('z', 'KeyY'), 'undo'], // QWERTZ: by the letter
  [key('я', 'KeyZ'), 'undo'], // Cyrillic: by the place
  [key('Z', 'KeyZ', { shiftKey: true }), 'redo'],
  [key('y', 'KeyY'), 'redo'],
  [key('z', 'KeyZ', { ctrlKey: false }), null],
  [key('z', 'KeyZ', { altKey: true }), null],
  [key('a', 'KeyA'), null],
])('%j is %s', (event, wanted) => expect(stepOf(event)).toBe(wanted));

const EMPTY_FORM = emptyForm(SMTP);
const typed = (form: Form, values: Values): Form => ({ ...form, values: { ...form.values, ...values } });

test.each([
  ['ann.lee_x@one.example', ['ann.', 'lee_', 'x@', 'one.', 'example']],
  ['250 2.0.0 Ok, Linux 6.7 can', ['250 2.0.0 Ok, Linux 6.7 can']],
  ['a. b', ['a. b']],
])('%j goes on in the next line behind its joints, and in no number', (text, all) => expect(pieces(text)).toEqual(all));

describe('another address', () => {
  const gmail: Form = changedForm(SMTP, { ...EMPTY_FORM, address: 'ann@gmail.com' }, { values: { host: 'smtp.gmail.com', port: '465', tls: 'implicit', per_day: '500' } });

  test.each(['ann@school.example', 'ann@gmail.co', 'ann@', ''])('%j: server, limits and user of the one before go', (address) => {
    expect(changedForm(SMTP, typed(gmail, { user: 'ann' }), { address })).toMatchObject({ values: { host: '', port: '587', tls: 'starttls', per_day: '', user: '' }, wasReset: true });
  });
  test('the same provider: they stay, and so do a name and the way the password is kept', () => {
    expect(changedForm(SMTP, gmail, { address: 'bob@GMAIL.com' })).toMatchObject({ values: { host: 'smtp.gmail.com', per_day: '500' }, wasReset: false });
    expect(changedForm(SMTP, gmail, { name: 'x', keep: 'ask' })).toMatchObject({ values: { host: 'smtp.gmail.com', per_day: '500' } });
  });
  test('a server that was typed before any address stays; what is filled in after a reset counts', () => {
    const own = changedForm(SMTP, EMPTY_FORM, { values: { host: 'mail.school.example' } });
    expect(changedForm(SMTP, own, { address: 'ann@school.example' }).values['host']).toBe('mail.school.example');
    const reset = changedForm(SMTP, changedForm(SMTP, gmail, { address: 'ann@school.example' }), { values: { host: 'mail.school.example' } });
    expect(reset).toMatchObject({ wasReset: false, serves: 'school.example', values: { per_day: '' } });
    expect(changedForm(SMTP, reset, { address: 'ann@school.example.org' }).values['host']).toBe('');
  });
});

test('only what was changed of an account goes to core', () => {
  const account: Account = { name: 'w', address: 'ann@example.org', host: 'smtp.example.org', port: 587, tls: 'starttls', user: 'ann', pin: '', insecure: false, keeps_password: true, needs_password: true, connections: 2,
    per_minute: 0, per_hour: 0, per_day: 40, used_minute: '0', used_hour: '0', used_day: '0', state: 'ready', text: '', via: 'smtp', signed_in: false, expires: '0', scope: '', units_used: '0', endpoints: {} };
  const form = toForm(SMTP, account);
  expect(toChanges(SMTP, account, form)).toEqual({});
  expect(toChanges(SMTP, account, typed(form, { per_day: '', port: '465', tls: 'implicit' }))).toEqual({ per_day: 0, port: 465, tls: 'implicit' });
  expect(toChanges(SMTP, account, typed(form, { user: '' }))).toEqual({ user: 'ann@example.org' }); // no login is not what an empty field says
  expect(toChanges(SMTP, { ...account, needs_password: false, user: '' }, typed(form, { user: '' }))).toEqual({});
  expect(toChanges(SMTP, account, typed(form, { tls: 'none', insecure: 'yes' }))).toEqual({ tls: 'none', insecure: true });
  expect(toChanges(SMTP, account, typed(form, { insecure: 'yes' }))).toEqual({}); // not asked: not said
});

test.each([
  ['plain', 'plain'],
  ['مريم العصفور', 'مريم العصفور'], // a language is no attack
  ['a\u202Egpj.exe', 'a\uFFFDgpj.exe'],
  ['\u2066x\u2069', '\uFFFDx\uFFFD'],
  ['a\u0000b\u001b[2J', 'a\uFFFDb\uFFFD[2J'],
  ['family \u{1F469}\u200D\u{1F467}', 'family \u{1F469}\u200D\u{1F467}'], // a joiner joins
  ['tag\u{E0041}', 'tag\uFFFD'],
])('printable %j', (text, wanted) => expect(printable(text)).toBe(wanted));

test('a line ends at a whole character', () => {
  expect(oneLine('a\n b\t c')).toBe('a b c');
  expect(oneLine('👩‍👩‍👧'.repeat(3), 4)).toHaveLength(Array.from('👩‍👩‍👧').slice(0, 3).join('').length + 1);
  expect(sentence('the disk is full')).toBe('The disk is full');
});

test('64-bit integers keep their digits', () => {
  expect(add('9007199254740993', 1)).toBe('9007199254740994');
  expect(compare('18446744073709551615', '18446744073709551614')).toBe(1);
  expect(number('18446744073709551615')).toBe('18,446,744,073,709,551,615');
  expect(toNumber(undefined)).toBe(0);
});

test('numbers and dates follow the locale, words stay whole', () => {
  setFormats({ locale: 'de-DE', clock24: true });
  expect(count('1000000', 'person', 'people')).toBe('1.000.000 people');
  expect(count(1, 'person', 'people')).toBe('1 person');
  expect(size(1536000)).toBe('1,5 MB');
  setFormats({ locale: 'not a locale!', clock24: false });
  expect(number(1234.5)).toBe('1,234.5');
  expect([duration(1), duration(49), duration(100), duration(8000), duration(400000)]).toEqual(['1 second', '49 seconds', 'about 2 minutes', 'about 2 hours', 'about 5 days']);
});

test('whatever is thrown becomes words', () => {
  expect(toFailure(Object.assign(new Error('no such list'), { fault: 'NoInput' }))).toEqual({ fault: 'NoInput', text: 'no such list' });
  expect(toFailure('odd')).toEqual({ fault: 'Software', text: 'odd' });
});

test('a part of an address may hold anything', () => expect(toHash('contacts', 'list', 'a/b #c?')).toBe('#/contacts/list/a%2Fb%20%23c%3F'));

describe('templates', () => {
  test('fields are found, and which are required', () => {
    const found = fieldsOf('{{Name}} {{ first  name |friend}} {{#town}}in {{town}}{{/town}} {{^class}}{{x}}{{/class}} {{! remark }} {{name|x}}');
    expect(found.map(({ name, isRequired }) => [name, isRequired])).toEqual([['name', true], ['first  name', false], ['town', false], ['class', false], ['x', false]]);
    expect(placeholder('first name', 'friend')).toBe('{{first name|friend}}');
    expect(placeholder('Message')).toBe('{{field.Message}}'); // the bare name is the program's
  });

  const html = (body: string) => warningsOf({ ...EMPTY, mode: 'html', subject: 's', html: body }, ['name', 'town']).map(({ text }) => text).join('\n');
  test.each([
    ['<a href="htp://x">x</a>', 'leads nowhere: htp://x'],
    ['<a href=javascript:alert(1)>x</a>', 'leads nowhere: javascript:alert(1)'],
    ['<a href="">x</a>', 'without an address'],
    ['<a href="http://example.org/">x</a>', 'not protected'],
    ['<img src="banner.png">', 'banner.png is not attached'],
    ['<img src="https://example.org/a.png">', 'hidden by many mail programs'],
    ['<form><script>1</script></form>', 'do not work in mail'],
    ['{{towm}}', 'the field “towm”'],
    ['{{town}}', '{{town}}'],
    ['x'.repeat(100001), 'Gmail will cut it off'],
  ])('%s is warned of', (body, words) => expect(html(body)).toContain(words));

  test('what is fine is not warned of', () => {
    const fine = html('<p>{{name|friend}} <a href="https://example.org/x">a</a> <a href="mailto:a@example.org">b</a> <a href="{{town|x}}">c</a></p>');
    expect(fine).toBe('The plain text version is made from your design.');
    expect(warningsOf({ ...EMPTY, subject: 'Hello', text: 'Hello {{name|friend}}' }, ['name'])).toEqual([]);
    expect(warningsOf({ ...EMPTY, subject: 'Hello', text: '{{unsubscribe}} {{field.message|x}}' }, ['message'])).toEqual([]);
    expect(warningsOf({ ...EMPTY, subject: 'Hello', text: '{{message|x}}' }, ['message'])).toHaveLength(1);
    expect(warningsOf({ ...EMPTY, subject: 'Hello', text: 'Hello', lost: ['plan.pdf'] }, ['name'])[0]?.text).toMatch('plan.pdf');
  });

  test('what goes out is what is seen', () => {
    expect(partsOf({ ...EMPTY, mode: 'text', html: '<p>old</p>', text: 'new' })).toEqual({ subject: '', html: '', text: 'new' });
    expect(partsOf({ ...EMPTY, mode: 'html', html: '<p>x</p>', text: 'mine' }).text).toBe('');
    expect(fromParts({ subject: 's', html: '<p>x</p>', text: 'mine' })).toMatchObject({ mode: 'html', hasOwnText: true });
    expect([mediaType('a.PDF'), mediaType('none'), mediaType('constructor')]).toEqual(['application/pdf', 'application/octet-stream', 'application/octet-stream']);
  });
});

describe('the wizard’s plan', () => {
  const plan = { ...EMPTY_PLAN, lists: ['a'], message: { subject: 's', html: '', text: 't' }, account: 'work', address: 'ann@example.org', parts: MAIL };
  test.each([
    ['', 'ann@example.org'],
    ['Ann Miller', 'Ann Miller <ann@example.org>'],
    ['Müller & Söhne', '"Müller & Söhne" <ann@example.org>'],
    ['a"b\\c', '"a\\"b\\\\c" <ann@example.org>'],
    ['Ann\r\nBcc: x@example.org', '"Ann Bcc: x@example.org" <ann@example.org>'], // no line of its own
  ])('from %j', (fromName, wanted) => expect(fromOf({ ...plan, fromName })).toBe(wanted));

  test('only what was chosen is asked for', () => {
    expect(toSpec({ ...plan, isFirstTen: false })).toEqual({ account: 'work', lists: ['a'], per: 'person', from: 'ann@example.org', subject: 's', html: '', text: 't' });
    expect(toSpec({ ...plan, exclude: ['b'], field: 'town', value: 'Pune', except: '4', limit: ' 12 ', pace: 'slow', unsubscribe: 'https://x.example' })).toMatchObject({ exclude_lists: ['b'], where: { town: 'Pune' }, except: '4', limit: '12', per_hour: 60, pause_after: '10', unsubscribe: 'https://x.example' });
    expect(toSpec({ ...plan, refusedOf: '5' })).toMatchObject({ refused_of: '5' });
  });

  test('an account is told what its messages have, and nothing else', () => {
    const chat = { ...plan, parts: [part({ name: 'text', body: true })], replyTo: 'b@example.org', isFirstTen: false };
    expect(toSpec(chat)).toEqual({ account: 'work', lists: ['a'], per: 'person', text: 't' });
    expect([isLeftOut(plan), isLeftOut(chat), isLeftOut({ ...chat, message: { subject: '', html: '', text: 't' } })]).toEqual([false, true, false]);
    expect([isWhatComplete(chat), isWhatComplete({ ...chat, message: { subject: 's', html: '<p>', text: ' ' } }), isWhatComplete({ ...plan, parts: [] })]).toEqual([true, false, false]);
    expect([isWhatComplete({ ...plan, message: { subject: '', html: '', text: 't' } }), isWhatComplete({ ...plan, message: { subject: 's', html: '<p>', text: '' } })]).toEqual([false, true]);
  });

  test('incomplete plans do not go on', () => {
    expect(toSpec({ ...plan, limit: '0' }).limit).toBe('0'); // nobody, not everybody
    expect(toSpec(plan)).not.toHaveProperty('limit');
    expect([isWhoComplete(plan), isWhoComplete({ ...plan, lists: [] }), isWhoComplete({ ...plan, limit: '1.5' }), isWhoComplete({ ...plan, limit: '-1' })]).toEqual([true, false, false, false]);
    expect([isWhatComplete(plan), isWhatComplete({ ...plan, account: '' }), isWhatComplete({ ...plan, pace: 'own', perHour: '0' })]).toEqual([true, false, false]);
  });
});

describe('the account form', () => {
  const form = typed({ ...EMPTY_FORM, address: 'ann@example.org', name: 'work' }, { host: 'smtp.example.org' });
  test('settings have what was given', () => {
    expect(toSettings(SMTP, form)).toEqual({ address: 'ann@example.org', host: 'smtp.example.org', port: 587, tls: 'starttls', keep: true, has_password: true });
    expect(toSettings(SMTP, typed({ ...form, keep: 'none' }, { user: 'ann', per_day: '500', tls: 'none', insecure: 'yes' }))).toMatchObject({ keep: false, has_password: false, user: 'ann', per_day: 500, insecure: true });
    expect(toSettings(SMTP, typed(form, { user: 'ann@example.org', insecure: 'yes' }))).toEqual(toSettings(SMTP, form)); // what it is anyway, and what is not asked
  });
  test.each<[Partial<Form>, Values, boolean]>([
    [{}, {}, true],
    [{ address: 'ann' }, {}, false],
    [{ name: ' ' }, {}, false],
    [{}, { host: '' }, false],
    [{}, { port: '0' }, false],
    [{}, { port: '' }, false],
    [{}, { port: '65536' }, false],
    [{}, { port: '5e2' }, false],
    [{}, { per_day: 'many' }, false],
    [{}, { tls: 'none' }, false], // in the clear across a network: only with a yes
    [{}, { tls: 'none', insecure: 'yes' }, true],
    [{}, { tls: 'none', host: '127.0.0.1' }, true],
  ])('%j %j is complete: %s', (part, values, wanted) => expect(isComplete(SMTP, typed({ ...form, ...part }, values))).toBe(wanted));
  test('counts are whole', () => expect(['', '12', ' 7 ', '-1', '1e3', '0x10'].map(toCount)).toEqual([0, 12, 7, null, null, null]));
});

describe('an account of another kind is its rows', () => {
  const PAPER: AccountKind = {
    word: 'paper', title: 'Letters', address: 'phone', message: 'chat', parts: [part({ name: 'text', body: true })], secret: 'none', client: '', can: [], endpoints: [],
    settings: [
      setting({ key: 'box', required: true, most: 8, place: true, group: 'server', label: 'Box' }),
      setting({ key: 'ink', fallback: 'black', words: ['black', 'blue'], labels: ['Black', 'Blue'], group: 'server', label: 'Ink' }),
      setting({ key: 'copies', type: 'u', least: 1, most: 9, group: 'server', label: 'Copies' }),
      setting({ key: 'folded', type: 'b', group: 'server', label: 'Folded' }),
      setting({ key: 'secret_ink', group: '' }),
    ],
  };
  const form = typed({ ...emptyForm(PAPER), address: '+49301234567', name: 'p' }, { box: '7' });
  test('nothing of it is known but the table', () => {
    expect(emptyForm(PAPER)).toMatchObject({ keep: 'none', values: { box: '', ink: 'black', copies: '', folded: '' } });
    expect(toSettings(PAPER, typed(form, { copies: '3', folded: 'yes', secret_ink: 'x' }))).toEqual({ address: '+49301234567', keep: false, has_password: false, box: '7', ink: 'black', copies: 3, folded: true });
    expect(isAsked(PAPER.settings[3]!, form)).toBe(true);
  });
  test.each<[Partial<Form>, Values, boolean]>([
    [{}, {}, true],
    [{ address: 'ann@example.org' }, {}, false],
    [{}, { box: '' }, false],
    [{}, { copies: '10' }, false],
    [{}, { copies: '9' }, true],
    [{}, { folded: '' }, true], // a flag may be left
  ])('%j %j is complete: %s', (part, values, wanted) => expect(isComplete(PAPER, typed({ ...form, ...part }, values))).toBe(wanted));
});

describe('columns of an import', () => {
  const look = { format: 'csv', encoding: 'utf-8', has_header: true, columns: ['Name', 'Mail', 'Mail', 'Town'], roles: ['name', 'email', 'field', 'field'], problem: '', header_row: '1', notes: [], readings: [] };
  test('a role has one column', () => expect(assign(['name', 'email', 'field', 'field'], 3, 'name')).toEqual(['field', 'email', 'field', 'name']));
  test('many are not used, and a field can be many', () => expect(assign(assign(['name', 'email', 'field', 'unused'], 0, 'unused'), 2, 'unused')).toEqual(['unused', 'email', 'unused', 'unused']));
  test('what was guessed needs no map', () => expect(toMapping(look, ['name', 'email', 'field', 'field'])).toEqual({}));
  test('a name that is there twice goes by its number; each column is said', () =>
    expect(toMapping(look, ['field', 'unused', 'email', 'name'])).toEqual({ map: { email: '3', name: 'Town' }, others: { Name: 'field', '2': 'unused' } }));
  test('without a header all go by number', () =>
    expect(toMapping({ ...look, has_header: false }, ['unused', 'field', 'email', 'name'])).toEqual({ map: { email: '3', name: '4' }, others: { '1': 'unused', '2': 'field' } }));
  test('no header is a key of anything', () => {
    const { others } = toMapping({ ...look, columns: ['Name', 'E-Mail', '__proto__', 'constructor'] }, ['name', 'email', 'unused', 'field']);
    expect(Object.entries(others ?? {})).toEqual([['__proto__', 'unused'], ['constructor', 'field']]);
  });
  test('a list has columns of its own', () => {
    expect(choices({ ...look, format: 'text' }, 1)).toEqual(['email', 'unused']);
    expect(choices(look, 1)).toHaveLength(7);
  });
  test('somebody must be reached', () => expect([hasAddress(['name', 'unused']), hasAddress(['phone', 'unused'])]).toEqual([false, true]));
});

test('pasted addresses are parted', () => expect(toAddresses('a@x.org\r\nb@x.org; c@x.org,a@x.org\n\n')).toEqual(['a@x.org', 'b@x.org', 'c@x.org']));
test('a correction says only what changed', () => expect(changesOf({ subject: 'a', html: '', text: 't' }, { subject: 'b', html: '', text: 't' })).toEqual({ subject: 'b' }));
test('an edit says only what changed', () => expect(changed({ name: 'A', town: 'x' }, { name: 'A', town: '', class: '' })).toEqual({ town: '' }));

describe('a table of any length', () => {
  test.each([0, 1, 15, 1000, 1_000_000, 50_000_000])('%d rows: first and last can be reached', (total) => {
    const height = 450;
    const start = windowOf(total, { top: 0, height });
    expect(start.first).toBe(0);
    const end = windowOf(total, { top: Math.max(0, start.height - height), height });
    expect(end.last).toBe(total - 1);
    expect(end.last - end.first).toBeLessThan(50);
    expect(end.y + (end.last - end.first + 1) * ROW_HEIGHT).toBeCloseTo(start.height, 0); // the last row ends where the space ends
    expect(start.height).toBeLessThan(33_000_000);
  });
  test('a row in sight needs no scrolling, another one does', () => {
    const view = { top: 3000, height: 450 };
    expect(topFor(102, 1000, view)).toBeNull();
    expect(topFor(50, 1000, view)).toBe(1500);
    expect(topFor(200, 1000, view)).toBe(201 * ROW_HEIGHT - 450);
  });
});
