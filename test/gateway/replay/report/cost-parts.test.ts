import { describe, expect, it } from 'vitest';
import type { AddedTime } from '../../../../gateway/replay/replay-run.ts';
import { costParts } from '../../../../gateway/replay/report/cost-parts.ts';
import { aCost, aLateness, aRun } from '../builders.ts';

const titlesOf = (...fields: Parameters<typeof aRun>): string[] =>
  costParts(aRun(...fields)).map(({ title }) => title);

function addedText(firstToken: AddedTime): string | undefined {
  const [part] = costParts(aRun({ gatewayCost: aCost({ firstToken }) }));
  return part?.rows[0]?.join(': ');
}

describe('the parts of a cost', () => {
  it('are those of which something is known', () => {
    expect(titlesOf()).toEqual([]);
    expect(titlesOf({ gatewayCost: aCost() })).toEqual([]);
    expect(titlesOf({ gatewayCost: aCost({ queueWaitMs: 1 }), lateness: [aLateness()] })).toEqual([
      'Waiting for KV room (engine time, as at speed 1)',
      'How late this machine was (wall time, P99)',
    ]);
  });

  it('do not count waiting for a replica as something that the gateway added', () => {
    const [waiting, added] = costParts(
      aRun({ gatewayCost: aCost({ queueWaitMs: 59_281, cpuMsPerToken: 0.0213 }) }),
    );

    expect(waiting?.rows).toEqual([['In the gateway’s queue, mean', '59.3 s']]);
    expect(added?.title).toBe('What the gateway itself added (wall time)');
    expect(added?.rows).toEqual([['CPU per output token', '0.0213 ms']]);
  });

  it.each([
    [0.42, 0.05, '0.42 ms ± 0.05 ms'],
    [0.05, 0.05, 'about 0 (measured 0.05 ms ± 0.05 ms)'],
    [-0.02, 0.041, 'about 0 (measured −0.02 ms ± 0.041 ms)'],
    [-3, 0.1, 'about 0 (measured −3 ms ± 0.1 ms)'],
    [0, 0, 'about 0 (measured 0 ± 0)'],
  ])('tell of %d ms with a noise of %d', (medianMs, noiseMs, text) => {
    expect(addedText({ medianMs, noiseMs, pairs: 24 })).toBe(
      `First token (median of 24 pairs): ${text}`,
    );
  });
});
