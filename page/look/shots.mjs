// node look/shots.mjs OUT [CHROMIUM]: a picture of each view in light and dark, wide and narrow, and axe-core's findings, colours included.
// SIZES=1280x800,900x700 and ONLY=start,list choose. Needs `vite build --mode mock` before, and Debian's chromium. Exit status 1: the policy was violated, the console had errors, or axe found something serious.
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';
import { views } from './views.mjs';

const out = process.argv[2];
const only = process.env.ONLY?.split(',');
if (out === undefined)
  throw new Error('usage: node look/shots.mjs OUT [CHROMIUM]');
await mkdir(out, { recursive: true });
const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const sizes = (process.env.SIZES ?? '1280x800,800x600').split(',').map((size) => size.split('x').map(Number));
const server = await serve();
const browser = await chromium.launch({ executablePath: process.argv[3] ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const findings = [];

async function shoot(view, theme, [width, height]) {
  const name = `${view.name}-${theme}-${width}`;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce', locale: 'en-GB' });
  const page = await context.newPage();
  page.on('console', (message) => !message.location().url.endsWith('favicon.ico') && ['error', 'warning'].includes(message.type()) && findings.push(`${name}: console: ${message.text()}`));
  page.on('pageerror', (error) => findings.push(`${name}: ${error.message}`));
  await page.goto(`${server.address}?still=${view.moves ? 0 : 1}&dark=${theme === 'dark' ? 1 : 0}&scene=${view.scene ?? 'full'}&delay=${view.delay ?? 5}#/${view.at}`);
  await page.waitForTimeout(500);
  await view.act?.(page);
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(out, `${name}.png`) });
  const broken = await page.evaluate(() => [...document.querySelectorAll('.vcell')].filter((cell) => cell.scrollHeight > cell.closest('.vrow').clientHeight).map((cell) => cell.textContent).slice(0, 3));
  if (broken.length > 0)
    findings.push(`${name}: a cell of one line has two: ${broken.join(' | ')}`);
  if (view.noAxe !== true) {
    await page.evaluate(axe); // by the debugger: the policy does not see it
    const { violations } = await page.evaluate(() => window.axe.run(document, { iframes: false }));
    for (const violation of violations)
      if (['serious', 'critical'].includes(violation.impact))
        findings.push(`${name}: axe ${violation.id}: ${violation.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
  }
  await context.close();
}

for (const view of views.filter(({ name }) => only === undefined || only.includes(name)))
  for (const theme of ['light', 'dark'])
    for (const size of sizes)
      await shoot(view, theme, size).catch((error) => findings.push(`${view.name}: ${error.message.split('\n')[0]}`));
await browser.close();
await server.stop();
for (const finding of [...new Set(findings)])
  console.log(finding);
console.log(`${views.length} views, ${findings.length} findings`);
process.exit(findings.length === 0 ? 0 : 1);
