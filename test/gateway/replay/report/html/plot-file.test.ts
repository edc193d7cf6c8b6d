import { describe, expect, it } from 'vitest';
import { plotFile } from '../../../../../gateway/replay/report/html/plot-file.ts';
import { runPlots } from '../../../../../gateway/replay/report/html/run-plots.ts';
import { aResult, aRun } from '../../builders.ts';

const results = [aResult({ replica: 'a' }), aResult({ replica: 'b', index: 1 })];
const { latencies, timelines } = runPlots(aRun({ results }), []);
const all = [...latencies, ...timelines];

describe('the file of a plot', () => {
  it.each(all)('needs nothing else: $name', (plot) => {
    const file = plotFile(plot);

    expect(file).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /u);
    expect(file.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:|href|url\(|@import/u,
    );
  });

  it.each(all)('has every colour itself, for programs that know no variables: $name', (plot) => {
    expect(plotFile(plot)).not.toMatch(/var\(|--\w/u);
  });

  it('says in it what a caption would', () => {
    const [requests] = timelines;
    const file = requests === undefined ? '' : plotFile(requests);

    expect(file).toContain('>Requests</text>');
    expect(file).toContain('>queued anywhere, and running by replica</text>');
    expect(file).toContain('>running on b</text>');
  });

  it('gives each line the colour that it has on the page', () => {
    const [requests] = timelines;
    const file = requests === undefined ? '' : plotFile(requests);

    expect(file).toContain('.line.series-0, .dot.series-0 { stroke: #2563c9; }');
    expect(file).toContain('.area.quiet');
  });

  it('leaves out keys that would run over its edge', () => {
    const [ttft] = latencies;
    const keys = Array.from({ length: 40 }, (_, index) => ({
      name: `run ${index}`,
      style: 'run-1',
      isPoints: index % 2 === 0,
    }));
    const file = ttft === undefined ? '' : plotFile({ ...ttft, keys });

    expect(file).toContain('>run 0</text>');
    expect(file).not.toContain('>run 39</text>');
  });
});
