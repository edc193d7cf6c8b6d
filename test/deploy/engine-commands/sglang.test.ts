import { describe, expect, it } from 'vitest';

import { sglang } from '../../../deploy/engine-commands/sglang.ts';

const facts = {
  model: 'meta-llama/Meta-Llama-3-70B-Instruct',
  servedModel: 'llama-3-70b',
  weightType: 'fp8',
  port: 30_000,
  tensorParallel: 4,
} as const;

const always =
  'python3 -m sglang.launch_server --model-path meta-llama/Meta-Llama-3-70B-Instruct' +
  ' --served-model-name llama-3-70b --host 127.0.0.1 --port 30000 --tp-size 4 --quantization fp8';

describe('the command of SGLang', () => {
  it('asks the current one for its gauges and cache reports', () => {
    expect(sglang.argv(facts).join(' ')).toBe(
      `${always} --enable-metrics --enable-cache-report --load-snapshot-publish-interval 1`,
    );
  });

  it('gives 0.2.14 no flag that it would end on', () => {
    const rankNodes = [0, 0, 1, 1];

    expect(sglang.argv({ ...facts, rankNodes, version: '0.2.14' }).join(' ')).toBe(always);
  });

  it('binds each rank of a replica that crosses nodes to its own, from 0.5.2 on', () => {
    const rankNodes = [0, 0, 1, 1];

    expect(sglang.argv({ ...facts, rankNodes, version: '0.5.2' }).join(' ')).toBe(
      `${always} --enable-metrics --enable-cache-report --numa-node 0 0 1 1`,
    );
    expect(sglang.argv({ ...facts, rankNodes, version: '0.5.1' })).not.toContain('--numa-node');
  });

  it.each([
    [1, 0.88],
    [2, 0.87],
    [4, 0.85],
    [8, 0.83],
    [16, 0.79],
  ])('over %i GPUs fills %f of their memory', (gpus, share) => {
    expect(sglang.memoryShare?.(gpus)).toBe(share);
  });
});
