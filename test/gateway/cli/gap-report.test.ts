import { describe, expect, it } from 'vitest';
import { gapReport, PLOT_COLUMNS_MAX } from '../../../gateway/cli/gap-report.ts';

function reportOf(...firstGapsMs: readonly number[]): string {
  return gapReport({ gapsTotal: firstGapsMs.length, firstGapsMs, laterGaps: [] });
}

describe('the report of a stream', () => {
  it('tells its figures, its largest gaps and when they were, and its rhythm', () => {
    expect(reportOf(20, 20, 300, 20, 40)).toBe(
      [
        '5 gaps between outputs.',
        '',
        'mean     p50     p95     p99  largest',
        '80 ms  20 ms  248 ms  290 ms   300 ms',
        '',
        'largest  before output  after the first',
        '300 ms               4           340 ms',
        '40 ms                6           400 ms',
        '20 ms                2            20 ms',
        '20 ms                3            40 ms',
        '20 ms                5           360 ms',
        '',
        '▁▁█▁▃',
        '20 ms to 300 ms, first to last',
      ].join('\n'),
    );
  });

  it('says what it does not know of a long one', () => {
    const laterGaps = [{ index: 4000, gapMs: 900 }];
    const report = gapReport({ gapsTotal: 5000, firstGapsMs: [20, 20], laterGaps });

    expect(report).toContain('5,000 gaps between outputs; told are 3,');
    expect(report).toMatch(/^900 ms +4,002 +not told$/mu);
  });

  it('of one output has nothing to show', () => {
    expect(reportOf()).toBe('0 gaps between outputs.');
  });

  it('shows the largest of the gaps that share a column', () => {
    const gapsMs = Array.from({ length: 1000 }, (_, index) => (index === 500 ? 400 : 20));
    const [plot = ''] = reportOf(...gapsMs)
      .split('\n')
      .slice(-2);

    expect(plot).toHaveLength(PLOT_COLUMNS_MAX);
    expect(plot.indexOf('█')).toBe(Math.floor((500 * PLOT_COLUMNS_MAX) / 1000));
    expect(plot.replace('█', '')).toMatch(/^▁+$/u);
  });

  it('is flat where nothing differs, and where nothing takes time', () => {
    expect(reportOf(20, 20)).toContain('\n▁▁\n20 ms to 20 ms');
    expect(reportOf(0, 0)).toContain('\n▁▁\n0.1 ms to 0.1 ms');
  });
});
