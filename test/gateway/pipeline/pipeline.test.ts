import { describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../../gateway/generation/error.ts';
import type { Place } from '../../../gateway/pipeline/dispatcher.ts';
import { ATTEMPTS_MAX } from '../../../gateway/pipeline/further-tries.ts';
import { serve } from '../../../gateway/pipeline/pipeline.ts';
import type { QuotaStanding } from '../../../gateway/quota/quota-store.ts';
import type { Fleet } from '../../../routing/fleet.ts';
import type { Recorder } from '../../../telemetry/recorder.ts';
import { aReplica, aRequest, replicas } from '../../support/builders.ts';
import {
  type AnExchange,
  anExchange,
  aRecorder,
  chatBody,
  decoded,
} from '../../support/exchange.ts';
import {
  type FakeCall,
  FakeEngine,
  socketError,
  streamHeaders,
} from '../../support/fake-engine.ts';
import { type APipeline, aPipeline, Asked, inFlight } from '../../support/pipeline.ts';
import {
  chatEvent,
  chatStream,
  errorEvent,
  finishEvent,
  roleEvent,
  usageEvent,
} from '../../support/streams.ts';

/** A request under way. */
interface Served {
  readonly house: APipeline;
  readonly exchange: AnExchange;
  readonly over: Promise<void>;
  /** Requests in flight when the record was closed, each time it was. */
  readonly openAtTheEnd: readonly number[];
  /** How often a reservation was given back. */
  readonly releases: () => number;
}

async function begin(
  house: APipeline = aPipeline(),
  facts: Partial<AnExchange> = {},
): Promise<Served> {
  const openAtTheEnd: number[] = [];
  const recorder = aRecorder((_record: Recorder) => void openAtTheEnd.push(inFlight(house)));
  const releases = counters.get(house.fleet) ?? countReleases(house);
  counters.set(house.fleet, releases);
  const exchange = anExchange({ recorder, ...facts });
  const over = serve(exchange, house.parts);
  await turnOver();
  return { house, exchange, over, openAtTheEnd, releases };
}

/** How often the reservations of a fleet were given back. */
const counters = new WeakMap<Fleet, () => number>();

/** Lets the promises that are ready run. */
async function turnOver(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

function countReleases({ fleet }: APipeline): () => number {
  let count = 0;
  const reserve = fleet.reserve.bind(fleet);
  vi.spyOn(fleet, 'reserve').mockImplementation((id, request) => {
    const reservation = reserve(id, request);
    const release = reservation.release.bind(reservation);
    vi.spyOn(reservation, 'release').mockImplementation(() => {
      const released = release();
      if (released) count += 1;
      return released;
    });
    return reservation;
  });
  return () => count;
}

/** Every request at the engines, in the order of the attempts. */
function callsOf({ house, exchange }: Served): FakeCall[] {
  const seen = new Map<string, number>();
  return exchange.recorder.attempts.flatMap(({ replica }) => {
    const index = seen.get(replica) ?? 0;
    seen.set(replica, index + 1);
    return house.engines.get(replica)?.calls[index] ?? [];
  });
}

function lastCall(served: Served): FakeCall {
  const call = callsOf(served).at(-1);
  if (call === undefined) throw new Error('nothing was sent');
  return call;
}

/** What every end of a request has in common. */
function expectSettled({ house, exchange, openAtTheEnd, releases }: Served): void {
  expect(openAtTheEnd).toEqual([0]);
  expect(inFlight(house)).toBe(0);
  expect(releases()).toBe(vi.mocked(house.fleet.reserve).mock.calls.length);
  expect(house.clock.timers).toBe(0);
  expect(house.dispatcher.waitingRequests).toBe(0);
  expect(exchange.reply.listener).toBeUndefined();
  expect(chargedTo(house)).toMatchObject({ concurrent: { open: 0 } });
}

/** Where the quota of the tenant `anyone` stands. */
function chargedTo({ parts, clock }: APipeline): QuotaStanding | undefined {
  return parts.quotas.standings(clock.nowMs())[0]?.standing;
}

type Play = (call: FakeCall) => void;

/** What a replica may do before the client has seen a byte, after which another may do better. */
const failsEarly: readonly (readonly [string, Play])[] = [
  ['refuses the connection', (call) => call.fail(socketError('ECONNREFUSED'))],
  ['breaks the connection', (call) => call.fail(socketError('ECONNRESET'))],
  ['answers 503', (call) => call.answer(503, { error: { message: 'Full.' } })],
  ['answers 429', (call) => call.answer(429, { error: { message: 'Slow down.' } })],
  ['answers 500', (call) => call.answer(500, { error: { message: 'Oops.' } })],
  ['streams an error first', (call) => call.stream(errorEvent(503))],
  ['streams an error behind the role', (call) => call.stream(roleEvent() + errorEvent(503))],
  ['streams nothing', (call) => call.stream()],
  ['streams a role and ends', (call) => call.stream(roleEvent())],
  ['aborts before the first token', (call) => call.stream(roleEvent() + finishEvent('abort'))],
  [
    'breaks the connection after its head',
    (call) => call.head(200, streamHeaders).fail(socketError('ECONNRESET')),
  ],
];

/** What a replica may do when the client has seen a part of the answer. */
const failsLate: readonly (readonly [string, Play])[] = [
  ['ends early', (call) => call.stream(chatEvent('a'))],
  ['reports an error', (call) => call.stream(chatEvent('a'), errorEvent(500))],
  ['reports an error in the same chunk', (call) => call.stream(chatEvent('a') + errorEvent(503))],
  ['aborts', (call) => call.stream(chatEvent('a'), finishEvent('abort'))],
  [
    'breaks the connection',
    (call) => call.head(200, streamHeaders).data(chatEvent('a')).fail(socketError('ECONNRESET')),
  ],
];

describe('the decisions on a request', () => {
  it('are its first place and, where that failed, its second, with what came of each', async () => {
    const served = await begin();
    lastCall(served).fail(socketError('ECONNREFUSED'));
    await turnOver();
    lastCall(served).stream(chatStream);
    await served.over;

    const decisions = served.house.parts.decisions.find({ limit: 10 }).toReversed();
    const [first, second] = served.exchange.recorder.attempts;
    expect(decisions).toMatchObject([
      { ordinal: 1, replica: first?.replica, outcome: { error: 'engine_unreachable' } },
      { ordinal: 2, replica: second?.replica, outcome: { status: 200, error: undefined } },
    ]);
    expect(decisions[1]?.receipt?.dropped).toEqual([
      { replica: first?.replica, filter: 'not-excluded' },
    ]);
    expect(served.exchange.recorder.routes).toEqual(decisions);
  });

  it('are a refusal with its receipt where nobody can serve it', async () => {
    const served = await begin(aPipeline(), {
      request: decoded({ ...chatBody, model: 'nobody-has-it' }),
    });
    await served.over;

    expect(served.house.parts.decisions.find({ limit: 10 })).toMatchObject([
      { refusal: 'model_not_found', replica: undefined, outcome: { status: 404 } },
    ]);
  });
});

describe('a request', () => {
  it('is answered whole, and leaves nothing behind', async () => {
    const served = await begin();
    expect(inFlight(served.house)).toBe(1);
    lastCall(served).stream(chatStream);
    await served.over;

    expect(served.exchange.reply.text).toBe(chatStream);
    expect(served.exchange.reply.ending).toBe('finished');
    expect(served.exchange.recorder).toMatchObject({
      errorCode: undefined,
      status: 200,
      queueWaitMs: 0,
      promptTokens: 9,
      outputTokens: 3,
      finishReason: 'stop',
    });
    expect(served.house.attempted).toEqual([
      [served.exchange.recorder.lastAttempt?.replica, { kind: 'complete' }],
    ]);
    expectSettled(served);
  });

  it('is reckoned before it is sent, and its counts teach the next reckoning', async () => {
    const house = aPipeline();
    const first = await begin(house);
    const { textBytes } = first.exchange.request.prompt;
    expect(first.exchange.recorder.promptTokensEstimate).toBe(Math.round(textBytes / 4));
    lastCall(first).stream(chatStream);
    await first.over;

    const reckoned = house.parts.estimator.promptTokens('llama', {
      tokens: undefined,
      textBytes: 4000,
    });

    expect(reckoned).not.toBe(1000);
  });

  it('tells the fleet how much of its prompt the engine had in its cache', async () => {
    const house = aPipeline({ members: [aReplica()] });
    const observed = vi.spyOn(house.dispatcher, 'observeCached');
    const messages = [{ role: 'user', content: 'again and again '.repeat(200) }];
    for (let turn = 0; turn < 2; turn += 1) {
      const { over } = await begin(house, { request: decoded({ ...chatBody, messages }) });
      house.engines.get('replica-0')?.calls.at(-1)?.stream(chatStream);
      await over;
    }

    const told = observed.mock.calls.map(([{ cachedTokens }, tokens]) => [
      cachedTokens > 0,
      tokens,
    ]);
    expect(told).toEqual([
      [false, 5],
      [true, 5],
    ]);
  });

  it('is charged to its tenant as the engine counted it, where it came in one piece', async () => {
    const house = aPipeline();
    const places: Place[] = [];
    const enter = house.dispatcher.enter.bind(house.dispatcher);
    vi.spyOn(house.dispatcher, 'enter').mockImplementation((request, turn) =>
      enter(request, {
        granted: (place) => {
          places.push(place);
          turn.granted(place);
        },
        refused: (error, refusal) => turn.refused(error, refusal),
      }),
    );
    const served = await begin(house, { request: decoded({ ...chatBody, stream: false }) });
    lastCall(served).answer(200, {
      choices: [{ index: 0, finish_reason: 'stop', message: { content: 'Red.' } }],
      usage: { prompt_tokens: 9, completion_tokens: 321 },
    });
    await served.over;

    expect(places.map(({ reservation }) => reservation.answeredTokens)).toEqual([321]);
  });

  it('for an alias is sent under the engine’s own name', async () => {
    const served = await begin(aPipeline(), { request: decoded({ ...chatBody, model: 'gpt' }) });

    expect(lastCall(served).ask.model).toBe('llama');
  });

  it('is sent as it came where it names the engine’s own model', async () => {
    expect(lastCall(await begin()).ask.model).toBeUndefined();
  });

  it('tells the replica’s name to who asks, and to nobody else', async () => {
    for (const namesReplica of [true, false]) {
      const served = await begin(aPipeline({ members: [aReplica()] }), { namesReplica });
      lastCall(served).stream(chatStream);
      await served.over;

      expect(served.exchange.reply.head?.headers['x-gateway-replica']).toBe(
        namesReplica ? 'replica-0' : undefined,
      );
    }
  });

  it('waits for its turn, and gets it when another has ended', async () => {
    const house = aPipeline({ members: [aReplica({ kvCapacityTokens: 300 })] });
    const first = await begin(house);
    const second = await begin(house);
    expect(second.exchange.recorder.attempts).toEqual([]);
    house.clock.advance(70);
    lastCall(first).stream(chatStream);
    await first.over;
    await turnOver();

    house.engines.get('replica-0')?.last.stream(chatStream);
    await second.over;

    expect(second.exchange.recorder).toMatchObject({ queueWaitMs: 70, errorCode: undefined });
    expect(inFlight(house)).toBe(0);
  });
});

describe('a request whose replica fails before the first byte', () => {
  it.each(failsEarly)('is answered by another when the first %s', async (_what, play) => {
    const served = await begin(aPipeline(), { namesReplica: true });
    play(lastCall(served));
    await turnOver();
    const [first, second] = served.exchange.recorder.attempts;
    expect(second?.replica).not.toBe(first?.replica);
    lastCall(served).stream(chatStream);
    await served.over;

    const { reply, recorder } = served.exchange;
    expect(reply.text).toBe(chatStream);
    expect(reply.ending).toBe('finished');
    expect(reply.head?.headers['x-gateway-replica']).toBe(second?.replica);
    expect(recorder.attempts).toHaveLength(2);
    expect(recorder.errorCode).toBeUndefined();
    expect(served.house.attempted.map(([, end]) => end.kind)).toEqual([
      expect.stringMatching(/failed|refused/) as unknown,
      'complete',
    ]);
    expectSettled(served);
  });

  const failsWhenSent = failsEarly.filter(([what]) => what !== 'refuses the connection');

  it.each(failsWhenSent)('is not tried a third time when each %s', async (_what, play) => {
    const served = await begin(aPipeline({ members: replicas(4) }));
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      play(lastCall(served));
      await turnOver();
    }
    await served.over;

    expect(served.exchange.recorder.attempts).toHaveLength(ATTEMPTS_MAX);
    expect(served.exchange.reply.head?.status).toBeGreaterThanOrEqual(429);
    expect(served.exchange.reply.ending).toBe('finished');
    expectSettled(served);
  });

  it('is at fault itself where two answer it 500', async () => {
    const served = await begin(aPipeline({ members: replicas(4) }));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      lastCall(served).answer(500, { error: { message: 'Oops.' } });
      await turnOver();
    }
    await served.over;

    const asked = served.exchange.recorder.attempts.map(({ replica }) => replica);
    expect(served.house.excused).toEqual(asked);
    expect(served.exchange.reply.head?.status).toBe(500);
  });

  it('is tried at each replica once while none takes a connection', async () => {
    const served = await begin(aPipeline({ members: replicas(4) }));
    const refuses = failsEarly.find(([what]) => what === 'refuses the connection')?.[1];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      refuses?.(lastCall(served));
      await turnOver();
    }
    await served.over;

    const asked = served.exchange.recorder.attempts.map(({ replica }) => replica);
    expect(new Set(asked).size).toBe(4);
    expect(asked).toHaveLength(4);
    expect(served.exchange.reply.head?.status).toBe(502);
    expectSettled(served);
  });

  it.each(failsEarly)(
    'is not tried again where it was the only one and %s',
    async (_what, play) => {
      const served = await begin(aPipeline({ members: [aReplica()] }));
      play(lastCall(served));
      await served.over;

      expect(served.exchange.recorder.attempts).toHaveLength(1);
      expect(served.exchange.reply.head?.status).toBeGreaterThanOrEqual(429);
      expectSettled(served);
    },
  );

  it('is answered with the last refusal, and told when to come back', async () => {
    const served = await begin();
    lastCall(served).answer(503, { error: { message: 'first' } });
    await turnOver();
    lastCall(served).answer(503, { error: { message: 'second' } });
    await served.over;

    const { reply, recorder } = served.exchange;
    expect(reply.head).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(reply.text).toBe('{"error":{"message":"second"}}');
    expect(recorder.errorCode).toBe('engine_refused_503');
    expect(recorder.attempts.map(({ errorCode }) => errorCode)).toEqual([
      'engine_refused_503',
      'engine_refused_503',
    ]);
  });

  it('is tried elsewhere where the replica has left the fleet meanwhile', async () => {
    const house = aPipeline();
    const gone = new Set(['replica-0', 'replica-1']);
    const parts = {
      ...house.parts,
      engineOf: (id: string) =>
        gone.delete(id) && gone.size === 1 ? undefined : house.engines.get(id),
    };
    const served = await begin({ ...house, parts });
    lastCall(served).stream(chatStream);
    await served.over;

    expect(served.exchange.reply.text).toBe(chatStream);
    expectSettled(served);
  });

  it('is unreachable where all replicas have left', async () => {
    const house = aPipeline();
    const served = await begin({ ...house, parts: { ...house.parts, engineOf: () => undefined } });
    await served.over;

    expect(served.exchange.reply.head?.status).toBe(502);
    expect(served.exchange.recorder.errorCode).toBe('engine_unreachable');
    expectSettled(served);
  });
});

