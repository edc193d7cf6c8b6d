import { describe, expect, it } from 'vitest';
import { loadsPage } from '../../../../deploy/simulator/protocols/sglang-current-loads.ts';
import type { ReplicaView } from '../../../../deploy/simulator/replica-view.ts';
import { withoutCaptures } from '../../../support/captures.ts';
import { valueOn } from '../../../support/metrics-page.ts';
import {
  aReplicaView,
  captureBody,
  idleLoad,
  keyShape,
  thePreset,
} from '../../../support/simulator.ts';

const busy = {
  ...idleLoad,
  runningRequests: 3,
  waitingRequests: 2,
  waitingTokens: 70,
  usedTokens: 250,
  promptTokensTotal: 700,
  cachedTokensTotal: 300,
};

function aView(facts: Partial<ReplicaView> = {}): ReplicaView {
  const preset = thePreset('sglang-current-8xh100-tp8');
  return aReplicaView({ preset, load: () => busy, ...facts });
}

async function ask(query: string, view: ReplicaView = aView()): Promise<string> {
  const request = { query: new URLSearchParams(query), body: '', name: '' };
  const { body } = await loadsPage(view, request);
  return body;
}

describe('the load report of SGLang 0.5.23', () => {
  it('tells who runs and who waits, and what they hold', async () => {
    expect(JSON.parse(await ask(''))).toMatchObject({
      version: '0.5.23',
      num_accelerators: 8,
      loads: [
        {
          dp_rank: 0,
          num_running_reqs: 3,
          num_waiting_reqs: 2,
          num_waiting_uncached_tokens: 70,
          num_used_tokens: 250,
          num_total_tokens: 320,
          max_total_num_tokens: 1000,
          token_usage: 0.25,
          cache_hit_rate: 0.4286,
          total_prefill_uncached_tokens: 400,
          queues: { waiting: 2 },
          memory: { token_capacity: 1000 },
        },
      ],
    });
  });

  it('tells when the load was written, apart from when it was asked for', async () => {
    const { timestamp, loads } = JSON.parse(await ask('')) as {
      timestamp: string;
      loads: { timestamp: number }[];
    };

    expect(Date.parse(timestamp)).toBe(1_700_000_100_000);
    expect(timestamp).toMatch(/\+00:00$/);
    expect(loads[0]?.timestamp).toBe(1_700_000_005);
  });

  it('says that nothing is utilised, as the real one does', async () => {
    expect(JSON.parse(await ask(''))).toMatchObject({ loads: [{ utilization: 0 }] });
  });

  it('is a page of gauges when that is asked for', async () => {
    const page = await ask('format=prometheus');

    expect(valueOn(page, 'sglang_num_running_reqs{dp_rank="0"}')).toBe(3);
    expect(valueOn(page, 'sglang_token_usage{dp_rank="0"}')).toBe(0.25);
    expect(valueOn(page, 'sglang_memory_token_capacity{dp_rank="0"}')).toBe(1000);
    expect(valueOn(page, 'sglang_queues_waiting{dp_rank="0"}')).toBe(2);
    expect(page).not.toContain('decode_moments');
    expect(page).not.toContain('dp_rank{');
  });

  it.skipIf(withoutCaptures)('has the members of the captured report, in their order', async () => {
    const captured = JSON.parse(captureBody('sglang-0.5.23/get-v1loads')) as object;

    expect(keyShape(JSON.parse(await ask('')))).toEqual(
      // There no accelerator was known.
      keyShape({ ...captured, accelerator: 'H100' }),
    );
  });

  it.skipIf(withoutCaptures)('has the gauges of the captured page', async () => {
    const types = (text: string): string[] =>
      text.split('\n').filter((line) => line.startsWith('# TYPE'));

    expect(types(await ask('format=prometheus'))).toEqual(
      types(captureBody('sglang-0.5.23/get-v1loads-prom')),
    );
  });
});
