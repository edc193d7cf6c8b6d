import { describe, expect, it } from 'vitest';
import { composeRun } from '../../../gateway/replay/compose-run.ts';
import type { RunCircumstances } from '../../../gateway/replay/compose-run.ts';
import { measure } from '../../../gateway/replay/measures.ts';
import { aFleet, aLateness, aResult, settings } from './builders.ts';

const circumstances: RunCircumstances = {
  target: 'simulated',
  startedAt: new Date(2026, 0, 1),
  fleet: aFleet(),
  reproduced: undefined,
};

const outcome = { results: [aResult()], durationMs: 1000, complete: true };

describe('a composed run', () => {
  it('holds the measures of its results, and what it was made of', () => {
    const run = composeRun(settings(), circumstances, outcome);

    expect(run.measures).toEqual(measure(outcome.results, 1000));
    expect(run).toMatchObject({
      backend: 'sglang',
      target: 'simulated',
      rules: '0.2.14',
      speed: 3,
    });
  });

  it('ran at the pace of the wall where nothing is simulated', () => {
    const run = composeRun(
      settings(),
      { ...circumstances, target: 'url', fleet: undefined },
      outcome,
    );

    expect(run.speed).toBe(1);
    expect(run.notes).toEqual([]);
  });

  it('knows who simulated it: its own fleet, or servers that said so', () => {
    const told = { ...outcome, simulators: new Set(['sglang-0.2.14-8xh100-tp8']) };
    const theirs = { ...circumstances, target: 'url', fleet: undefined } as const;

    expect(composeRun(settings(), circumstances, outcome).simulation).toEqual({
      presets: ['sglang-0.2.14-4xh100-tp4'],
      isExtrapolated: true,
    });
    expect(composeRun(settings(), theirs, told).simulation).toEqual({
      presets: ['sglang-0.2.14-8xh100-tp8'],
      isExtrapolated: false,
    });
    expect(composeRun(settings(), theirs, outcome).simulation).toBeUndefined();
  });

  it('tells who answered, what it was asked for and how the gateway decided', () => {
    const theirs = {
      ...circumstances,
      target: 'url',
      url: 'http://a:1',
      fleet: undefined,
    } as const;

    expect(composeRun(settings(), circumstances, outcome).setup).toEqual({
      replicas: '2 × 4×H100, tensor parallel 4',
      model: 'meta-llama/Meta-Llama-3-70B-Instruct',
      policy: 'kv-aware',
      admission: 'late-binding',
    });
    expect(composeRun(settings(), theirs, { ...outcome, model: 'm' }).setup).toEqual({
      replicas: 'http://a:1',
      model: 'm',
      policy: undefined,
      admission: undefined,
    });
  });

  it('has no samples, lateness or cost where none were taken', () => {
    const { samples, lateness, gatewayCost, serverInfo } = composeRun(
      settings(),
      circumstances,
      outcome,
    );

    expect([samples, lateness, gatewayCost, serverInfo]).toEqual([[], [], undefined, undefined]);
  });

  it('notes who was late at its speed', () => {
    const lateness = [aLateness({ process: 'replica-1', keepsPace: true, p99Ms: 5 })];
    const run = composeRun(settings(), circumstances, { ...outcome, lateness });

    expect(run.lateness).toBe(lateness);
    expect(run.notes.at(-1)).toContain('could not keep up: P99 lateness of replica-1');
  });

  it('says that it was cut short', () => {
    expect(composeRun(settings(), circumstances, { ...outcome, complete: false }).complete).toBe(
      false,
    );
  });
});
