import { VirtualClock } from '../../deploy/simulator/clock.ts';
import type { SimulatedEngine } from '../../deploy/simulator/engine.ts';
import { findPreset, type Preset } from '../../deploy/simulator/presets.ts';
import { createSimulatedEngine } from '../../deploy/simulator/simulated-engine.ts';
import type { GatewayError } from '../../gateway/generation/error.ts';
import { Dispatcher, type Place } from '../../gateway/pipeline/dispatcher.ts';
import { Admission, type AdmissionLimits } from '../../routing/admission.ts';
import { Fleet } from '../../routing/fleet.ts';
import { createPolicy } from '../../routing/policies/catalog.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import { Router } from '../../routing/router.ts';
import { aReplica, aRequest } from './builders.ts';
import { seededRandom } from './chance.ts';

/** What one of the traffic asks for; its output is as long as expected unless told otherwise. */
export interface Sent extends Partial<RoutingRequest> {
  readonly atMs: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** What became of one. */
export interface Fate {
  readonly sent: Sent;
  dispatchedMs: number | undefined;
  firstTokenMs: number | undefined;
  endedMs: number | undefined;
  refused: GatewayError | undefined;
}

/** Replicas, and what is unlike a queue without bounds. */
export interface TrafficOptions {
  readonly presets: readonly Preset[];
  readonly limits?: Partial<AdmissionLimits>;
}

/** A preset of the simulator, with facts of its own. */
export function thePresetWith(name: string, facts: Partial<Preset> = {}): Preset {
  const found = findPreset(name);
  if (found === undefined) throw new Error(`no preset ${name}`);
  return { ...found, ...facts };
}

/** Sends traffic at its times through the real queue, router and ledger to engines on virtual time. */
export function runTraffic(traffic: readonly Sent[], options: TrafficOptions): readonly Fate[] {
  const clock = new VirtualClock();
  const fleet = new Fleet();
  const engines = new Map<string, SimulatedEngine>();
  for (const [index, preset] of options.presets.entries()) {
    const id = `replica-${index}`;
    const { kvCapacityTokens, kvBlockTokens } = preset;
    fleet.join(aReplica({ id, kvCapacityTokens, kvBlockTokens }));
    fleet.setState(id, 'ready');
    engines.set(id, createSimulatedEngine(preset, clock));
  }
  const dispatcher = new Dispatcher({
    fleet,
    router: new Router(createPolicy('kv-aware', { random: seededRandom(1) })),
    admission: new Admission({
      mode: 'late-binding',
      waitingRequestsMax: 1e6,
      waitingMsMax: 1e9,
      ...options.limits,
    }),
    clock: {
      nowMs: () => clock.nowMs(),
      after: (delayMs, task) => clock.at(clock.nowMs() + delayMs, task),
    },
  });

  function generate({ replica, reservation }: Place, fate: Fate): void {
    fate.dispatchedMs = clock.nowMs();
    const { promptTokens, outputTokens } = fate.sent;
    engines.get(replica.id)?.submit(
      { promptTokens, outputTokens, blockHashes: [] },
      {
        tokens: (count, atMs) => {
          fate.firstTokenMs ??= atMs;
          if (reservation.outputTokens === 0) reservation.firstToken();
          reservation.outputTokens += count;
        },
        finished: (atMs) => {
          fate.endedMs = atMs;
          reservation.release();
        },
      },
    );
  }

  const fates = traffic.map((sent): Fate => {
    const fate: Fate = {
      sent,
      dispatchedMs: undefined,
      firstTokenMs: undefined,
      endedMs: undefined,
      refused: undefined,
    };
    const { atMs, outputTokens, ...facts } = sent;
    clock.at(atMs, () => {
      dispatcher.enter(aRequest({ expectedOutputTokens: outputTokens, ...facts }), {
        granted: (place) => generate(place, fate),
        refused: (error) => {
          fate.refused = error;
        },
      });
    });
    return fate;
  });
  clock.run();
  return fates;
}

/** Moments of a Poisson stream, in milliseconds. */
export function poissonMs(
  { perSecond, untilMs }: { readonly perSecond: number; readonly untilMs: number },
  random: () => number,
): number[] {
  const moments: number[] = [];
  for (let atMs = 0; ;) {
    atMs -= (1000 / perSecond) * Math.log(1 - random());
    if (atMs >= untilMs) return moments;
    moments.push(atMs);
  }
}
