import type { AnswerClass, OutputLengths, OutputOutlook } from '../../routing/output-lengths.ts';
import { exactOutlook } from '../../routing/output-lengths.ts';
import type { GenerateRequest, Operation } from '../generation/request.ts';

/** What an answer's length is reckoned from, beside the request itself. */
export type Asker = Pick<AnswerClass, 'model' | 'tenant' | 'promptTokens'>;

/** Answers that are generated token by token; the others are over with their prefill. */
const GENERATED: ReadonlySet<Operation> = new Set(['chat', 'text_completion', 'generate_content']);

/** How long the answer will be, all of its choices together. */
export function answerOutlook(
  lengths: OutputLengths,
  request: GenerateRequest,
  asker: Asker,
): OutputOutlook {
  const { operation, choices, outputTokensMax, ignoresEndOfSequence } = request;
  if (!GENERATED.has(operation)) return exactOutlook(1);
  if (ignoresEndOfSequence && outputTokensMax !== undefined) {
    return exactOutlook(choices * outputTokensMax);
  }
  const ofOne = lengths.outlook({ ...asker, outputTokensMax });
  if (choices === 1) return ofOne;
  return { expectedTokens: (produced) => choices * ofOne.expectedTokens(produced / choices) };
}

/** Counts a whole answer: one of each of its choices, alike. An answer that ran to its maximum by order teaches nothing. */
export function learnAnswer(
  lengths: OutputLengths,
  request: GenerateRequest,
  asker: Asker,
  outputTokens: number,
): void {
  const { operation, choices, outputTokensMax, ignoresEndOfSequence } = request;
  if (!GENERATED.has(operation) || ignoresEndOfSequence) return;
  lengths.learn({ ...asker, outputTokensMax }, outputTokens / choices);
}