describe('a request of a tenant that has a quota', () => {
  const limited = {
    name: 'anyone',
    requestsPerMinute: 10,
    tokensPerMinute: 1_000,
    concurrentRequests: 1,
  };
  /** In which less than one token flows in. */
  const SHORT_MS = 10;

  /** One that runs, and holds all that its tenant may have open. */
  async function beginLimited(facts: Parameters<typeof aPipeline>[0] = {}): Promise<Served> {
    return begin(aPipeline({ tenants: [limited], ...facts }));
  }

  it('is charged once, by what is expected, however many replicas it is tried on', async () => {
    const served = await beginLimited();
    const expected = {
      requests: { used: 1 },
      tokens: { used: 12 + 256 },
      concurrent: { open: 1 },
    };
    expect(chargedTo(served.house)).toMatchObject(expected);
    lastCall(served).fail(socketError('ECONNREFUSED'));
    await turnOver();
    expect(chargedTo(served.house)).toMatchObject(expected);
    lastCall(served).stream(chatStream);
    await served.over;

    expect(chargedTo(served.house)).toMatchObject({
      requests: { used: 1 },
      tokens: { used: 12 },
      concurrent: { open: 0 },
    });
    expect(served.exchange.reply.head?.headers).toMatchObject({
      'x-ratelimit-remaining-requests': '9',
      'x-ratelimit-remaining-tokens': '732',
    });
  });

  it('is refused before it is looked for a replica, and recorded with the limit that refused it', async () => {
    const first = await beginLimited();
    const { house } = first;
    const second = await begin(house);
    await second.over;

    expect(second.exchange.recorder).toMatchObject({
      errorCode: 'rate_limited',
      refusal: 'concurrent-requests',
      status: 429,
      attempts: [],
      routes: [],
    });
    expect(second.exchange.reply.head?.headers).toMatchObject({
      'retry-after': '1',
      'retry-after-ms': '1000',
      'x-ratelimit-remaining-requests': '9',
    });
    expect(chargedTo(house)).toMatchObject({ requests: { used: 1 }, concurrent: { open: 1 } });
    lastCall(first).stream(chatStream);
    await first.over;
    expect((await begin(house)).exchange.recorder.attempts).toHaveLength(1);
  });

  const unserved: readonly (readonly [string, (served: Served) => void])[] = [
    ['its engine refuses it', (one) => lastCall(one).answer(400, { error: { message: 'No.' } })],
    ['its only replica fails', (one) => lastCall(one).fail(socketError('ECONNRESET'))],
  ];

  it.each(unserved)('gets its tokens back where %s', async (_what, play) => {
    const served = await beginLimited({ members: [aReplica()] });
    play(served);
    await served.over;

    expect(chargedTo(served.house)).toMatchObject({ tokens: { used: 0 }, concurrent: { open: 0 } });
  });

  const ends: readonly (readonly [string, (served: Served) => void])[] = [
    ['it leaves the queue', ({ exchange }) => exchange.reply.depart()],
    ['it waits for too long', ({ house }) => house.clock.advance(SHORT_MS)],
    [
      'the house closes',
      ({ exchange }) =>
        exchange.reply.listener?.turnedOut(new GatewayError('shutting_down', 'Closing.')),
    ],
  ];

  it.each(ends)('gets its tokens back where %s before it has a replica', async (_what, play) => {
    const members = [aReplica({ kvCapacityTokens: 300 })];
    const house = aPipeline({ members, tenants: [limited] });
    const running = new Asked(house.dispatcher, aRequest());
    const served = await begin(house, { deadlineMs: SHORT_MS });
    expect(house.dispatcher.waitingRequests).toBe(1);
    expect(chargedTo(house)).toMatchObject({ tokens: { used: 12 + 256 }, concurrent: { open: 1 } });
    play(served);
    await served.over;
    running.place?.reservation.release();

    expect(chargedTo(house)).toMatchObject({ tokens: { used: 0 }, concurrent: { open: 0 } });
  });

  const cuts: readonly (readonly [string, (served: Served) => void])[] = [
    ['its client leaves', ({ exchange }) => exchange.reply.depart()],
    ['its time is up', ({ house }) => house.clock.advance(SHORT_MS)],
  ];

  it.each(cuts)('pays its prompt where %s before its first token', async (_what, play) => {
    const house = aPipeline({ tenants: [limited] });
    const served = await begin(house, { deadlineMs: SHORT_MS });
    expect(served.exchange.recorder.attempts).toHaveLength(1);
    play(served);
    await served.over;

    expect(chargedTo(house)).toMatchObject({ tokens: { used: 12 }, concurrent: { open: 0 } });
  });

  it.each(cuts)('pays the whole answer that was expected where %s', async (_what, play) => {
    const house = aPipeline({ tenants: [limited] });
    const request = decoded({ ...chatBody, stream: false });
    const served = await begin(house, { deadlineMs: SHORT_MS, request });
    play(served);
    await served.over;

    expect(chargedTo(house)).toMatchObject({ tokens: { used: 12 + 256 }, concurrent: { open: 0 } });
  });

  it('pays for what it had got where its client leaves in the middle', async () => {
    const served = await beginLimited();
    lastCall(served).head(200, streamHeaders).data(chatEvent('a'));
    served.exchange.reply.depart();
    await served.over;

    expect(chargedTo(served.house)).toMatchObject({
      tokens: { used: 12 + 1 },
      concurrent: { open: 0 },
    });
  });
});

