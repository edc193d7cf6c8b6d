import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitingClock } from '../../../gateway/cli/waiting-clock.ts';
import type { Clock } from '../../../gateway/clock.ts';
import type { LoadProgress } from '../../../gateway/replay/load-generator.ts';
import { PromptMaker } from '../../../gateway/replay/prompt.ts';
import type { SocketRunOptions, SocketRunOutcome } from '../../../gateway/replay/socket-run.ts';
import { loadOptions, ReplayError, runOverSockets } from '../../../gateway/replay/socket-run.ts';
import {
  publishedRandomOptions,
  randomWorkload,
} from '../../../gateway/replay/workloads/random.ts';
import { openTextClient } from '../../../gateway/wire/text-client.ts';
import type { FetchText } from '../../../gateway/wire/text-client.ts';
import { SimulatedServer } from '../../support/simulated-server.ts';
import { settings } from './builders.ts';

const textClient = openTextClient({ connectMs: 1000, bodyBytesMax: 1e6 });
const parts = { clock: waitingClock, textClient };
afterAll(() => textClient.close());

interface Started {
  readonly outcome: SocketRunOutcome;
  readonly starts: number;
  readonly progress: readonly LoadProgress[];
}

async function ran(url: string, fields: Partial<SocketRunOptions> = {}): Promise<Started> {
  let starts = 0;
  const progress: LoadProgress[] = [];
  const outcome = await runOverSockets(
    {
      ...settings(),
      url,
      speed: 200,
      signal: new AbortController().signal,
      onStart: () => (starts += 1),
      onProgress: (each) => progress.push(each),
      ...fields,
    },
    parts,
  );
  return { outcome, starts, progress };
}

describe('a run over sockets', () => {
  let sglang: SimulatedServer;
  let vllm: SimulatedServer;
  beforeAll(async () => {
    sglang = await SimulatedServer.start('sglang-0.2.14-8xh100-tp8');
    vllm = await SimulatedServer.start('vllm-current-8xh100-tp8');
  });
  afterAll(async () => {
    await sglang[Symbol.asyncDispose]();
    await vllm[Symbol.asyncDispose]();
  });

  it('answers every request with as many tokens as it asked for', async () => {
    const { outcome, progress, starts } = await ran(sglang.url);

    expect(outcome.complete).toBe(true);
    expect(outcome.results.map(({ retokenizedTokens }) => retokenizedTokens)).toEqual(
      settings().workload.requests.map(({ outputTokens }) => outputTokens),
    );
    expect([...outcome.simulators]).toEqual(['sglang-0.2.14-8xh100-tp8']);
    expect(starts).toBe(1);
    expect(progress.at(-1)).toMatchObject({ sent: 20, running: 0, finished: 20, failed: 0 });
  });

  it('warms up with the first prompt at full length under the old rules', async () => {
    const before = await sglang.state();
    await ran(sglang.url);
    const after = await sglang.state();

    const asked = settings().workload.requests.map(({ outputTokens }) => outputTokens);
    const all = asked.reduce((sum, tokens) => sum + tokens, 0);
    expect(after.generations - before.generations).toBe(21);
    expect(after.tokens - before.tokens).toBe(all + (asked[0] ?? 0));
  });

  it('warms up briefly under the current rules, as often as it is told to', async () => {
    const workload = randomWorkload({ ...publishedRandomOptions, requests: 1 });
    const before = await vllm.state();
    await ran(vllm.url, { workload, rules: 'current', warmUpRequests: 3 });
    const after = await vllm.state();

    const [only] = workload.requests;
    expect(after.generations - before.generations).toBe(4);
    expect(after.tokens - before.tokens).toBe(3 * 32 + (only?.outputTokens ?? 0));
  });

  it('does not warm up where it is told not to', async () => {
    const before = await sglang.state();
    await ran(sglang.url, { warmUpRequests: 0 });

    expect((await sglang.state()).generations - before.generations).toBe(20);
  });

  it('stops before it starts when the warm-up fails', async () => {
    const workload = randomWorkload({ ...publishedRandomOptions, requests: 2 });
    const first = { ...settings().workload.requests[0], outputTokens: 0 } as never;
    const refused = { ...workload, requests: [first, ...workload.requests.slice(1)] };

    const running = ran(vllm.url, { workload: refused });
    await expect(running).rejects.toThrow(ReplayError);
    await expect(running).rejects.toThrow('the warm-up request failed: Bad Request');
  });

  it('hears the engine’s own counts where it asks for them', async () => {
    const { outcome } = await ran(vllm.url, { asksUsage: true });

    for (const { usage, promptTokens, outputTokens } of outcome.results) {
      expect(usage).toEqual({ promptTokens, outputTokens });
    }
  });

  it('keeps what the server says of itself, where it says something', async () => {
    expect((await ran(sglang.url)).outcome.serverInfo).toBeUndefined();
    await using current = await SimulatedServer.start('sglang-current-8xh100-tp8');

    expect((await ran(current.url)).outcome.serverInfo).toMatchObject({ model_path: 'm' });
  });

  it('is cut short by its signal, before, during warm-up and on the way', async () => {
    const interrupted = new AbortController();
    interrupted.abort();
    const { outcome } = await ran(sglang.url, { signal: interrupted.signal });
    expect(outcome).toMatchObject({ complete: false, results: [] });

    const later = new AbortController();
    const cut = await ran(sglang.url, {
      signal: later.signal,
      onStart: () => queueMicrotask(() => later.abort()),
    });
    expect(cut.outcome.complete).toBe(false);
    await expect(sglang.state()).resolves.toBeDefined();
  });

  it('tells the lateness of this process', async () => {
    expect((await ran(sglang.url)).outcome.lateness).toMatchObject({
      process: 'client',
      keepsPace: false,
    });
  });
});

