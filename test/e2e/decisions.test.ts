import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { runGateway } from '../support/command-line.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse } from '../support/live/house.ts';
import { postJson } from '../support/live/raw.ts';

const adminKey = 'sesame';
const keySha256 = createHash('sha256').update(adminKey).digest('hex');

async function ask({ gateway, replica }: LiveHouse, requestId: string): Promise<void> {
  const body = { model: replica.model, prompt: 'Tell me of the sea', max_tokens: 5, stream: true };
  const headers = { 'x-request-id': requestId };
  const answer = await postJson(`${gateway.url}/v1/completions`, body, headers);
  await answer.text();
}

describe('why a request went where it went', () => {
  it('is told of each candidate, with what came of it', async () => {
    await using house = await aHouse({ replicas: [{}, {}] });
    await ask(house, 'mine');
    await house.gateway.empty();

    const { code, stdout } = await runGateway([
      'explain',
      'mine',
      '--admin-url',
      house.gateway.adminUrl,
    ]);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Request mine: model /u);
    for (const { url } of house.replicas) expect(stdout).toContain(new URL(url).host);
    expect(stdout).toMatch(/^> 127\.0\.0\.1:\d+ .* ms/mu);
    expect(stdout).toMatch(/Ended as 200 after .*\nFirst token .* predicted .*\nOutput 5 tokens/u);
  });

  it('is listed for each request', async () => {
    await using house = await aHouse();
    for (const id of ['first', 'second']) await ask(house, id);
    await house.gateway.empty();
    const answer = await fetch(`${house.gateway.adminUrl}/admin/decisions?limit=2`);

    await expect(answer.json()).resolves.toMatchObject({
      decisions: [
        { requestId: 'second', decision: 1, outcome: { status: 200 } },
        { requestId: 'first', decision: 1, outcome: { status: 200 } },
      ],
    });
  });

  it('is told to who has the admin key alone', async () => {
    await using house = await aHouse({ settings: { admin: { keySha256 } }, adminKey });
    await ask(house, 'mine');
    const explain = (...args: readonly string[]) =>
      runGateway(['explain', 'mine', '--admin-url', house.gateway.adminUrl, ...args]);

    const without = await explain();
    expect(without.code).toBe(2);
    expect(without.stderr).toContain('asks for its admin key');
    expect((await explain('--admin-key', adminKey)).code).toBe(0);
    const unknown = await runGateway(['explain', 'nobody', '--admin-url', house.gateway.adminUrl], {
      GATEWAY_ADMIN_KEY: adminKey,
    });
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('No decision on nobody is among the last 1.');
  });
});

describe('a shadow policy', () => {
  it('is counted beside the one that acts, and is not there unless it is set', async () => {
    await using house = await aHouse({
      replicas: [{}, {}],
      settings: { routing: { shadow: 'round-robin' } },
    });
    for (const id of ['a', 'b', 'c']) await ask(house, id);
    await house.gateway.empty();

    await expect(house.gateway.counted('shadowDecisions', { policy: 'round-robin' })).resolves.toBe(
      3,
    );
    await expect(
      house.gateway.counted('shadowCost', { policy: 'kv-aware', judge: 'kv-aware' }),
    ).resolves.toBeGreaterThan(0);
    await using plain = await aHouse();
    await ask(plain, 'a');
    await plain.gateway.empty();
    await expect(plain.gateway.counted('shadowDecisions', {})).resolves.toBe(0);
  });
});