describe('a request that the engine refuses for what it is', () => {
  it.each([400, 404, 422])('with %i is not tried elsewhere', async (status) => {
    const served = await begin();
    lastCall(served).answer(status, { error: { message: 'No.' } });
    await served.over;

    expect(served.exchange.recorder.attempts).toHaveLength(1);
    expect(served.exchange.reply.head?.status).toBe(status);
    expect(served.exchange.reply.text).toBe('{"error":{"message":"No."}}');
    expectSettled(served);
  });

  it('inside a stream gets the status that the stream hid', async () => {
    const served = await begin();
    lastCall(served).stream(errorEvent(400, 'Too long.'));
    await served.over;

    expect(served.exchange.reply.head?.status).toBe(400);
    expect(served.exchange.reply.text).toContain('Too long.');
    expectSettled(served);
  });
});

describe('a stream whose replica fails after the first byte', () => {
  it.each(failsLate)('breaks behind an error event when it %s', async (_what, play) => {
    const served = await begin();
    play(lastCall(served));
    await served.over;

    const { reply, recorder, dialect } = served.exchange;
    const [answer, error] = [reply.pieces[0]?.toString(), reply.pieces.at(-1)?.toString() ?? ''];
    expect(answer).toBe(chatEvent('a'));
    expect(dialect.classify(error)).toBe(dialect.classify(errorEvent()));
    expect(error).toContain('"code":"engine_failed"');
    expect(reply.text).not.toContain('[DONE]');
    expect(reply.ending).toBe('broken');
    expect(recorder.attempts).toHaveLength(1);
    expect(recorder).toMatchObject({ errorCode: 'engine_failed', status: 200 });
    expectSettled(served);
  });

  it('teaches nothing', async () => {
    const served = await begin();
    lastCall(served).stream(chatEvent('a'), usageEvent(9, 3), errorEvent(500));
    await served.over;
    const prompt = { tokens: undefined, textBytes: 4000 };

    expect(served.house.parts.estimator.promptTokens('llama', prompt)).toBe(1000);
  });
});

