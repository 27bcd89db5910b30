// Looking back: what was sent is seen again, on the campaign and on the person; campaigns are found, sorted, copied, put away; the log leads to what it names.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { currentDraft } from '../src/views/compose/draft';
import { targetOf } from '../src/views/activity/target';
import { stepFor, toBuckets } from '../src/views/campaigns/live/history';
import { roundUp } from '../src/views/campaigns/live/Plot';
import { titleOf } from '../src/views/campaigns/title';
import { callsOf, expectAccessible, expectNoMarkup, fail, heading, open } from './page';

const button = (name: string | RegExp) => screen.findByRole('button', { name });

test.each([
  ['Hello {{first_name}}, your invoice', 'Hello, your invoice'],
  ['{{name}}: your grades', 'Your grades'],
  ['{{name|friend}} – come to the fair!', 'Come to the fair!'],
  ['Invoice {{nr}} of May', 'Invoice of May'],
  ['For you, {{ name }}', 'For you'],
  ['Corrected for {{name}}!', 'Corrected'],
  ['What we plan for', 'What we plan for'],
  ['{{#vip}}Thank you, {{/vip}}{{name}}', 'Thank you'],
  ['Dear {{^name}}friend{{/name}}{{name}}', 'Dear'],
  ['{{title}}', 'title'],
  ['*|FNAME|*, good news', 'Good news'],
  ['no fields', 'No fields'],
  ['', '(no subject)'],
  ['<img src=x>', '<img src=x>'],
])('the subject %j is the title %j', (subject, title) => expect(titleOf(subject)).toBe(title));

test.each([[1, 1], [120, 1], [121, 10], [3600, 60], [86400, 3600], [40_000_000, 604800]])('of %i seconds a step is %i', (seconds, step) => expect(stepFor(seconds)).toBe(step));

test('steps are added up, without gaps, and made wider where answers came long after', () => {
  const count = (time: number, state: string, many: number) => ({ time: String(time), state, count: String(many) });
  const buckets = toBuckets([count(120, 'accepted', 5), count(240, 'refused', 1), count(120, 'accepted', 2), count(180, 'later', 9)], 60);
  expect(buckets).toEqual([{ time: 120, accepted: 7, refused: 0, unknown: 0 }, { time: 180, accepted: 0, refused: 0, unknown: 0 }, { time: 240, accepted: 0, refused: 1, unknown: 0 }]);
  expect(toBuckets([count(0, 'accepted', 5), count(10_000_000, 'accepted', 1)], 1).length).toBeLessThanOrEqual(121);
  expect([0, 1, 3, 11, 49, 51, 100].map(roundUp)).toEqual([1, 1, 5, 20, 50, 100, 100]);
});

test('a line of the log leads to what it names, and to nothing that is gone', () => {
  const lists = [{ name: 'A' }, { name: 'A: B' }] as never;
  const campaigns = [{ id: '7', title: 'Hi {{name}}' }] as never;
  const to = (what: string, detail: string) => targetOf({ id: '1', time: '1', what, detail }, campaigns, lists);
  expect(to('campaign.paused', 'campaign 7: you paused it')).toEqual({ href: '#/campaigns/7', text: 'Hi', rest: 'you paused it' });
  expect(to('campaign.paused', 'campaign 70: you paused it')).toBeNull();
  expect(to('import', 'list A: B: 3 rows')).toEqual({ href: '#/contacts/list/A%3A%20B', text: 'A: B', rest: '3 rows' });
  expect(to('list.remove', 'list C, 3 people with it')).toBeNull();
  expect(to('contact.edit', 'person #12')).toMatchObject({ href: '#/contacts/person/%2312' });
  expect(to('contact.forget', 'one person')).toBeNull();
});

