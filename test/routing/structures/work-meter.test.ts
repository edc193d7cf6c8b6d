import { beforeEach, describe, expect, it } from 'vitest';
import { WorkMeter, type MeteredStream } from '../../../routing/structures/work-meter.ts';

let meter: WorkMeter;

beforeEach(() => {
  meter = new WorkMeter();
});

interface Stream extends MeteredStream {
  outputTokens: number;
}

function aStream(outputTokens = 0, promptTokens = 100): Stream {
  return { promptTokens, outputTokens, meteredTokens: outputTokens };
}

describe('WorkMeter', () => {
  it('has nothing to tell before there is work', () => {
    expect(meter.sample([], 500)).toBeUndefined();
  });

  it('counts from the moment at which work began', () => {
    meter.begin(200);

    expect(meter.sample([], 500)).toMatchObject({ elapsedMs: 300 });
    expect(meter.sample([], 900)).toMatchObject({ elapsedMs: 400 });
  });

  it('counts the tokens of every stream, and as steps those of one that decoded all the while', () => {
    const streams = [aStream(5), aStream(0), aStream(7)];
    meter.begin(0);
    for (const [index, made] of [20, 25, 19].entries()) {
      const stream = streams[index];
      if (stream !== undefined) stream.outputTokens += made;
    }

    expect(meter.sample(streams, 500)).toMatchObject({ steps: 20, outputTokens: 64 });
    expect(meter.sample(streams, 1000)).toMatchObject({ steps: 0, outputTokens: 0 });
  });

  it('tells nothing of a time that no stream spanned: its steps cannot be counted', () => {
    const stream = aStream();
    meter.begin(0);
    stream.outputTokens += 10;

    expect(meter.sample([stream], 500)).toBeUndefined();
  });

  it('counts the tokens of a stream that ended since the last sample, and not those before it', () => {
    const [stream, other] = [aStream(3), aStream(3)];
    meter.begin(0);
    stream.outputTokens += 4;
    meter.sample([stream, other], 500);
    stream.outputTokens += 6;
    other.outputTokens += 10;
    meter.ended(stream);

    expect(meter.sample([other], 1000)).toMatchObject({ steps: 10, outputTokens: 16 });
  });

  it('counts prompts once', () => {
    meter.begin(0);
    meter.prefilled(4000);
    meter.prefilled(96);

    expect(meter.sample([], 500)).toMatchObject({ prefillTokens: 4096 });
    expect(meter.sample([], 1000)).toMatchObject({ prefillTokens: 0 });
  });

  it('takes the KV tokens about the middle of the time', () => {
    const stream = aStream(100, 1000);
    meter.begin(0);
    meter.sample([stream], 500);
    stream.outputTokens += 50;

    expect(meter.sample([stream], 1000)).toMatchObject({ kvTokens: 1125 });
  });

  it('leaves out a time that ended without work, and one that began without', () => {
    meter.begin(0);
    meter.pause();
    expect(meter.sample([], 500)).toBeUndefined();

    meter.begin(5000);
    meter.prefilled(10);
    expect(meter.sample([], 5100)).toMatchObject({ elapsedMs: 100, prefillTokens: 10 });
  });
});
