// The made-up core's account form is the true one: KINDS is a file of core's own table, as the build's test writes it (test.sh). By hand there is none to hold it against.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GMAIL, SMTP } from '../mock/kinds';

const path = process.env.KINDS;
// What is the command line's words is left out.
const shown = ({ settings, parts, ...rest }) => ({
  ...rest,
  settings: settings.map((row) => ({ ...row, value: '', help: '' })),
  parts: parts.map((row) => ({ ...row, option: '' })),
});

test.skipIf(path === undefined)('the mock’s kinds are core’s', () => {
  const { kinds } = JSON.parse(readFileSync(path, 'utf-8'));
  for (const mine of [SMTP, GMAIL])
    expect(shown(mine)).toEqual(shown(kinds.find(({ word }) => word === mine.word)));
});