describe('what was sent', () => {
  test('on the campaign: one person after the other; of a forgotten one it says so', async () => {
    const { mock, user } = open('campaigns/5');
    await heading(/Annual report/);
    await user.click(screen.getByRole('tab', { name: 'What was sent' }));
    expect(await screen.findByText('As each person got it')).toBeTruthy();
    await waitFor(() => expect(callsOf(mock, 'campaignSent')).toHaveLength(1));
    await user.click(await button('Next'));
    await user.click(await button('Next'));
    expect(await screen.findByText('This person was forgotten')).toBeTruthy();
    expect(callsOf(mock, 'campaignSent').map(([, recipient]) => recipient)).toEqual(['1', '2', '3']);
    expect((await screen.findAllByText('(name was erased)')).length).toBeGreaterThan(0);
    await user.click(await button('Before'));
    await waitFor(() => expect(screen.queryByText('This person was forgotten')).toBeNull());
    expectNoMarkup();
    await expectAccessible();
  });

  test('a row of the table opens the letter by one click', async () => {
    const { mock } = open('campaigns/6');
    fireEvent.click((await screen.findAllByRole('gridcell'))[0] as HTMLElement);
    const dialog = await screen.findByRole('dialog', { name: 'One message' });
    await waitFor(() => expect(callsOf(mock, 'campaignSent')).toEqual([['6', '1']]));
    expect(await within(dialog).findByText('Subject')).toBeTruthy();
    expectNoMarkup();
  });

  test('on the person’s page; what failed can be asked for again', async () => {
    const { mock, user } = open('contacts/person/%237', {}, (fresh) => fail(fresh, 'campaignSent', 'the stored attachment plan.pdf is gone from the data folder', 'IoErr'));
    await user.click(await button('Summer fair'));
    expect(await screen.findByText(/plan\.pdf is gone/)).toBeTruthy();
    mock.failures.clear();
    await user.click(await button('Try again'));
    await waitFor(() => expect(callsOf(mock, 'campaignSent').at(-1)).toEqual(['7', '7']));
    expect(screen.getByRole('link', { name: 'Open the campaign' }).getAttribute('href')).toBe('#/campaigns/7');
  });
});

describe('campaigns', () => {
  const titles = () => within(screen.getByRole('table')).getAllByRole('row').slice(1).map((row) => row.querySelector('a')?.textContent);

  test('a finished one has its curve, as a table too, and no empty card', async () => {
    open('campaigns/5');
    expect(await screen.findByText('Over time')).toBeTruthy();
    expect(document.querySelectorAll('.plot rect').length).toBeGreaterThan(10);
    expect(screen.getByText('As a table')).toBeTruthy();
    expectNoMarkup();
  });

  test('are searched and sorted; tests stand apart; one is put away and comes back', async () => {
    const { mock, user } = open('campaigns');
    await screen.findByText('New timetable');
    expect(titles()).not.toContain('[Test] New timetable');
    await user.click(await button('People'));
    expect(titles()[0]).toBe('Annual report to all members');
    await user.click(await button('People'));
    expect(titles()[0]).toBe('دعوة إلى الحفل السنوي');
    await user.type(screen.getByRole('searchbox'), 'annual');
    expect(titles()).toEqual(['Annual report to all members']);
    await user.click(await button('Archive'));
    expect(callsOf(mock, 'campaignArchive')).toEqual([['5', true]]);
    await user.click((await screen.findAllByRole('button', { name: 'Archive' }))[0] as HTMLElement); // where it is now
    await user.click(await button('Take out'));
    expect(callsOf(mock, 'campaignArchive').at(-1)).toEqual(['5', false]);
    await user.clear(screen.getByRole('searchbox'));
    await user.click(await button('Tests'));
    expect(titles()).toEqual(['[Test] New timetable']);
    await expectAccessible();
  });

  test('a copy is open for writing, with its files', async () => {
    const { mock, user } = open('campaigns/6');
    await user.click(await button('Write another like it'));
    await heading('Compose');
    expect(currentDraft()).toMatchObject({ subject: 'New timetable', mode: 'html', files: [{ name: 'plan.pdf', role: 'attach' }] });
    expect(callsOf(mock, 'letterFiles')).toEqual([['campaign', '6']]);
    expect((await screen.findAllByText(/Nothing of the campaign was changed|in place of the one/)).length).toBeGreaterThan(0);
  });
});
