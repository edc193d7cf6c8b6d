import { describe, expect, it } from 'vitest';
import { GARBAGE } from '../../../deploy/simulator/event-writer.ts';
import { AT_DONE, AT_FINISH } from '../../../deploy/simulator/fault-rules.ts';
import type { PlainAnswer } from '../../../deploy/simulator/plain-answer.ts';
import type { StreamFault } from '../../../deploy/simulator/stream-sink.ts';
import { WholeSink } from '../../../deploy/simulator/whole-sink.ts';
import { aGeneration } from '../../support/simulator.ts';

interface Stage {
  readonly sink: WholeSink;
  have(tokens: number, index?: number): void;
  /** What went out: the body of an answer, or how the connection was broken off. */
  readonly out: string[];
  readonly later: { readonly ms: number; readonly callback: () => void }[];
  readonly asked: string[];
}

function aStage(faults: readonly StreamFault[] = [], choicesPerPrompt = 1): Stage {
  const plain = aGeneration({ request: { choicesPerPrompt } });
  const asked: string[] = [];
  const generation = {
    ...plain,
    abort: () => asked.push('abort'),
    drop: () => asked.push('drop'),
  };
  const out: string[] = [];
  const later: Stage['later'] = [];
  const answer = (status: number, body: string): PlainAnswer => ({ status, contentType: '', body });
  const sink = new WholeSink({
    generation,
    faults,
    answer: () => answer(200, 'whole'),
    failure: (message, code) => answer(code, message),
    send: ({ status, body }) => out.push(`${status} ${body}`),
    kill: (ending) => out.push(ending),
    after: (ms, callback) => later.push({ ms, callback }),
  });
  return {
    sink,
    out,
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

describe('an answer that is not streamed', () => {
  it('goes out when all has ended, and not before', () => {
    const stage = aStage();
    stage.have(4);
    expect(stage.out).toEqual([]);
    stage.sink.finished();

    expect(stage.out).toEqual(['200 whole']);
  });

  it.each([AT_FINISH, AT_DONE])('does not go out where a fault strikes so late (%i)', (at) => {
    const stage = aStage([{ kind: 'die', at, how: 'rst' }]);
    stage.have(4);
    stage.sink.finished();

    expect(stage.out).toEqual(['rst']);
  });
});

describe('a fault in an answer that is not streamed', () => {
  it('that kills strikes when so many tokens are made, and lets nothing out', () => {
    const stage = aStage([{ kind: 'die', at: 2, how: 'rst' }]);
    stage.have(1);
    expect(stage.out).toEqual([]);
    stage.have(3);
    stage.sink.finished();
    stage.later[0]?.callback();

    expect(stage.out).toEqual(['rst']);
    expect(stage.asked).toEqual(['drop']);
  });

  it('that ends cleanly breaks the connection off in order', () => {
    const stage = aStage([{ kind: 'clean-end', at: 1 }]);
    stage.have(1);

    expect(stage.out).toEqual(['fin']);
  });

  it('that is an error is the answer', () => {
    const stage = aStage([{ kind: 'error-event', at: 0, message: 'broke', code: 503 }]);
    stage.have(1);
    stage.sink.finished();

    expect(stage.out).toEqual(['503 broke']);
  });

  it('that is garbage is the answer, under a good head', () => {
    const stage = aStage([{ kind: 'garbage', at: 1 }]);
    stage.have(1);

    expect(stage.out).toEqual([`200 ${GARBAGE}`]);
  });

  it('that stalls for a time holds the answer back for so long', () => {
    const stage = aStage([{ kind: 'stall', at: 1, ms: 300 }]);
    stage.have(4);
    stage.sink.finished();
    expect(stage.out).toEqual([]);
    stage.later[0]?.callback();

    expect(stage.later[0]?.ms).toBe(300);
    expect(stage.out).toEqual(['200 whole']);
  });

  it('that stalls for less than the generation takes holds nothing back', () => {
    const stage = aStage([{ kind: 'stall', at: 1, ms: 300 }]);
    stage.have(1);
    stage.later[0]?.callback();
    expect(stage.out).toEqual([]);
    stage.have(4);
    stage.sink.finished();

    expect(stage.out).toEqual(['200 whole']);
  });

  it('that stalls for ever never answers', () => {
    const stage = aStage([{ kind: 'stall', at: 1, ms: undefined }]);
    stage.have(4);
    stage.sink.finished();

    expect(stage.out).toEqual([]);
    expect(stage.later).toEqual([]);
  });

  it('that aborts asks for it on a later turn', () => {
    const stage = aStage([{ kind: 'abort', at: 2 }]);
    stage.have(2);
    stage.later[0]?.callback();

    expect(stage.asked).toEqual(['abort']);
  });

  it('that is a comment says nothing', () => {
    const stage = aStage([{ kind: 'comment', at: 1 }]);
    stage.have(4);
    stage.sink.finished();

    expect(stage.out).toEqual(['200 whole']);
  });

  it('counts the tokens of all choices', () => {
    const stage = aStage([{ kind: 'die', at: 3, how: 'fin' }], 2);
    stage.have(2, 0);
    expect(stage.out).toEqual([]);
    stage.have(1, 1);

    expect(stage.out).toEqual(['fin']);
  });

  it('strikes once', () => {
    const stage = aStage([{ kind: 'abort', at: 1 }]);
    stage.have(2);
    stage.have(3);

    expect(stage.later).toHaveLength(1);
  });
});
