import { describe, expect, it } from 'vitest';

import { parseCpuList } from '../../../telemetry/gpu/cpu-list-text.ts';

describe('a list as the kernel writes it', () => {
  it.each([
    ['0-3,8', [0, 1, 2, 3, 8]],
    ['0,2,4,6\n', [0, 2, 4, 6]],
    ['5', [5]],
    ['', []],
    ['N/A', []],
    ['3-1', []],
    ['2,1,2', [1, 2]],
    ['1, x, 3-', [1]],
  ])('%j is %j', (text, numbers) => {
    expect(parseCpuList(text)).toEqual(numbers);
  });

  it('ends at the last CPU that Linux can have', () => {
    expect(parseCpuList('8190-8191')).toEqual([8190, 8191]);
    expect(parseCpuList('8191-4294967295')).toEqual([8191]);
    expect(parseCpuList('8192-9000')).toEqual([]);
  });
});
