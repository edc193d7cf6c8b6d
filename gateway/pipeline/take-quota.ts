import type { RoutingRequest } from '../../routing/request.ts';
import { quotaError } from '../quota/quota-error.ts';
import { quotaHeaders } from '../quota/quota-headers.ts';
import type { QuotaAsk } from '../quota/quota-store.ts';
import type { Exchange } from './exchange.ts';
import type { PipelineParts } from './parts.ts';
import { promptTokensMin } from './token-estimator.ts';

/** How large a request is. */
export type RequestSize = Pick<RoutingRequest, 'promptTokens' | 'expectedOutputTokens'>;

/**
 * Charges a request to its tenant's quota, and tells the client in headers where that stands. Throws
 * `rate_limited`. The charge lies on the exchange until `settle`.
 */
export function takeQuota(
  exchange: Exchange,
  size: RequestSize,
  { quotas, clock }: Pick<PipelineParts, 'quotas' | 'clock'>,
): void {
  const quota = quotas.of(exchange.tenant);
  if (quota === undefined) return;
  const ask = askOf(exchange, size);
  const answer = quota.take(ask, clock.nowMs());
  const { reply } = exchange;
  for (const [name, value] of quotaHeaders(answer.standing)) reply.addHeader(name, value);
  if (answer.kind === 'granted') {
    exchange.charge = answer.charge;
    return;
  }
  const error = quotaError(answer, ask);
  // Read by OpenAI's SDKs, which would else wait for whole seconds, or try again what never fits.
  if (error.retryAfterMs === undefined) reply.addHeader('x-should-retry', 'false');
  else reply.addHeader('retry-after-ms', String(error.retryAfterMs));
  throw error;
}

function askOf(
  { request }: Exchange,
  { promptTokens, expectedOutputTokens }: RequestSize,
): QuotaAsk {
  const outputTokens = Math.ceil(expectedOutputTokens);
  const tokens = promptTokens + outputTokens;
  const { ignoresEndOfSequence, outputTokensMax, prompt } = request;
  const isExact = ignoresEndOfSequence && outputTokensMax !== undefined;
  const tokensMin = promptTokensMin(prompt) + (isExact ? outputTokens : 0);
  return { tokens, tokensMin: Math.min(tokensMin, tokens) };
}
