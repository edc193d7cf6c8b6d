import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../deploy/simulator/clock.ts';
import { findPreset, type Preset } from '../../deploy/simulator/presets.ts';
import { createSimulatedEngine } from '../../deploy/simulator/simulated-engine.ts';
import { Dispatcher, type Place } from '../../gateway/pipeline/dispatcher.ts';
import { Admission } from '../../routing/admission.ts';
import { Fleet } from '../../routing/fleet.ts';
import { createPolicy } from '../../routing/policies/catalog.ts';
import { Router } from '../../routing/router.ts';
import { aReplica, aRequest } from '../support/builders.ts';
import { seededRandom } from '../support/chance.ts';

const REPLICAS = 4;
const SESSIONS = 60;
const TURNS = 6;
const TURN_TOKENS = 1600;
const OUTPUT_TOKENS = 100;
const BLOCK_TOKENS = 16;

const preset = { ...(findPreset('vllm-current-8xh100-tp8') as Preset), contextTokensMax: 32_768 };

interface Outcome {
  /** Times to the first token of all turns, in milliseconds, sorted. */
  readonly firstTokensMs: readonly number[];
  readonly hitShare: number;
  /** Turns of one session, over the replicas: most to least. */
  readonly requests: readonly number[];
}

/** Each session asks again with all that was said before, as soon as it has its answer. `hot` of them talk to one prompt. */
function converse({ knowsPrefixes = true, hot = 0 } = {}): Outcome {
  // Sessions in step with each other would come around to the same replica by rotation.
  const policy = knowsPrefixes ? 'kv-aware' : 'power-of-two';
  const clock = new VirtualClock();
  const random = seededRandom(7);
  const fleet = new Fleet();
  const engines = Array.from({ length: REPLICAS }, (_, index) => {
    const id = `replica-${index}`;
    fleet.join(aReplica({ id, kvBlockTokens: BLOCK_TOKENS }));
    fleet.setState(id, 'ready');
    return { id, engine: createSimulatedEngine(preset, clock), requests: 0 };
  });
  const dispatcher = new Dispatcher({
    fleet,
    router: new Router(createPolicy(policy, { random: seededRandom(1) })),
    admission: new Admission({ mode: 'late-binding', waitingRequestsMax: 1e6, waitingMsMax: 1e9 }),
    clock: {
      nowMs: () => clock.nowMs(),
      after: (delayMs, task) => clock.at(clock.nowMs() + delayMs, task),
    },
  });
  const firstTokensMs: number[] = [];
  let promptTokens = 0;
  let hitTokens = 0;

  function turn(session: number, count: number): void {
    if (count > TURNS) return;
    const tokens = count * TURN_TOKENS;
    const owner = session < hot ? 0 : session;
    const blockHashes = Array.from(
      { length: tokens / BLOCK_TOKENS },
      (_, block) => (owner + 1) * 1e6 + block,
    );
    const sentMs = clock.nowMs();
    const request = aRequest({
      promptTokens: tokens,
      expectedOutputTokens: OUTPUT_TOKENS,
      blockHashes: knowsPrefixes ? blockHashes : [],
      blockTokens: BLOCK_TOKENS,
    });
    dispatcher.enter(request, {
      granted: (place) => generate(place, { session, count, tokens, blockHashes, sentMs }),
      refused: (error) => {
        throw error;
      },
    });
  }

  function generate(place: Place, one: Turn): void {
    const { reservation } = place;
    const home = engines.find(({ id }) => id === place.replica.id);
    if (home === undefined) throw new Error('no such replica');
    home.requests += 1;
    promptTokens += one.tokens;
    const wanted = {
      promptTokens: one.tokens,
      outputTokens: OUTPUT_TOKENS,
      blockHashes: one.blockHashes,
    };
    home.engine.submit(wanted, {
      tokens: (count, atMs) => {
        if (reservation.outputTokens === 0) {
          firstTokensMs.push(atMs - one.sentMs);
          reservation.firstToken();
        }
        reservation.outputTokens += count;
      },
      finished: () => {
        reservation.release();
        turn(one.session, one.count + 1);
      },
    });
  }

  for (let session = 0; session < SESSIONS; session++) {
    clock.at(random() * 3000, () => turn(session, 1));
  }
  clock.run();
  for (const { engine } of engines) hitTokens += engine.load().cachedTokensTotal;
  return {
    firstTokensMs: firstTokensMs.toSorted((one, other) => one - other),
    hitShare: hitTokens / promptTokens,
    requests: engines.map(({ requests }) => requests).toSorted((one, other) => other - one),
  };
}

interface Turn {
  readonly session: number;
  readonly count: number;
  readonly tokens: number;
  readonly blockHashes: readonly number[];
  readonly sentMs: number;
}

const p99 = ({ firstTokensMs }: Outcome): number =>
  firstTokensMs[Math.floor(0.99 * firstTokensMs.length)] ?? 0;

describe('sessions that ask again with all that was said before', () => {
  const blind = converse({ knowsPrefixes: false });
  const knowing = converse();

  it('find most of what can be found in the cache, where two draws find two thirds', () => {
    // All but the last of n turns: (n - 1) / (n + 1).
    const possible = (TURNS - 1) / (TURNS + 1);
    expect(blind.hitShare).toBeLessThan(0.7 * possible);
    expect(knowing.hitShare).toBeGreaterThan(0.95 * possible);
  });

  it('get their first tokens sooner', () => {
    expect(p99(knowing)).toBeLessThan(0.85 * p99(blind));
  });

  it('are still spread over all replicas', () => {
    const [most = 0] = knowing.requests;

    expect(most).toBeLessThan((1.3 * SESSIONS * TURNS) / REPLICAS);
  });
});

describe('a prompt that half of all sessions share', () => {
  it('is copied to more replicas rather than waited for', () => {
    const knowing = converse({ hot: SESSIONS / 2 });
    const blind = converse({ hot: SESSIONS / 2, knowsPrefixes: false });
    const [most = 0] = knowing.requests;

    expect(most).toBeLessThan((1.5 * SESSIONS * TURNS) / REPLICAS);
    expect(p99(knowing)).toBeLessThan(p99(blind));
    expect(knowing.hitShare).toBeGreaterThan(blind.hitShare);
  });
});
