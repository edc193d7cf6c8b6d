// Draws the pictures of docs/live-page.md in a real Chromium: npm run pictures
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { topText } from '../support/live/top-text.ts';
import { terminalPage } from '../support/live/terminal-page.ts';
import { launchChromium } from '../support/live/chromium.ts';
import { aScene } from '../support/live/scene.ts';
import { root } from '../support/source-tree.ts';

const views = [
  { name: 'live-page-wide', width: 1_920, height: 1_200, scheme: 'light' },
  { name: 'live-page-dark', width: 1_280, height: 1_100, scheme: 'dark' },
  { name: 'live-page-tablet', width: 768, height: 1_024, scheme: 'light' },
  { name: 'live-page-phone', width: 320, height: 700, scheme: 'dark' },
] as const;

/** The field shows the last sixteen seconds. */
const SETTLE_MS = 18_000;

const folder = process.argv[2] ?? join(root, 'docs/pictures');
mkdirSync(folder, { recursive: true });
await using scene = await aScene();
const browser = await launchChromium();
for (const { name, width, height, scheme } of views) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
  page.on('pageerror', (error) => process.stderr.write(`${name}: ${String(error)}\n`));
  await page.goto(`${scene.house.gateway.adminUrl}/admin/ui`);
  await pause(SETTLE_MS);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  await page.close();
}
const page = await browser.newPage({ viewport: { width: 1_280, height: 860 } });
await page.goto(`${scene.house.gateway.adminUrl}/admin/ui`);
await page.locator('#field-labels').focus();
await pause(3_000);
for (let row = 0; row < 9; row += 1) await page.keyboard.press('ArrowDown');
await page.keyboard.press('Enter');
await pause(3_000);
await page.screenshot({ path: join(folder, 'live-page-request.png') });
await page.close();
const terminal = await browser.newPage({ viewport: { width: 970, height: 400 } });
await terminal.setContent(terminalPage(await topText(scene.house.gateway.adminUrl)));
await terminal.screenshot({ path: join(folder, 'top.png'), fullPage: true });
await browser.close();
