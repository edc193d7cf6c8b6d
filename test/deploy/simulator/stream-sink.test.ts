import { describe, expect, it } from 'vitest';
import { GARBAGE } from '../../../deploy/simulator/event-writer.ts';
import { AT_DONE, AT_FINISH } from '../../../deploy/simulator/fault-rules.ts';
import { type StreamFault, StreamSink } from '../../../deploy/simulator/stream-sink.ts';
import { vllm05Completions } from '../../../deploy/simulator/protocols/vllm-0-5-completions.ts';
import { vllmCurrentChat } from '../../../deploy/simulator/protocols/vllm-current-chat.ts';
import { FakeWriter, aGeneration, type GenerationFacts } from '../../support/simulator.ts';

interface Stage {
  readonly writer: FakeWriter;
  readonly sink: StreamSink;
  /** Tells the sink that a choice has so many tokens. */
  have(tokens: number, index?: number): void;
  /** What the sink put off, with its time. */
  readonly later: { readonly ms: number; readonly callback: () => void }[];
  /** `abort` and `drop`, as the sink asked for them. */
  readonly asked: string[];
}

interface StageFacts {
  readonly request?: GenerationFacts['request'];
  readonly faults?: readonly StreamFault[];
  readonly headBeforeTokens?: boolean;
}

function aStage({ request, faults = [], headBeforeTokens = true }: StageFacts = {}): Stage {
  const plain = aGeneration({ request: request ?? {} });
  const asked: string[] = [];
  const generation = {
    ...plain,
    abort: () => asked.push('abort'),
    drop: () => asked.push('drop'),
  };
  const writer = new FakeWriter();
  const later: Stage['later'] = [];
  const frames = request?.shape === 'chat' ? vllmCurrentChat : vllm05Completions;
  const sink = new StreamSink({
    generation,
    frames: frames.frames(generation),
    writer,
    headBeforeTokens,
    faults,
    errorEvent: (message, code) => `${code} ${message}`,
    after: (ms, callback) => later.push({ ms, callback }),
  });
  sink.start();
  return {
    writer,
    sink,
    later,
    asked,
    have(tokens, index = 0) {
      const choice = generation.choices[index];
      if (choice === undefined) throw new Error('no such choice');
      generation.sent[index] = tokens;
      sink.tokens(choice, tokens === choice.answer.tokens);
    },
  };
}

const words = aGeneration().choices[0]?.answer.text(0, 4).split(' ').slice(1) ?? [];

/** What a stream shows, call by call: its texts without their frames. */
function shown({ writer }: Stage): string[] {
  return writer.calls.map((call) => {
    const texts = [...call.matchAll(/"(?:text|content)":"([^"]*)"/g)].map(([, text]) => text);
    if (texts.length > 0) return texts.join('|');
    return call.replace('data: [DONE]\n\n', '[DONE]');
  });
}

describe('a stream', () => {
  it('sends its head at once where that comes first', () => {
    expect(aStage().writer.calls).toEqual(['head']);
    expect(aStage({ headBeforeTokens: false }).writer.calls).toEqual([]);
  });

  it('sends each chunk in one write, and ends with what closes it', () => {
    const stage = aStage();
    stage.have(1);
    stage.have(3);
    stage.have(4);
    stage.sink.finished();

    expect(shown(stage)).toEqual([
      'head',
      ` ${words[0]}`,
      ` ${words[1]} ${words[2]}`,
      ` ${words[3]}`,
      'end [DONE]',
    ]);
  });

  it('sends what opens a choice together with its first chunk', () => {
    const stage = aStage({ request: { shape: 'chat' }, headBeforeTokens: false });
    stage.have(1);

    expect(shown(stage)).toEqual(['head', `| ${words[0]}`]);
  });

  it('sends the last chunk of an answer without a token', () => {
    const stage = aStage({ request: { outputTokensMax: 0 } });
    stage.have(0);
    stage.sink.finished();

    expect(stage.writer.calls[1]).toContain('"finish_reason":"length"');
    expect(shown(stage).at(-1)).toBe('end [DONE]');
  });

  it('sends a last chunk once, however often it is told', () => {
    const stage = aStage();
    stage.have(4);
    stage.have(4);

    expect(stage.writer.calls).toHaveLength(2);
  });
});

