// Every view: it is there, it is accessible, hostile values stay text, and when core fails it says so and asks again.
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { callsOf, expectAccessible, expectNoMarkup, fail, heading, open } from './page';

const VIEWS = [
  // address, heading, something that has to be there, the method that brings it
  ['start', 'Start', 'Going on now', 'campaignList'],
  ['contacts', 'Contacts', 'Parents 2026', 'lists'],
  ['contacts/list/All%20members', 'All members', 'Oskar Ginster', 'listFind'],
  ['contacts/person/%238', 'Ines Iris', 'form at the open day', 'contactShow'],
  ['contacts/import', 'Import contacts', 'Choose a file…', null],
  ['compose', 'Compose', 'first name', 'draftShow'],
  ['accounts', 'Accounts', 'School office', 'accountList'],
  ['accounts/new', 'Add an account', 'Keep it in the vault', null],
  ['accounts/edit/School%20office', 'Edit the account School office', 'Save and test', 'accountList'],
  ['campaigns', 'Campaigns', 'New timetable', 'campaignList'],
  ['campaigns/6', 'New timetable', 'Who got what', 'campaignShow'],
  ['campaigns/7', /Summer fair/, 'Over time', 'campaignShow'],
  ['campaigns/new', 'New campaign', 'Who gets it?', 'lists'],
  ['campaigns/retry/5', 'Send again to those refused', 'Who gets it?', 'campaignMessage'],
  ['suppressions', 'Do not contact', '"><img src=x onerror=alert(1)>@example.org', 'suppressList'],
  ['activity', 'Activity', '<script>alert(1)</script>', 'auditList'],
  ['settings', 'Settings', '1,000,412', 'settingsShow'],
] as const;

describe.each(VIEWS)('#/%s', (address, title, inside, method) => {
  test('shows what there is, accessibly, and every value as text', async () => {
    const { mock } = open(address);
    await heading(title);
    expect((await screen.findAllByText(inside)).length).toBeGreaterThan(0);
    await waitFor(() => expect(callsOf(mock, 'setTitle').flat().join()).toMatch(title));
    expectNoMarkup();
    await expectAccessible();
  });

  if (method === null)
    return;
  test('says what went wrong, and asks again', async () => {
    const { mock, user } = open(address, {}, (fresh) => fail(fresh, method, 'the disk is full: make room, then try again', 'IoErr'));
    const notice = (await screen.findAllByRole('alert'))[0] as HTMLElement;
    expect(notice.textContent).toContain('The disk is full: make room, then try again');
    expect(notice.textContent).toContain('The disk could not be read or written');
    await expectAccessible();
    mock.failures.clear();
    await user.click(within(notice).getByRole('button', { name: 'Try again' }));
    expect((await screen.findAllByText(inside)).length).toBeGreaterThan(0);
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

test.each([
  ['start', 'Three steps to your first message'],
  ['contacts', 'No contacts yet'],
  ['accounts', 'No account yet'],
  ['campaigns', 'No campaigns yet'],
  ['campaigns/new', 'You have no contacts yet'],
  ['suppressions', 'Nobody yet'],
  ['activity', 'Nothing yet'],
])('#/%s of an empty home says what to do', async (address, title) => {
  open(address, { scene: 'empty' });
  expect(await screen.findByText(title)).toBeTruthy();
  await expectAccessible();
});

test.each(['nothing', 'campaigns/0', 'campaigns/-1', 'campaigns/1e3', 'contacts/list', 'campaigns/retry/x', '%E0%A4%A'])('#/%s leads nowhere, and says so', async (address) => {
  const { mock } = open(address);
  expect((await screen.findAllByText('There is nothing here')).length).toBeGreaterThan(0);
  expect(mock.calls.filter(([name]) => String(name).startsWith('campaign'))).toEqual([]);
});
