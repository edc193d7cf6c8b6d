import { describe, expect, it } from 'vitest';
import { openAiCompletions } from '../../../gateway/dialects/openai-completions.ts';
import type { EventMold } from '../../../gateway/dialects/dialect.ts';
import { ResumedRelay } from '../../../gateway/pipeline/resumed-relay.ts';
import { Seam, seamComment } from '../../../gateway/pipeline/seam.ts';
import { StreamRelay } from '../../../gateway/pipeline/stream-relay.ts';
import { EVENT_BYTES_MAX } from '../../../gateway/wire/sse.ts';
import { idsEvent, someNotes, take, textResumption } from '../../support/broken-answers.ts';
import { decoded } from '../../support/exchange.ts';
import { socketError } from '../../support/fake-engine.ts';
import { RelayBench } from '../../support/relay-bench.ts';
import { cutsInTwo, singleBytes } from '../../support/splits.ts';
import { doneEvent, textEvent } from '../../support/streams.ts';

/** The relay of the rest of an answer that began with `a`, and that ends at `bc`. */
function aRelay(stops: readonly string[] = []): RelayBench {
  const notes = someNotes({ keepsText: stops.length > 0 });
  take(notes, idsEvent('a', [300], [1]));
  const mold = notes.mold as EventMold;
  const before = { shown: 'a', withheld: '' };
  const made = { resumption: textResumption, notes, mold, before, promptTokens: 1, doneEvent };
  const seam = new Seam({ ...made, stops });
  const request = decoded({ prompt: 'x', stream: true }, openAiCompletions, '/v1/completions');
  const bench = new RelayBench(
    (parts) => new ResumedRelay(seam, new StreamRelay(parts), parts.upstream),
    { exchange: { dialect: openAiCompletions, request } },
  );
  bench.reply.start(200, {});
  return bench;
}

const rest = [idsEvent(' ü', [301]), idsEvent('c', [302], undefined, 'stop'), doneEvent].join('');

describe('the rest of an answer', () => {
  it('reaches the client the same, however it is cut', () => {
    const whole = aRelay().stream(rest);
    for (const chunks of [...cutsInTwo(Buffer.from(rest)), singleBytes(Buffer.from(rest))]) {
      expect(aRelay().stream(...chunks).reply.text).toBe(whole.reply.text);
    }

    expect(whole.reply.text.replaceAll('"prompt_token_ids":null,"token_ids":null,', '')).toBe(
      [seamComment(1), textEvent(' ü'), textEvent('c', { finishReason: 'stop' }), doneEvent].join(
        '',
      ),
    );
    expect(whole.end).toEqual({ kind: 'complete' });
    expect(whole.reply.ending).toBe('finished');
  });

  it('is whole at a stop that began before the seam, and the engine is let go', () => {
    const bench = aRelay(['ab']);
    bench.upstream.data(idsEvent('b', [301]));

    expect(bench.end).toEqual({ kind: 'complete' });
    expect(bench.upstream.isAborted).toBe(true);
    expect(bench.reply.text).toContain('"finish_reason":"stop"');
    expect(bench.reply.text.endsWith(doneEvent)).toBe(true);
  });

  it('that breaks too is a failure, and may go on once more', () => {
    const bench = aRelay();
    bench.upstream.data(idsEvent('b', [301])).fail(socketError('ECONNRESET'));

    expect(bench.end).toMatchObject({ kind: 'failed', error: { code: 'engine_failed' } });
    expect(bench.reply.ending).toBe('open');
  });

  it('that is no stream of events is a failure', () => {
    const bench = aRelay();
    bench.upstream.data('x'.repeat(EVENT_BYTES_MAX));
    expect(bench.end).toBeUndefined();
    bench.upstream.data('x');

    expect(bench.end).toMatchObject({ kind: 'failed', error: { code: 'engine_failed' } });
    expect(bench.upstream.isAborted).toBe(true);
  });
});