describe('how a run asks', () => {
  const page =
    (body: string): FetchText =>
    () =>
      Promise.resolve({ status: 200, headers: {}, body });
  const asking = (fetchText: FetchText, fields: Partial<SocketRunOptions> = {}) =>
    loadOptions(
      { ...settings(), url: 'http://engine.test', speed: 1, ...fields },
      { fetchText, close: () => Promise.resolve() },
    );

  it('names the model that is listed first, or the one it was told', async () => {
    const listed = page('{"data": [{"id": "a"}, {"id": "b"}]}');

    expect((await asking(listed)).model).toBe('a');
    expect((await asking(listed, { model: 'c' })).model).toBe('c');
  });

  it.each([
    ['no list', '{"object": "error"}'],
    ['an empty list', '{"data": []}'],
    ['no JSON', '<html>'],
  ])('says what to do where there is %s', async (_, body) => {
    await expect(asking(page(body))).rejects.toThrow(
      'http://engine.test/v1/models lists no model (200); name one with --model',
    );
  });

  it('says that nothing answers, whether a model is named or not', async () => {
    const refused: FetchText = () =>
      Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));

    for (const model of [undefined, 'm']) {
      await expect(asking(refused, { model })).rejects.toThrow(
        'http://engine.test does not answer: nothing listens there (ECONNREFUSED). Start a gateway',
      );
    }
  });

  it('says which key is wanted where one is', async () => {
    const locked: FetchText = () => Promise.resolve({ status: 401, headers: {}, body: '{}' });

    await expect(asking(locked)).rejects.toThrow('asks for a key: set OPENAI_API_KEY');
    expect((await asking(locked, { model: 'm' })).model).toBe('m');
  });

  it('opens a connection a request, names the replica and shows its key', async () => {
    const { headers, prompts } = await asking(page('{"data": [{"id": "a"}]}'));

    expect(headers).toEqual({
      'content-type': 'application/json',
      connection: 'close',
      'x-gateway-replica': '1',
      authorization: 'Bearer None',
    });
    expect(prompts).toBeInstanceOf(PromptMaker);
  });

  it('shows no key where there is none', async () => {
    const { headers } = await asking(page('{"data": [{"id": "a"}]}'), { authorization: undefined });

    expect('authorization' in headers).toBe(false);
  });

  it.each([
    ['current', 1, 1],
    ['current', 0, 0],
    ['0.2.14', 1, 0],
  ] as const)(
    'rests a second after a warm-up: rules %s, %i requests, %i rests',
    async (rules, warmUpRequests, rests) => {
      await using server = await SimulatedServer.start('vllm-current-8xh100-tp8');
      let rested = 0;
      const clock: Clock = {
        nowMs: () => waitingClock.nowMs(),
        after(delayMs, task) {
          if (delayMs !== 1000) return waitingClock.after(delayMs, task);
          rested += 1;
          return waitingClock.after(0, task);
        },
      };
      const options = {
        ...settings({ rules, warmUpRequests }),
        url: server.url,
        speed: 200,
        signal: new AbortController().signal,
        onStart: () => undefined,
        onProgress: () => undefined,
      };
      await runOverSockets(options, { ...parts, clock });

      expect(rested).toBe(rests);
    },
  );
});
