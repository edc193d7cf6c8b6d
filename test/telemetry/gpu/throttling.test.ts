import { describe, expect, it } from 'vitest';

import { faultyThrottling, parseThrottling } from '../../../telemetry/gpu/throttling.ts';

describe('a mask of clock event reasons', () => {
  it.each([
    ['0x0000000000000000', []],
    ['0x0000000000000004', ['sw-power-cap']],
    ['0x0000000000000008', ['hw-slowdown']],
    ['0x0000000000000020', ['sw-thermal']],
    ['0x0000000000000040', ['hw-thermal']],
    ['0x0000000000000080', ['power-brake']],
    [
      '0x00000000000000EC',
      ['sw-power-cap', 'hw-slowdown', 'sw-thermal', 'hw-thermal', 'power-brake'],
    ],
    ['0x8', ['hw-slowdown']],
  ])('%s is %j', (mask, reasons) => {
    expect(parseThrottling(mask)).toEqual(reasons);
  });

  it.each(['0x0000000000000001', '0x0000000000000002', '0x0000000000000010', '0x0000000000000100'])(
    '%s slows nothing: idle, by wish, in step with others, or the display',
    (mask) => {
      expect(parseThrottling(mask)).toEqual([]);
    },
  );

  it.each(['', 'Not Active', '[N/A]', '8', '0x', '0x00000000000000008'])('%j is none', (text) => {
    expect(parseThrottling(text)).toEqual([]);
  });
});

describe('a throttled GPU', () => {
  it('is at fault for all reasons but its power cap, which limits every busy one', () => {
    expect(faultyThrottling(parseThrottling('0xEC'))).toEqual([
      'hw-slowdown',
      'sw-thermal',
      'hw-thermal',
      'power-brake',
    ]);
    expect(faultyThrottling(['sw-power-cap'])).toEqual([]);
  });
});
