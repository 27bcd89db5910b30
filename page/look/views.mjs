// What is looked at: an address, and what is done there first.
const text = (page, label, value) => page.getByLabel(label, { exact: true }).fill(value);
const press = (page, name) => page.getByRole('button', { name }).first().click();

async function write(page) {
  await press(page, 'Open a template…');
  await page.getByRole('button', { name: /Summer fair/ }).first().click();
  await page.waitForTimeout(900);
}

async function sent(page) {
  await page.getByRole('tab', { name: 'What was sent' }).click();
  await page.waitForTimeout(700);
}

async function who(page) {
  await page.getByLabel(/Parents 2026/).first().check();
}

async function what(page) {
  await who(page);
  await press(page, 'Next');
  await page.getByLabel('Message', { exact: true }).selectOption({ index: 1 });
  await text(page, 'Your name, as people see it', 'School office');
}

async function check(page) {
  await what(page);
  await page.waitForTimeout(200);
  await press(page, 'Next');
  await page.waitForTimeout(600);
}

export const views = [
  { name: 'start', at: 'start' },
  { name: 'start-empty', at: 'start', scene: 'empty' },
  { name: 'start-locked', at: 'start', scene: 'locked' },
  { name: 'contacts', at: 'contacts' },
  { name: 'contacts-empty', at: 'contacts', scene: 'empty' },
  { name: 'contacts-search', at: 'contacts', act: (page) => page.getByRole('searchbox').fill('ann') },
  { name: 'list', at: 'contacts/list/All%20members' },
  { name: 'list-columns', at: 'contacts/list/All%20members', act: (page) => press(page, 'Columns…') },
  { name: 'list-add', at: 'contacts/list/All%20members', act: (page) => press(page, 'Add a person…') },
  { name: 'list-dropped', at: 'contacts/list/All%20members', act: async (page) => {
    await page.getByRole('button', { name: 'Name', exact: true }).click();
    await page.waitForTimeout(300);
    await page.getByRole('button', { name: /^Take off this list/ }).first().click();
  } },
  { name: 'list-new', at: 'contacts', act: (page) => press(page, 'New list…') },
  { name: 'person-letter', at: 'contacts/person/%237', act: async (page) => {
    await press(page, 'Summer fair');
    await page.waitForTimeout(700);
  } },
  { name: 'person', at: 'contacts/person/%238' },
  { name: 'person-edit', at: 'contacts/person/%238', act: (page) => press(page, 'Edit…') },
  { name: 'import', at: 'contacts/import' },
  { name: 'import-look', at: 'contacts/import', act: (page) => press(page, 'Choose a file…') },
  { name: 'import-report', at: 'contacts/import', act: async (page) => {
    await press(page, 'Choose a file…');
    await page.waitForTimeout(300);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
  } },
  { name: 'compose-empty', at: 'compose' },
  { name: 'compose', at: 'compose', act: write },
  { name: 'compose-phone', at: 'compose', act: async (page) => {
    await write(page);
    await page.getByRole('group', { name: 'View' }).getByRole('button', { name: 'Phone' }).click();
  } },
  { name: 'compose-templates', at: 'compose', act: (page) => press(page, 'Open a template…') },
  { name: 'compose-large', at: 'compose', act: async (page) => {
    await write(page);
    await press(page, 'Larger');
    await page.waitForTimeout(500);
  } },
  { name: 'compose-test', at: 'compose', act: async (page) => {
    await write(page);
    await press(page, 'Send a test to myself…');
  } },
  { name: 'accounts', at: 'accounts', act: async (page) => {
    await page.getByRole('button', { name: 'Test' }).first().click();
    await page.getByRole('button', { name: 'Test' }).nth(1).click();
  } },
  { name: 'account-new', at: 'accounts/new', act: (page) => text(page, 'Your e-mail address', 'office.example@gmail.com').then(() => page.waitForTimeout(700)) },
  { name: 'campaigns', at: 'campaigns' },
  { name: 'campaign-live', at: 'campaigns/7', moves: true, act: (page) => page.waitForTimeout(4500) },
  { name: 'campaign-unknown', at: 'campaigns/6' },
  { name: 'campaign-million', at: 'campaigns/5', act: async (page) => {
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await page.waitForTimeout(300);
    await page.getByRole('grid').scrollIntoViewIfNeeded();
  } },
  { name: 'campaign-hostile', at: 'campaigns/4' },
  { name: 'campaign-done', at: 'campaigns/5' },
  { name: 'campaign-sent', at: 'campaigns/5', act: sent },
  { name: 'campaign-erased', at: 'campaigns/5', act: async (page) => {
    await sent(page);
    await press(page, 'Next');
    await press(page, 'Next');
    await page.waitForTimeout(400);
  } },
  { name: 'campaign-letter', at: 'campaigns/6', act: async (page) => {
    await page.getByRole('gridcell').first().click();
    await page.waitForTimeout(700);
  } },
  { name: 'campaign-correct', at: 'campaigns/correct/6', act: async (page) => {
    await text(page, 'Subject', 'New timetable, corrected');
    await page.waitForTimeout(1200);
  } },
  { name: 'campaign-counting', at: 'campaigns/correct/6', act: async (page) => {
    await text(page, 'Subject', 'New timetable, corrected');
    await press(page, 'Save and go on');
  } },
  { name: 'campaigns-tests', at: 'campaigns', act: (page) => press(page, 'Tests') },
  { name: 'wizard-who', at: 'campaigns/new', act: who },
  { name: 'wizard-what', at: 'campaigns/new', act: what },
  { name: 'wizard-check', at: 'campaigns/new', act: check },
  { name: 'wizard-send', at: 'campaigns/new', act: async (page) => {
    await check(page);
    await page.getByRole('checkbox').first().check();
    await page.getByRole('button', { name: /^Send/ }).first().click();
  } },
  { name: 'suppressions', at: 'suppressions' },
  { name: 'suppressions-add', at: 'suppressions', act: (page) => press(page, 'Add addresses…') },
  { name: 'activity', at: 'activity' },
  { name: 'settings', at: 'settings' },
  { name: 'settings-delete', at: 'settings', act: (page) => press(page, 'Delete everything…') },
  { name: 'loading', at: 'campaigns', delay: 5000 },
  { name: 'lost', at: 'start', act: (page) => page.evaluate(() => window.mock.coreLost.emit(false)) },
  { name: 'closing', at: 'start', act: (page) => page.evaluate(() => window.mock.closeAsked.emit(2)) },
  { name: 'dropping', at: 'contacts', act: (page) => page.evaluate(() => window.mock.dragChanged.emit(true)), noAxe: true },
  { name: 'failed', at: 'activity', act: async (page) => {
    await page.evaluate(() => {
      window.mock.failures.set('campaignList', Object.assign(new Error('the disk is full: make room, then try again'), { fault: 'IoErr' }));
      location.hash = '#/campaigns';
    });
  } },
];
