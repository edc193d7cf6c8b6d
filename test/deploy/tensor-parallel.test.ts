import { describe, expect, it } from 'vitest';

import { llamaCpp } from '../../deploy/engine-commands/llama-cpp.ts';
import { sglang } from '../../deploy/engine-commands/sglang.ts';
import { vllm } from '../../deploy/engine-commands/vllm.ts';
import { findModel } from '../../deploy/model-table.ts';
import type { Gpu } from '../../deploy/host.ts';
import { acceleratorsOf } from '../../deploy/placement/accelerators.ts';
import { publishedHost } from '../../deploy/published-host.ts';
import type { SizeWish } from '../../deploy/tensor-parallel.ts';
import { chooseSize, gigabytes, isEnough, kvTokensOn } from '../../deploy/tensor-parallel.ts';

const H100_MIB = 81_559;

function wish(name: string, facts: Partial<SizeWish> = {}): SizeWish {
  const model = findModel(name);
  if (model === undefined) throw new Error(`${name} is in the table`);
  return { model, weightType: 'fp8', engine: sglang, kvTokensWanted: 524_288, ...facts };
}

function choose(wished: SizeWish, gpus: readonly Partial<Gpu>[] = publishedHost.gpus) {
  const host = { nodes: [], gpus: gpus.map((gpu, index) => ({ index, name: 'GPU', ...gpu })) };
  return chooseSize(wished, (ranks) => acceleratorsOf(host, ranks).usable);
}

describe('the KV cache of a replica', () => {
  it.each([
    [sglang, 1_441_000],
    [vllm, 1_500_000],
  ])('of $name is within 3 % what the published run over eight GPUs had', (engine, published) => {
    const tokens = kvTokensOn(H100_MIB, 8, wish('llama-3-70b', { engine })) ?? 0;

    expect(Math.abs(tokens / published - 1)).toBeLessThan(0.03);
  });

  it('is negative where the weights do not fit, and unknown where memory does not tell it', () => {
    expect(kvTokensOn(H100_MIB, 1, wish('llama-3-70b', { weightType: 'bf16' }))).toBeLessThan(0);
    expect(kvTokensOn(H100_MIB, 1, wish('llama-3-8b', { engine: llamaCpp }))).toBeUndefined();
  });
});

describe('the size of a replica', () => {
  it('is the least of one node that holds weights and KV cache', () => {
    expect(choose(wish('llama-3-70b'))).toEqual({
      kind: 'chosen',
      gpus: 4,
      reason:
        'tensor parallel 4: the weights take 17.6 GB of each GPU; 2 GPUs would leave a KV cache of 220,508 tokens',
      givenUp: [],
    });
    expect(choose(wish('llama-3-8b', { kvTokensWanted: 100_000 }))).toMatchObject({ gpus: 1 });
  });

  it('holds one long request, however little is wanted', () => {
    expect(choose(wish('llama-3-70b', { kvTokensWanted: 1_000 }))).toMatchObject({
      gpus: 2,
      givenUp: [],
    });
  });

  it('says that the weights do not fit on fewer', () => {
    expect(choose(wish('llama-3-70b', { kvTokensWanted: 200_000 }))).toMatchObject({
      gpus: 2,
      reason: expect.stringMatching(/; with a KV cache they do not fit on 1 GPU$/u),
    });
  });

  it('stays on a node with less cache than wanted, down to a quarter, and says so', () => {
    const wanted = wish('llama-3-70b', { kvTokensWanted: 4 * 635_439 });

    expect(choose(wanted)).toMatchObject({
      gpus: 4,
      givenUp: ["a replica's KV cache holds 635,439 tokens, not the 2,541,756 wanted"],
    });
    expect(choose({ ...wanted, kvTokensWanted: wanted.kvTokensWanted + 4 })).toMatchObject({
      gpus: 8,
    });
  });

  it('crosses nodes where one cannot hold the weights', () => {
    expect(choose(wish('llama-3.1-405b'))).toMatchObject({ gpus: 8 });
  });

  it('is none where the model fits nowhere', () => {
    expect(choose(wish('llama-3.1-405b', { weightType: 'bf16' }))).toMatchObject({
      kind: 'impossible',
      reason: expect.stringContaining('its weights take 811.7 GB as bf16, and the 8 usable GPUs'),
    });
  });

  it('is none, but by the hand of the operator, where memory is not known', () => {
    const ask = expect.stringContaining('say by --tp');

    expect(choose(wish('llama-3-8b'), [{}])).toMatchObject({ kind: 'impossible', reason: ask });
    expect(choose(wish('llama-3-8b', { engine: llamaCpp }))).toMatchObject({ reason: ask });
  });

  it('counts the smallest GPU of those that it needs', () => {
    const gpus = [24_564, 81_559].map((memoryMib) => ({ numaNode: 0, memoryMib }));

    expect(choose(wish('llama-3-8b', { kvTokensWanted: 400_000 }), gpus)).toMatchObject({
      gpus: 1,
    });
    expect(choose(wish('llama-3-70b'), gpus)).toMatchObject({ kind: 'impossible' });
  });
});

describe('a KV cache', () => {
  it('is enough from one long request on, and where nobody knows', () => {
    expect([8191, 8192, undefined].map(isEnough)).toEqual([false, true, true]);
  });
});

describe('bytes', () => {
  it('are told in gigabytes', () => {
    expect(gigabytes(17_637_500_000)).toBe('17.6 GB');
  });
});
