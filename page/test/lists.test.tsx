// Lists: an empty one is made, renamed; a person is added, taken off, put back; a field is deleted; sorted, found, columns chosen.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { shownOf } from '../src/views/contacts/list/ColumnChoice';
import { callsOf, expectAccessible, expectNoMarkup, fail, heading, open } from './page';

const button = (name: string | RegExp) => screen.findByRole('button', { name });
const dialog = () => screen.findByRole('dialog');

describe('lists', () => {
  test('an empty one is made and opened; a name that is taken is said', async () => {
    const { mock, user } = open('contacts');
    await user.click(await button('New list…'));
    await user.type(await screen.findByLabelText('Name of the list'), 'all members{Enter}');
    expect(await screen.findByText(/There is a list “all members” already/)).toBeTruthy();
    await user.clear(screen.getByLabelText('Name of the list'));
    await user.type(screen.getByLabelText('Name of the list'), 'Choir <b>{Enter}');
    await heading('Choir <b>');
    expect(callsOf(mock, 'listCreate').at(-1)).toEqual(['Choir <b>']);
    expect(await screen.findByText('Nobody is on this list')).toBeTruthy();
    expectNoMarkup();
    await expectAccessible();
  });

  test('a person is added, with how they agreed; nothing is red before', async () => {
    const { mock, user } = open('contacts/list/Parents%202026');
    await user.click((await screen.findAllByRole('button', { name: 'Add a person…' }))[0] as HTMLElement);
    const add = await dialog();
    expect(within(add).queryByText('Give an e-mail address or a phone number.')).toBeNull();
    expect((within(add).getByRole('button', { name: 'Add to the list' }) as HTMLButtonElement).disabled).toBe(true);
    await user.type(within(add).getByLabelText('Name'), 'Ann');
    await user.type(within(add).getByLabelText('E-mail'), ' ann@example.org ');
    await user.type(within(add).getByLabelText(/Where and when did they agree/), 'open day');
    await user.click(within(add).getByRole('button', { name: 'Add to the list' }));
    await waitFor(() => expect(callsOf(mock, 'contactAdd')).toEqual([['Parents 2026', { name: 'Ann', email: 'ann@example.org' }, { consent: 'open day' }]]));
  });

  test('one is taken off by a button or the Delete key, and put back', async () => {
    const { mock, user } = open('contacts/list/Parents%202026');
    await user.click((await screen.findAllByRole('button', { name: /^Take off this list: / }))[1] as HTMLElement);
    await waitFor(() => expect(callsOf(mock, 'listDrop')).toEqual([['Parents 2026', ['#2']]]));
    expect(window.location.hash).toContain('list');
    await user.click(await button('Put back'));
    await waitFor(() => expect(callsOf(mock, 'listAdd')).toEqual([['Parents 2026', ['#2']]]));
    fireEvent.keyDown(await screen.findByRole('grid'), { key: 'Delete' });
    await waitFor(() => expect(callsOf(mock, 'listDrop')).toHaveLength(2));
  });

  test('and on the person’s page', async () => {
    const { mock, user } = open('contacts/person/%237');
    await user.click(await button('Take off: All members'));
    await waitFor(() => expect(callsOf(mock, 'listDrop')).toEqual([['All members', ['#7']]]));
  });

  test('is renamed, and stays open under its new name', async () => {
    const { mock, user } = open('contacts/list/Parents%202026');
    await user.click(await button('Rename…'));
    const name = await screen.findByLabelText('Name of the list');
    await user.clear(name);
    await user.type(name, 'Parents 2027{Enter}');
    await heading('Parents 2027');
    expect(callsOf(mock, 'listRename')).toEqual([['Parents 2026', 'Parents 2027']]);
  });

  test('is sorted by a column, up and down, and searched', async () => {
    const { mock, user } = open('contacts/list/All%20members');
    await user.click(await button('Name'));
    await waitFor(() => expect(callsOf(mock, 'listFind').at(-1)?.slice(0, 5)).toEqual(['All members', '', 'name', false, '0']));
    await user.click(await button('Name'));
    await waitFor(() => expect(callsOf(mock, 'listFind').at(-1)?.slice(2, 4)).toEqual(['name', true]));
    expect((await screen.findByRole('columnheader', { name: 'Name' })).getAttribute('aria-sort')).toBe('descending');
    await user.type(screen.getByRole('searchbox'), 'oskar');
    await waitFor(() => expect(callsOf(mock, 'listFind').at(-1)?.[1]).toBe('oskar'));
    expect(await screen.findByText(/people found$/)).toBeTruthy();
    await expectAccessible();
  });

  test('columns are chosen; a field is deleted after a yes', async () => {
    const { mock, user } = open('contacts/list/Parents%202026');
    await user.click(await button('Columns…'));
    const before = screen.getAllByRole('columnheader').length;
    await user.click(within(await dialog()).getByLabelText('Phone'));
    expect(screen.getAllByRole('columnheader', { hidden: true })).toHaveLength(before - 1);
    const [first] = within(await dialog()).getAllByRole('button', { name: /^Delete the field/ });
    await user.click(first as HTMLElement);
    expect(callsOf(mock, 'listFieldRemove')).toEqual([]);
    fail(mock, 'listFieldRemove', 'an import is at work', 'TempFail');
    await user.click(await button('Delete the field'));
    expect(await screen.findByText('An import is at work')).toBeTruthy();
    mock.failures.clear();
    await user.click(await button('Delete the field'));
    await waitFor(() => expect(callsOf(mock, 'listFieldRemove').at(-1)?.[0]).toBe('Parents 2026'));
  });

  test('the name is always shown; what nobody chose are the first', () => {
    expect(shownOf(null, ['name', 'email', 'phone', 'a', 'b', 'c', 'd'])).toEqual([0, 1, 2, 3, 4, 5]);
    expect(shownOf(new Set(['d', 'gone']), ['name', 'email', 'phone', 'a', 'b', 'c', 'd'])).toEqual([0, 6]);
  });
});
