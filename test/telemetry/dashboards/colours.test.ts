import { describe, expect, it } from 'vitest';
import { colours, coloursByName } from '../../../telemetry/dashboards/colours.ts';

describe('colours', () => {
  it('are told apart', () => {
    expect(new Set(Object.values(colours)).size).toBe(Object.keys(colours).length);
  });

  it('make what is bad red and what is good green, whatever it is called', () => {
    for (const name of ['failed', 'out', 'p99']) expect(coloursByName[name]).toBe(colours.bad);
    for (const name of ['good', 'ready']) expect(coloursByName[name]).toBe(colours.good);
  });
});
