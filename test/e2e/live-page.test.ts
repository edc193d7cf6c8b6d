import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashKey } from '../../gateway/server/key-check.ts';
import { chromiumPath, launchChromium, NO_CHROMIUM } from '../support/live/chromium.ts';
import { aCrowd } from '../support/live/crowd.ts';
import { LiveGateway } from '../support/live/gateway.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse } from '../support/live/house.ts';
import { scriptTime } from '../support/live/script-time.ts';
import { StreamTraffic } from '../support/live/stream-traffic.ts';

describe('the live page in a browser', () => {
  let browser: Browser;

  beforeEach((context) => {
    if (chromiumPath === undefined) context.skip(NO_CHROMIUM);
  });

  beforeAll(async () => {
    if (chromiumPath !== undefined) browser = await launchChromium();
  });

  afterAll(async () => {
    if (chromiumPath !== undefined) await browser.close();
  });

  type Look = Parameters<Browser['newPage']>[0];

  /** Opens the page, and fails the test that leaves it with an error in the console. */
  async function open(adminUrl: string, look: Look = {}): Promise<Page & AsyncDisposable> {
    const page = await browser.newPage({ viewport: { width: 1_280, height: 900 }, ...look });
    const complaints: string[] = [];
    page.on('pageerror', (error) => void complaints.push(String(error)));
    page.on('console', (message) => {
      // A browser tells of every answer that is no success; what they mean, the tests look at.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) complaints.push(message.text());
    });
    await page.goto(`${adminUrl}/admin/ui`);
    return Object.assign(page, {
      async [Symbol.asyncDispose]() {
        await page.close();
        expect(complaints).toEqual([]);
      },
    });
  }

  /** Two replicas on two nodes, slow enough that their streams last. */
  function aSlowHouse(): Promise<LiveHouse> {
    const names = [
      { id: 'left', numaNode: 0 },
      { id: 'right', numaNode: 1 },
    ].values();
    return aHouse({
      replicas: [{ speed: 1 }, { speed: 1 }],
      replicaSettings: () => names.next().value ?? {},
    });
  }

  function streams(house: LiveHouse, count: number, maxTokens = 4_000): StreamTraffic {
    const { gateway, replica } = house;
    return new StreamTraffic(gateway.url, replica.model, [
      { streams: count, promptWords: 40, maxTokens },
    ]);
  }

  /** The figure of a tile. */
  function tile(page: Page, name: string) {
    return page.locator('.tile', { has: page.getByText(name, { exact: true }) }).locator('b');
  }

  it('shows the fleet by NUMA node, and follows what happens to it', async () => {
    await using house = await aSlowHouse();
    await using page = await open(house.gateway.adminUrl);
    await page.getByRole('status').getByText('Live').waitFor();

    expect(await page.getByRole('heading', { level: 3 }).allTextContents()).toEqual([
      'NUMA node 0',
      'NUMA node 1',
    ]);
    expect(await page.getByRole('meter').count()).toBe(2);
    await tile(page, 'in flight').getByText('0', { exact: true }).waitFor();
    {
      await using _traffic = streams(house, 6);
      await tile(page, 'in flight').getByText('6', { exact: true }).waitFor();
      await expect
        .poll(async () => Number(await tile(page, 'output tokens/s').textContent()))
        .toBeGreaterThan(0);
    }
    await tile(page, 'in flight').getByText('0', { exact: true }).waitFor();
  });

  it('opens a request that is clicked, with its gaps and its receipt', async () => {
    await using house = await aSlowHouse();
    await using _traffic = streams(house, 4);
    await using page = await open(house.gateway.adminUrl);
    const first = page.locator('#attention button').first();
    await first.waitFor();
    await first.hover();
    const id = await first.textContent();
    await first.click();

    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: id ?? '' }).waitFor();
    await dialog.getByText(/^kv-aware picked (?:left|right)/u).waitFor();
    await dialog.getByText(/^The last [\d,]+ gaps: half are up to/u).waitFor();
    expect(await dialog.getByRole('row', { name: /✓/u }).count()).toBe(1);

    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe(id);
  });

  it('leads to a request by keys alone', async () => {
    await using house = await aSlowHouse();
    await using _traffic = streams(house, 3);
    await using page = await open(house.gateway.adminUrl);
    await tile(page, 'in flight').getByText('3', { exact: true }).waitFor();
    await page.locator('#attention button').first().waitFor();
    await page.locator('#field-labels').focus();
    await page.keyboard.press('ArrowDown');
    const chosen = (await page.locator('#field-selected').textContent()) ?? '';
    await page.keyboard.press('Enter');

    expect(chosen).toMatch(/^[\w-]+: \w+ at (?:left|right), [\d,]+ tokens/u);
    await page.getByRole('dialog').getByRole('heading', { level: 2 }).waitFor();
    expect(await page.locator('#request-title').textContent()).toBe(chosen.split(':')[0]);
  });

  it('finds a request that has ended by its id, and tells what came of it', async () => {
    await using house = await aSlowHouse();
    const headers = { 'content-type': 'application/json', 'x-request-id': 'over-and-done' };
    const { model } = house.replica;
    const body = JSON.stringify({ model, prompt: 'one', max_tokens: 2, stream: true });
    await (
      await fetch(`${house.gateway.url}/v1/completions`, { method: 'POST', headers, body })
    ).text();
    await using page = await open(house.gateway.adminUrl);
    await page.getByLabel('Request id').fill('over-and-done');
    await page.keyboard.press('Enter');

    await page
      .getByRole('dialog')
      .getByText(/^Ended as 200, after/u)
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Request id').fill('never-seen');
    await page.keyboard.press('Enter');
    const unknown = page.getByText('This gateway knows of no such request');
    await unknown.waitFor();
    expect(await page.getByRole('dialog').locator('table').count()).toBe(0);
  });

  it('survives a restart of the gateway', async () => {
    await using house = await aSlowHouse();
    const settings = (port: number, adminPort: number) => ({
      listen: { port },
      admin: { port: adminPort },
      replicas: [{ url: house.replica.url, id: 'left' }],
    });
    const first = await LiveGateway.start(settings(0, 0));
    const { adminUrl } = first;
    await using page = await open(adminUrl);
    const status = page.getByRole('status');
    await status.getByText('Live').waitFor();

    await first[Symbol.asyncDispose]();
    await status.getByText('Connection lost').waitFor();
    await using again = await LiveGateway.start(settings(0, Number(new URL(adminUrl).port)));
    await status.getByText('Live').waitFor();
    await again.ready(1);
    await expect.poll(() => tile(page, 'replicas ready').textContent()).toBe('1');
  });

  it('asks for the admin key, keeps it in its tab, and writes it into no address', async () => {
    await using house = await aHouse({
      settings: { admin: { keySha256: hashKey('sesame-and-more').toString('hex') } },
      adminKey: 'sesame-and-more',
    });
    await using page = await open(house.gateway.adminUrl);
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(request.url()));
    const key = page.getByLabel('Admin key');
    await key.fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('The gateway does not take this key.').waitFor();
    await key.fill('sesame-and-more');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('Live').waitFor();
    expect(await page.locator('#key-form').isVisible()).toBe(false);

    await page.reload();
    await page.getByRole('status').getByText('Live').waitFor();
    expect(asked.join(' ')).not.toContain('sesame');
  });

  it.each(
    [320, 768, 1_920].flatMap((width) => [
      { width, colorScheme: 'light' as const },
      { width, colorScheme: 'dark' as const },
    ]),
  )('fits a screen of $width pixels, $colorScheme', async ({ width, colorScheme }) => {
    await using house = await aSlowHouse();
    await using _traffic = streams(house, 5);
    await using page = await open(house.gateway.adminUrl, {
      viewport: { width, height: 800 },
      colorScheme,
      reducedMotion: 'reduce',
    });
    await tile(page, 'in flight').getByText('5', { exact: true }).waitFor();

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const back = colorScheme === 'dark' ? 'rgb(18, 22, 28)' : 'rgb(255, 255, 255)';
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(back);
    await expect.poll(() => page.evaluate(colouredPixels)).toBeGreaterThan(100);
  });

  it('tells replicas apart by their addresses on a screen of 320 pixels', async () => {
    await using house = await aHouse({ replicas: [{ speed: 1 }, { speed: 1 }] });
    await using _traffic = streams(house, 5);
    await using page = await open(house.gateway.adminUrl, {
      viewport: { width: 320, height: 800 },
    });
    const where = page.getByRole('cell', { name: /^(?:prefill|streaming) at 127/u }).first();
    await where.waitFor();

    const { x = 0, width: across = Infinity } = (await where.boundingBox()) ?? {};
    expect(x + across).toBeLessThanOrEqual(320);
    const width = 'document.querySelector("#attention .scroll").scrollWidth';
    expect(await page.evaluate(width)).toBeLessThanOrEqual(320);
  });

  it('names everything for those who hear it', async () => {
    await using house = await aSlowHouse();
    await using page = await open(house.gateway.adminUrl);
    await page.getByRole('status').getByText('Live').waitFor();

    await page.getByRole('meter', { name: 'KV cache of left' }).waitFor();
    for (const name of ['Fleet', 'Waiting room', 'Quiet for longest', 'Requests in flight']) {
      await page.getByRole('region', { name }).waitFor();
    }
    await page.getByRole('application', { name: /token rhythm/u }).waitFor();
    expect(await page.locator('input:not([id])').count()).toBe(0);
  });

  it('stays smooth before 200 replicas and 5,000 streams', async () => {
    await using crowd = await aCrowd({ replicas: 200, requests: 5_000 });
    await using page = await open(crowd.url, { viewport: { width: 1_920, height: 1_080 } });
    await page.getByRole('status').getByText('Live').waitFor();
    await page.waitForTimeout(1_000);

    const { p95Ms } = await scriptTime(page, 3);

    // Measured 4.3 ms (test/bench/live-frames.ts); a busy machine is let be late by ten times the limit of 8 ms.
    expect(p95Ms).toBeLessThan(80);
  });
});

/** Pixels of the field that are neither empty nor grey. */
const colouredPixels = `(() => {
  const canvas = document.getElementById('field-rhythm');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] > 0 && Math.abs(data[at] - data[at + 2]) > 40) count += 1;
  }
  return count;
})()`;
