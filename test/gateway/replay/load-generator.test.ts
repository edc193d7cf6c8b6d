import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../deploy/simulator/clock.ts';
import { LoadGenerator } from '../../../gateway/replay/load-generator.ts';
import type { LoadOptions, Sender } from '../../../gateway/replay/load-generator.ts';
import { PromptMaker } from '../../../gateway/replay/prompt.ts';
import { gatewayClock } from '../../../gateway/replay/virtual/virtual-fleet.ts';
import { completions } from '../../../gateway/replay/wire-formats/completions.ts';
import type { Workload } from '../../../gateway/replay/workload.ts';
import {
  publishedRandomOptions,
  randomWorkload,
} from '../../../gateway/replay/workloads/random.ts';
import type { HttpAnswerSink, HttpAsk, HttpExchange } from '../../../gateway/wire/http-client.ts';

interface Sent {
  readonly ask: HttpAsk;
  readonly sink: HttpAnswerSink;
  aborted: boolean;
}

/** A connection whose other end is the test. */
class FakeSender implements Sender {
  readonly sent: Sent[] = [];

  send(ask: HttpAsk, sink: HttpAnswerSink): HttpExchange {
    const sent = { ask, sink, aborted: false };
    this.sent.push(sent);
    return {
      pause: () => undefined,
      resume: () => undefined,
      abort: () => {
        sent.aborted = true;
      },
    };
  }

  body(index: number): Readonly<Record<string, unknown>> {
    const { body } = this.at(index).ask;
    return JSON.parse(Buffer.from(body ?? []).toString()) as Record<string, unknown>;
  }

  at(index: number): Sent {
    const sent = this.sent[index];
    if (sent === undefined) throw new RangeError(`request ${index} was not sent`);
    return sent;
  }

  /** A whole answer: status, one word a chunk, the end mark. */
  answer(index: number, words = 1, status = 200): void {
    const { sink } = this.at(index);
    sink.head(status, { 'x-gateway-replica': 'replica-1' });
    for (let word = 0; word < words; word += 1) sink.data(chunk(' word'));
    sink.data(Buffer.from('data: [DONE]\n\n'));
    sink.end();
  }
}

const chunk = (text: string): Buffer =>
  Buffer.from(`data: ${JSON.stringify({ choices: [{ index: 0, text }] })}\n\n`);

const workload = (requests: number, requestRate = Infinity): Workload =>
  randomWorkload({ ...publishedRandomOptions, requests, requestRate });

interface Running {
  readonly generator: LoadGenerator;
  readonly sender: FakeSender;
  readonly time: VirtualClock;
  readonly ended: Promise<void>;
}

function running(fields: Partial<LoadOptions> = {}): Running {
  const time = new VirtualClock();
  const sender = new FakeSender();
  const options: LoadOptions = {
    workload: workload(3),
    rules: '0.2.14',
    format: completions,
    model: 'llama',
    prompts: new PromptMaker(1),
    headers: { authorization: 'Bearer None' },
    extraBody: {},
    ignoreEndOfSequence: true,
    asksUsage: false,
    keepsText: false,
    maxConcurrency: undefined,
    speed: 1,
    ...fields,
  };
  const generator = new LoadGenerator(options, { sender, clock: gatewayClock(time) });
  return { generator, sender, time, ended: generator.run() };
}

describe('sending', () => {
  it('sends everything at once, in order, with exactly the drawn lengths', () => {
    const { sender } = running({ workload: workload(50) });

    const lengths = sender.sent.map((_, index) => {
      const body = sender.body(index);
      return [String(body['prompt']).split(' ').length, body['max_tokens']];
    });
    expect(lengths).toEqual(
      workload(50).requests.map((each) => [each.promptTokens, each.outputTokens]),
    );
  });

  it('sends path, headers and model, and lets extra members win', () => {
    const { sender } = running({ extraBody: { best_of: 2, lora: 'x' } });

    expect(sender.at(0).ask).toMatchObject({
      method: 'POST',
      path: '/v1/completions',
      headers: { authorization: 'Bearer None' },
    });
    expect(sender.body(0)).toMatchObject({ model: 'llama', best_of: 2, lora: 'x' });
  });

  it('sends each request at its time, and no earlier', () => {
    const spread = workload(4, 1);
    const { sender, time } = running({ workload: spread });
    const secondMs = spread.requests[1]?.arrivalMs ?? 0;

    expect(sender.sent).toHaveLength(1);
    time.runUntil(secondMs - 0.001);
    expect(sender.sent).toHaveLength(1);
    time.runUntil(secondMs);
    expect(sender.sent).toHaveLength(2);
    time.run();
    expect(sender.sent).toHaveLength(4);
  });

  it('sends sooner at a higher speed, and reports the times of speed 1', async () => {
    const spread = workload(2, 1);
    const { generator, sender, time, ended } = running({ workload: spread, speed: 4 });
    const secondMs = spread.requests[1]?.arrivalMs ?? 0;
    time.runUntil(secondMs / 4);
    expect(sender.sent).toHaveLength(2);

    time.runUntil(secondMs / 4 + 25);
    sender.answer(0);
    sender.answer(1);
    await ended;

    const [, second] = generator.results();
    expect(second?.startMs).toBeCloseTo(secondMs, 6);
    expect(second?.endToEndMs).toBeCloseTo(100, 6);
    expect(generator.durationMs).toBeCloseTo(secondMs + 100, 6);
  });

  it('keeps no more open than the limit, and starts each clock after its wait', async () => {
    const { generator, sender, time, ended } = running({ maxConcurrency: 2 });
    expect(sender.sent).toHaveLength(2);

    time.runUntil(70);
    sender.answer(1);
    expect(sender.sent).toHaveLength(3);
    time.runUntil(100);
    sender.answer(0);
    sender.answer(2);
    await ended;

    expect(generator.results().map(({ startMs, endToEndMs }) => [startMs, endToEndMs])).toEqual([
      [0, 100],
      [0, 70],
      [70, 30],
    ]);
  });

  it('ends at once when there is nothing to send', async () => {
    const { generator, ended } = running({ workload: workload(0) });
    await ended;

    expect(generator.results()).toEqual([]);
  });
});

