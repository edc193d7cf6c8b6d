import { describe, expect, it } from 'vitest';

import { CommandLine } from '../support/command-line.ts';
import type { ReadStream } from '../support/live/answers.ts';
import { readStream, rightAnswer } from '../support/live/answers.ts';
import { aHouse } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { connectTo, postJson, rawPost } from '../support/live/raw.ts';
import { replicaDefaults } from '../support/live/replica.ts';
import { until } from '../support/live/until.ts';

const prompt = 'The last words';

/** At speed 5 a stream of two seconds. */
const TOKENS = 600;

interface Processes extends AsyncDisposable {
  readonly url: string;
  readonly model: string;
  readonly gateway: CommandLine;
  readonly simulator: CommandLine;
}

/** A replica and a gateway, each a process of its own, ready. */
async function processes(): Promise<Processes> {
  const stack = new AsyncDisposableStack();
  const { preset } = replicaDefaults;
  const simulator = stack.use(
    commandLine(`simulate --preset ${preset} --model simulated --speed 5 --port 0 --json`),
  );
  const { url: replica } = await simulator.listening();
  const gateway = stack.use(
    commandLine(`serve --replica ${replica} --port 0 --admin-port 0 --json --log-level warn`),
  );
  const { url } = await gateway.listening();
  await until('the gateway is ready', async () => (await fetch(`${url}/ready`)).ok);
  return {
    url,
    model: 'simulated',
    gateway,
    simulator,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function commandLine(words: string): CommandLine {
  return new CommandLine(words.split(' '));
}

/** A long stream, and the moment at which it has begun. */
function aLongStream(
  at: { readonly url: string; readonly model: string },
  tokens: number = TOKENS,
): { readonly begun: Promise<void>; readonly ended: Promise<ReadStream> } {
  const opening = openAi(at).completions.create(
    withExtras({ model: at.model, prompt, max_tokens: tokens, stream: true as const }),
  );
  // The head comes with the first token.
  const begun = Promise.resolve(opening).then(nothing, nothing);
  return { begun, ended: readStream(opening) };
}

function nothing(): void {
  // What a stream has to say, it says at its end.
}

describe('a gateway that is told to stop', () => {
  it('is not ready at once, takes nothing new, lets the open stream finish, and exits with 0', async () => {
    await using running = await processes();
    const { url, model, gateway } = running;
    const long = aLongStream(running);
    await long.begun;

    const ending = gateway.stop('SIGINT');
    const page = await until('it is not ready', async () => {
      const answer = await fetch(`${url}/ready`);
      return answer.status === 503 && answer.json();
    });
    const refused = await postJson(`${url}/v1/completions`, { model, prompt });
    const alive = await fetch(`${url}/health`);
    const stream = await long.ended;
    const { code, stdout, stderr } = await ending;

    expect(page).toMatchObject({ ready: false, reason: 'shutting down' });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    await expect(refused.json()).resolves.toMatchObject({ error: { code: 'shutting_down' } });
    expect(alive.status).toBe(200);
    expect(stream).toMatchObject({
      text: rightAnswer(prompt, TOKENS),
      finishReason: 'length',
      thrown: undefined,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toHaveLength(1);
  });

  it('twice breaks the open stream and exits at once', async () => {
    await using running = await processes();
    const long = aLongStream(running, 5000);
    await long.begun;

    const ending = running.gateway.stop('SIGINT');
    await until('it is not ready', async () => !(await fetch(`${running.url}/ready`)).ok);
    const second = running.gateway.stop('SIGINT');
    const stream = await long.ended;

    expect(stream.thrown).toBeInstanceOf(Error);
    expect(stream.finishReason).toBeUndefined();
    expect(await ending).toMatchObject({ code: 0 });
    expect(await second).toMatchObject({ code: 0 });
    await expect(running.simulator.stop('SIGTERM')).resolves.toMatchObject({ code: 0, stderr: '' });
  });

  it('does not wait for connections on which nothing is asked', async () => {
    await using house = await aHouse();
    const connection = await connectTo(house.gateway.url);
    const body = JSON.stringify({ model: house.replica.model, prompt, max_tokens: 1 });
    connection.socket.write(rawPost('/v1/completions', body));
    await until('it is answered', () => connection.received().includes('"usage"'));

    await house.gateway.drain();

    await connection.closed;
    await expect(fetch(`${house.gateway.url}/health`)).rejects.toThrow('fetch failed');
  });

  it('breaks off what has not finished in time, and its client throws', async () => {
    await using house = await aHouse({
      replicas: [{ speed: 5 }],
      settings: { shutdown: { drainMs: 100 } },
    });
    const long = aLongStream({ url: house.gateway.url, model: house.replica.model });
    await long.begun;

    await house.gateway.drain();
    const stream = await long.ended;

    // The SDK throws on the error event, which says who ended the answer and why.
    expect(stream.thrown).toMatchObject({ code: 'shutting_down' });
    expect(stream.finishReason).toBeUndefined();
    await house.replica.stateWhere('the work is aborted', ({ aborted }) => aborted === 1);
  });

  it('refuses whole answers that have not begun, and who still waits for a turn', async () => {
    await using house = await aHouse({
      replicas: [{ speed: 5, facts: { kvCapacityTokens: 4800, contextTokensMax: 4800 } }],
      settings: { shutdown: { drainMs: 100 } },
    });
    const { url } = house.gateway;
    const ask = { model: house.replica.model, prompt, max_tokens: 4000, ignore_eos: true };
    const answers = [
      postJson(`${url}/v1/completions`, ask),
      postJson(`${url}/v1/completions`, ask),
    ];
    await house.gateway.stateWhere('one waits', ({ waitingRequests }) => waitingRequests === 1);

    await house.gateway.drain();

    for (const answer of await Promise.all(answers)) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('5');
      await expect(answer.json()).resolves.toMatchObject({ error: { code: 'shutting_down' } });
    }
  });

  it('serves who waits for a turn already', async () => {
    await using house = await aHouse({
      replicas: [{ speed: 50, facts: { kvCapacityTokens: 4800, contextTokensMax: 4800 } }],
    });
    const at = { url: house.gateway.url, model: house.replica.model };
    const first = aLongStream(at, 4000);
    await first.begun;
    const second = aLongStream(at, 4000);
    await house.gateway.stateWhere('one waits', ({ waitingRequests }) => waitingRequests === 1);

    await Promise.all([house.gateway.drain(), first.ended, second.ended]);

    expect((await first.ended).text).toBe(rightAnswer(prompt, 4000));
    expect((await second.ended).text).toBe(rightAnswer(prompt, 4000));
  });
});
