// Writing: nothing is red before a mistake was made, the preview is of a real person, templates keep their files, a correction is looked at, tested and can be taken back.
import { act, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { copyName } from '../src/views/compose/Templates';
import { changeDraft, currentDraft, EMPTY } from '../src/views/compose/draft';
import { callsOf, expectAccessible, expectNoMarkup, fail, heading, open } from './page';

afterEach(() => vi.useRealTimers());
const button = (name: string | RegExp) => screen.findByRole('button', { name });
const shownAs = (mock: Parameters<typeof callsOf>[0]) => callsOf(mock, 'messagePreview').map(([, who]) => who);

describe('nothing is wrong before somebody has written', () => {
  test('on a new letter, and while it is being written; when it is left, it is said', async () => {
    const { user } = open('compose');
    await user.type(await screen.findByLabelText('Message as text'), 'Dear');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(screen.queryByText('There is no subject yet.')).toBeNull();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(document.querySelector('.field-error, [aria-invalid]')).toBeNull();
    await user.click(screen.getByRole('heading', { level: 1 }));
    act(() => (document.activeElement as HTMLElement | null)?.blur());
    expect(await screen.findByText('There is no subject yet.')).toBeTruthy();
    await user.type(screen.getByLabelText('Subject'), 'S');
    await waitFor(() => expect(screen.queryByText('There is no subject yet.')).toBeNull());
  });

  test('a field that was not left has no error; one that was has', async () => {
    const { user } = open('contacts/import');
    await user.click(await button('Choose a file…'));
    const name = await screen.findByLabelText('Name of the list');
    await user.clear(name);
    expect(screen.queryByText('Give the list a name.')).toBeNull();
    await user.tab();
    expect(screen.getByText('Give the list a name.')).toBeTruthy();
  });
});

describe('the preview', () => {
  test('is of the first real person, with next and before; nobody is never shown', async () => {
    const { mock, user } = open('compose');
    await user.type(await screen.findByLabelText('Subject'), 'For {{{{name}}');
    await waitFor(() => expect(shownAs(mock)).toEqual(['#1']));
    expect((await button('Before') as HTMLButtonElement).disabled).toBe(true);
    await user.click(await button('Next'));
    await waitFor(() => expect(shownAs(mock).at(-1)).toBe('#2'));
    await user.click(await button('Before'));
    await waitFor(() => expect(shownAs(mock).at(-1)).toBe('#1'));
    await user.selectOptions(screen.getByLabelText('People of the list'), 'All members');
    await waitFor(() => expect(callsOf(mock, 'listRows').at(-1)?.[0]).toBe('All members'));
    expect(shownAs(mock)).not.toContain('');
    await expectAccessible();
  });

  test('of an empty home it says that the person is invented', async () => {
    const { mock, user } = open('compose', { scene: 'empty' });
    await user.type(await screen.findByLabelText('Subject'), 'S');
    expect(await screen.findByText(/There is nobody on your lists yet/)).toBeTruthy();
    await waitFor(() => expect(shownAs(mock)).toEqual(['']));
  });

  test('a test goes as the person who is shown', async () => {
    const { mock, user } = open('compose');
    await user.type(await screen.findByLabelText('Subject'), 'S');
    await user.click(await button('Next'));
    await waitFor(() => expect(shownAs(mock).at(-1)).toBe('#2'));
    await user.click(await button('Send a test to myself…'));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Send the test' }));
    await waitFor(() => expect(callsOf(mock, 'campaignStart')).toHaveLength(1));
    expect(callsOf(mock, 'campaignPrepare')[0]?.[0]).toMatchObject({ test_to: 'office@school.example', test_who: '2', lists: ['Parents 2026'], again: true });
  });
});

describe('templates', () => {
  test('keep their files; are copied with them, renamed, and opened with them', async () => {
    act(() => changeDraft({ ...EMPTY, subject: 'S', files: [{ file: 7, name: 'plan.pdf', size: '15', role: 'attach' }, { file: 8, name: 'dot.png', size: '9', role: 'inline' }] }));
    const { mock, user } = open('compose');
    await user.click(await button('Save as a template…'));
    await user.type(await screen.findByLabelText('Name of the template'), 'Mine');
    await user.click(await button('Save'));
    await waitFor(() => expect(callsOf(mock, 'templateSave')).toHaveLength(1));
    expect(callsOf(mock, 'templateSave')[0]?.[2]).toEqual([['attach', 'plan.pdf', 'application/pdf', 7], ['inline', 'dot.png', 'image/png', 8]]);
    await user.click(await button('Open a template…'));
    await user.click(await button('Copy: Mine'));
    await waitFor(() => expect(callsOf(mock, 'templateSave')[1]?.[0]).toBe('Mine (copy)'));
    expect((callsOf(mock, 'templateSave')[1]?.[2] as unknown[][]).map(([role, name]) => [role, name])).toEqual([['attach', 'plan.pdf'], ['inline', 'dot.png']]);
    await user.click(await button('Rename: Mine (copy)'));
    const field = await screen.findByLabelText('Name of the template');
    await user.clear(field);
    await user.type(field, 'Yours');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(callsOf(mock, 'templateRename')).toEqual([['Mine (copy)', 'Yours']]));
    await user.click((await screen.findAllByRole('button', { name: /^Yours/ }))[0] as HTMLElement);
    await waitFor(() => expect(currentDraft()).toMatchObject({ template: 'Yours', files: [{ name: 'plan.pdf', role: 'attach' }, { name: 'dot.png', role: 'inline' }] }));
    expectNoMarkup();
  });

  test('a copy takes a name that is free, whatever its case', () => {
    expect(copyName('Fair', [])).toBe('Fair (copy)');
    expect(copyName('Fair', [{ name: 'FAIR (COPY)', subject: '', changed: '0' }])).toBe('Fair (copy 2)');
  });
});

