import { percentile } from '../../bench/relay/percentile.ts';
import { closedLoop, openLoop } from '../load/passing.ts';
import type { ProcessFleet } from '../load/process-fleet.ts';
import { aFleet, model } from '../load/process-fleet.ts';
import { medianOfThird, sampled } from '../load/samples.ts';
import type { Asked, Streamed } from '../load/stream-client.ts';
import { connect, isWhole, stream } from '../load/stream-client.ts';
import type { Figure, Part } from '../part.ts';
import { portion } from '../part.ts';

const SECONDS = 180;
const FACTORS = [1, 2, 5, 10];

/**
 * An engine that holds 256 at a time: some 30 answers a second, so that ten times as many requests as it can answer are
 * too much for the fleet and not for two cores on which clients, gateway and engine run beside each other.
 */
const engine = ['--preset', 'vllm-0.5.5-8xh100-tp8', '--model', model];
const ENGINE_HOLDS = 256;

/** Twice as long as the longest answer of a full engine takes. */
const DEADLINE_MS = 24_000;

/** Until the engine is full, and as many leave as come. */
const FILLING_SECONDS = 12;
const MEASURED_SECONDS = 20;

/** Until memory has grown to what the first requests need: compiled code, pools, a heap of its size. */
const WARM_UP_SECONDS = 20;

/** A fleet that is asked for more than it can do does as much as it can. */
export const overload: Part = {
  name: 'overload',
  what: `${FACTORS.join(', ')} times what the fleet can do, ${SECONDS / 60} min each, default settings, deadline ${DEADLINE_MS / 1_000} s: more than the engine can do, not more than the machine`,
  async play(share) {
    const seconds = portion(SECONDS, share, 2 * FILLING_SECONDS);
    await using fleet = await aFleet({ replicas: 1, args: engine });
    const capacity = await capacityOf(fleet);
    await offer(fleet, capacity.answers, WARM_UP_SECONDS);
    const figures: Figure[] = [{ name: 'capacity', value: capacity.tokens, unit: 'tokens/s' }];
    for (const factor of FACTORS) {
      const load = await offer(fleet, capacity.answers * factor, seconds);
      figures.push(...figuresOf(load, factor, capacity.tokens));
    }
    return { amount: `${seconds} s each`, figures };
  },
};

interface Rate {
  readonly answers: number;
  readonly tokens: number;
}

/** What became of a request, and when. */
interface Outcome {
  readonly asked: Asked;
  readonly streamed: Streamed;
  readonly endedMs: number;
}

/** What the engine does alone, without a gateway, when more than it holds are always there. */
async function capacityOf({ replicas }: ProcessFleet): Promise<Rate> {
  const pool = connect(replicas[0]?.url ?? '');
  const startMs = performance.now();
  const endMs = startMs + (FILLING_SECONDS + MEASURED_SECONDS) * 1_000;
  const outcomes: Outcome[] = [];
  await closedLoop(
    1.25 * ENGINE_HOLDS,
    () => performance.now() < endMs,
    async (index) => {
      const asked = request(index);
      outcomes.push({ asked, streamed: await stream(pool, asked), endedMs: performance.now() });
    },
  );
  await pool.destroy();
  return rateOf(outcomes, startMs + FILLING_SECONDS * 1_000, endMs);
}

interface Load {
  readonly outcomes: readonly Outcome[];
  readonly served: Rate;
  /** Of the gateway's memory, the last third of the time beside the one before it. */
  readonly growth: number;
}

async function offer({ gateway }: ProcessFleet, perSecond: number, seconds: number): Promise<Load> {
  const pool = connect(gateway.url);
  const startMs = performance.now();
  const outcomes: Outcome[] = [];
  const memory = sampled(500, () => gateway.residentMb);
  const offering = openLoop({ perSecond, seconds }, async (index) => {
    const asked = request(index);
    outcomes.push({ asked, streamed: await stream(pool, asked), endedMs: performance.now() });
  });
  await offering;
  const seen = memory().filter(({ atMs }) => atMs < startMs + seconds * 1_000);
  await pool.destroy();
  return {
    outcomes,
    served: rateOf(outcomes, startMs + FILLING_SECONDS * 1_000, startMs + seconds * 1_000),
    growth: medianOfThird(seen, 2) / medianOfThird(seen, 1) - 1,
  };
}

function figuresOf({ outcomes, served, growth }: Load, factor: number, capacity: number): Figure[] {
  const refused = outcomes.filter(({ streamed }) => streamed.status >= 400);
  const blind = refused.filter(({ streamed }) => streamed.retryAfter === undefined);
  const broken = outcomes.filter(
    ({ asked, streamed }) => streamed.status === 200 && !isWhole(streamed, asked),
  );
  const unanswered = outcomes.filter(({ streamed }) => streamed.status === 0);
  return [
    {
      name: `${factor} ×: goodput`,
      value: (served.tokens / capacity) * 100,
      unit: '%',
      atLeast: 95,
    },
    { name: 'refused', value: refused.length },
    { name: 'without Retry-After', value: blind.length, atMost: 0 },
    ...(refused.length === 0
      ? []
      : [
          {
            name: 'refused within, p99',
            value: percentile(
              refused.map(({ streamed }) => streamed.tookMs),
              0.99,
            ),
            unit: 'ms',
            atMost: 20,
          },
        ]),
    { name: 'begun and not brought to an end', value: broken.length },
    { name: 'without an answer', value: unanswered.length },
    { name: 'memory grows by', value: growth * 100, unit: '%', atMost: 5 },
  ];
}

/** Answers that came whole and within their deadline, each second. */
function rateOf(outcomes: readonly Outcome[], fromMs: number, toMs: number): Rate {
  const good = outcomes.filter(
    ({ asked, streamed, endedMs }) =>
      endedMs >= fromMs &&
      endedMs < toMs &&
      streamed.tookMs <= DEADLINE_MS &&
      isWhole(streamed, asked),
  );
  const seconds = (toMs - fromMs) / 1_000;
  return {
    answers: good.length / seconds,
    tokens: good.reduce((sum, { asked }) => sum + asked.tokens, 0) / seconds,
  };
}

/** From 40 to 120 tokens. */
function request(index: number): Asked {
  return {
    prompt: `A crowd ${index} comes`,
    tokens: 40 + ((index * 17) % 81),
    headers: { 'x-gateway-deadline-ms': String(DEADLINE_MS) },
  };
}
