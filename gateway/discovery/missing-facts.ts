import type { Replica } from '../../routing/replica.ts';
import type { FoundEngine } from '../engines/catalog.ts';

/** What an engine does not tell, and what helps; `undefined` where it tells all. Routing goes on without it, less well, and nobody would know why. */
export function missingFacts(
  { kvCapacityTokens }: Replica,
  { loadSource }: Pick<FoundEngine, 'loadSource'>,
): string | undefined {
  const missing: string[] = [];
  if (kvCapacityTokens === undefined) missing.push(NO_CAPACITY);
  if (loadSource === undefined) missing.push(NO_LOAD);
  return missing.length === 0 ? undefined : missing.join('; ');
}

const NO_CAPACITY =
  'no KV capacity: requests are not held back for its memory, unless --kv-capacity-tokens or ' +
  'replicas[].kvCapacityTokens names it';

const NO_LOAD =
  "no load: routing goes by the gateway's own requests, and does not see those of other clients";
