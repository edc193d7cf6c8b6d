import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../deploy/simulator/clock.ts';
import { findPreset, type Preset } from '../../deploy/simulator/presets.ts';
import { createSimulatedEngine } from '../../deploy/simulator/simulated-engine.ts';
import { publishedRandomOptions, randomWorkload } from '../../gateway/replay/workloads/random.ts';
import { Fleet } from '../../routing/fleet.ts';
import type { Speed } from '../../routing/replica.ts';
import { aReplica } from '../support/builders.ts';

const published = randomWorkload(publishedRandomOptions).requests;

/** Requests open at once: a batch within the captured graphs, where a step has one cost. */
const CONCURRENCY = 100;

function preset(name: string): Preset {
  const found = findPreset(name);
  if (found === undefined) throw new Error(`no preset ${name}`);
  return found;
}

/** Runs the published lengths, `CONCURRENCY` at a time, and tells what the fleet has learned of the replica. */
function learned(one: Preset, slowness: (nowMs: number) => number, untilMs: number): Speed {
  const clock = new VirtualClock();
  const engine = createSimulatedEngine(one, clock, { slowness: () => slowness(clock.nowMs()) });
  const fleet = new Fleet();
  fleet.join(aReplica());
  let next = 0;
  const send = (): void => {
    const lengths = published[next++];
    if (lengths === undefined || clock.nowMs() > untilMs) return;
    const { promptTokens, outputTokens } = lengths;
    const nowMs = clock.nowMs();
    const open = { promptTokens, expectedOutputTokens: outputTokens, nowMs };
    const reservation = fleet.reserve('replica-0', open);
    engine.submit(
      { promptTokens, outputTokens, blockHashes: [] },
      {
        tokens: (count) => {
          reservation.firstToken();
          reservation.outputTokens += count;
        },
        finished: () => {
          reservation.release();
          send();
        },
      },
    );
  };
  for (let open = 0; open < CONCURRENCY; open++) send();
  for (let atMs = 100; atMs <= untilMs; atMs += 100) clock.at(atMs, () => fleet.candidates(atMs));
  clock.run();
  const [candidate] = fleet.candidates(untilMs);
  if (candidate === undefined) throw new Error('the replica has left');
  return candidate.speed;
}

/** A decode step of the middle of such a run, and the prefill of a mean prompt, in milliseconds. */
function costs(speed: Speed): { readonly stepMs: number; readonly prefillMs: number } {
  const { decodeStepMs, decodeStepMsPerRequest, decodeStepMsPerKvToken } = speed;
  return {
    stepMs: decodeStepMs + CONCURRENCY * decodeStepMsPerRequest + 250_000 * decodeStepMsPerKvToken,
    prefillMs: (2033 * 1000) / speed.prefillTokensPerSecond,
  };
}

function trueCosts({ stepTimes }: Preset): ReturnType<typeof costs> {
  return costs({
    prefillTokensPerSecond: 1000 / stepTimes.prefillMsPerToken,
    decodeStepMs: stepTimes.graphBaseMs,
    decodeStepMsPerRequest: stepTimes.graphMsPerSequence,
    decodeStepMsPerKvToken: stepTimes.decodeMsPerKvToken,
  });
}

describe.each(['sglang-0.2.14-4xh100-tp4', 'vllm-current-8xh100-tp8'])(
  'a replica of %s',
  (name) => {
    const actual = trueCosts(preset(name));

    it('is known by its decode step within ten per cent after a minute of streams', () => {
      const { stepMs } = costs(learned(preset(name), () => 1, 60_000));

      expect(stepMs / actual.stepMs).toBeGreaterThan(0.9);
      expect(stepMs / actual.stepMs).toBeLessThan(1.1);
    });

    it('is known to have turned slow five seconds after it took to half its speed', () => {
      const { stepMs } = costs(learned(preset(name), (nowMs) => (nowMs < 60_000 ? 1 : 2), 65_000));

      expect(stepMs / actual.stepMs).toBeGreaterThan(1.6);
    });

    it('is known to be well again ten seconds after it recovered', () => {
      const slow = (nowMs: number): number => (nowMs > 30_000 && nowMs < 60_000 ? 2 : 1);
      const { stepMs } = costs(learned(preset(name), slow, 70_000));

      expect(stepMs / actual.stepMs).toBeLessThan(1.3);
    });
  },
);
