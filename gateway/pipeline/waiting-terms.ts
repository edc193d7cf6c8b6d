import type { WaitingTerms } from '../../routing/admission.ts';
import type { RoutingRequest } from '../../routing/request.ts';

/** True where whoever has no room for `one` has none for `other`. What is cached differs from replica to replica. */
export function asksNoMore(one: RoutingRequest, other: RoutingRequest): boolean {
  if (one.cached !== undefined || other.cached !== undefined) return false;
  return (
    one.promptTokens <= other.promptTokens && one.expectedOutputTokens <= other.expectedOutputTokens
  );
}

/** Requests that the same replicas can serve wait in one lane: others may have room meanwhile. */
export function termsOf(request: RoutingRequest, enteredMs: number): WaitingTerms {
  const { model, engine = '', tenant, tenantWeight = 1, bodyBytes = 0 } = request;
  const { priority, deadlineMs, promptTokens, expectedOutputTokens } = request;
  return {
    lane: `${engine} ${model}`,
    tenant,
    weight: tenantWeight,
    priority,
    deadlineMs,
    enteredMs,
    promptTokens,
    expectedOutputTokens,
    bytes: bodyBytes,
  };
}