describe('an answer', () => {
  it('tells the id by which the gateway knows it, a failure too', async () => {
    const { generator, sender, ended } = running({ workload: workload(2) });
    for (const [index, status] of [200, 503].entries()) {
      const { sink } = sender.at(index);
      sink.head(status, { 'x-request-id': `q-${index}` });
      sink.end();
    }
    await ended;

    expect(generator.results().map(({ requestId }) => requestId)).toEqual(['q-0', 'q-1']);
  });

  it('is timed and counted, and names its replica', async () => {
    const { generator, sender, time, ended } = running({ workload: workload(1), keepsText: true });
    const { sink } = sender.at(0);
    sink.head(200, { 'x-gateway-replica': 'replica-0' });
    for (const atMs of [100, 130, 150]) {
      time.runUntil(atMs);
      sink.data(chunk(' word'));
    }
    time.runUntil(160);
    sink.end();
    await ended;

    expect(generator.results()[0]).toMatchObject({
      succeeded: true,
      timeToFirstTokenMs: 100,
      interTokenMs: Float64Array.of(30, 20),
      endToEndMs: 150,
      retokenizedTokens: 3,
      text: ' word word word',
      replica: 'replica-0',
    });
  });

  it('tells of what simulated replica it is', async () => {
    const { generator, sender, ended } = running({ workload: workload(3) });
    const servers = ['uvicorn', 'numagate-simulator (simulated a-preset)', undefined];
    for (const [index, server] of servers.entries()) {
      const { sink } = sender.at(index);
      sink.head(200, server === undefined ? {} : { server });
      sink.end();
    }
    await ended;

    expect([...generator.simulators]).toEqual(['a-preset']);
  });

  it('counts as whole where it just stops, as it does for the reference', async () => {
    const { generator, sender, ended } = running({ workload: workload(1) });
    sender.at(0).sink.head(200, {});
    sender.at(0).sink.data(chunk(' word'));
    sender.at(0).sink.end();
    await ended;

    expect(generator.results()[0]?.succeeded).toBe(true);
  });

  it.each([
    [400, 'Bad Request'],
    [503, 'Service Unavailable'],
    [599, '599'],
  ])('of status %i is a failure by the name %s', async (status, error) => {
    const { generator, sender, ended } = running({ workload: workload(1) });
    sender.answer(0, 1, status);
    await ended;

    expect(generator.results()[0]).toMatchObject({ succeeded: false, error, outputTokens: 0 });
  });

  it('that breaks is a failure in the words of the connection', async () => {
    const { generator, sender, ended } = running({ workload: workload(1) });
    sender.at(0).sink.head(200, {});
    sender.at(0).sink.failed(new Error('other side closed'));
    await ended;

    expect(generator.results()[0]).toMatchObject({ succeeded: false, error: 'other side closed' });
  });

  it('that brings an error is a failure, abandoned, told once', async () => {
    const { generator, sender, ended } = running({ workload: workload(2) });
    const { sink } = sender.at(0);
    sink.head(200, {});
    sink.data(Buffer.from('data: {"error":{"message":"queue full"}}\n\n'));
    sink.data(chunk(' late'));
    sink.end();
    sink.failed(new Error('too late'));
    sender.answer(1);
    await ended;

    expect(sender.at(0).aborted).toBe(true);
    expect(generator.results()).toHaveLength(2);
    expect(generator.results()[0]?.error).toContain('queue full');
    expect(generator.progress().failed).toBe(1);
  });
});

describe('a run that is stopped', () => {
  it('keeps what has ended, abandons what is open and sends nothing more', async () => {
    const { generator, sender, time, ended } = running({ workload: workload(5, 1) });
    time.runUntil(workload(5, 1).requests[1]?.arrivalMs ?? 0);
    sender.answer(0);
    generator.stop();
    await ended;
    time.run();

    expect(generator.results().map(({ index }) => index)).toEqual([0]);
    expect(sender.sent).toHaveLength(2);
    expect(sender.at(1).aborted).toBe(true);
  });

  it('hears nothing of what it abandoned', async () => {
    const { generator, sender, ended } = running({ maxConcurrency: 1 });
    generator.stop();
    await ended;
    sender.at(0).sink.failed(new Error('aborted'));

    expect(generator.results()).toEqual([]);
    expect(sender.sent).toHaveLength(1);
  });
});

describe('the progress of a run', () => {
  it('counts sent, running, finished and the tokens so far', async () => {
    const { generator, sender, time, ended } = running({ speed: 2 });
    sender.answer(0, 4);
    sender.at(1).sink.head(200, {});
    sender.at(1).sink.data(chunk(' word'));
    time.runUntil(50);

    expect(generator.progress()).toEqual({
      sent: 3,
      running: 1,
      finished: 1,
      failed: 0,
      outputTokens: 5,
      elapsedMs: 100,
      speed: 2,
    });
    generator.stop();
    await ended;
  });
});
