import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../deploy/simulator/clock.ts';
import { planGeneration } from '../../../deploy/simulator/plan-generation.ts';
import { promptOfIds, promptOfText } from '../../../deploy/simulator/prompts.ts';
import { findProtocol } from '../../../deploy/simulator/protocols/catalog.ts';
import type { GenerationPlan } from '../../../deploy/simulator/running-generation.ts';
import { checkAnswer } from '../../../deploy/simulator/words.ts';
import { aGenerationRequest, aSimulatedReplica, refusalOf } from '../../support/simulator.ts';

const random = '0123456789abcdef0123456789abcdef';

function plan(
  preset: string,
  facts: Parameters<typeof aGenerationRequest>[0] = {},
  clientId?: string,
): GenerationPlan {
  const clock = new VirtualClock();
  clock.runUntil(500);
  const replica = aSimulatedReplica(preset, { clock, model: 'served' });
  const protocol = findProtocol(replica.preset);
  const request = aGenerationRequest({ model: 'served', ...facts });
  return planGeneration(request, { replica, protocol, clientId, random });
}

const current = 'vllm-current-8xh100-tp8';
const twoPrompts = [promptOfText('able about'), promptOfText('above')];

describe('the plan of a generation', () => {
  it('has an answer for every prompt and choice, numbered through', () => {
    const { choices } = plan(current, { prompts: twoPrompts, choicesPerPrompt: 2 });

    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(choices.map(({ prompt }) => prompt.text())).toEqual([
      'able about',
      'able about',
      'above',
      'above',
    ]);
  });

  it('has the right words for each choice', () => {
    const { choices } = plan(current, { prompts: twoPrompts, choicesPerPrompt: 2 });
    const checks = choices.map(({ prompt, answer }, index) =>
      checkAnswer({ prompt: prompt.text(), choice: index % 2 }, answer.text(0, 4)),
    );

    expect(checks).toEqual(new Array(4).fill({ words: 4 }));
  });

  it('has for the engine the lengths of each prompt and answer', () => {
    const { work } = plan(current, { prompts: twoPrompts, outputTokensMax: 7 });

    expect(work).toMatchObject([
      { promptTokens: 2, outputTokens: 7 },
      { promptTokens: 1, outputTokens: 7 },
    ]);
  });

  it('has block hashes for an engine with a prefix cache alone', () => {
    const prompts = [promptOfIds(Array.from({ length: 40 }, (_, index) => index))];

    expect(plan(current, { prompts }).work[0]?.blockHashes).toHaveLength(2);
    expect(plan('vllm-0.5.5-8xh100-tp8', { prompts }).work[0]?.blockHashes).toEqual([]);
    expect(plan('sglang-0.2.14-8xh100-tp8', { prompts }).work[0]?.blockHashes).toEqual([]);
  });

  it('is named by the protocol, and its prompts after that', () => {
    const { id, choices, requestId } = plan(current, { prompts: twoPrompts });

    expect(id).toBe('cmpl-0123456789abcdef');
    expect(requestId).toBe(random);
    expect(choices[0]?.id).toBe(id);
    expect(choices[1]?.id).toMatch(/^[0-9a-f]{32}$/);
    expect(choices[0]?.idJson).toBe(`"${id}"`);
  });

  it('takes the client’s name for the request', () => {
    const { id, requestId } = plan(current, {}, 'mine');

    expect(id).toBe('cmpl-mine');
    expect(requestId).toBe('mine');
  });

  it('writes an odd name in ASCII', () => {
    const { choices } = plan('sglang-current-8xh100-tp8', { requestId: 'é"' });

    expect(choices[0]?.idJson).toBe('"\\u00e9\\""');
  });

  it('knows when it was received, on both clocks', () => {
    expect(plan(current)).toMatchObject({
      receivedMs: 500,
      receivedSeconds: 1_700_000_000.25,
      createdSeconds: 1_700_000_000,
    });
  });

  it('is refused for another model where that is looked at', () => {
    expect(refusalOf(() => plan(current, { model: 'nope' }))).toEqual({
      kind: 'unknown-model',
      model: 'nope',
    });
    expect(plan('sglang-current-8xh100-tp8', { model: 'nope' }).model).toBe('nope');
  });

  it('is refused when one of its prompts does not fit', () => {
    const long = promptOfIds(new Array<number>(9000).fill(1));

    expect(refusalOf(() => plan(current, { prompts: [...twoPrompts, long] }))).toEqual({
      kind: 'prompt-too-long',
      promptTokens: 9000,
    });
  });

  it('has a token for the engine where an answer is to have none', () => {
    const request = { outputTokensMax: 0 };

    expect(plan('sglang-0.2.14-8xh100-tp8', request).choices[0]?.answer.tokens).toBe(1);
    expect(plan('sglang-current-8xh100-tp8', request).work[0]?.outputTokens).toBe(0);
  });
});
