import { durationText } from './duration-text.ts';
import type { QuotaStanding } from './quota-store.ts';

/** Where a tenant stands, in OpenAI's headers; of limits that it has not, nothing. */
export function quotaHeaders(standing: QuotaStanding): readonly (readonly [string, string])[] {
  return (['requests', 'tokens'] as const).flatMap((unit) => {
    const of = standing[unit];
    if (of === undefined) return [];
    return [
      [`x-ratelimit-limit-${unit}`, String(of.limit)],
      [`x-ratelimit-remaining-${unit}`, String(of.remaining)],
      [`x-ratelimit-reset-${unit}`, durationText(of.resetMs)],
    ] as const;
  });
}
