import type { NumpyRandom } from '../../../../gateway/replay/numpy-random.ts';
import { learnedOutput } from '../../../../gateway/replay/virtual/output-knowledge.ts';
import type { WorkloadRequest } from '../../../../gateway/replay/workload.ts';
import { engine, withContext, withKvShare } from '../engines.ts';
import type { Line, Size } from '../line.ts';
import { poisson, sharing, type Traffic } from '../traffic.ts';
import { STEADY_KV_SHARE, WARM_UP_SHARE } from './steady.ts';

const CONTEXT_TOKENS_MAX = 32_768;

/** Turns of one conversation, the tokens that each adds, and the pause before the next one. */
const TURNS = 6;
const TURN_TOKENS = 1400;
const TURN_PAUSE_MS = 15_000;

/** System prompts that conversations begin with. */
const SYSTEM_PROMPTS = 12;
const SYSTEM_TOKENS = 1500;

/** Prefixes that half of the traffic shares, and how long they are. */
const HOT_PREFIXES = 4;
const HOT_TOKENS = 8000;

/** Requests a second that the fleet bears with most prompts found in its caches, and not without. */
const SESSION_TURNS_PER_SECOND = 9;
const HOT_PER_SECOND = 26;

/** S5: conversations whose prefixes together are ten times what one replica holds, and a few hot ones. */
export function sharedPrefixLines({ steadyRequests: requests }: Size): readonly Line[] {
  const preset = withContext(withKvShare(engine('mixed'), STEADY_KV_SHARE), CONTEXT_TOKENS_MAX);
  const common = {
    scenario: 'S5',
    kind: 'mixed',
    presets: [preset, preset, preset, preset],
    knowledge: () => learnedOutput(undefined),
    bounds: [
      'late-in-order',
      'late-short-first',
      'soonest-prefill',
      'shortest-work',
      'cache-knowing',
    ],
    metrics: ['ttftP50Ms', 'ttftP99Ms', 'gapP99Ms', 'makespanMs', 'recomputed', 'cached'],
  } as const;
  return [
    { ...common, variant: 'sessions', traffic: (seed) => conversations(requests, seed) },
    { ...common, variant: 'hot prefixes', traffic: (seed) => hotPrefixes(requests, seed) },
  ];
}

/** Each turn sends all that was said before; the next one comes after a pause, whatever became of the last. */
function conversations(requests: number, seed: number): Traffic {
  const sessions = Math.ceil(requests / TURNS);
  const turns: WorkloadRequest[] = [];
  const plan = { requests: sessions, rate: SESSION_TURNS_PER_SECOND / TURNS, warmUpShare: 0, seed };
  poisson(plan, (session, startMs, random) => {
    let arrivalMs = startMs;
    for (let turn = 1; turn <= TURNS; turn += 1) {
      turns.push({ ...aTurn(session, turn, arrivalMs, random), sessionKey: `session ${session}` });
      arrivalMs += TURN_PAUSE_MS / 2 + random.exponential(TURN_PAUSE_MS / 2);
    }
    return sharing(session, startMs, [], 1);
  });
  const own = turns
    .toSorted((one, other) => one.arrivalMs - other.arrivalMs)
    .map((request, index) => ({ ...request, index }));
  return {
    own,
    hidden: [],
    warmUpMs: own[Math.floor(own.length * WARM_UP_SHARE)]?.arrivalMs ?? 0,
    arrivalsEndMs: own.at(-1)?.arrivalMs ?? 0,
  };
}

function aTurn(
  session: number,
  turn: number,
  arrivalMs: number,
  random: NumpyRandom,
): WorkloadRequest {
  const segments = [
    { content: `system ${session % SYSTEM_PROMPTS}`, tokens: SYSTEM_TOKENS },
    { content: `session ${session}`, tokens: turn * TURN_TOKENS },
  ];
  return sharing(0, arrivalMs, segments, random.integer(50, 251));
}

/** Half of all prompts begin with one of three long documents; the others share nothing. */
function hotPrefixes(requests: number, seed: number): Traffic {
  const plan = { requests, rate: HOT_PER_SECOND, warmUpShare: WARM_UP_SHARE, seed };
  return poisson(plan, (index, arrivalMs, random) => {
    const isHot = random.double() < 0.5;
    const own = { content: `request ${index}`, tokens: random.integer(100, 601) };
    const hot = random.integer(0, HOT_PREFIXES);
    const segments = isHot
      ? [{ content: `hot ${hot}`, tokens: HOT_TOKENS }, own]
      : [{ ...own, tokens: own.tokens + 1500 }];
    const request = sharing(index, arrivalMs, segments, random.integer(50, 251));
    return isHot ? { ...request, sessionKey: `hot ${hot}` } : request;
  });
}
