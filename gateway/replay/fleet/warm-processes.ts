import type { Clock } from '../../clock.ts';
import { HttpClient } from '../../wire/http-client.ts';
import { burst } from '../burst.ts';
import { LoadGenerator } from '../load-generator.ts';
import type { LoadOptions } from '../load-generator.ts';
import { runStoppably } from '../socket-run.ts';

/** What the processes of a fleet are warmed with. */
export interface WarmProcessesOptions {
  /** The gateway's data port. */
  readonly url: string;
  /** How requests are asked for; workload and speed are the warm-up's own. */
  readonly load: LoadOptions;
  readonly signal: AbortSignal;
}

/** Some hundred rounds are what V8 compiles code after; a second of wall time or less. */
const BURST = { requests: 400, promptTokens: 16, outputTokens: 4, content: 'warm-up' };
const CONNECT_MS_MAX = 30_000;

/**
 * Has client, gateway and replicas run their code until it is compiled. Cold, the first of a thousand requests
 * reach the engine alone, a second of its time before the others, and the batches of the whole run are other ones.
 * What is answered does not matter: the warm-up of the reference's own, which follows, tells what is wrong.
 */
export async function warmProcesses(
  { url, load, signal }: WarmProcessesOptions,
  clock: Clock,
): Promise<void> {
  const sender = new HttpClient(url, { connectMs: CONNECT_MS_MAX });
  const options = { ...load, workload: burst(BURST), maxConcurrency: undefined, speed: 1 };
  try {
    await runStoppably(new LoadGenerator(options, { sender, clock }), signal);
  } finally {
    sender.close();
  }
}
