// What people do, from the first click to what core is asked for.
import { act, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { setting, SMTP } from '../mock/kinds';
import type { Mock } from '../mock/mock';
import type { FrameRow } from '../src/bridge';
import { openVault } from '../src/state/vault';
import { callsOf, expectAccessible, expectNoMarkup, fail, heading, open } from './page';

afterEach(() => vi.useRealTimers());
const button = (name: string | RegExp) => screen.findByRole('button', { name });

describe('start', () => {
  test('a locked vault is unlocked by the shell: no passphrase passes the page', async () => {
    const { mock, user } = open('start', { scene: 'locked' });
    await user.click(await button('Unlock…'));
    await waitFor(() => expect(screen.queryByText('Your saved passwords are locked.')).toBeNull());
    expect(callsOf(mock, 'vaultUnlock')).toEqual([[]]);
    expect(callsOf(mock, 'vaultUnlockKeyring')).toEqual([]); // there is no such slot
  });

  test('where the keyring opens the vault it is asked first, and a passphrase only where that fails and there is one', async () => {
    const lock = (slots: string[]) => (mock: Mock) => (mock.vault = { ...mock.vault, slots, tier: 'keyring', keyring: 'locked' });
    const first = open('start', { scene: 'locked' }, lock(['keyring', 'passphrase']));
    await first.user.click(await button('Unlock…'));
    await waitFor(() => expect(screen.queryByText('Your saved passwords are locked.')).toBeNull());
    expect(callsOf(first.mock, 'vaultUnlockKeyring')).toEqual([[true]]);
    expect(callsOf(first.mock, 'vaultUnlock')).toEqual([]);
    first.mock.vault = { ...first.mock.vault, state: 'locked', opened_by: '' };
    fail(first.mock, 'vaultUnlockKeyring', 'your keyring was not unlocked', 'NoPerm');
    await openVault(first.mock.vault);
    expect(callsOf(first.mock, 'vaultUnlock')).toEqual([[]]);
    await expect(openVault({ ...first.mock.vault, slots: ['keyring'] })).rejects.toThrow('your keyring was not unlocked');
    expect(callsOf(first.mock, 'vaultUnlock')).toEqual([[]]);
  });
});

describe('contacts', () => {
  test('search finds, and opens a person', async () => {
    const { mock, user } = open('contacts');
    await user.type(await screen.findByRole('searchbox'), 'oskar');
    await user.click((await screen.findAllByRole('link', { name: /Oskar/ }))[0] as HTMLElement);
    expect(await screen.findByText('Everything this person ever got')).toBeTruthy();
    expect(callsOf(mock, 'contactFind').at(-1)).toEqual(['oskar']);
  });

  test('a table is walked by keys: one tab stop, arrows, Enter', async () => {
    const { user } = open('contacts');
    await screen.findByText('Parents 2026');
    const rows = within(screen.getByRole('table')).getAllByRole('row').slice(1);
    rows[0]?.focus();
    await user.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}');
    expect(document.activeElement).toBe(rows[1]);
    expect(rows.filter((row) => row.tabIndex === 0)).toEqual([rows[1]]);
    await user.keyboard('{Enter}');
    expect(await heading('All members')).toBeTruthy();
  });

  test('import: columns are shown, one is changed, progress and rejected rows come, values stay text', async () => {
    const { mock, user } = open('contacts/import');
    await user.click(await button('Choose a file…'));
    await user.selectOptions(await screen.findByLabelText('Meaning of the column “Town”'), 'name');
    await user.selectOptions(screen.getByLabelText('Meaning of the column “Class”'), 'Not used');
    expect((screen.getByLabelText('Meaning of the column “Full Name”') as HTMLSelectElement).value).toBe('field');
    expectNoMarkup();
    await expectAccessible();
    await user.clear(screen.getByLabelText('Name of the list'));
    await user.type(screen.getByLabelText('Name of the list'), 'Parents 2027');
    await user.type(screen.getByLabelText(/Where and when did they agree/), 'open day');
    await user.click(screen.getByRole('button', { name: 'Import' }));
    expect(await screen.findByText('There is no @ in it')).toBeTruthy();
    const [[file, list, options] = []] = callsOf(mock, 'import');
    expect([typeof file, list]).toEqual(['number', 'Parents 2027']);
    expect(options).toEqual({ name: 'parents-2026.csv', map: { name: 'Town', email: 'E-Mail', phone: 'Mobile' }, others: { 'Full Name': 'field', Class: 'unused', 'Notes <b>': 'field' }, consent: 'open day' });
    expectNoMarkup();
    await user.click(screen.getByRole('button', { name: 'Save the rejected rows…' }));
    expect(callsOf(mock, 'export')).toEqual([['rejects', '']]);
  });

  test('import: a recognised column can be switched off; without an address nobody can be imported', async () => {
    const { mock, user } = open('contacts/import');
    await user.click(await button('Choose a file…'));
    await user.selectOptions(await screen.findByLabelText('Meaning of the column “E-Mail”'), 'Not used');
    await user.selectOptions(screen.getByLabelText('Meaning of the column “Mobile”'), 'Not used');
    expect(await screen.findByText(/Say which column holds the e-mail addresses/)).toBeTruthy();
    await user.type(screen.getByLabelText('Name of the list'), 'x');
    expect((screen.getByRole('button', { name: 'Import' }) as HTMLButtonElement).disabled).toBe(true);
    await user.selectOptions(screen.getByLabelText('Meaning of the column “Mobile”'), 'Phone number');
    await user.click(screen.getByRole('button', { name: 'Only try it' }));
    await screen.findByText('This would be imported');
    expect(callsOf(mock, 'import')[0]?.[2]).toMatchObject({ map: { name: 'Full Name', phone: 'Mobile' }, others: { 'E-Mail': 'unused', Town: 'field' } });
  });

  test('import: pasted text, tried only', async () => {
    const { mock, user } = open('contacts/import');
    await user.type(await screen.findByLabelText('Or paste them here'), 'ann@example.org');
    await user.click(screen.getByRole('button', { name: 'Use this text' }));
    await user.type(await screen.findByLabelText('Name of the list'), 'x');
    await user.click(screen.getByRole('button', { name: 'Only try it' }));
    expect(await screen.findByText('This would be imported')).toBeTruthy();
    expect(callsOf(mock, 'pasteText')).toEqual([['ann@example.org']]);
    expect(callsOf(mock, 'import')[0]?.[2]).toMatchObject({ dry_run: true });
  });

  test('import: a broken file is told, nothing is lost', async () => {
    const { user } = open('contacts/import', {}, (mock) => fail(mock, 'importLook', 'row 12: the file ends inside quotes', 'DataErr'));
    await user.click(await button('Choose a file…'));
    expect(await screen.findByText('Row 12: the file ends inside quotes')).toBeTruthy();
    expect((screen.getByRole('button', { name: 'Import' }) as HTMLButtonElement).disabled).toBe(true);
  });

  test('import: an encoding that is not clear is asked for by names; another header row, several addresses', async () => {
    const { mock, user } = open('contacts/import', {}, (one) => {
      one.overrides.importLook = async (_file, options) => ({
        look: {
          format: 'csv', encoding: '', has_header: true, columns: ['Name', 'E-Mail'], roles: ['name', 'email'], header_row: '3', notes: ['the header was found in row 3'],
          ...(options.encoding === undefined ? { problem: 'say --encoding', readings: ['windows-1250', 'Łukasz', 'windows-1252', '£ukasz'] } : { problem: '', readings: [] }),
        },
        head: [{ key: '1', aux: 0, fields: ['Class of 2026', ''] }, { key: '3', aux: 0, fields: ['Name', 'E-Mail'] }],
        rows: [{ key: '4', aux: 0, fields: ['Łukasz', 'l@example.org'] }],
      });
    });
    await user.click(await button('Choose a file…'));
    expect(await screen.findByText('Which of these is spelled right?')).toBeTruthy();
    expect(screen.getByText('The header was found in row 3')).toBeTruthy();
    expect(screen.queryByText(/--encoding/)).toBeNull();
    await user.click(await button(/Łukasz/));
    await waitFor(() => expect(screen.queryByText('Which of these is spelled right?')).toBeNull());
    await user.selectOptions(screen.getByLabelText('Names of the columns'), '3');
    await user.selectOptions(screen.getByLabelText('Several addresses in one cell'), 'each');
    await user.type(await screen.findByLabelText('Name of the list'), 'x');
    await user.click(await button('Import'));
    await waitFor(() => expect(callsOf(mock, 'import')[0]?.[2]).toMatchObject({ encoding: 'windows-1250', header: '3', several: 'each' }));
  });

  test('import: a rejected row is mended in place, and told again when it is still wrong', async () => {
    const row = ['email', 'ann@', 'bad-email', 'there is nothing behind the @', 'Name', 'Ann "Annie" Lee', 'E-Mail', 'ann@'];
    const { mock, user } = open('contacts/import');
    await user.click(await button('Choose a file…'));
    await user.type(await screen.findByLabelText('Name of the list'), 'x');
    mock.overrides.import = async () => {
      mock.importRejected.emit([{ key: '7', aux: 0, fields: row }]);
      return { read: '2', new: '1', updated: '0', merged: '0', unchanged: '0', rejected: { 'bad-email': '1' }, left_out: {}, hints: {}, suppressed: '0', format: 'csv', encoding: 'utf-8', fields: [], notes: [] };
    };
    await user.click(await button('Import'));
    await user.click(await button('Mend row 7…'));
    const dialog = await screen.findByRole('dialog');
    const address = within(dialog).getByLabelText('E-Mail');
    mock.overrides.import = async () => {
      mock.importRejected.emit([{ key: '2', aux: 0, fields: ['email', 'b@@', 'bad-email', 'there are two @'] }]);
      return { read: '1', new: '0', updated: '0', merged: '0', unchanged: '0', rejected: { 'bad-email': '1' }, left_out: {}, hints: {}, suppressed: '0', format: 'csv', encoding: 'utf-8', fields: [], notes: [] };
    };
    await user.clear(address);
    await user.type(address, 'ann@@example.org');
    await user.click(within(dialog).getByRole('button', { name: 'Import this row' }));
    expect(await within(dialog).findByText('There are two @')).toBeTruthy();
    delete mock.overrides.import;
    await user.clear(address);
    await user.type(address, 'ann@example.org');
    await user.click(within(dialog).getByRole('button', { name: 'Import this row' }));
    expect(await screen.findByText('Row 7 is on the list now.')).toBeTruthy();
    expect(callsOf(mock, 'pasteText').at(-1)).toEqual(['"Name","E-Mail"\r\n"Ann ""Annie"" Lee","ann@example.org"\r\n']);
    expect(callsOf(mock, 'import').at(-1)?.slice(1)).toEqual(['parents-2026x', expect.objectContaining({ format: 'csv', header: 'yes' })]);
    expect(screen.queryByRole('button', { name: 'Mend row 7…' })).toBeNull();
  });

  test('import: what looks like a typing error is shown, leads to the person, and is no rejected row', async () => {
    const { mock, user } = open('contacts/import');
    await user.click(await button('Choose a file…'));
    await user.type(await screen.findByLabelText('Name of the list'), 'x');
    mock.overrides.import = async () => {
      mock.importRejected.emit([{ key: '4', aux: 2, fields: ['email', 'eve@gmial.com', 'domain-typo', 'is this a typing error for gmail.com? It was taken as it is'] }]);
      return { read: '2', new: '2', updated: '0', merged: '0', unchanged: '0', rejected: {}, left_out: {}, hints: { 'domain-typo': '1' }, suppressed: '0', format: 'csv', encoding: 'utf-8', fields: [], notes: [] };
    };
    await user.click(await button('Only try it'));
    const tried = await screen.findByRole('table', { name: 'Addresses that may be mistyped' });
    expect(within(tried).queryByRole('link')).toBeNull();
    await user.click(await button('Import another file'));
    await user.click(await button('Choose a file…'));
    await user.type(await screen.findByLabelText('Name of the list'), 'x');
    await user.click(await button('Import'));
    const table = await screen.findByRole('table', { name: 'Addresses that may be mistyped' });
    expect(within(table).getByText(/^Is this a typing error for gmail/)).toBeTruthy();
    expect(within(table).getByRole('link').getAttribute('href')).toBe('#/contacts/person/eve%40gmial.com');
    expect(screen.queryByText('Rows that were not taken')).toBeNull();
    expect(screen.getByText('Every row was fine.')).toBeTruthy();
  });

  test('a dropped file leads to the import; on Compose it is attached', async () => {
    const { mock } = open('start');
    await heading('Start');
    act(() => mock.dragChanged.emit(true));
    expect(screen.getByText('Drop a contact file here to import it')).toBeTruthy();
    act(() => mock.filesDropped.emit([{ file: 3, name: 'a.csv', size: '10' }, { file: 4, name: 'b.csv', size: '10' }]));
    expect(await screen.findByText(/a\.csv · csv/)).toBeTruthy();
    expect(callsOf(mock, 'releaseFile')).toEqual([[4]]);
    window.location.hash = '#/compose';
    await heading('Compose');
    act(() => mock.filesDropped.emit([{ file: 5, name: 'map.pdf', size: '10' }]));
    expect(await screen.findByText('map.pdf')).toBeTruthy();
  });

  test('a person is edited, suppressed, exported, forgotten', async () => {
    const { mock, user } = open('contacts/person/%237');
    await user.click(await button('Edit…'));
    const dialog = await screen.findByRole('dialog');
    await user.clear(within(dialog).getByLabelText('town'));
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(callsOf(mock, 'contactEdit')).toEqual([['#7', { town: '' }]]));
    await user.click(await button('Do not contact any more…'));
    await user.click(await button('Do not contact'));
    await waitFor(() => expect(callsOf(mock, 'suppressAdd')[0]?.slice(1)).toEqual(['all', 'asked']));
    await user.click(await button('Save their data…'));
    await waitFor(() => expect(callsOf(mock, 'export')).toEqual([['contact', '#7']]));
    await user.click(await button('Forget this person…'));
    expect(document.activeElement?.textContent).toBe('Cancel'); // not on what destroys
    await user.click(await button('Forget this person'));
    await heading('Contacts');
    expect(callsOf(mock, 'contactForget')).toEqual([['#7']]);
  });
});

