import type { Recorder } from '../../telemetry/recorder.ts';
import type { GenerateRequest, Usage } from '../generation/request.ts';
import { learnAnswer } from './answer-outlook.ts';
import type { Refusable } from './refuse.ts';
import type { PipelineParts } from './parts.ts';
import { usedTokens } from './used-tokens.ts';

/** What the last phase works with. */
export type SettleParts = Pick<PipelineParts, 'estimator' | 'lengths' | 'names' | 'clock'>;

/** The last phase of every request, however it ended: settles its charge, learns from it and closes its record. */
export function settle(exchange: Refusable, parts: SettleParts): void {
  const { dialect, recorder, request, reply } = exchange;
  const nowMs = parts.clock.nowMs();
  reply.listener = undefined;
  exchange.charge?.settle(usedTokens(recorder), nowMs);
  const usage = usageOf(recorder);
  if (request !== undefined && usage !== undefined) {
    const model = parts.names.resolve(request.model, dialect.engine);
    learn({ request, model }, recorder, usage, parts);
  }
  recorder.status = reply.status;
  recorder.responseBytes = reply.bytesSent;
  recorder.end(nowMs);
}

function learn(
  { request, model }: { readonly request: GenerateRequest; readonly model: string },
  { tenant = '', promptTokensEstimate = 1 }: Recorder,
  { promptTokens, outputTokens }: Usage,
  { estimator, lengths }: SettleParts,
): void {
  estimator.learn(model, request.prompt, promptTokens);
  // The estimate and not the truth: answers are looked up by what is known when they are asked for.
  const asker = { model, tenant, promptTokens: promptTokensEstimate };
  learnAnswer(lengths, request, asker, outputTokens);
}

/** What the engine counted, of an answer that was whole. */
function usageOf(recorder: Recorder): Usage | undefined {
  const { promptTokens, promptTokensSource, outputTokens, cachedTokens, errorCode } = recorder;
  if (errorCode !== undefined || promptTokensSource !== 'usage') return undefined;
  if (promptTokens === undefined || outputTokens === undefined) return undefined;
  return { promptTokens, outputTokens, cachedTokens };
}
