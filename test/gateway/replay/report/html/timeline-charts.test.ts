import { describe, expect, it } from 'vitest';
import { measure } from '../../../../../gateway/replay/measures.ts';
import { figure } from '../../../../../gateway/replay/report/html/plot.ts';
import { timelineCharts as plotsOf } from '../../../../../gateway/replay/report/html/timeline-charts.ts';
import type { ReplayRun } from '../../../../../gateway/replay/replay-run.ts';
import { aResult, aRun } from '../../builders.ts';

const timelineCharts = (run: ReplayRun): readonly string[] =>
  plotsOf(run).map((plot) => figure(plot));

const titles = (charts: readonly string[]): (string | undefined)[] =>
  charts.map((chart) => /<b>([^<]+)<\/b>/u.exec(chart)?.[1]);

const sample = (replica: string, atMs: number, kvCacheUsage: number) => ({
  atMs,
  replica,
  runningRequests: 1,
  waitingRequests: 0,
  kvCacheUsage,
});

describe('the timeline charts', () => {
  it('show requests, KV use and tokens', () => {
    const samples = [sample('replica-0', 0, 0.5), sample('replica-1', 0, 0.25)];

    expect(titles(timelineCharts(aRun({ samples })))).toEqual([
      'Requests',
      'KV cache in use',
      'Output tokens per second',
      'Gaps between tokens',
    ]);
  });

  it('leave KV use out where no replica tells it', () => {
    expect(titles(timelineCharts(aRun()))).toEqual([
      'Requests',
      'Output tokens per second',
      'Gaps between tokens',
    ]);
  });

  it('give each replica one colour in every panel', () => {
    const results = [aResult({ replica: 'replica-0' }), aResult({ replica: 'replica-1' })];
    const samples = [sample('replica-1', 0, 0.25), sample('replica-0', 0, 0.5)];
    const [requests, kv] = timelineCharts(aRun({ results, samples }));

    expect(requests).toContain('<span class="key series-1"><i></i>running on replica-1</span>');
    expect(kv).toContain('<span class="key series-1"><i></i>replica-1</span>');
  });

  it('begin the colours again after eight replicas', () => {
    const results = Array.from({ length: 9 }, (_, index) =>
      aResult({ replica: `replica-${index}` }),
    );
    const [requests] = timelineCharts(aRun({ results }));

    expect(requests).toContain('<span class="key series-0"><i></i>running on replica-8</span>');
  });

  it('show how fast each replica was, and all of them together', () => {
    const results = [aResult({ replica: 'replica-0' }), aResult({ replica: 'replica-1' })];
    const tokens = timelineCharts(aRun({ results })).find((chart) => chart.includes('<b>Output'));

    expect(tokens).toContain('<span class="key quiet"><i></i>all replicas</span>');
    expect(tokens).toContain('<span class="key series-1"><i></i>replica-1</span>');
    expect(timelineCharts(aRun()).join('')).not.toContain('all replicas');
  });

  it('call the only line running where replicas are not known', () => {
    expect(timelineCharts(aRun())[0]).toContain('<i></i>running</span>');
  });

  it('say why little comes at first, where that is so', () => {
    // First tokens alone for twenty seconds, then many a second.
    const slow = aResult({
      timeToFirstTokenMs: 500,
      interTokenMs: new Float64Array(101).fill(10, 1).fill(20_000, 0, 1),
      endToEndMs: 22_000,
    });
    const captionOf = (result: typeof slow, durationMs: number): string | undefined =>
      timelineCharts(aRun({ results: [result], measures: measure([result], durationMs) })).find(
        (chart) => chart.includes('<b>Output tokens'),
      );

    expect(captionOf(slow, 22_000)).toContain('before 20 s little but first tokens');
    expect(captionOf(slow, 900_000)).not.toContain('little but');
    expect(captionOf(aResult(), 1000)).not.toContain('little but');
  });
});
