import { describe, expect, it } from 'vitest';

import { meansGpu } from '../../../telemetry/gpu/gpu-names.ts';

const gpu = { index: 3, uuid: 'GPU-8932f937-d72c', migUuids: ['MIG-5b1f', 'MIG-77aa'] };

describe('a word of CUDA_VISIBLE_DEVICES', () => {
  it.each(['3', '03', 'GPU-8932f937-d72c', 'GPU-8932', 'MIG-77aa', 'MIG-GPU-8932f937-d72c/1/0'])(
    '%s means the GPU',
    (word) => {
      expect(meansGpu(word, gpu)).toBe(true);
    },
  );

  it.each(['2', '33', '-1', 'GPU-', 'GPU-9932', 'MIG-77a', 'MIG-GPU-8932/1/0', '', 'all'])(
    '%j does not',
    (word) => {
      expect(meansGpu(word, gpu)).toBe(false);
    },
  );
});
