import { describe, expect, it } from 'vitest';

import { dialects } from '../../gateway/dialects/catalog.ts';
import { StreamRelay } from '../../gateway/pipeline/stream-relay.ts';
import { EVENT_BYTES_MAX } from '../../gateway/wire/sse.ts';
import { says } from '../support/live/answers.ts';
import { postJson } from '../support/live/raw.ts';
import { LiveReplica, presetsOfProtocols } from '../support/live/replica.ts';
import { decoded } from '../support/exchange.ts';
import { RelayBench } from '../support/relay-bench.ts';
import { cutsInTwo, singleBytes } from '../support/splits.ts';
import { chatEvent, doneEvent, finishEvent } from '../support/streams.ts';

/** One stream of a simulated engine, as it came off the wire. */
interface Recording {
  readonly name: string;
  readonly path: string;
  readonly asked: object;
  readonly bytes: Buffer;
}

const chat = '/v1/chat/completions';
const text = '/v1/completions';
const generate = '/generate';
const words = 'Grüße, 世界 🍏';

/** What each engine is asked; usage is asked for, so that all of an answer is its client's. */
function asks(
  model: string,
  isSglang: boolean,
): readonly (readonly [path: string, body: object])[] {
  const common = { model, stream: true, stream_options: { include_usage: true }, ignore_eos: true };
  const both = [1, 2, 5].flatMap((tokens) =>
    [1, 2].map((n): object => ({ ...common, max_tokens: tokens, n })),
  );
  const native = [1, 3, 6].map((tokens): object => ({
    text: words,
    stream: true,
    sampling_params: { max_new_tokens: tokens, ignore_eos: true },
  }));
  return [
    ...both.map((body) => [chat, { ...body, messages: says(words) }] as const),
    ...both.slice(0, 4).map((body) => [text, { ...body, prompt: words }] as const),
    ...(isSglang ? native.map((body) => [generate, body] as const) : []),
  ];
}

async function recordings(preset: string): Promise<Recording[]> {
  await using replica = await LiveReplica.start({ preset });
  const all: Recording[] = [];
  for (const [path, asked] of asks(replica.model, preset.startsWith('sglang'))) {
    const answer = await postJson(`${replica.url}${path}`, asked);
    if (!answer.ok) continue;
    const bytes = Buffer.from(await answer.arrayBuffer());
    all.push({ name: `${preset} ${path} ${all.length}`, path, asked, bytes });
  }
  return all;
}

/** What the client has of a stream that comes in these pieces. */
function relayed({ path, asked }: Recording, chunks: readonly Buffer[]): RelayBench {
  const dialect = dialects.find(({ paths }) => paths.has(path));
  if (dialect === undefined) throw new Error(`nobody speaks ${path}`);
  const request = decoded(asked, dialect, path);
  const bench = new RelayBench((parts) => new StreamRelay(parts), {
    exchange: { dialect, path, request },
  });
  return bench.stream(...chunks);
}

/** The same stream with what the format allows and no engine sends. */
function variants(recording: Recording): Recording[] {
  const plain = recording.bytes.toString('latin1');
  const changed: readonly (readonly [string, string])[] = [
    // None behind the end: nothing that follows it is passed on.
    ['comments', plain.replaceAll(/\n\n(?!$)/g, '\n\n: keep-alive\n\n')],
    ['event names', plain.replaceAll('data: ', 'event: message\ndata: ')],
    ['CRLF', plain.replaceAll('\n', '\r\n')],
  ];
  return changed.map(([name, stream]) => ({
    ...recording,
    name: `${recording.name} with ${name}`,
    bytes: Buffer.from(stream, 'latin1'),
  }));
}

describe('forty recorded streams', () => {
  it('reach the client byte for byte at every split, in two hundred thousand segments', async () => {
    const recorded = (await Promise.all(presetsOfProtocols.map(recordings))).flat();
    const streams = [...recorded, ...recorded.slice(0, 3).flatMap(variants)];
    expect(recorded.length).toBeGreaterThanOrEqual(40);

    let segments = 0;
    for (const recording of streams) {
      for (const chunks of [...cutsInTwo(recording.bytes), singleBytes(recording.bytes)]) {
        const { reply, end } = relayed(recording, chunks);
        segments += chunks.length;
        if (end?.kind === 'complete' && reply.body.equals(recording.bytes)) continue;
        expect({ name: recording.name, firstPiece: chunks[0]?.length, end }).toBeUndefined();
      }
    }
    expect(segments).toBeGreaterThanOrEqual(200_000);
  });
});

describe('a line of sixteen megabytes', () => {
  const asked = { model: 'a', messages: says('a'), stream: true };
  const pieces = (bytes: number): Buffer[] =>
    Array.from({ length: bytes / 1_024 }, () => Buffer.alloc(1_024, 'x'));

  it('in pieces of a kilobyte is cut off at the bound, with an error event, in time', () => {
    const recording = { name: 'long', path: chat, asked, bytes: Buffer.alloc(0) };
    const begun = [Buffer.from(chatEvent('a')), Buffer.from('data: ')];
    const beganMs = performance.now();

    const bench = relayed(recording, [...begun, ...pieces(16 * 2 ** 20)]);

    // Ten times half a second.
    expect(performance.now() - beganMs).toBeLessThan(5_000);
    expect(bench.end).toMatchObject({ kind: 'failed', error: { code: 'engine_failed' } });
    expect(bench.upstream.isAborted).toBe(true);
    expect(bench.reply.body.length).toBeLessThan(EVENT_BYTES_MAX);
  });

  it('that is one byte short of the bound passes', () => {
    const recording = { name: 'long', path: chat, asked, bytes: Buffer.alloc(0) };
    const long = chatEvent('x'.repeat(EVENT_BYTES_MAX - 1 - chatEvent('').length));
    const stream = Buffer.from(long + finishEvent('stop') + doneEvent);
    const chunks = Array.from({ length: Math.ceil(stream.length / 1_024) }, (_, index) =>
      stream.subarray(index * 1_024, (index + 1) * 1_024),
    );

    const { reply, end } = relayed(recording, chunks);

    expect(end).toEqual({ kind: 'complete' });
    expect(reply.body.equals(stream)).toBe(true);
  });
});
