import { describe, expect, it } from 'vitest';

import { attributes } from '../../telemetry/span-attributes.ts';
import type { CollectorMode, LiveCollector } from '../support/live/collector.ts';
import { aCollector } from '../support/live/collector.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse } from '../support/live/house.ts';
import { postJson } from '../support/live/raw.ts';
import { until } from '../support/live/until.ts';

const faults: readonly CollectorMode[] = ['refuses', 'swallows', 'is late', 'is busy', 'resets'];

/** Requests while the collector fails. */
const REQUESTS = 40;

/** A server span and one of the attempt. */
const SPANS_EACH = 2;

/** Spans go on so long after the collector does. */
const RESUMES_MS_MAX = 10_000;

/** Sends one short stream, and gives how long its whole answer took. */
async function stream({ gateway, replica }: LiveHouse, requestId: string): Promise<number> {
  const body = { model: replica.model, prompt: 'The sea', max_tokens: 4, stream: true };
  const startMs = performance.now();
  const answer = await postJson(`${gateway.url}/v1/completions`, body, {
    'x-request-id': requestId,
  });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('data: [DONE]');
  return performance.now() - startMs;
}

function has({ spans }: LiveCollector, requestId: string): boolean {
  return spans.some(({ attributes: told }) => told[attributes.requestId] === requestId);
}

/** Every span that was made has gone one of two ways. */
async function settled({ gateway }: LiveHouse, made: number): Promise<{ readonly lost: number }> {
  return until('every span has been sent or given up', async () => {
    const lost = await gateway.counted('spansDropped');
    return (await gateway.counted('spansExported')) + lost === made && { lost };
  });
}

describe('a collector that', () => {
  it.concurrent.each(faults)(
    '%s breaks no request, is gone on with in ten seconds, and what it lost is counted',
    async (fault) => {
      await using collector = await aCollector();
      await using house = await aHouse({
        settings: { telemetry: { otlpEndpoint: collector.url } },
      });
      await stream(house, 'before');
      await until('spans come', () => has(collector, 'before'));

      await collector.becomes(fault);
      for (let index = 0; index < REQUESTS; index += 1) await stream(house, `during-${index}`);
      await until('spans are given up', async () => {
        return (await house.gateway.counted('spansDropped')) > 0;
      });

      await collector.becomes('takes');
      const healedMs = performance.now();
      await stream(house, 'after');
      await until('spans come again', () => has(collector, 'after'));
      expect(performance.now() - healedMs).toBeLessThan(RESUMES_MS_MAX);

      const made = SPANS_EACH * (REQUESTS + 2);
      const { lost } = await settled(house, made);
      expect(lost).toBeGreaterThan(0);
      expect(collector.spans).toHaveLength(made - lost);
      expect(await house.gateway.counted('spansDropped', { reason: 'no_room' })).toBe(0);
    },
  );
});