describe('a stream to a client that does not keep up', () => {
  it('waits, and sends what has piled up as one chunk', () => {
    const stage = aStage();
    stage.have(1);
    stage.writer.isFull = true;
    stage.have(2);
    stage.have(3);
    expect(shown(stage)).toEqual(['head', ` ${words[0]}`]);
    stage.writer.drain();

    expect(shown(stage)).toEqual(['head', ` ${words[0]}`, ` ${words[1]} ${words[2]}`]);
  });

  it('ends when the client has caught up', () => {
    const stage = aStage();
    stage.writer.isFull = true;
    stage.have(4);
    stage.sink.finished();
    expect(shown(stage)).toEqual(['head']);
    stage.writer.drain();

    expect(shown(stage)).toEqual(['head', ` ${words.join(' ')}`, 'end [DONE]']);
  });

  it('sends each choice that has something', () => {
    const stage = aStage({ request: { choicesPerPrompt: 3, outputTokensMax: 2 } });
    stage.writer.isFull = true;
    stage.have(1, 0);
    stage.have(2, 2);
    stage.writer.drain();

    expect(stage.writer.calls).toHaveLength(3);
    expect(stage.writer.calls[1]).toContain('"index":0');
    expect(stage.writer.calls[2]).toContain('"index":2');
  });
});

