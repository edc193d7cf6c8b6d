import { BodyFields, isListOf, parseBody } from '../body-fields.ts';
import { type PlainAnswer, jsonAnswer } from '../plain-answer.ts';
import { promptOfText, readChatPrompt } from '../prompts.ts';
import { RequestRefused } from '../refusal.ts';
import type { ReplicaView } from '../replica-view.ts';
import { detokenize } from '../tokens.ts';
import type { Page } from './protocol.ts';

/** What a tokenizer page says of ids, in the order of its engine. */
export type TokensBody = (ids: readonly number[], contextTokensMax: number) => unknown;

/** `POST /tokenize`: the ids of a prompt or of a conversation. */
export function tokenizePage(bodyOf: TokensBody): Page {
  return (replica, request): PlainAnswer => {
    const fields = new BodyFields(parseBody(request.body));
    const isChat = fields.raw('messages') !== undefined;
    const { ids } = isChat ? readChatPrompt(fields) : promptOfText(requiredText(fields));
    return jsonAnswer(200, bodyOf(ids, replica.preset.contextTokensMax));
  };
}

/** `POST /detokenize`: the text of ids, under the name that the engine gives it. */
export function detokenizePage(name: 'prompt' | 'text'): Page {
  return (_replica: ReplicaView, request): PlainAnswer => {
    const fields = new BodyFields(parseBody(request.body));
    const tokens = fields.list('tokens');
    if (tokens === undefined) return fields.missing('tokens');
    if (!isListOf(tokens, 'number')) {
      throw new RequestRefused({
        kind: 'bad-type',
        field: 'tokens',
        expected: 'list',
        found: tokens,
      });
    }
    return jsonAnswer(200, { [name]: detokenize(tokens) });
  };
}

function requiredText(fields: BodyFields): string {
  const prompt = fields.text('prompt');
  if (prompt === undefined) return fields.missing('prompt');
  return prompt;
}
