import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../deploy/simulator/clock.ts';
import type { SimulatedEngine } from '../../deploy/simulator/engine.ts';
import { findPreset, type Preset } from '../../deploy/simulator/presets.ts';
import { createSimulatedEngine } from '../../deploy/simulator/simulated-engine.ts';
import { Dispatcher, type Place } from '../../gateway/pipeline/dispatcher.ts';
import { publishedRandomOptions, randomWorkload } from '../../gateway/replay/workloads/random.ts';
import { Admission, type AdmissionLimits } from '../../routing/admission.ts';
import { Fleet } from '../../routing/fleet.ts';
import { createPolicy, policyNames, type PolicyName } from '../../routing/policies/catalog.ts';
import { Router } from '../../routing/router.ts';
import { aReplica, aRequest } from '../support/builders.ts';
import { seededRandom } from '../support/chance.ts';

interface Lengths {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** What one run shows, replica by replica where it is an array. */
interface Outcome {
  readonly makespanMs: number;
  readonly tokens: readonly number[];
  readonly preemptions: readonly number[];
  /** Moments at which a replica had nothing to do while someone waited. */
  readonly idleMoments: number;
  readonly mostUncomputed: number;
  readonly openAtTheEnd: number;
}

const tp4 = preset('sglang-0.2.14-4xh100-tp4');
const published = randomWorkload(publishedRandomOptions).requests;

function preset(name: string): Preset {
  const found = findPreset(name);
  if (found === undefined) throw new Error(`no preset ${name}`);
  return found;
}

/** Sends everything at once through the real queue, router and ledger to engines on virtual time. */
class Burst {
  readonly #clock = new VirtualClock();
  readonly #fleet = new Fleet();
  readonly #dispatcher: Dispatcher;
  readonly #engines: Map<string, SimulatedEngine> = new Map();
  readonly #tokens: Map<string, number> = new Map();
  #makespanMs = 0;
  #idleMoments = 0;
  #mostUncomputed = 0;

  constructor(policy: PolicyName, presets: readonly Preset[], mode: AdmissionLimits['mode']) {
    for (const [index, one] of presets.entries()) {
      const id = `replica-${index}`;
      const { kvCapacityTokens, kvBlockTokens } = one;
      this.#fleet.join(aReplica({ id, kvCapacityTokens, kvBlockTokens }));
      this.#fleet.setState(id, 'ready');
      this.#engines.set(id, createSimulatedEngine(one, this.#clock));
      this.#tokens.set(id, 0);
    }
    const clock = this.#clock;
    this.#dispatcher = new Dispatcher({
      fleet: this.#fleet,
      router: new Router(createPolicy(policy, { random: seededRandom(1) })),
      admission: new Admission({ mode, waitingRequestsMax: 10_000, waitingMsMax: 1e9 }),
      clock: {
        nowMs: () => clock.nowMs(),
        after: (delayMs, task) => clock.at(clock.nowMs() + delayMs, task),
      },
    });
  }

  run(requests: readonly Lengths[]): Outcome {
    for (const lengths of requests) this.#send(lengths);
    this.#look();
    this.#clock.run();
    const engines = [...this.#engines.values()];
    return {
      makespanMs: this.#makespanMs,
      tokens: [...this.#tokens.values()],
      preemptions: engines.map((engine) => engine.load().preemptions),
      idleMoments: this.#idleMoments,
      mostUncomputed: this.#mostUncomputed,
      openAtTheEnd: this.#fleet.candidates(0).reduce((sum, one) => sum + one.inFlight.requests, 0),
    };
  }

  #send({ promptTokens, outputTokens }: Lengths): void {
    const request = aRequest({ promptTokens, expectedOutputTokens: outputTokens });
    this.#dispatcher.enter(request, {
      granted: (place) => this.#generate(place, { promptTokens, outputTokens }),
      refused: (error) => {
        throw error;
      },
    });
  }

  #generate({ replica, reservation }: Place, { promptTokens, outputTokens }: Lengths): void {
    const request = { promptTokens, outputTokens, blockHashes: [] };
    this.#engines.get(replica.id)?.submit(request, {
      tokens: (count) => {
        if (reservation.outputTokens === 0) reservation.firstToken();
        reservation.outputTokens += count;
      },
      finished: (atMs) => {
        this.#makespanMs = atMs;
        reservation.release();
        const before = this.#tokens.get(replica.id) ?? 0;
        this.#tokens.set(replica.id, before + promptTokens + outputTokens);
        this.#look();
      },
    });
  }

  #look(): void {
    for (const { inFlight } of this.#fleet.candidates(this.#clock.nowMs())) {
      this.#mostUncomputed = Math.max(this.#mostUncomputed, inFlight.prefillTokens);
      if (inFlight.requests === 0 && this.#dispatcher.waitingRequests > 0) this.#idleMoments += 1;
    }
  }
}

function burst(
  policy: PolicyName,
  presets: readonly Preset[],
  mode: AdmissionLimits['mode'] = 'late-binding',
): Outcome {
  return new Burst(policy, presets, mode).run(published);
}

function shares({ tokens }: Outcome): number[] {
  const total = tokens.reduce((sum, one) => sum + one, 0);
  return tokens.map((one) => one / total);
}

describe('the published 1000 requests, all at once, on two replicas of four GPUs', () => {
  it.each(policyNames)('gives each between 48 and 52 per cent of the tokens under %s', (policy) => {
    const outcome = burst(policy, [tp4, tp4]);

    for (const share of shares(outcome)) expect(Math.abs(share - 0.5)).toBeLessThanOrEqual(0.02);
    expect(outcome.tokens.reduce((sum, one) => sum + one, 0)).toBe(3_060_544);
  });

  it('leaves no replica idle while someone waits, and preempts nobody', () => {
    const outcome = burst('kv-aware', [tp4, tp4]);

    expect(outcome.idleMoments).toBe(0);
    expect(outcome.preemptions).toEqual([0, 0]);
    expect(outcome.openAtTheEnd).toBe(0);
  });

  it('sends no more than one prefill step ahead', () => {
    expect(burst('kv-aware', [tp4, tp4]).mostUncomputed).toBeLessThanOrEqual(8192);
  });

  it('ends earlier than when everything is handed on at once', () => {
    const bound = burst('kv-aware', [tp4, tp4]);
    const handedOn = burst('kv-aware', [tp4, tp4], 'pass-through');

    expect(bound.makespanMs).toBeLessThan(handedOn.makespanMs);
  });
});

describe('the same on unequal replicas', () => {
  it('gives the replica of half the KV less, and preempts nobody', () => {
    const small = { ...tp4, kvCapacityTokens: tp4.kvCapacityTokens / 2 };

    const outcome = burst('kv-aware', [tp4, small]);

    const [large = 0, less = 0] = shares(outcome);
    expect(large).toBeGreaterThan(less);
    expect(outcome.idleMoments).toBe(0);
    expect(outcome.preemptions).toEqual([0, 0]);
  });
});
