import type { Clock } from '../../clock.ts';
import { HttpClient } from '../../wire/http-client.ts';
import { burst } from '../burst.ts';
import { LoadGenerator } from '../load-generator.ts';
import type { LoadOptions } from '../load-generator.ts';
import type { RequestResult } from '../request-result.ts';
import type { CostPair } from './gateway-cost.ts';

/** Where a probe sends its pairs. */
export interface CostProbeOptions {
  readonly gatewayUrl: string;
  readonly replicaUrl: string;
  /** How requests are asked for; workload and speed are the probe's own. */
  readonly load: LoadOptions;
}

/** Enough for a steady median, in two seconds or three. */
const PAIRS = 24;
/** Short, so that the engine's part of a request is small and always the same. */
const ONE = { requests: 1, promptTokens: 8, outputTokens: 9, content: 'probe' };
const CONNECT_MS_MAX = 5000;

/**
 * Sends pairs of equal requests, one through the gateway and one straight to a replica, in turns and
 * one at a time. The replicas must be idle. Times are wall time.
 */
export async function probeCost(
  { gatewayUrl, replicaUrl, load }: CostProbeOptions,
  clock: Clock,
): Promise<readonly CostPair[]> {
  const gateway = new HttpClient(gatewayUrl, { connectMs: CONNECT_MS_MAX });
  const replica = new HttpClient(replicaUrl, { connectMs: CONNECT_MS_MAX });
  const once = async (sender: HttpClient): Promise<RequestResult | undefined> => {
    const generator = new LoadGenerator(
      { ...load, workload: burst(ONE), maxConcurrency: undefined, speed: 1 },
      { sender, clock },
    );
    await generator.run();
    return generator.results()[0];
  };
  try {
    const pairs: CostPair[] = [];
    for (let count = 0; count < PAIRS; count += 1) {
      const through = await once(gateway);
      const direct = await once(replica);
      if (through !== undefined && direct !== undefined) pairs.push({ through, direct });
    }
    return pairs;
  } finally {
    gateway.close();
    replica.close();
  }
}