describe('a client that leaves', () => {
  async function expectForgotten(served: Served): Promise<void> {
    await served.over;
    const { reply, recorder } = served.exchange;
    expect(reply.ending).toBe('broken');
    expect(recorder.errorCode).toBe('client_closed');
    expectSettled(served);
  }

  it('the queue is never sent to an engine', async () => {
    const house = aPipeline({ members: [aReplica({ kvCapacityTokens: 300 })] });
    const running = new Asked(house.dispatcher, aRequest());
    const served = await begin(house);
    expect(house.dispatcher.waitingRequests).toBe(1);
    served.exchange.reply.depart();
    await served.over;
    running.place?.reservation.release();

    expect(served.exchange.recorder).toMatchObject({ errorCode: 'client_closed', status: 499 });
    expect(house.engines.get('replica-0')?.calls).toEqual([]);
    expect(inFlight(house)).toBe(0);
  });

  it('in the moment of its turn is never sent to an engine', async () => {
    const house = aPipeline({ members: [aReplica({ kvCapacityTokens: 300 })] });
    const running = new Asked(house.dispatcher, aRequest());
    const served = await begin(house);
    running.place?.reservation.release();
    served.exchange.reply.depart();
    await served.over;

    expect(served.exchange.recorder).toMatchObject({ errorCode: 'client_closed', status: 499 });
    expect(house.engines.get('replica-0')?.calls).toEqual([]);
    expect(inFlight(house)).toBe(0);
  });

  it('before the head has its engine’s request closed and is not tried elsewhere', async () => {
    const served = await begin();
    const call = lastCall(served);
    served.exchange.reply.depart();

    expect(call.isAborted).toBe(true);
    await expectForgotten(served);
    expect(served.exchange.recorder).toMatchObject({ status: 499 });
    expect(served.exchange.recorder.attempts).toHaveLength(1);
  });

  it('in the middle has its engine’s request closed', async () => {
    const served = await begin();
    const call = lastCall(served);
    call.head(200, streamHeaders).data(chatEvent('a'));
    served.exchange.reply.depart();

    expect(call.isAborted).toBe(true);
    await expectForgotten(served);
    expect(served.exchange.recorder.status).toBe(200);
    expect(served.exchange.reply.text).toBe(chatEvent('a'));
  });
});

