import { describe, expect, it } from 'vitest';
import { baseAxis, upwardAxis } from '../../../../../gateway/replay/report/html/axes.ts';
import { linearScale } from '../../../../../gateway/replay/report/html/scale.ts';

const frame = { left: 50, right: 450, top: 20, bottom: 220 };
const label = (value: number): string => `${value} <s>`;

describe('an axis', () => {
  it('upward has a line across for each tick, its value on the left and its title above', () => {
    const scale = linearScale({ from: 0, to: 10 }, { from: 220, to: 20 }, 2);
    const axis = upwardAxis({ scale, title: 'a & b', label }, frame);

    expect(axis).toContain('<path d="M50 220H450"/><text x="44" y="220"');
    expect(axis).toContain('<path d="M50 20H450"/>');
    expect(axis).toContain('>10 &lt;s&gt;</text>');
    expect(axis).toContain('<text class="title" x="0" y="10">a &amp; b</text>');
  });

  it('at the base has a tick and its value below, and its title at its end', () => {
    const scale = linearScale({ from: 0, to: 10 }, { from: 50, to: 450 }, 2);
    const axis = baseAxis({ scale, title: 'time', label }, frame);

    expect(axis).toContain('<path d="M50 220H450"/>');
    expect(axis).toContain('<path d="M250 220v4"/><text x="250" y="237"');
    expect(axis).toContain('<text class="title" x="450" y="253" text-anchor="end">time</text>');
  });
});
