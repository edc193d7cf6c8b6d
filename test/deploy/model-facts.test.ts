import { describe, expect, it } from 'vitest';

import { isDivisibleBy, kvBytesPerToken, weightBytes } from '../../deploy/model-facts.ts';
import { modelTable } from '../../deploy/model-table.ts';

const llama = modelTable['llama-3-70b'];
if (llama === undefined) throw new Error('the published model is in the table');

describe('what is known of a model', () => {
  it('tells the bytes of the weights by their type, or as they are stored', () => {
    expect(weightBytes(llama, 'fp8')).toBe(70.55e9);
    expect(weightBytes(llama, 'bf16')).toBe(141.1e9);
    expect(weightBytes({ ...llama, weightBytes: 1 }, 'bf16')).toBe(1);
  });

  it('tells the KV bytes a token on each GPU: 40,960 on eight, as the published runs had', () => {
    expect(kvBytesPerToken(llama, 1)).toBe(327_680);
    expect(kvBytesPerToken(llama, 8)).toBe(40_960);
  });

  it('counts copied KV heads where there are more GPUs than heads', () => {
    expect(kvBytesPerToken(llama, 16)).toBe(kvBytesPerToken(llama, 8));
  });

  it.each([
    [1, true],
    [3, false],
    [8, true],
    [16, true],
    [64, true],
    [128, false],
  ])('tells whether its heads divide by %i: %j', (gpus, divides) => {
    expect(isDivisibleBy(llama, gpus)).toBe(divides);
  });
});
