import { describe, expect, it } from 'vitest';
import { topFrame } from '../../../gateway/cli/top-frame.ts';
import { aHouseState, aSummary } from '../../support/house-states.ts';
import { aPace } from '../../support/live-events.ts';

const plain = { columns: 110, rows: Infinity, hasColours: false };

describe('a frame of gateway top', () => {
  it('shows the house from the fleet to the quietest request', () => {
    expect(topFrame(aHouseState(), plain).join('\n')).toMatchInlineSnapshot(`
      "numagate 1.2.3  kv-aware
      600 tokens/s   24 in flight   1 waiting, oldest 6.15 s   KV held 50 %   2 of 2 ready

      NUMA node 0                  KV                                       held   tok/s  a token  streams  to begin
        node0                      ████████████████████▒▒▒▒▒▒▒▒▒··········  50 %     400    25 ms       10         2

      NUMA node 1                  
        node1            slow ×2.0 ████████████████████▒▒▒▒▒▒▒▒▒··········  50 %     200    50 ms       10         2

      Waiting room
        tenant                priority  requests  prompt tokens    oldest
        acme                         2         1           1.5k    6.15 s

      Quiet for longest
        request                               where                     quiet for   tokens
        2f1c9a70-6a0e-4b6e-9a55-7d3c1a52c0de  waiting                      6.15 s        0
        2f1c9a70-6a0e-4b6e-9a55-7d3c1a52c0de  streaming at node0            28 ms    1,204"
    `);
  });

  it('tells what is not known from what is none', () => {
    const unknown = aPace('node0', 25, { kvCapacityTokens: null, outputTokensPerSecond: null });
    const text = topFrame(aHouseState({ replicas: [unknown] }), plain).join('\n');

    expect(text).toMatch(/^– tokens\/s .* KV held – {3}1 of 1 ready$/mu);
    expect(text).toMatch(/node0 .* –\s+–\s+–/u);
  });

  it('says who is not ready, and that the gateway drains', () => {
    const ejected = aPace('node0', 25, { state: 'ejected' });
    const [head, , ...fleet] = topFrame(
      aHouseState({ replicas: [ejected], draining: true }),
      plain,
    );

    expect(head).toContain('kv-aware, draining');
    expect(fleet.join('\n')).toContain('node0            ejected');
  });

  it('says in place of the policy what is wrong', () => {
    const [head] = topFrame(aHouseState(), { ...plain, notice: 'no answer' });

    expect(head).toBe('numagate 1.2.3  no answer');
  });

  it.each([
    [110, '2f1c9a70-6a0e-4b6e-9a55-7d3c1a52c0de  streaming at 127.0.0.1:28110     28 ms    1,204'],
    [80, '2f1c9a70-6a0e-4b6e-9a55-7d3c…  streaming at 127.0.0.1:28110     28 ms    1,204'],
    [60, '2f1c9a70…  streaming at 127.0.0.1:28110     28 ms    1,204'],
    [59, '2f1c9a70…  streaming at 127.0.0.1:281…     28 ms    1,204'],
  ])('tells replicas apart in %i columns, and cuts ids for that', (columns, line) => {
    const requests = [aSummary({ replica: '127.0.0.1:28110' })];
    const lines = topFrame(aHouseState({ requests }), { ...plain, columns });

    expect(lines.at(-1)).toBe(`  ${line}`);
  });

  it.each([[80], [40], [12]])('fits %i columns', (columns) => {
    const widths = topFrame(aHouseState(), { ...plain, columns }).map(({ length }) => length);

    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
  });

  it.each([[60], [24], [10], [5], [1]])('fits %i lines, however large the fleet', (rows) => {
    const replicas = Array.from({ length: 200 }, (_, index) => aPace(`r${index}`, 25));
    const requests = Array.from({ length: 100 }, () => aSummary());
    const lines = topFrame(aHouseState({ replicas, requests }), { ...plain, rows });

    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines[0]).toContain('numagate');
    if (rows >= 10) expect(lines.join('\n')).toMatch(/… \d+ more lines/u);
  });
});