describe('a fault in a stream', () => {
  it('that kills strikes when so many tokens are out, in the middle of a chunk too', () => {
    const stage = aStage({ faults: [{ kind: 'die', at: 2, how: 'rst' }] });
    stage.have(1);
    stage.have(4);
    stage.sink.finished();

    expect(shown(stage)).toEqual(['head', ` ${words[0]}`, ` ${words[1]}`, 'rst']);
  });

  it('that kills before any token strikes behind the head, which it sends if need be', () => {
    const faults = [{ kind: 'die', at: 0, how: 'fin' }] as const;

    expect(shown(aStage({ faults }))).toEqual(['head', 'fin']);
    expect(shown(aStage({ faults, headBeforeTokens: false }))).toEqual(['head', 'fin']);
  });

  it('that kills behind the last token leaves out the finish', () => {
    const stage = aStage({ faults: [{ kind: 'die', at: 4, how: 'fin' }] });
    stage.have(4);

    expect(stage.writer.calls.join('')).not.toContain('"length"');
    expect(shown(stage)).toEqual(['head', ` ${words.join(' ')}`, 'fin']);
  });

  it('that kills takes the rest out of the engine, on a later turn', () => {
    const stage = aStage({ faults: [{ kind: 'die', at: 1, how: 'fin' }] });
    stage.have(1);
    expect(stage.asked).toEqual([]);
    stage.later[0]?.callback();

    expect(stage.later[0]?.ms).toBe(0);
    expect(stage.asked).toEqual(['drop']);
  });

  it('that ends cleanly has neither finish nor [DONE]', () => {
    const stage = aStage({ faults: [{ kind: 'clean-end', at: 2 }] });
    stage.have(4);
    stage.sink.finished();

    expect(shown(stage)).toEqual(['head', ` ${words[0]} ${words[1]}`, 'end ']);
  });

  it.each([
    ['finish', AT_FINISH, false],
    ['done', AT_DONE, true],
  ])('at %s comes behind the last chunk, and behind the end (%s): %s', (_what, at, hasEnd) => {
    const stage = aStage({ faults: [{ kind: 'die', at, how: 'rst' }] });
    stage.have(4);
    stage.sink.finished();

    const last = shown(stage).slice(2);
    expect(last.some((call) => call.includes('[DONE]'))).toBe(hasEnd);
    expect(last.at(-1)).toBe('rst');
  });

  it.each([AT_FINISH, AT_DONE])('that is a stall so late (%i) is over in its time', (at) => {
    const stage = aStage({ faults: [{ kind: 'stall', at, ms: 50 }] });
    stage.have(4);
    stage.sink.finished();
    expect(stage.writer.calls.some((call) => call.startsWith('end'))).toBe(false);
    for (const { callback } of stage.later) callback();

    expect(stage.writer.calls.join('').match(/\[DONE\]/g)).toHaveLength(1);
    expect(stage.writer.calls.at(-1)).toMatch(/^end/);
  });

  it('that is an error event may be the first one', () => {
    const faults = [{ kind: 'error-event', at: 0, message: 'broke', code: 503 }] as const;

    expect(shown(aStage({ faults, headBeforeTokens: false }))).toEqual([
      'head',
      'end data: 503 broke\n\n[DONE]',
    ]);
  });

  it('that is an error event may come after tokens', () => {
    const stage = aStage({
      faults: [{ kind: 'error-event', at: 1, message: 'broke', code: 500 }],
    });
    stage.have(1);
    stage.have(2);

    expect(shown(stage)).toEqual(['head', ` ${words[0]}`, 'end data: 500 broke\n\n[DONE]']);
  });

  it('that stalls for a time lets what piled up out afterwards', () => {
    const stage = aStage({ faults: [{ kind: 'stall', at: 1, ms: 300 }] });
    stage.have(1);
    stage.have(3);
    stage.have(4);
    stage.sink.finished();
    expect(shown(stage)).toEqual(['head', ` ${words[0]}`]);
    expect(stage.later[0]?.ms).toBe(300);
    stage.later[0]?.callback();

    expect(shown(stage)).toEqual([
      'head',
      ` ${words[0]}`,
      ` ${words[1]} ${words[2]} ${words[3]}`,
      'end [DONE]',
    ]);
  });

  it('that stalls for ever sends nothing more', () => {
    const stage = aStage({ faults: [{ kind: 'stall', at: 1, ms: undefined }] });
    stage.have(4);
    stage.sink.finished();

    expect(shown(stage)).toEqual(['head', ` ${words[0]}`]);
    expect(stage.later).toEqual([]);
  });

  it('that stalls does not send a head that waits for a token', () => {
    const stage = aStage({
      faults: [{ kind: 'stall', at: 0, ms: undefined }],
      headBeforeTokens: false,
    });

    expect(stage.writer.calls).toEqual([]);
  });

  it('that is garbage stands between two chunks', () => {
    const stage = aStage({ faults: [{ kind: 'garbage', at: 1 }] });
    stage.have(2);

    expect(shown(stage)).toEqual(['head', ` ${words[0]}`, `raw ${GARBAGE}`, ` ${words[1]}`]);
  });

  it('that is a comment stands between two events and does no harm', () => {
    const stage = aStage({ faults: [{ kind: 'comment', at: 1 }] });
    stage.have(2);
    stage.have(4);
    stage.sink.finished();

    expect(shown(stage)).toEqual([
      'head',
      ` ${words[0]}`,
      'text : keep-alive\n\n',
      ` ${words[1]}`,
      ` ${words[2]} ${words[3]}`,
      'end [DONE]',
    ]);
  });

  it('that aborts asks for it on a later turn', () => {
    const stage = aStage({ faults: [{ kind: 'abort', at: 1 }] });
    stage.have(1);
    expect(stage.asked).toEqual([]);
    stage.later[0]?.callback();

    expect(stage.asked).toEqual(['abort']);
  });

  it('follows another, each at its moment', () => {
    const stage = aStage({
      faults: [
        { kind: 'comment', at: 1 },
        { kind: 'comment', at: 1 },
        { kind: 'die', at: 3, how: 'rst' },
      ],
    });
    stage.have(4);

    expect(shown(stage)).toEqual([
      'head',
      ` ${words[0]}`,
      'text : keep-alive\n\n',
      'text : keep-alive\n\n',
      ` ${words[1]} ${words[2]}`,
      'rst',
    ]);
  });

  it('counts the tokens of all choices', () => {
    const stage = aStage({
      request: { choicesPerPrompt: 2 },
      faults: [{ kind: 'die', at: 3, how: 'rst' }],
    });
    stage.have(2, 0);
    stage.have(2, 1);

    expect(stage.writer.calls).toHaveLength(4);
    expect(stage.writer.calls.at(-1)).toBe('rst');
  });
});
