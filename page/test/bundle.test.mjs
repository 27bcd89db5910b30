// What is shipped: no mock, no eval, no <style>, nothing from elsewhere; the exact files.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const out = mkdtempSync(join(tmpdir(), 'page-'));
const files = ['HtmlEditor.js', 'OtherView.js', 'index.html', 'index.js', 'postal-mime.js', 'style.css']; // the shell serves these and nothing else
const read = (name) => readFileSync(join(out, name), 'utf8');

beforeAll(() => {
  const env = { ...process.env, NODE_ENV: 'production' };
  execFileSync('node_modules/.bin/vite', ['build', '--logLevel', 'error', '--outDir', out, '--emptyOutDir'], { env });
}, 120_000);
afterAll(() => rmSync(out, { recursive: true }));

test('there are these files and no other', () => expect(readdirSync(out).sort()).toEqual(files));

test('nothing of the mock is in it', () => {
  for (const name of files)
    expect(/MockFault|smtp\.school\.example|4XkQ9/.exec(read(name))?.[0], name).toBeUndefined();
});

test('no Blob is read: the window cannot', () => expect(read('postal-mime.js')).not.toMatch(/new Blob\(/));

test('the page says only what the policy allows', () => {
  const html = read('index.html');
  expect(html).not.toMatch(/<style|<script(?![^>]*\ssrc="\.\/index\.js")|\son\w+=|\sstyle=|crossorigin|https?:/);
  for (const name of files.filter((one) => one.endsWith('.js'))) {
    const script = read(name);
    expect(/\beval\(|new Function\(|sourceMappingURL|import\(["']https?:/.exec(script)?.[0], name).toBeUndefined();
    expect(/\b(fetch|XMLHttpRequest|WebSocket|EventSource|localStorage|indexedDB)\(/.exec(script)?.[0], name).toBeUndefined();
    expect(script.includes(process.cwd()), name).toBe(false);
  }
  expect(read('style.css')).not.toMatch(/@import|url\(/);
});

test('it stays small', () => {
  const size = (name) => readFileSync(join(out, name)).length;
  expect(size('index.js')).toBeLessThan(450_000);
  expect(files.reduce((sum, name) => sum + size(name), 0)).toBeLessThan(1_000_000);
});
