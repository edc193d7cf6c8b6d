import { asciiJson } from '../ascii-json.ts';
import type { Choice, Generation } from '../generation.ts';
import { doneEvent } from './json-pieces.ts';
import type { AnswerWriter, StreamFrames } from './protocol.ts';

/** SGLang's own `/generate` in 0.2.14. Text is cumulative, the finish reason is a sentence. */
export const sglang02Generate: AnswerWriter = { frames: writeFrames, whole: writeWhole };

function writeFrames(generation: Generation): StreamFrames {
  const texts = generation.choices.map(() => '');
  const event = (choice: Choice, from: number, to: number, finish: string): string => {
    const text = (texts[choice.index] ?? '') + choice.answer.text(from, to);
    texts[choice.index] = text;
    return `data: ${choiceJson(choice, text, to, finish)}\n\n`;
  };
  return {
    opening: () => '',
    content: (choice, from, to) => event(choice, from, to, 'None'),
    last: (choice, from, to) => event(choice, from, to, finishText(generation, choice)),
    closing: () => doneEvent,
  };
}

/** Spaced as Python's own JSON writer spaces a stream's events. */
function choiceJson(choice: Choice, text: string, tokens: number, finish: string): string {
  const meta = `"prompt_tokens": ${choice.prompt.ids.length}, "completion_tokens": ${tokens}, "completion_tokens_wo_jump_forward": ${tokens}, "finish_reason": ${asciiJson(finish)}, "id": ${choice.idJson}`;
  return `{"text": "${text}", "meta_info": {${meta}}, "index": ${choice.index}}`;
}

function writeWhole(generation: Generation): string {
  const answers = generation.choices.map((choice): unknown => {
    const tokens = generation.tokens(choice);
    const text = choice.answer.text(0, tokens);
    return JSON.parse(choiceJson(choice, text, tokens, finishText(generation, choice)));
  });
  return JSON.stringify(answers.length === 1 ? answers[0] : answers);
}

function finishText(generation: Generation, choice: Choice): string {
  const { reason, matched } = generation.finish(choice);
  if (reason === 'abort') return 'FINISH_ABORT';
  if (reason === 'length') return `FINISH_LENGTH: ${generation.tokens(choice)}`;
  return `FINISH_MATCHED_${typeof matched === 'number' ? 'TOKEN' : 'STR'}: ${matched}`;
}
