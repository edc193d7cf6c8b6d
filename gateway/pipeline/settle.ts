import type { Recorder } from '../../telemetry/recorder.ts';
import type { Usage } from '../generation/request.ts';
import type { Refusable } from './refuse.ts';
import type { PipelineParts } from './parts.ts';

/** The last phase of every request, however it ended: teaches the estimator and closes the record. */
export function settle(
  exchange: Refusable,
  { estimator, names, clock }: Pick<PipelineParts, 'estimator' | 'names' | 'clock'>,
): void {
  const { recorder, request, reply } = exchange;
  reply.listener = undefined;
  const usage = usageOf(recorder);
  if (request !== undefined && usage !== undefined) {
    estimator.learn(names.resolve(request.model), request, usage);
  }
  recorder.status = reply.status;
  recorder.responseBytes = reply.bytesSent;
  recorder.end(clock.nowMs());
}

/** What the engine counted, of an answer that was whole. */
function usageOf(recorder: Recorder): Usage | undefined {
  const { promptTokens, promptTokensSource, outputTokens, cachedTokens, errorCode } = recorder;
  if (errorCode !== undefined || promptTokensSource !== 'usage') return undefined;
  if (promptTokens === undefined || outputTokens === undefined) return undefined;
  return { promptTokens, outputTokens, cachedTokens };
}
