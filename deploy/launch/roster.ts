import { isDeepStrictEqual } from 'node:util';

import type { PlannedReplica } from '../planned-replica.ts';
import type { LaunchedReplica, LaunchLimits, WantedReplicas } from './launcher-state.ts';
import { PROTOCOL } from './launcher-state.ts';
import type { Owner } from './owner.ts';
import { isAlive, isSameOwner } from './owner.ts';
import type { Membership } from './process-table.ts';
import { readProcesses } from './process-table.ts';
import type { ReplicaSupervisor } from './supervisor.ts';

/** Replicas of one host: more than it can have GPUs. */
export const REPLICAS_MAX = 256;

/** What may stand in the name of a file; `launcher.log` is the launcher's own. */
const ID = /^(?!launcher$)[\w.:-]{1,128}$/;

/** What a caller wants that cannot be; the message says what to do. */
export class RosterError extends Error {
  override readonly name = 'RosterError';
}

/** Makes what keeps one replica running. */
export type HireSupervisor = (plan: PlannedReplica, limits: LaunchLimits) => ReplicaSupervisor;

/** The replicas of a launcher, each kept running by a supervisor of its own. */
export class Roster {
  readonly #hire: HireSupervisor;
  readonly #supervisors: Map<string, ReplicaSupervisor> = new Map();
  #wantedIds: ReadonlySet<string> = new Set();
  #wanted: readonly PlannedReplica[] = [];
  /** All that want the same, dead ones among them. */
  #owners: readonly Owner[] = [];

  constructor(hire: HireSupervisor) {
    this.#hire = hire;
  }

  /**
   * Starts who is missing and stops who is not wanted any more. Who runs goes on, by its older plan where the new
   * one is another, until it is restarted. Throws `RosterError` and does nothing where the wish is no good, or
   * where it is another than that of an owner that still runs.
   */
  apply({ protocol, owner, replicas, limits }: WantedReplicas): void {
    if (protocol !== PROTOCOL) throw new RosterError(otherProtocol(protocol));
    check(replicas);
    const others = this.owners.filter((one) => !isSameOwner(one, owner));
    const [other] = others;
    // Who wants the same ends nothing of theirs: one gateway follows another so.
    if (other !== undefined && !isDeepStrictEqual(replicas, this.#wanted)) {
      throw new RosterError(otherOwner(other));
    }
    this.#owners = [...others, owner];
    this.#wanted = replicas;
    this.#wantedIds = new Set(replicas.map(({ id }) => id));
    for (const plan of replicas) {
      const supervisor = this.#supervisors.get(plan.id);
      if (supervisor === undefined) this.#begin(plan, limits);
      else supervisor.replan(plan, limits);
    }
    for (const [id, supervisor] of this.#supervisors) {
      if (!this.#wantedIds.has(id)) void this.#dismiss(id, supervisor);
    }
  }

  /** Begins to stop a replica and to start it again. Throws `RosterError` where there is none of this id. */
  restart(id: string): void {
    const supervisor = this.#supervisors.get(id);
    if (supervisor === undefined) {
      const known = [...this.#supervisors.keys()].join(', ');
      throw new RosterError(
        `there is no replica ${id}; there are ${known === '' ? 'none' : known}`,
      );
    }
    void supervisor.restart();
  }

  /** Stops all of them at once; resolves when nothing of them is left. */
  async stopAll(): Promise<void> {
    this.#wantedIds = new Set();
    await Promise.all([...this.#supervisors].map(([id, one]) => this.#dismiss(id, one)));
  }

  /** Finds the processes of each and where the kernel lets them run. */
  look(): void {
    if (this.#supervisors.size === 0) return;
    const processes = readProcesses();
    for (const supervisor of this.#supervisors.values()) supervisor.look(processes);
  }

  statuses(): readonly LaunchedReplica[] {
    return [...this.#supervisors.values()].map((one) => one.status());
  }

  memberships(): readonly Membership[] {
    return [...this.#supervisors.values()].flatMap(({ membership }) => membership ?? []);
  }

  /** Those that still run. */
  get owners(): readonly Owner[] {
    return this.#owners.filter(isAlive);
  }

  get size(): number {
    return this.#supervisors.size;
  }

  #begin(plan: PlannedReplica, limits: LaunchLimits): void {
    const supervisor = this.#hire(plan, limits);
    this.#supervisors.set(plan.id, supervisor);
    supervisor.start();
  }

  async #dismiss(id: string, supervisor: ReplicaSupervisor): Promise<void> {
    await supervisor.stop();
    if (this.#wantedIds.has(id)) return;
    this.#supervisors.delete(id);
    supervisor.close();
  }
}

function check(replicas: readonly PlannedReplica[]): void {
  if (replicas.length > REPLICAS_MAX) {
    throw new RosterError(
      `${replicas.length} replicas are more than the ${REPLICAS_MAX} of one host`,
    );
  }
  const bad = replicas.find(({ id }) => !ID.test(id));
  if (bad !== undefined) throw new RosterError(`'${bad.id}' is no name of a replica`);
  const ids = replicas.map(({ id }) => id);
  const ports = replicas.map(({ port }) => port);
  const twin = ids.find((id, index) => ids.indexOf(id) < index);
  if (twin !== undefined) throw new RosterError(`two replicas are called ${twin}`);
  const shared = ports.find((port, index) => ports.indexOf(port) < index);
  if (shared !== undefined) throw new RosterError(`two replicas listen on port ${shared}`);
}

function otherOwner({ pid }: Owner): string {
  return (
    `the gateway of process ${pid} has its engines here, and wants others: end it first, or give ` +
    'this one a run directory of its own with --run-dir or launch.runDir'
  );
}

function otherProtocol(protocol: number): string {
  return (
    `this launcher speaks protocol ${PROTOCOL}, and the caller ${protocol}: end it with ` +
    'gateway down, which ends its engines, and start it again'
  );
}
