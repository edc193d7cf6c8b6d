import { describe, expect, it } from 'vitest';
import { measure } from '../../../gateway/replay/measures.ts';
import { runNotes } from '../../../gateway/replay/notes.ts';
import type { NoteSources } from '../../../gateway/replay/notes.ts';
import { simulationBy } from '../../../gateway/replay/simulation.ts';
import { aFailure, aFleet, aLateness, aResult, presetNamed } from './builders.ts';

function notes(fields: Partial<NoteSources> = {}): readonly string[] {
  const results = fields.results ?? [aResult()];
  return runNotes({
    fleet: undefined,
    simulation: undefined,
    reproduced: undefined,
    results,
    measures: measure(results, 1000),
    speed: 1,
    lateness: [],
    ...fields,
  });
}

describe('the notes of a run', () => {
  it('are none where nothing is simulated, failed or late', () => {
    expect(notes()).toEqual([]);
  });

  it('tell what is simulated and extrapolated, alike replicas once', () => {
    expect(notes({ fleet: aFleet() })).toEqual([
      '2 × 4×H100, tensor parallel 4: Simulated, extrapolated from the 8×H100 fit: weights and KV ' +
        'bytes per GPU double.',
    ]);
  });

  it('tell of unlike replicas apart', () => {
    const presets = ['sglang-0.2.14-8xh100-tp8', 'sglang-0.2.14-4xh100-tp4'].map(presetNamed);

    expect(notes({ fleet: aFleet({ presets }) }).map((note) => note.slice(0, 7))).toEqual([
      '1 × 8×H',
      '1 × 4×H',
    ]);
  });

  it('tell what a server said of itself, one of presets that are not known here included', () => {
    const simulation = simulationBy(['sglang-0.2.14-4xh100-tp4', 'zz-of-tomorrow']);

    expect(notes({ simulation })).toEqual([
      'Simulated: the answers came from numagate’s own simulator (sglang-0.2.14-4xh100-tp4, ' +
        'zz-of-tomorrow), not from an engine on GPUs.',
      'sglang-0.2.14-4xh100-tp4: Simulated, extrapolated from the 8×H100 fit: weights and KV bytes ' +
        'per GPU double.',
    ]);
  });

  it('say of a run that is made again what it is calibrated on, and why nothing is queued', () => {
    const fleet = aFleet({
      presets: [presetNamed('vllm-0.5.5-8xh100-tp8')],
      admission: 'pass-through',
    });
    const [first, , third] = notes({ fleet, reproduced: 'vLLM 0.5.5' });

    expect(first).toContain(
      'The published run of vLLM 0.5.5 again: simulated, calibrated on this run.',
    );
    expect(third).toBe(
      'The gateway hands every request on at once (pass-through), because that is how the published run was made.',
    );
  });

  it('say that nothing is queued where somebody chose so', () => {
    expect(notes({ fleet: aFleet({ admission: 'pass-through' }) }).at(-1)).toBe(
      'The gateway hands every request on at once (pass-through).',
    );
  });

  it('repeat what the engines counted', () => {
    const usage = { promptTokens: 11, outputTokens: 4 };

    expect(notes({ results: [aResult({ usage }), aResult({ usage }), aResult()] })).toEqual([
      'The engines counted 22 prompt and 8 output tokens over 2 answers.',
    ]);
    const many = { promptTokens: 2_033_482, outputTokens: 1_027_062 };
    expect(notes({ results: [aResult({ usage: many })] })[0]).toContain('2,033,482 prompt');
  });

  it('count failures by their errors, the commonest first, and no more than five', () => {
    const errors = ['a', 'b', 'b', 'c', 'd', 'e', 'f'];
    const [note] = notes({ results: errors.map((error) => aFailure({ error })) });

    expect(note).toBe('7 requests failed: 2 × b; 1 × a; 1 × c; 1 × d; 1 × e.');
  });

  it('name who was late, by how much and what the bound is', () => {
    const late = aLateness({ process: 'replica-0', keepsPace: true, p99Ms: 2 });

    // The gaps of the result are 50 ms: a step of 25 ms at speed 2.
    expect(notes({ speed: 2, lateness: [late, aLateness({ p99Ms: 12.5 })] })).toEqual([
      'The machine could not keep up: P99 lateness of replica-0 2.0 ms (at most 1.3), ' +
        'where a step takes 25.0 ms at speed 2. Read small differences with care.',
    ]);
  });

  it('call nobody late where no token followed another', () => {
    expect(notes({ results: [], lateness: [aLateness({ p99Ms: 12.5 })] })).toEqual([]);
  });

  it('report what passes a twentieth of a step, but blame no machine for what timers are anywhere', () => {
    const little = aLateness({ process: 'replica-0', keepsPace: true, p99Ms: 1.4 });
    const seldom = aLateness({ process: 'replica-1', keepsPace: true, p99Ms: 9, samples: 20 });

    expect(notes({ speed: 2, lateness: [little, seldom] })).toEqual([
      'P99 lateness of replica-0 1.4 ms (at most 1.3), replica-1 9.0 ms (at most 1.3, of 20 samples), ' +
        'where a step takes 25.0 ms at speed 2. No more than timers are late on any machine, or too ' +
        'few samples to tell.',
    ]);
  });
});