describe('a request that takes too long', () => {
  it('in the queue is refused as saturated', async () => {
    const house = aPipeline({ members: [aReplica({ kvCapacityTokens: 300 })] });
    const running = new Asked(house.dispatcher, aRequest());
    const served = await begin(house, { deadlineMs: 1000 });
    house.clock.advance(1000);
    await served.over;

    expect(served.exchange.reply.head?.status).toBe(503);
    expect(served.exchange.reply.head?.headers).toHaveProperty('retry-after');
    expect(served.exchange.recorder.errorCode).toBe('saturated');
    running.place?.reservation.release();
  });

  it('at the engine is ended with engine_timeout, and not begun again', async () => {
    const served = await begin(aPipeline(), { deadlineMs: 1000 });
    served.house.clock.advance(1000);
    await served.over;

    expect(served.exchange.reply.head?.status).toBe(504);
    expect(served.exchange.recorder.errorCode).toBe('engine_timeout');
    expect(served.exchange.recorder.attempts).toHaveLength(1);
    expectSettled(served);
  });

  it('in its answer is broken behind an error event', async () => {
    const served = await begin(aPipeline(), { deadlineMs: 1000 });
    lastCall(served).head(200, streamHeaders).data(chatEvent('a'));
    served.house.clock.advance(1000);
    await served.over;

    expect(served.exchange.reply.text).toContain('"code":"engine_timeout"');
    expect(served.exchange.reply.ending).toBe('broken');
    expectSettled(served);
  });
});

