import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/settings.ts';
import type { Doorkeeper } from './server/doorkeeper.ts';
import type { Listener } from './server/listen.ts';

/** How a gateway is left. */
export interface DrainOptions {
  /** Whether requests are still served until whoever sends them has noticed. */
  readonly settles: boolean;
  /** Hears, where it does not end at once, after how many milliseconds it does at the latest. */
  readonly waits?: (atMostMs: number) => void;
}

/** Both doors of a house. */
export interface Doors {
  readonly door: Listener;
  readonly adminDoor: Listener;
}

/** What is left behind. */
export interface ShutDownParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly doorkeeper: Doorkeeper;
  readonly doors: Doors;
  readonly engines: { close(): Promise<void> };
  readonly loop: { stop(): void };
  /** The settings of the moment. */
  readonly config: () => Config;
}

/** Time for the last words to open streams to leave, before their connections are closed under them. */
const LAST_WORDS_MS = 1_000;

/** How the house is left: the door first, the guests next, the lights last. */
export class ShutDown {
  readonly #parts: ShutDownParts;

  constructor(parts: ShutDownParts) {
    this.#parts = parts;
  }

  /** Lets whoever is inside come to an end, in the time that the settings give, then closes. */
  async drain({ settles, waits }: DrainOptions): Promise<void> {
    const { doorkeeper, doors, telemetry, config } = this.#parts;
    const { shutdown, listen } = config();
    const { drainMs, settleMs } = shutdown;
    telemetry.log.info({ open_requests: doorkeeper.inside, drain_ms: drainMs }, 'draining');
    if (settles || doorkeeper.inside > 0) waits?.(drainMs);
    const timeUp = this.#after(drainMs);
    doorkeeper.announce();
    // The other gateway at this port takes those who come from here on.
    if (listen.reusePort) doors.door.stopListening();
    if (settles) await Promise.race([this.#after(settleMs), timeUp]);
    const emptied = doorkeeper.close();
    // What came over one of these would be refused, and is taken by the other gateway over a new one.
    if (listen.reusePort) doors.door.closeIdle();
    await Promise.race([emptied, timeUp]);
    await this.close();
  }

  /** Closes at once; who is inside hears why. */
  async close(): Promise<void> {
    const { doorkeeper, doors, engines, loop, telemetry } = this.#parts;
    if (doorkeeper.inside > 0) {
      telemetry.log.warn({ open_requests: doorkeeper.inside }, 'open requests are broken off');
      await Promise.race([doorkeeper.turnOut(), this.#after(LAST_WORDS_MS)]);
    }
    loop.stop();
    await Promise.all([doors.door.close(), doors.adminDoor.close()]);
    await engines.close();
    telemetry.log.info({}, 'stopped');
    await telemetry.shutdown();
  }

  #after(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.clock.after(delayMs, resolve);
    });
  }
}
