// Accounts that sign in at their provider, as a person adds and keeps them.
import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { GMAIL, SMTP } from '../mock/kinds';
import { callsOf, expectAccessible, expectNoMarkup, open } from './page';

const button = (name: string) => screen.findByRole('button', { name });

test('Gmail: added with a client, signed in by a browser, tested, signed out', async () => {
  const { mock, user } = open('accounts/new', {}, (made) => (made.kinds = [SMTP, GMAIL]));
  await user.selectOptions(await screen.findByLabelText('By what it sends'), 'gmail');
  expect(screen.queryByText('The password')).toBeNull();
  expect(screen.getByText('How to get a client ID')).toBeTruthy();
  await user.type(screen.getByLabelText('Your e-mail address'), 'ann@gmail.com');
  await user.type(screen.getByLabelText('A name for this account'), 'Mine');
  await user.type(screen.getByLabelText('Client ID'), '123.apps.example');
  await expectAccessible();
  await user.click(await button('Save and sign in'));
  expect(await screen.findByText('Go on in your browser')).toBeTruthy();
  expect(callsOf(mock, 'accountAdd')).toEqual([['Mine', { kind: 'gmail', address: 'ann@gmail.com', keep: false, has_password: true, via: 'api', client_id: '123.apps.example' }]]);
  expect(callsOf(mock, 'accountSignInOpen')).toEqual([['Mine', 'browser']]);
  expect(screen.getByText(/This waits for (4 minutes 5\d seconds|5 minutes 0 seconds) more/)).toBeTruthy();
  await expectAccessible();
  mock.signedIn('', '');
  expect(await screen.findByText('This account works.')).toBeTruthy();
  expect(screen.queryByText('Go on in your browser')).toBeNull();
  await user.click(await button('Sign out…'));
  expect(await screen.findByText('Signed out. Your provider has taken it back.')).toBeTruthy();
  expect(callsOf(mock, 'accountSignOut')).toEqual([['Mine']]);
});

test('a sign-in that fails says why; one that is stopped says nothing; the one before does not speak for the next', async () => {
  const { mock, user } = open('accounts', {}, (made) => {
    made.kinds = [SMTP, GMAIL];
    made.accounts = [{ ...made.accounts[0]!, name: 'Mine', kind: 'gmail', needs_password: false, state: 'signed-out', signed_in: false, text: 'the sign-in has ended after seven days' }];
  });
  expect(await screen.findByText('The sign-in has ended after seven days')).toBeTruthy();
  await user.click(await button('Sign in…'));
  await screen.findByText('Go on in your browser');
  const first = mock.signedIn;
  await user.click(await button('Open the browser again'));
  await waitFor(() => expect(callsOf(mock, 'accountSignInOpen')).toHaveLength(2));
  first('denied', 'another one was begun');
  await waitFor(() => expect(callsOf(mock, 'accountSignInWait')).toHaveLength(2));
  expect(screen.getByText('Go on in your browser')).toBeTruthy();
  await user.click(await button('Stop waiting'));
  await waitFor(() => expect(screen.queryByText('Go on in your browser')).toBeNull());
  expect(screen.queryByText('Nobody said yes at the provider')).toBeNull();
  await user.click(await button('Sign in…'));
  await screen.findByText('Go on in your browser');
  mock.signedIn('scope', 'tick <b>Send email</b>');
  expect(await screen.findByText('Too little was allowed')).toBeTruthy();
  expect(screen.getByText('Tick <b>Send email</b>')).toBeTruthy();
  expectNoMarkup();
  await expectAccessible();
});

test('another way or client: the sign-in is made again, and a new client’s secret is asked for', async () => {
  const { mock, user } = open('accounts/edit/Mine', {}, (made) => {
    made.kinds = [SMTP, GMAIL];
    made.accounts = [{ ...made.accounts[0]!, name: 'Mine', kind: 'gmail', needs_password: false, state: 'ready', signed_in: true, text: '', via: 'api', client_id: '123.apps.example', units_per_minute: 6000 }];
  });
  await user.selectOptions(await screen.findByLabelText(/^Sends by/), 'smtp');
  expect(screen.getByText('The sign-in was for another client or another way. You sign in again.')).toBeTruthy();
  await expectAccessible();
  await user.click(await button('Save and test'));
  expect(await screen.findByText('Go on in your browser')).toBeTruthy();
  expect(callsOf(mock, 'accountSet')).toEqual([['Mine', { via: 'smtp' }]]);
  expect(callsOf(mock, 'accountSecret')).toEqual([]);
  mock.signedIn('', '');
  await user.click((await screen.findAllByRole('link', { name: 'Edit…' }))[0]!);
  await user.clear(await screen.findByLabelText('Client ID'));
  await user.type(screen.getByLabelText('Client ID'), '456.apps.example');
  await user.click(await button('Save and test'));
  await waitFor(() => expect(callsOf(mock, 'accountSecret')).toEqual([['Mine']]));
  expect(await screen.findByText('Go on in your browser')).toBeTruthy();
});

test('a window of its own is waited for in other words; where it may not be, the browser is, and why is said', async () => {
  const { mock, user } = open('accounts', {}, (made) => {
    made.kinds = [SMTP, GMAIL, { ...GMAIL, word: 'outlook', title: 'Outlook' }];
    made.accounts = ['gmail', 'outlook'].map((kind) => ({ ...made.accounts[0]!, name: kind, kind, needs_password: false, state: 'signed-out', signed_in: false, text: '' }));
  });
  const [gmail, outlook] = await screen.findAllByRole('button', { name: 'In a separate window…' });
  await user.click(gmail!);
  expect(await screen.findByText('Go on in your browser')).toBeTruthy();
  expect(screen.getByText(/not a window: Google lets nobody/)).toBeTruthy();
  await user.click(outlook!);
  expect(await screen.findByText('Go on in the new window')).toBeTruthy();
  expect(screen.getByText(/reaches nobody else/)).toBeTruthy();
  await expectAccessible();
  await user.click(await button('Use the browser instead'));
  await waitFor(() => expect(screen.queryByText('Go on in the new window')).toBeNull());
  expect(callsOf(mock, 'accountSignInOpen')).toEqual([['gmail', 'window'], ['outlook', 'window'], ['outlook', 'browser']]);
});
