import type { Fleet } from '../../routing/fleet.ts';
import type { Doorkeeper } from './doorkeeper.ts';

/** Whether the gateway can serve, and what it waits for where it cannot. */
export interface ReadinessReport {
  readonly ready: boolean;
  readonly reason?: string;
  readonly replicas: Readonly<Record<string, string>>;
}

/** Tells a load balancer or a supervisor whether to send requests here. */
export class Readiness {
  readonly #fleet: Fleet;
  readonly #doorkeeper: Doorkeeper;

  constructor(fleet: Fleet, doorkeeper: Doorkeeper) {
    this.#fleet = fleet;
    this.#doorkeeper = doorkeeper;
  }

  /** Ready while nobody wants to leave, the event loop in time, and one replica at least is ready. */
  report(): ReadinessReport {
    const states = this.#fleet.replicas().map(({ id }) => [id, this.#fleet.state(id) ?? 'gone']);
    const replicas = Object.fromEntries(states) as Record<string, string>;
    if (this.#doorkeeper.isLeaving) return { ready: false, reason: 'shutting down', replicas };
    if (this.#doorkeeper.isBehind) {
      return { ready: false, reason: 'the event loop is late', replicas };
    }
    if (Object.values(replicas).includes('ready')) return { ready: true, replicas };
    return { ready: false, reason: 'no replica is ready', replicas };
  }
}
