import { describe, expect, it } from 'vitest';
import { baselines } from '../../../../../gateway/replay/baselines.ts';
import type { ReplayRun } from '../../../../../gateway/replay/replay-run.ts';
import { htmlReport } from '../../../../../gateway/replay/report/html/page.ts';
import { simulationBy } from '../../../../../gateway/replay/simulation.ts';
import { aCost, aFailure, aLateness, aResult, aRun } from '../../builders.ts';

const published = baselines[0];

const provenance = { command: 'gateway replay', host: 'a CPU' };

function pageOf(fields: Partial<ReplayRun> = {}): string {
  const figures = published?.figures ?? {};
  return htmlReport({
    run: aRun(fields),
    columns: [
      { title: 'SGLang 0.2.14', explanation: 'published', figures, differences: [] },
      {
        title: 'ours',
        explanation: 'simulated',
        figures: { durationSeconds: 300 },
        differences: [{ title: 'diff', from: figures }],
      },
    ],
    standing: published === undefined ? [] : [published],
    provenance,
  });
}

/** Names of the elements that are open at the end, or closed without having been opened. */
function unbalanced(html: string): string[] {
  const open: string[] = [];
  for (const [, close, name = '', attributes] of html.matchAll(/<(\/?)([a-z]\w*)([^>]*)>/gu)) {
    if (['meta', 'rect'].includes(name) || attributes?.endsWith('/')) continue;
    if (close === '') open.push(name);
    else if (open.pop() !== name) return [...open, `/${name}`];
  }
  return open;
}

describe('the HTML report', () => {
  it('needs nothing from anywhere else', () => {
    expect(pageOf()).not.toMatch(/<script|<link|<img|@import|url\(|https?:|src=|href=/u);
  });

  it('closes every element that it opens', () => {
    // A path with a title is an element with content; all others are empty.
    const html = pageOf()
      .replace(/<path [^>]*\/>/gu, '')
      .replace(/<path [^>]*>(?!<title)/gu, '');

    expect(unbalanced(html.replace(/<style>.*<\/style>/su, ''))).toEqual([]);
  });

  it('has rules for the dark and for print', () => {
    expect(pageOf()).toContain('@media (prefers-color-scheme: dark)');
    expect(pageOf()).toContain('@media print');
  });

  it('tells what was run, how and where', () => {
    const html = pageOf({ target: 'simulated', speed: 3 });

    expect(html).toContain('Replay of 2 requests (random)');
    expect(html).toContain('prompts up to 4,096 and outputs up to 2,048 tokens, all sent at once');
    expect(html).toContain('simulated replicas over sockets');
    expect(html).toContain('3 times the pace of the wall clock');
  });

  it('says in its headline and its title that it is simulated, and of real engines it does not', () => {
    const html = pageOf({ simulation: simulationBy(['sglang-0.2.14-4xh100-tp4']) });

    expect(html).toContain(
      '<h1>Replay of 2 requests (random) <span class="badge">Simulated, extrapolated</span></h1>',
    );
    expect(html).toContain('<title>Replay of 2 requests (random), Simulated, extrapolated</title>');
    expect(pageOf()).not.toContain('class="badge"');
  });

  it.each([
    [4, '4 requests a second'],
    [undefined, 'arrivals as recorded'],
  ])('tells a rate of %s', (requestRate, text) => {
    const run = aRun();

    expect(pageOf({ workload: { ...run.workload, requestRate } })).toContain(text);
  });

  it('stands the published run beside ours, with the difference', () => {
    expect(pageOf()).toContain(
      '<td>Benchmark duration (s)</td><td>317.30</td><td>300.00</td><td class="diff">-5.45 %</td>',
    );
  });

  it('repeats what a reader must know, and that a run was cut short', () => {
    const html = pageOf({ notes: ['Simulated, extrapolated.'], complete: false });

    expect(html).toContain('<li>Simulated, extrapolated.</li>');
    expect(html).toContain('<li class="warning">Incomplete');
    expect(pageOf()).not.toContain('<li');
  });

  it('tells median and P99 of each latency in its headline', () => {
    expect(pageOf()).toContain(
      '<div class="tile"><b>100 ms</b><span>median TTFT</span><span>P99 100 ms</span></div>',
    );
  });

  it('explains what it compares', () => {
    expect(pageOf()).toContain('<p>ours: simulated.</p>');
  });

  it('tells failures beside successes', () => {
    expect(pageOf({ results: [aResult(), aFailure()] })).toContain('<b>1 of 2</b>');
  });

  it('shows shares, cost and lateness where they are known', () => {
    const html = pageOf({
      results: [aResult({ replica: 'replica-0' })],
      gatewayCost: aCost({ cpuMsPerToken: 0.4216 }),
      lateness: [aLateness({ p99Ms: 1.5 })],
    });

    expect(html).toContain('<td>replica-0</td><td>1</td><td>14</td><td>100.00 %</td>');
    expect(html).toContain('<td>CPU per output token</td><td>0.422 ms</td>');
    expect(html).toContain('<td>client</td><td>1.5 ms</td>');
    expect(pageOf()).not.toContain('<h2>Replicas');
    expect(pageOf()).not.toContain('itself added');
  });

  it('tells of the run alone before it stands beside others, which fills the pages of a print', () => {
    const html = pageOf({ lateness: [aLateness()] });
    const places = [
      '<h2>Over time',
      '<h2>How late',
      '<h2>Beside the published',
      '<h2>How it was made',
    ];

    expect(places.map((heading) => html.indexOf(heading))).toEqual(
      places.map((heading) => html.indexOf(heading)).toSorted((one, other) => one - other),
    );
    expect(places.every((heading) => html.includes(heading))).toBe(true);
  });

  it('names the runs of its curves once, since all curves are of the same', () => {
    const html = pageOf();

    expect(html.match(/class="key run-0"/gu)).toHaveLength(1);
    expect(html).toContain(
      '<span class="key point run-1"><i></i>SGLang 0.2.14, median and P99</span>',
    );
  });

  it('gives all figures as JSON that can be copied', () => {
    const [, text = ''] = /<pre>([^<]*)<\/pre>/u.exec(pageOf()) ?? [];
    const figures: unknown = JSON.parse(text.replaceAll('&quot;', '"'));

    expect(figures).toMatchObject({ completed: 2, median_ttft_ms: 100 });
  });

  it('has no comparison without a run to compare with', () => {
    const html = htmlReport({ run: aRun(), columns: [], standing: [], provenance });

    expect(html).not.toContain('Beside');
    expect(html).not.toContain('class="dot run-1"');
  });

  it('lets no text become markup', () => {
    const html = pageOf({ notes: ['<script>alert(1)</script>'], backend: '"><b>' });

    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toContain('"><b>:');
  });

  it('says nothing wrong of a run without any result', () => {
    const html = pageOf({ results: [], complete: false });

    expect(html).not.toMatch(/NaN|Infinity|undefined/u);
  });
});