describe('a request that finds no place', () => {
  it('for its model is told so by name', async () => {
    const served = await begin(aPipeline(), { request: decoded({ ...chatBody, model: 'gpt-9' }) });
    await served.over;

    expect(served.exchange.reply.head?.status).toBe(404);
    expect(JSON.parse(served.exchange.reply.text)).toMatchObject({
      error: { code: 'model_not_found', param: 'model' },
    });
    expectSettled(served);
  });

  it('because no replica is ready is told when to come back', async () => {
    const house = aPipeline();
    for (const { id } of house.fleet.replicas()) house.fleet.setState(id, 'ejected');
    const served = await begin(house);
    await served.over;

    expect(served.exchange.reply.head).toMatchObject({
      status: 503,
      headers: { 'retry-after': '2' },
    });
    expect(served.exchange.recorder.errorCode).toBe('no_replica');
    expectSettled(served);
  });

  it('because the house closes is told so', async () => {
    const house = aPipeline({ members: [aReplica({ kvCapacityTokens: 300 })] });
    const running = new Asked(house.dispatcher, aRequest());
    const served = await begin(house);
    house.dispatcher.refuseAll(
      new GatewayError('shutting_down', 'The gateway is shutting down.', { retryAfterMs: 5000 }),
    );
    await served.over;

    expect(served.exchange.reply.head).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
    });
    running.place?.reservation.release();
  });
});

describe('a bug on the way', () => {
  it('is reported, and the client learns nothing of it', async () => {
    const house = aPipeline();
    const broken = new FakeEngine();
    broken.send = () => {
      throw new TypeError('secret');
    };
    const served = await begin({ ...house, parts: { ...house.parts, engineOf: () => broken } });
    await served.over;

    expect(house.bugs).toEqual([new TypeError('secret')]);
    expect(served.exchange.reply.head?.status).toBe(500);
    expect(served.exchange.reply.text).not.toContain('secret');
    expect(served.exchange.recorder.errorCode).toBe('internal');
    expect(inFlight(house)).toBe(0);
    expect(served.releases()).toBe(1);
  });

  it('is not what a refusal is: that is not reported', async () => {
    const house = aPipeline({ members: [] });
    await (
      await begin(house)
    ).over;

    expect(house.bugs).toEqual([]);
  });
});