describe('a correction', () => {
  test('is shown for each who waits, tested, counted down and can be taken back', async () => {
    const { mock, user } = open('campaigns/correct/6');
    await heading('Correct “New timetable”');
    await waitFor(() => expect(callsOf(mock, 'campaignCorrected')).toEqual([['6', {}, '0', 2]]));
    expect((await button('Save and go on') as HTMLButtonElement).disabled).toBe(true);
    await user.type(screen.getByLabelText('Subject'), '!');
    await waitFor(() => expect(callsOf(mock, 'campaignCorrected').at(-1)).toEqual(['6', { subject: 'New timetable!' }, '0', 2]));
    await user.click(await button('Next'));
    await waitFor(() => expect(callsOf(mock, 'campaignCorrected').at(-1)?.[2]).toBe('1'));
    await expectAccessible();
    await user.click(await button('Send a test to myself…'));
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Send the test' }));
    await waitFor(() => expect(callsOf(mock, 'campaignPrepare')[0]?.[0]).toMatchObject({ subject: 'New timetable!', test_to: 'office@school.example', test_who: '2' }));
    expect((callsOf(mock, 'campaignPrepare')[0]?.[1] as unknown[][]).map(([role, name]) => [role, name])).toEqual([['attach', 'plan.pdf']]);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await user.click(await button('Save and go on'));
    await user.click(await button('Take it back'));
    expect(callsOf(mock, 'campaignResume')).toEqual([]);
    expect((await screen.findByLabelText('Subject') as HTMLInputElement).value).toBe('New timetable!');
    await user.click(await button('Save and go on'));
    await user.click(await button('Send now'));
    await waitFor(() => expect(callsOf(mock, 'campaignResume')).toEqual([['6', { subject: 'New timetable!' }]]));
    await heading('New timetable');
  });

  test('goes by itself after ten seconds, once', async () => {
    const { mock, user } = open('campaigns/correct/6');
    await user.type(await screen.findByLabelText('Subject'), '!');
    await user.click(await button('Save and go on'));
    await waitFor(() => expect(callsOf(mock, 'campaignResume')).toHaveLength(1), { timeout: 12_000 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(callsOf(mock, 'campaignResume')).toHaveLength(1);
  }, 25_000);

  test('a mistake in it is said when the letter is left, without an option of the command line', async () => {
    const { mock, user } = open('campaigns/correct/6', {}, (fresh) => fail(fresh, 'campaignCorrected', 'subject: line 1 column 3: no such field; say --subject', 'DataErr'));
    await user.type(await screen.findByLabelText('Subject'), '{{{{x');
    await waitFor(() => expect(callsOf(mock, 'campaignCorrected').at(-1)?.[1]).toEqual({ subject: 'New timetable{{x' }));
    expect(screen.queryByText(/no such field/)).toBeNull();
    act(() => (document.activeElement as HTMLElement | null)?.blur());
    expect((await screen.findByText(/no such field/)).textContent).not.toContain('--');
  });

  test('of a campaign that is not paused there is none', async () => {
    open('campaigns/correct/5');
    expect(await screen.findByText('There is nothing to correct now')).toBeTruthy();
  });
});
