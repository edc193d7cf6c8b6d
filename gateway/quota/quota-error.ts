import { GatewayError } from '../generation/error.ts';
import { durationText } from './duration-text.ts';
import type { QuotaAsk, QuotaRefusal } from './quota-store.ts';

/** The tenant's own quota is used up: `rate_limited`, with the time after which the request fits; none where it never does. */
export function quotaError(refusal: QuotaRefusal, ask: QuotaAsk): GatewayError {
  const { limit, waitMs } = refusal;
  if (waitMs === Infinity) {
    return new GatewayError('rate_limited', tooLarge(refusal, ask), {
      reason: 'request-over-quota',
    });
  }
  const message = `Rate limit reached: ${usedUp(refusal, ask)} Try again in ${durationText(waitMs)}.`;
  return new GatewayError('rate_limited', message, { reason: limit, retryAfterMs: waitMs });
}

function tooLarge({ standing }: QuotaRefusal, { tokensMin }: QuotaAsk): string {
  const limit = standing.tokens?.limit;
  return `Request too large: it takes at least ${tokensMin} tokens, and ${limit} a minute are allowed.`;
}

function usedUp({ limit, standing }: QuotaRefusal, { tokens }: QuotaAsk): string {
  const { requests, tokens: ofTokens, concurrent } = standing;
  switch (limit) {
    case 'requests-per-minute':
      return `of ${requests?.limit} requests a minute ${requests?.used} are used.`;
    case 'tokens-per-minute':
      return `of ${ofTokens?.limit} tokens a minute ${ofTokens?.used} are used, and the request is reckoned at ${tokens}.`;
    case 'concurrent-requests':
      return `${concurrent?.open} requests are open, and ${concurrent?.limit} may be at a time.`;
  }
}
