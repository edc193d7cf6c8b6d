import { describe, expect, it } from 'vitest';

import { EVENT_BYTES_MAX } from '../../gateway/wire/sse.ts';
import { says } from '../support/live/answers.ts';
import { recordings, relayed, variants } from '../support/live/recordings.ts';
import { presetsOfProtocols } from '../support/live/replica.ts';
import { cutsInTwo, singleBytes } from '../support/splits.ts';
import { chatEvent, doneEvent, finishEvent } from '../support/streams.ts';

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
    const recording = { name: 'long', path: '/v1/chat/completions', asked, bytes: Buffer.alloc(0) };
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
    const recording = { name: 'long', path: '/v1/chat/completions', asked, bytes: Buffer.alloc(0) };
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
