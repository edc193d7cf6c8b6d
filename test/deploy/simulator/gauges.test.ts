import { describe, expect, it } from 'vitest';
import { type GaugeRules, Gauges } from '../../../deploy/simulator/gauges.ts';
import { idleLoad } from '../../support/simulator.ts';

/** Gauges over a load whose running requests a test sets. */
function someGauges(facts: Partial<GaugeRules> = {}): {
  readonly gauges: Gauges;
  run(requests: number): void;
  shownAt(nowMs: number): number;
} {
  let runningRequests = 0;
  const rules = { everySteps: 1, onPrefill: false, ageMsMax: Infinity, ...facts };
  const gauges = new Gauges(rules, () => ({ ...idleLoad, runningRequests }));
  return {
    gauges,
    run: (requests) => {
      runningRequests = requests;
    },
    shownAt: (nowMs) => gauges.read(nowMs).load.runningRequests,
  };
}

describe('gauges that are written at each step', () => {
  it('show what was at the last step', () => {
    const { gauges, run, shownAt } = someGauges();
    run(3);
    gauges.stepped(20);
    run(5);

    expect(shownAt(30)).toBe(3);
    expect(gauges.read(30).takenAtMs).toBe(20);
  });

  it('take tokens of one time as one step', () => {
    const { gauges, run, shownAt } = someGauges();
    run(3);
    gauges.stepped(20);
    run(5);
    gauges.stepped(20);

    expect(shownAt(20)).toBe(3);
  });

  it('stand still when no step comes', () => {
    const { gauges, run, shownAt } = someGauges();
    run(3);
    gauges.stepped(20);
    run(0);

    expect(shownAt(1e9)).toBe(3);
  });
});

describe('gauges that are written at each third step', () => {
  it('show nothing of the steps between', () => {
    const { gauges, run, shownAt } = someGauges({ everySteps: 3 });
    const shown = [1, 2, 3, 4, 5, 6, 7].map((step) => {
      run(step);
      gauges.stepped(step);
      return shownAt(step);
    });

    expect(shown).toEqual([0, 0, 3, 3, 3, 6, 6]);
  });
});

describe('gauges that are written at the moment of reading', () => {
  it('show what is', () => {
    const { gauges, run, shownAt } = someGauges({ everySteps: 0, ageMsMax: 0 });
    run(3);
    expect(shownAt(1)).toBe(3);
    run(4);
    expect(shownAt(1)).toBe(4);
    expect(gauges.read(7).takenAtMs).toBe(7);
  });
});

describe('gauges that may be ten seconds old', () => {
  it('are written anew when they have become so old', () => {
    const { gauges, run, shownAt } = someGauges({ ageMsMax: 10_000 });
    run(3);
    gauges.stepped(1000);
    run(0);

    expect(shownAt(10_999)).toBe(3);
    expect(shownAt(11_000)).toBe(0);
  });
});

describe('gauges that are written at each prefill', () => {
  it('show those who ran before, not those whom the prefill brought', () => {
    const { gauges, run, shownAt } = someGauges({ everySteps: 40, onPrefill: true });
    run(5);
    gauges.prefilled(20, 2);

    expect(shownAt(20)).toBe(2);
  });

  it('are written once for all requests of one prefill', () => {
    const { gauges, run, shownAt } = someGauges({ everySteps: 40, onPrefill: true });
    run(5);
    gauges.prefilled(20, 2);
    gauges.prefilled(20, 3);

    expect(shownAt(20)).toBe(2);
  });

  it('leave a prefill alone when they are not', () => {
    const { gauges, run, shownAt } = someGauges();
    run(5);
    gauges.prefilled(20, 2);

    expect(shownAt(20)).toBe(0);
  });
});

describe('gauges that are written on demand', () => {
  it('show what is', () => {
    const { gauges, run, shownAt } = someGauges({ everySteps: 40 });
    run(7);
    gauges.write(50);

    expect(shownAt(60)).toBe(7);
  });
});
