import { describe, expect, it } from 'vitest';

import { weightFlags } from '../../../deploy/engine-commands/weight-flags.ts';

describe('the flags for the type of the weights', () => {
  it.each([
    ['fp8', '--quantization fp8'],
    ['bf16', '--dtype bfloat16'],
    ['fp16', '--dtype float16'],
    ['int8', ''],
    ['int4', ''],
    [undefined, ''],
  ] as const)('of %j are %j', (type, flags) => {
    expect(weightFlags(type).join(' ')).toBe(flags);
  });
});
