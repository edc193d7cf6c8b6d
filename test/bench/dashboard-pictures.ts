// Draws the pictures of docs/dashboards.md: npm run pictures:dashboards
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { dashboards } from '../../telemetry/dashboards/catalog.ts';
import { drawDashboard } from '../../telemetry/dashboards/draw-dashboard.ts';
import { drawnDashboard } from '../support/drawn-dashboard.ts';
import { launchChromium } from '../support/live/chromium.ts';
import { anEventfulScene } from '../support/live/eventful-scene.ts';
import { aPrometheus } from '../support/live/prometheus.ts';
import { root } from '../support/source-tree.ts';
import { ColourBook } from './dashboards/legends.ts';
import { drawPage, PAGE_WIDTH } from './dashboards/page.ts';
import { smallPng } from './dashboards/small-png.ts';

/** A calm part, which Benchmark takes for the run before, and one in which things go wrong. */
const PART_SECONDS = 75;

const folder = process.argv[2] ?? join(root, 'docs/pictures');
mkdirSync(folder, { recursive: true });
await using scene = await anEventfulScene(1);
await using prometheus = await aPrometheus(scene.house.gateway.adminUrl, 'numagate');
const { replicas, gateway } = scene.house;
const began = Date.now() / 1000;

/** Waits until so many seconds from the start. */
async function until(seconds: number): Promise<void> {
  await pause(Math.max(0, (began + seconds) * 1000 - Date.now()));
}

await until(PART_SECONDS + 10);
await scene.overheat();
await scene.overrun();
await until(PART_SECONDS + 25);
await scene.fail(4);
await scene.overrun();
await until(PART_SECONDS + 35);
await replicas[1]?.stop();
await gateway.reload('replicas: none');
await until(PART_SECONDS + 55);
await replicas[1]?.startAgain();
await scene.overrun();
await until(2 * PART_SECONDS);

const to = Date.now() / 1000;
const filling = { interval: '12s', range: `${PART_SECONDS - 15}s`, before: `${PART_SECONDS}s` };
const colours = new ColourBook();
const browser = await launchChromium();
for (const dashboard of dashboards) {
  const seconds = dashboard.variables.includes('before')
    ? PART_SECONDS - 15
    : 2 * PART_SECONDS - 30;
  const html = await drawPage(drawnDashboard.parse(drawDashboard(dashboard)), {
    prometheus,
    spans: scene.collector.spans,
    span: { from: to - seconds, to, step: 1 },
    filling,
    colours,
  });
  const page = await browser.newPage({ viewport: { width: PAGE_WIDTH, height: 900 } });
  await page.setContent(html);
  const path = join(folder, `${dashboard.name.replace('numagate-', 'dashboard-')}.png`);
  writeFileSync(path, smallPng(await page.screenshot({ fullPage: true })));
  await page.close();
}
await browser.close();