describe('compose', () => {
  test('a field is put where one writes; the preview follows; a person can be chosen', async () => {
    const { mock, user } = open('compose');
    await user.type(await screen.findByLabelText('Subject'), 'Hello ');
    await user.click(await button('town'));
    expect((screen.getByLabelText('Subject') as HTMLInputElement).value).toBe('Hello {{town}}');
    await user.type(screen.getByLabelText('Message as text'), 'Dear ');
    await user.type(screen.getByLabelText('Fallback'), 'friend');
    await user.click(screen.getByLabelText('Message as text'));
    await user.click(await button('first name'));
    expect((screen.getByLabelText('Message as text') as HTMLTextAreaElement).value).toBe('Dear {{first name|friend}}');
    expect((await screen.findAllByText(/^Hello \w+/, { selector: '.mail-head *' })).length).toBeGreaterThan(0);
    await user.click(await button('Find a person…'));
    await user.type(await screen.findByLabelText('Name or address'), 'script');
    await user.click((await screen.findAllByRole('button', { name: /<script/ }))[0] as HTMLElement);
    await waitFor(() => expect(String(callsOf(mock, 'messagePreview').at(-1)?.[1])).toMatch(/^#\d+$/));
    await screen.findByText(/<\/td><\/tr><script>/, { selector: '.mail-head *' });
    expectNoMarkup();
  });

  test('design: HTML goes into a sandboxed frame, its source is text', async () => {
    const { mock, user } = open('compose');
    await user.click(await button('Open a template…'));
    await user.click((await screen.findAllByRole('button', { name: /Summer fair/ }))[0] as HTMLElement);
    const frame = (await screen.findByTitle('The message as its reader sees it')) as HTMLIFrameElement;
    expect(frame.getAttribute('sandbox')).toBe('');
    expect(String(callsOf(mock, 'showMail').at(-1)?.[0])).toContain('<b>12 June</b>');
    await user.click(await button('Source'));
    expect(document.querySelector('pre.mono')?.textContent).toContain('MIME-Version: 1.0');
    expectNoMarkup();
  });

  test('what the compiler says is shown', async () => {
    const { user } = open('compose');
    await user.type(await screen.findByLabelText('Message as text'), 'Dear {{{{name');
    expect(await screen.findByText(/is never closed/)).toBeTruthy();
  });

  test('attachments come and go as numbers', async () => {
    const { mock, user } = open('compose');
    await user.click(await button('Attach files…'));
    await user.click(await button(/^Remove Timetable/));
    expect(callsOf(mock, 'releaseFile')).toEqual([[11]]);
  });

  test('a template is saved', async () => {
    const { mock, user } = open('compose');
    await user.type(await screen.findByLabelText('Subject'), 'S');
    await user.click(await button('Save as a template…'));
    await user.type(await screen.findByLabelText('Name of the template'), 'Mine');
    await user.click(await button('Save'));
    await waitFor(() => expect(callsOf(mock, 'templateSave')).toEqual([['Mine', { subject: 'S', html: '', text: '' }, []]]));
  });

  test('what is written is kept by core a moment later, once for many keys, and at once when the view is left', async () => {
    const { mock, user } = open('compose');
    await user.type(await screen.findByLabelText('Subject'), 'Hello');
    expect(callsOf(mock, 'draftKeep')).toEqual([]);
    await waitFor(() => expect(callsOf(mock, 'draftKeep')).toHaveLength(1), { timeout: 5000 });
    await user.click(await button('Attach files…'));
    await user.type(screen.getByLabelText('Message as text'), 'Dear');
    window.location.hash = '#/start';
    await heading('Start');
    await waitFor(() => expect(callsOf(mock, 'draftKeep').length).toBeGreaterThan(1));
    expect(callsOf(mock, 'draftKeep').at(-1)).toEqual([{ subject: 'Hello', html: '', text: 'Dear', is_html: false, own_text: false, template: '', files: ['Timetable 2026 – final (3).pdf'] }]);
  });

  test('what is written is kept at once when the window is being closed', async () => {
    const { mock, user } = open('compose');
    await user.type(await screen.findByLabelText('Subject'), 'Hello');
    act(() => mock.closeAsked.emit(1));
    await waitFor(() => expect(callsOf(mock, 'draftKeep')).toHaveLength(1), { timeout: 900 });
    expect(callsOf(mock, 'closeAnswered')).toEqual([]);
  });

  test('where nothing runs it is kept first, and then the window may go', async () => {
    const { mock, user } = open('compose');
    await user.type(await screen.findByLabelText('Subject'), 'Hello');
    act(() => mock.closeAsked.emit(0));
    await waitFor(() => expect(callsOf(mock, 'closeAnswered')).toEqual([['background']]), { timeout: 900 });
    expect(mock.calls.findIndex(([name]) => name === 'draftKeep')).toBeLessThan(mock.calls.findIndex(([name]) => name === 'closeAnswered'));
    expect(callsOf(mock, 'draftKeep')[0]).toMatchObject([{ subject: 'Hello' }]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('a letter is there again in a new window, with what has to be attached again; begun anew, core has it no longer', async () => {
    const { mock, user } = open('compose', {}, (fresh) => {
      fresh.draft = { subject: 'Hello {{name}}', html: '', text: 'Dear <b>', is_html: false, own_text: false, template: '', files: ['plan <img src=x>.pdf'], changed: '1800000000' };
    });
    expect(await screen.findByText('Your letter is still here')).toBeTruthy();
    expect((screen.getByLabelText('Subject') as HTMLInputElement).value).toBe('Hello {{name}}');
    expect((screen.getByLabelText('Message as text') as HTMLTextAreaElement).value).toBe('Dear <b>');
    expect(await screen.findByText(/was attached before the window was closed/)).toBeTruthy();
    expectNoMarkup();
    await expectAccessible();
    await user.click(await button(/^Remove plan/));
    expect(screen.queryByText(/was attached before/)).toBeNull();
    await user.click(await button('Begin anew'));
    await waitFor(() => expect(callsOf(mock, 'draftDrop')).toHaveLength(1));
    expect((screen.getByLabelText('Subject') as HTMLInputElement).value).toBe('');
    expect(mock.draft).toEqual({});
  });

  test('begun anew is taken back by the toast, by Ctrl+Z and by its button; files stay until nobody can bring them back', async () => {
    const { mock, user } = open('compose');
    const subject = async () => (await screen.findByLabelText('Subject')) as HTMLInputElement;
    await user.type(await subject(), 'First');
    await user.click(await button('Attach files…'));
    await user.click(await button('Begin anew'));
    expect((await subject()).value).toBe('');
    await user.keyboard('{Control>}z{/Control}');
    expect((await subject()).value).toBe('First');
    expect(await screen.findByText(/^Timetable/)).toBeTruthy();
    await user.keyboard('{Control>}{Shift>}z{/Shift}{/Control}');
    expect((await subject()).value).toBe('');
    await user.click(await button('Undo'));
    expect((await subject()).value).toBe('First');
    await user.click(await button('Begin anew'));
    await user.type(await subject(), 'Second');
    await user.click(await button('Bring back the letter before'));
    expect((await subject()).value).toBe('First');
    await user.click(await button('Bring back the letter before'));
    expect((await subject()).value).toBe('Second');
    expect(callsOf(mock, 'releaseFile')).toEqual([]);
    await user.click(await button('Begin anew'));
    expect(callsOf(mock, 'releaseFile')).toEqual([[11]]); // the first letter went with its file
  });

  test('a template opened over a letter is taken back; over an empty one there is nothing to take back', async () => {
    const { user } = open('compose');
    const openFair = async () => {
      await user.click(await button('Open a template…'));
      await user.click((await screen.findAllByRole('button', { name: /Summer fair/ }))[0] as HTMLElement);
      await waitFor(() => expect((screen.getByLabelText('Subject') as HTMLInputElement).value).toBe('Summer fair on 12 June'));
    };
    await openFair();
    expect(screen.queryByRole('button', { name: 'Bring back the letter before' })).toBeNull();
    await user.type(screen.getByLabelText('Subject'), '!');
    await openFair();
    await user.click(await button('Undo'));
    expect((screen.getByLabelText('Subject') as HTMLInputElement).value).toBe('Summer fair on 12 June!');
  });

  test('a letter that cannot be read is not written over; one that cannot be kept says so', async () => {
    const { mock, user } = open('compose', {}, (fresh) => fail(fresh, 'draftShow', 'the disk is full', 'IoErr'));
    expect(await screen.findByText('The disk is full')).toBeTruthy();
    expect(screen.queryByLabelText('Subject')).toBeNull();
    mock.failures.clear();
    await user.click(await button('Try again'));
    fail(mock, 'draftKeep', 'there is no room', 'IoErr');
    await user.type(await screen.findByLabelText('Subject'), 'S');
    expect(await screen.findByText('What you write is not being kept at the moment')).toBeTruthy();
    mock.failures.clear();
    await user.click(await button('Try again'));
    await waitFor(() => expect(mock.draft.subject).toBe('S'));
    expect(screen.queryByText('There is no room')).toBeNull();
  });

  test('a test goes to oneself only; if it cannot start, nothing is left behind', async () => {
    const { mock, user } = open('compose', {}, (fresh) => fail(fresh, 'campaignStart', 'the password is needed', 'NoPerm'));
    await user.type(await screen.findByLabelText('Subject'), 'S');
    await user.click(await button('Send a test to myself…'));
    const dialog = await screen.findByRole('dialog');
    await within(dialog).findByLabelText('Your address');
    await user.click(within(dialog).getByRole('button', { name: 'Send the test' }));
    expect(await within(dialog).findByText('The password is needed')).toBeTruthy();
    expect(callsOf(mock, 'campaignPrepare')[0]?.[0]).toMatchObject({ test_to: 'office@school.example', test_who: '1', lists: ['Parents 2026'] });
    expect(callsOf(mock, 'campaignDiscard')).toHaveLength(1);
  });
});

describe('accounts', () => {
  test('edited: only the change goes to core; another server asks for the password again, and then it is tested', async () => {
    const { mock, user } = open('accounts');
    await user.click((await screen.findAllByRole('link', { name: 'Edit…' }))[0] as HTMLElement);
    const host = (await screen.findByLabelText(/Mail server for sending/)) as HTMLInputElement;
    expect((screen.getByRole('button', { name: 'Save and test' }) as HTMLButtonElement).disabled).toBe(true);
    await user.clear(host);
    await user.type(host, 'mail.school.example');
    expect(await screen.findByText(/You are asked for it again/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Save and test' }));
    await waitFor(() => expect(callsOf(mock, 'accountTest')).toEqual([['School office']]));
    expect(callsOf(mock, 'accountSet')).toEqual([['School office', { host: 'mail.school.example' }]]);
    expect(callsOf(mock, 'accountSecret')).toEqual([['School office']]);
    await expectAccessible();
  });

  test('another provider’s address takes the server of the one before away, and says so', async () => {
    const { user } = open('accounts/new');
    const address = await screen.findByLabelText('Your e-mail address');
    const host = screen.getByLabelText(/Mail server for sending/) as HTMLInputElement;
    await user.type(address, 'ann@gmail.com');
    await waitFor(() => expect(host.value).toBe('smtp.gmail.com'));
    await user.clear(address);
    await user.type(address, 'ann@school.example');
    expect(host.value).toBe('');
    expect(await screen.findByText(/were taken away/)).toBeTruthy();
  });

  test('a password can be entered again at any time', async () => {
    const { mock, user } = open('accounts');
    await user.click((await screen.findAllByRole('button', { name: 'New password…' }))[0] as HTMLElement);
    await waitFor(() => expect(callsOf(mock, 'accountTest')).toEqual([['School office']]));
    expect(callsOf(mock, 'accountSecret')).toEqual([['School office']]);
  });

  test('a known provider is filled in; what is saved is tested; no secret passes the page', async () => {
    const { mock, user } = open('accounts/new');
    await user.type(await screen.findByLabelText('Your e-mail address'), 'ann@gmail.com');
    await waitFor(() => expect((screen.getByLabelText('Mail server for sending (SMTP)') as HTMLInputElement).value).toBe('smtp.gmail.com'));
    await user.type(screen.getByLabelText('A name for this account'), 'Mine');
    await user.click(screen.getByRole('button', { name: 'Save and test' }));
    expect(await screen.findByText('This account works.')).toBeTruthy();
    expect(callsOf(mock, 'accountAdd')).toEqual([['Mine', { address: 'ann@gmail.com', host: 'smtp.gmail.com', port: 587, tls: 'starttls', keep: true, has_password: true, per_day: 500 }]]);
    expect(callsOf(mock, 'accountTest')).toEqual([['Mine']]);
    expect(document.querySelector('input[type=password]')).toBeNull();
  });

  test('a setting that only the table knows is asked for, sent and changed', async () => {
    const row = setting({ key: 'greeting', group: 'login', label: 'How it greets', hint: 'As the server wants it.', most: 40 });
    const { mock, user } = open('accounts/new', {}, (made) => (made.kinds = [{ ...SMTP, settings: [...SMTP.settings, row, setting({ key: 'unseen' })] }]));
    await user.type(await screen.findByLabelText('Your e-mail address'), 'ann@gmail.com');
    await waitFor(() => expect((screen.getByLabelText('Mail server for sending (SMTP)') as HTMLInputElement).value).toBe('smtp.gmail.com'));
    await user.type(screen.getByLabelText('A name for this account'), 'Mine');
    await user.type(screen.getByLabelText('How it greets'), 'mornin');
    await user.click(screen.getByRole('button', { name: 'Save and test' }));
    await screen.findByText('This account works.');
    expect(callsOf(mock, 'accountAdd')[0]?.[1]).toMatchObject({ host: 'smtp.gmail.com', greeting: 'mornin' });
    window.location.hash = '#/accounts/edit/Mine';
    const greeting = (await screen.findByLabelText('How it greets')) as HTMLInputElement;
    expect(greeting.value).toBe('mornin');
    await user.type(greeting, 'g');
    await user.click(screen.getByRole('button', { name: 'Save and test' }));
    await waitFor(() => expect(callsOf(mock, 'accountSet')).toEqual([['Mine', { greeting: 'morning' }]]));
    await expectAccessible();
  });

  test('the form stands as it always did', async () => {
    open('accounts/new');
    await screen.findByLabelText('Your e-mail address');
    expect([...document.querySelectorAll('form label')].map((label) => label.textContent)).toEqual([
      'Your e-mail address', 'A name for this account', 'Mail server for sending (SMTP)', 'Port', 'Protection', 'User name',
      'Keep it in the vault', 'Ask me each time Postrider starts', 'This server needs no password', 'At most a day', 'At most an hour', 'At most a minute',
    ]);
    expect(screen.queryByLabelText('By what it sends')).toBeNull(); // of one kind there is no choice
  });

  test('of several kinds one is chosen, and has a form of its own', async () => {
    const paper = { ...SMTP, word: 'paper', title: 'Letters', address: 'phone', secret: 'none', settings: [setting({ key: 'box', required: true, group: 'server', label: 'Box' })] };
    const { mock, user } = open('accounts/new', {}, (made) => (made.kinds = [SMTP, paper]));
    await user.selectOptions(await screen.findByLabelText('By what it sends'), 'Letters');
    await user.type(screen.getByLabelText('Your telephone number'), '+49301234567');
    await user.type(screen.getByLabelText('A name for this account'), 'Post');
    expect(screen.queryByText('Keep it in the vault')).toBeNull();
    await user.type(screen.getByLabelText('Box'), '7');
    await user.click(screen.getByRole('button', { name: 'Save and test' }));
    await waitFor(() => expect(callsOf(mock, 'accountAdd')).toEqual([['Post', { address: '+49301234567', keep: false, has_password: false, box: '7', kind: 'paper' }]]));
    await expectAccessible();
  });

  test('the server’s own words are quoted as text; a certificate is pinned after a question', async () => {
    const { mock, user } = open('accounts');
    const tests = await screen.findAllByRole('button', { name: 'Test' });
    for (const one of tests)
      await user.click(one);
    expect(await screen.findByText(/authentication failed: <b>/)).toBeTruthy();
    await user.click(await button('Trust this certificate…'));
    await user.click(await button('Trust this certificate'));
    await waitFor(() => expect(callsOf(mock, 'accountPin')[0]?.[1]).toMatch(/^[0-9a-f]{64}$/));
    expectNoMarkup();
  });

  test('an account in use cannot go, and says why', async () => {
    const { mock, user } = open('accounts');
    fail(mock, 'accountRemove', 'a campaign of this account is still open');
    await user.click((await screen.findAllByRole('button', { name: 'Remove…' }))[0] as HTMLElement);
    await user.click(await button('Remove the account'));
    expect(await screen.findByText('A campaign of this account is still open')).toBeTruthy();
  });
});

async function toCheck(user: ReturnType<typeof open>['user']) {
  await user.click(await screen.findByLabelText(/Parents 2026/));
  await user.click(screen.getByRole('button', { name: 'Next' }));
  await user.selectOptions(await screen.findByLabelText('Message'), 'template:Summer fair');
  await waitFor(() => expect((screen.getByRole('button', { name: 'Next' }) as HTMLButtonElement).disabled).toBe(false));
  await user.click(screen.getByRole('button', { name: 'Next' }));
  await screen.findByText('402 people will get this message by School office.');
}

describe('the wizard', () => {
  test('nothing goes before the questions are answered and ten seconds are over', async () => {
    const { mock, user } = open('campaigns/new');
    await toCheck(user);
    await expectAccessible();
    const send = screen.getByRole('button', { name: 'Send the first ten' }) as HTMLButtonElement;
    expect(send.disabled).toBe(true);
    await user.click(screen.getByLabelText(/with the same subject/));
    expect(send.disabled).toBe(false);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    await act(async () => send.click());
    await act(async () => vi.advanceTimersByTimeAsync(9500));
    expect(callsOf(mock, 'campaignStart')).toEqual([]);
    await act(async () => vi.advanceTimersByTimeAsync(1000));
    expect(callsOf(mock, 'campaignStart')).toEqual([['8']]);
    vi.useRealTimers();
    expect(callsOf(mock, 'campaignPrepare')[0]?.[0]).toMatchObject({ pause_after: '10', lists: ['Parents 2026'], subject: 'Summer fair on 12 June' });
    await waitFor(() => expect(window.location.hash).toBe('#/campaigns/8'));
    expect(callsOf(mock, 'campaignDiscard')).toEqual([]);
  });

  test('taken back, nothing goes; left, nothing stays', async () => {
    const { mock, user } = open('campaigns/new');
    await toCheck(user);
    await user.click(screen.getByLabelText(/with the same subject/));
    await user.click(screen.getByRole('button', { name: 'Send the first ten' }));
    await user.click(await button('Take it back'));
    await screen.findByText('Is everything right?');
    window.location.hash = '#/start';
    await heading('Start');
    await waitFor(() => expect(callsOf(mock, 'campaignDiscard')).toEqual([['8']]));
    expect(callsOf(mock, 'campaignStart')).toEqual([]);
  });

  test('what cannot be prepared says why', async () => {
    const { mock, user } = open('campaigns/new');
    fail(mock, 'campaignPrepare', 'html: line 3 column 9: there is no field “towm”', 'DataErr');
    await user.click(await screen.findByLabelText(/Parents 2026/));
    await user.click(screen.getByRole('button', { name: 'Next' }));
    await user.selectOptions(await screen.findByLabelText('Message'), 'template:Summer fair');
    await waitFor(() => expect((screen.getByRole('button', { name: 'Next' }) as HTMLButtonElement).disabled).toBe(false));
    await user.click(screen.getByRole('button', { name: 'Next' }));
    expect(await screen.findByText(/line 3 column 9/)).toBeTruthy();
    expect((screen.getByRole('button', { name: 'Send' }) as HTMLButtonElement).disabled).toBe(true);
  });

  test('only those who were refused', async () => {
    const { mock, user } = open('campaigns/retry/5', {}, (fresh) => {
      fresh.overrides.campaignPrepare = async () => ({ campaign: '8', summary: {
        title: 's', total: '2', queued: '2', missing: { town: '1' }, lacking: {}, unknown: {}, sharing: '1', recent: '0', suppressed: '0', no_address: '0', excluded: '118', alike: [], largest: '0', server_size: '0', seconds: '1', lifetime_s: '86400', warnings: [], confirm: [],
      } });
    });
    await screen.findByText(/1,890 people that the server refused/);
    await user.click(screen.getByRole('button', { name: 'Next' }));
    await waitFor(() => expect((screen.getByRole('button', { name: 'Next' }) as HTMLButtonElement).disabled).toBe(false));
    await user.click(screen.getByRole('button', { name: 'Next' }));
    await waitFor(() => expect(callsOf(mock, 'campaignPrepare')[0]?.[0]).toMatchObject({ refused_of: '5', lists: ['All members'], subject: 'Annual report to all members' }));
    expect(await screen.findByText('118 people who were not refused')).toBeTruthy();
    expect(screen.getByText('1 person has no “town” and would not get the message')).toBeTruthy();
    expect(screen.getByText('1 person shares an address with somebody else')).toBeTruthy();
  });
});

describe('a campaign', () => {
  test('its numbers follow the events; it is watched while it is open, and no longer', async () => {
    const { mock } = open('campaigns/7');
    await screen.findByText('2,011');
    act(() => mock.change('7', { accepted: '4000', queued: '1000' }));
    expect(await screen.findByText('4,000')).toBeTruthy();
    window.location.hash = '#/start';
    await heading('Start');
    expect(callsOf(mock, 'campaignWatch')).toEqual([['7'], ['0']]);
  });

  test('paused, it says how much is still on the way', async () => {
    const { mock } = open('campaigns/7');
    await screen.findByText('2,011');
    act(() => mock.change('7', { state: 'paused', reason: 'asked', handed: '3' }));
    expect(await screen.findByText('pausing: 3 messages still on the way')).toBeTruthy();
    act(() => mock.change('7', { handed: '1' }));
    expect(await screen.findByText('pausing: 1 message still on the way')).toBeTruthy();
    act(() => mock.change('7', { handed: '0' }));
    expect(await screen.findByText('paused')).toBeTruthy();
    window.location.hash = '#/campaigns';
    act(() => mock.change('7', { handed: '2' }));
    expect((await screen.findAllByText('pausing: 2 messages still on the way')).length).toBeGreaterThan(0);
  });

  test('pause, correct, cancel', async () => {
    const { mock, user } = open('campaigns/7');
    await user.click(await button('Pause'));
    await user.click(await screen.findByRole('link', { name: 'Correct the message…' }));
    const subject = await screen.findByLabelText('Subject');
    await user.clear(subject);
    await user.type(subject, 'Better');
    await user.click(await button('Save and go on'));
    await user.click(await button('Send now'));
    await waitFor(() => expect(callsOf(mock, 'campaignResume')).toEqual([['7', { subject: 'Better' }]]));
    await user.click(await button('Cancel the rest…'));
    await user.click(await button('Cancel the rest'));
    await waitFor(() => expect(callsOf(mock, 'campaignCancel')).toEqual([['7']]));
    expect(callsOf(mock, 'campaignPause')).toEqual([['7']]);
  });

  test('a restored folder goes on only after a yes', async () => {
    const { mock, user } = open('campaigns/6', {}, (fresh) => Object.assign(fresh.campaignOf('6').numbers, { reason: 'restored', text: 'this folder was copied' }));
    await user.click(await button('Go on'));
    expect(callsOf(mock, 'campaignResume')).toEqual([]);
    await user.click(await button('I am sure: go on here'));
    await waitFor(() => expect(callsOf(mock, 'campaignResume')).toEqual([['6', { restored: true }]]));
  });

  test('unknown ones: both choices are explained, and a person decides', async () => {
    const { mock, user } = open('campaigns/6');
    expect(await screen.findByText('Nobody knows whether 3 people got the message')).toBeTruthy();
    await user.click(await button('Send it again…'));
    expect(await screen.findByText(/Somebody may get it twice/)).toBeTruthy();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(callsOf(mock, 'campaignResolve')).toEqual([]);
    await user.click(await button('Treat as sent…'));
    await user.click(await button('Treat as sent'));
    await waitFor(() => expect(callsOf(mock, 'campaignResolve')).toEqual([['6', 'sent', []]]));
  });

  test('a million rows: a few are drawn, the last is one key away, Enter opens it', async () => {
    const { mock, user } = open('campaigns/5');
    const grid = await screen.findByRole('grid');
    expect(grid.getAttribute('aria-rowcount')).toBe('1000001');
    await within(grid).findByText('Hanneke Drossel');
    grid.focus();
    await user.keyboard('{End}');
    grid.dispatchEvent(new Event('scroll'));
    await within(grid).findByText(/1000000@example/);
    expect(within(grid).getAllByRole('row').length).toBeLessThan(60);
    expect(callsOf(mock, 'campaignRows').length).toBeLessThan(6);
    await user.keyboard('{Enter}');
    expect(await screen.findByRole('dialog', { name: 'One message' })).toBeTruthy();
    expectNoMarkup();
  });

  test('a search goes on behind what was scanned, and ends', async () => {
    const { mock, user } = open('campaigns/5');
    await user.selectOptions(await screen.findByLabelText('State'), 'refused');
    await screen.findByText(/found so far/);
    const [first, second] = callsOf(mock, 'campaignFind');
    expect(first).toEqual(['5', ['refused'], '', '0', 200]);
    expect(Number(second?.[3] ?? 20000)).toBeGreaterThan(0);
    await user.type(screen.getByLabelText('Search by name, address or answer'), 'zzz-nobody');
    expect(await screen.findByText('Nobody matches.', {}, { timeout: 20000 })).toBeTruthy();
  });

  test('a Save dialog that is cancelled says nothing, and can be opened again', async () => {
    const { mock, user } = open('campaigns/5', {}, (fresh) => {
      fresh.overrides.export = async () => ({ name: '', rows: '0' });
    });
    const save = await button('Save the result…');
    await user.click(save);
    await user.click(save);
    expect(callsOf(mock, 'export')).toHaveLength(2);
    expect(screen.queryByText(/^Saved/)).toBeNull();
  });

  test('hostile values in the ledger stay text', async () => {
    const hostile: FrameRow = { key: '1', aux: 1, fields: ['"<svg onload=alert(1)>"@x.org', '<img src=x onerror=alert(1)>\u202E', 'constructor', '__proto__', 'not a time', '550 <script>alert(1)</script>', '', '1'] };
    const { user } = open('campaigns/4', {}, (mock) => {
      mock.campaignOf('4').numbers.total = '1';
      mock.overrides.campaignRows = async () => ({ columns: [], rows: [hostile] });
    });
    const grid = await screen.findByRole('grid');
    await within(grid).findByText(/<img src=x/);
    grid.focus();
    await user.keyboard('{Enter}');
    await screen.findByRole('dialog');
    expectNoMarkup();
  });
});

describe('the rest', () => {
  test('addresses are added to the do-not-contact list, and taken off', async () => {
    const { mock, user } = open('suppressions');
    await user.click(await button('Add addresses…'));
    await user.type(await screen.findByLabelText('E-mail addresses, phone numbers or domains'), 'a@example.org{enter}b@example.org');
    await user.click(await button('Add'));
    await waitFor(() => expect(callsOf(mock, 'suppressAdd')).toEqual([[['a@example.org', 'b@example.org'], 'all', '']]));
    await user.click((await screen.findAllByRole('button', { name: /^Take off/ }))[0] as HTMLElement);
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Take off' }));
    await waitFor(() => expect(callsOf(mock, 'suppressRemove')).toHaveLength(1));
  });

  test('the log grows on request', async () => {
    const { mock, user } = open('activity');
    await user.click(await button('Show more'));
    await waitFor(() => expect(callsOf(mock, 'auditList')).toEqual([['0', 100], ['141', 100]]));
  });

  test('the keyring can open the vault; what else opens it is said, and a lost keyring is warned of', async () => {
    const { mock, user } = open('settings');
    await user.click(await button('Use the keyring…'));
    await waitFor(() => expect(callsOf(mock, 'vaultKeyringAdd')).toEqual([[]]));
    expect(await screen.findByText('Your keyring opens it.')).toBeTruthy();
    expect(screen.getByText(/a key that lies among your files/)).toBeTruthy(); // the weakest way in comes first
    expect(screen.queryByRole('button', { name: 'Use the keyring…' })).toBeNull();
    await user.click(await button('Protect with a passphrase…'));
    expect(await screen.findByText('A passphrase opens it.')).toBeTruthy();
    expect(screen.getByText(/Protected by your keyring/)).toBeTruthy();
    expect(screen.queryByText(/If the keyring is lost/)).toBeNull();
    await expectAccessible();
  });

  test('a vault that the keyring alone opens says what is lost with it', async () => {
    open('settings', {}, (mock) => (mock.vault = { ...mock.vault, slots: ['keyring'], tier: 'keyring', opened_by: 'keyring' }));
    expect(await screen.findByText(/If the keyring is lost/)).toBeTruthy();
  });

  test('keeping for a shorter time is asked first, for a longer one not', async () => {
    const { mock, user } = open('settings');
    await user.selectOptions(await screen.findByLabelText(/How long names/), '90');
    expect(callsOf(mock, 'settingsChange')).toEqual([]);
    await user.click(await button('Change it'));
    await waitFor(() => expect(callsOf(mock, 'settingsChange')).toEqual([[{ keep_days: 90 }]]));
    await waitFor(() => expect((screen.getByLabelText(/How long names/) as HTMLSelectElement).value).toBe('90'));
    await user.selectOptions(screen.getByLabelText(/How long names/), '365');
    await waitFor(() => expect(callsOf(mock, 'settingsChange').at(-1)).toEqual([{ keep_days: 365 }]));
  });

  test('everything is deleted only after the word; while a campaign runs it is refused', async () => {
    const { mock, user } = open('settings');
    await user.click(await button('Delete everything…'));
    const dialog = await screen.findByRole('dialog');
    const yes = within(dialog).getByRole('button', { name: 'Delete everything' }) as HTMLButtonElement;
    expect(yes.disabled).toBe(true);
    await user.type(within(dialog).getByLabelText(/To be sure/), 'delete');
    await user.click(yes);
    expect(await within(dialog).findByText(/A campaign is still open/)).toBeTruthy();
    expect(callsOf(mock, 'deleteAll')).toEqual([['delete']]);
  });

  test('closing: three answers, Escape keeps the window', async () => {
    const { mock, user } = open('start');
    await heading('Start');
    act(() => mock.closeAsked.emit(2));
    expect(await screen.findByText(/2 campaigns are still running/)).toBeTruthy();
    expect(callsOf(mock, 'closeTaken')).toHaveLength(1); // the shell need not ask, however long it takes
    await user.keyboard('{Escape}');
    await waitFor(() => expect(callsOf(mock, 'closeAnswered')).toEqual([['stay']]));
    act(() => mock.closeAsked.emit(1));
    await user.click(await button('Pause and close'));
    await waitFor(() => expect(callsOf(mock, 'closeAnswered').at(-1)).toEqual(['pause']));
  });

  test('closing: answered elsewhere, the question goes', async () => {
    const { mock } = open('start');
    await heading('Start');
    act(() => mock.closeAsked.emit(2));
    await screen.findByRole('dialog');
    act(() => mock.closeOver.emit());
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(callsOf(mock, 'closeAnswered')).toEqual([]);
  });

  test('core is lost and comes back: said, and asked again', async () => {
    const { mock } = open('campaigns/7');
    await screen.findByText('2,011');
    act(() => mock.coreLost.emit(false));
    expect(screen.getByText(/engine stopped/)).toBeTruthy();
    Object.assign(mock.campaignOf('7').numbers, { accepted: '2500' });
    act(() => mock.coreLost.emit(true));
    expect(await screen.findByText('2,500')).toBeTruthy();
    expect(screen.queryByText(/engine stopped/)).toBeNull();
    expect(callsOf(mock, 'campaignWatch').filter(([id]) => id === '7')).toHaveLength(2);
  });

  test('the desktop’s look is put on the page, and followed', async () => {
    const { mock } = open('settings', { dark: true, locale: 'de-DE' });
    expect(await screen.findByText('1.000.412')).toBeTruthy();
    expect(document.documentElement.dataset['theme']).toBe('dark');
    act(() => mock.lookChanged.emit({ ...mock.look, dark: false, contrast: true, animations: false, scale: 1.5 }));
    expect({ ...document.documentElement.dataset }).toMatchObject({ theme: 'light', contrast: 'more', motion: 'none' });
    expect(document.documentElement.style.fontSize).toBe('24px');
  });

  test('a dialog keeps the focus inside and gives it back', async () => {
    const { user } = open('suppressions');
    const add = await button('Add addresses…');
    await user.click(add);
    const dialog = await screen.findByRole('dialog');
    for (let press = 0; press < 12; press++) {
      await user.tab();
      expect(dialog.contains(document.activeElement)).toBe(true);
    }
    await user.tab({ shift: true });
    expect(dialog.contains(document.activeElement)).toBe(true);
    await user.keyboard('{Escape}');
    await waitFor(() => expect(document.activeElement).toBe(add));
  });

  test('the skip link goes to the content', async () => {
    const { user } = open('start');
    await heading('Start');
    await user.tab();
    expect(document.activeElement?.textContent).toBe('Skip to the content');
    await user.keyboard('{Enter}');
    expect(document.activeElement?.id).toBe('main');
  });
});
